import assert from 'node:assert/strict';
import { isPromptOptError } from '../../src/protocol/errors.ts';
import { apprenticeCompletion, send, startOpenAiServer } from '../support/openai-server.ts';
import { configFor, makeWorkspace } from '../support/workspace.ts';

const PRICE = { inputPerMillion: 1, outputPerMillion: 2 };

describe('an evaluation outside a run', () => {
  it('ends at its limit of minutes, and what was answered till then is not bought again', async () => {
    let delay = 40;
    const server = await startOpenAiServer((call, response) => {
      setTimeout(() => {
        send(response, apprenticeCompletion(call));
      }, delay);
    });
    const workspace = makeWorkspace({ model: 'openai/m', config: configFor(server.baseUrl, PRICE), validation: 60 });
    const engine = workspace.open({ concurrency: 1 });
    try {
      const task = await engine.openTask(workspace.spec);
      await assert.rejects(
        engine.evaluate(task, { limits: { minutes: 0.4 / 60 } }),
        (error) => isPromptOptError(error) && error.code === 'budget' && error.details.limit === 'minutes',
      );
      const asked = server.calls.length;
      assert.ok(asked > 0 && asked < 60, `${asked} calls`);
      delay = 0;
      await engine.evaluate(task, { limits: {} });
      // At most the one that was in the air is asked twice.
      assert.ok(server.calls.length <= 61, `${server.calls.length} calls`);
    } finally {
      await engine.close();
      await server.close();
      workspace.remove();
    }
  });
});
