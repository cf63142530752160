import assert from 'node:assert/strict';
import { isPromptOptError } from '../../src/protocol/errors.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, startOpenAiServer } from '../support/openai-server.ts';
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

  it('counts a row that is asked several times once, with the mean of its repeats', async () => {
    let call = 0;
    // Every second answer is no label at all: rows differ from themselves as well as from each other.
    const server = await startOpenAiServer((received, response) => {
      const reply = apprenticeCompletion(received) as { choices: { message: { content: string } }[] };
      const label = received.body.messages.at(-1)?.content;
      const [choice] = reply.choices;
      if (choice !== undefined) choice.message.content = call++ % 2 === 0 ? labelIn(label) : 'nothing';
      send(response, reply);
    });
    const workspace = makeWorkspace({ model: 'openai/m', config: configFor(server.baseUrl, PRICE), validation: 21 });
    const engine = workspace.open({ concurrency: 1 });
    try {
      const report = await engine.evaluate(await engine.openTask(workspace.spec), { repeat: 3, limits: {} });
      assert.equal(report.rows.length, 63);
      assert.equal(report.estimate.rows, 21);
      const scores = new Map<string, number[]>();
      for (const { id, score } of report.rows) scores.set(id, [...(scores.get(id) ?? []), score]);
      const means = [...scores.values()].map((each) => each.reduce((sum, one) => sum + one, 0) / each.length);
      const expected = means.reduce((sum, one) => sum + one, 0) / means.length;
      assert.ok(means.some((one) => one > 0 && one < 1));
      assert.ok(Math.abs(report.estimate.mean - expected) < 1e-12);
    } finally {
      await engine.close();
      await server.close();
      workspace.remove();
    }
  });
});

/** A label of the task that the row speaks of, or the first one. */
function labelIn(content: unknown): string {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  if (/parcel|courier|delivery|tracking|arrived/.test(text)) return 'shipping';
  return /crash|login|error|password|screen/.test(text) ? 'technical' : 'billing';
}
