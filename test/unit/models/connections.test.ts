import assert from 'node:assert/strict';
import { isPromptOptError } from '../../../src/protocol/errors.ts';
import { NO_SPEND } from '../../../src/protocol/events.ts';
import { systemClock } from '../../../src/engine/models/clock.ts';
import { createConnections } from '../../../src/engine/models/connections.ts';
import { textMessage, textOf } from '../../../src/engine/models/language-model.ts';
import type { GenerationRequest } from '../../../src/engine/models/language-model.ts';
import type { ProviderDescriptor } from '../../../src/engine/models/provider.ts';

/** Answers with the key it was connected with. */
const echo: ProviderDescriptor = {
  name: 'echo',
  title: 'Echo',
  summary: 'Answers with its key.',
  example: 'echo/one',
  accounting: 'None.',
  keyVariable: 'ECHO_API_KEY',
  baseUrlVariable: null,
  connect: ({ apiKey = 'no key' }) =>
    Promise.resolve({
      generate: () =>
        Promise.resolve({
          parts: [{ type: 'text', text: apiKey }],
          toolCalls: [],
          usage: { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0 },
          costUsd: null,
          latencyMs: 0,
          cached: false,
          finishReason: 'stop',
          paid: NO_SPEND,
        }),
      describe: (id) =>
        Promise.resolve({ id, price: null, contextWindow: null, byteLevelTokenizer: true, reasons: false }),
      countTokens: (_id, text) => Promise.resolve(text.length),
      list: () => Promise.resolve([{ id: 'one', note: null }]),
    }),
};

const request: GenerationRequest = {
  model: 'echo/one',
  role: 'target',
  messages: [textMessage('user', 'hello')],
  temperature: 0,
  maxOutputTokens: 8,
  sample: 0,
};

describe('connections', () => {
  it('use a changed key from the next call on, once they are told to forget', async () => {
    let apiKey = 'first';
    const connections = createConnections({
      providers: [echo],
      settingsFor: () => ({ apiKey }),
      concurrency: 1,
      clock: systemClock,
    });
    const ask = async (): Promise<string> => textOf(await (await connections.open(request.model)).generate(request));
    assert.equal(await ask(), 'first');
    apiKey = 'second';
    assert.equal(await ask(), 'first');
    connections.forget();
    assert.equal(await ask(), 'second');
    await connections.close();
  });

  it('list what a provider has, and name the providers there are for one there is not', async () => {
    const connections = createConnections({
      providers: [echo],
      settingsFor: () => ({}),
      concurrency: 1,
      clock: systemClock,
    });
    assert.deepEqual(await connections.list('echo'), [{ id: 'one', note: null }]);
    await assert.rejects(
      connections.list('ecko'),
      (error) => isPromptOptError(error) && error.code === 'usage' && (error.details.remedy ?? '').includes('echo'),
    );
    await connections.close();
  });
});
