import assert from 'node:assert/strict';
import { createLimiter, withLimiter } from '../../src/engine/models/limiter.ts';
import type { LanguageModel } from '../../src/engine/models/language-model.ts';
import { anthropic } from '../../src/engine/models/providers/anthropic.ts';
import { openai } from '../../src/engine/models/providers/openai.ts';
import type { ServerLimits } from '../../src/engine/models/server-limits.ts';
import { handClock } from '../support/hand-clock.ts';
import { makeRequest, settle } from '../support/models.ts';
import { send } from '../support/http-answers.ts';
import { completion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import type { Answer, OpenAiServer } from '../support/openai-server.ts';

const TOLD = {
  'x-ratelimit-limit-requests': '60',
  'x-ratelimit-remaining-requests': '0',
  'x-ratelimit-reset-requests': '1m0s',
};
const LIMITS: ServerLimits = { requests: { remaining: 0, limit: 60, resetMs: 60_000 }, tokens: null };

describe('rate limits of a server', () => {
  let server: OpenAiServer;
  let answer: Answer;
  let model: LanguageModel;

  beforeEach(async () => {
    server = await startOpenAiServer((call, response) => answer(call, response));
    model = await openai.connect({ baseUrl: server.baseUrl });
  });
  afterEach(() => server.close());

  it('are handed up with a reply, with a stream and with an error', async () => {
    const told: ServerLimits[] = [];
    const onLimits = (limits: ServerLimits): void => void told.push(limits);
    answer = (_call, response) => {
      send(response, completion('hello'), 200, TOLD);
    };
    await model.generate(makeRequest('a'), { onLimits });
    await model.generate(makeRequest('a', { extra: { api: 'responses' } }), { onLimits }).catch(() => undefined);
    await model.generate(makeRequest('a'), { onLimits, onDelta: () => undefined }).catch(() => undefined);
    answer = (_call, response) => {
      sendError(response, 429, 'rate_limit_exceeded', TOLD);
    };
    await assert.rejects(model.generate(makeRequest('a'), { onLimits }));
    assert.deepEqual(told, [LIMITS, LIMITS, LIMITS, LIMITS]);
  });

  it('are handed up by Anthropic’s names too, with a reply and with an error', async () => {
    const told: ServerLimits[] = [];
    const claude = await anthropic.connect({ baseUrl: server.baseUrl });
    const date = new Date(Math.floor(Date.now() / 1000) * 1000);
    const headers = {
      date: date.toUTCString(),
      'anthropic-ratelimit-requests-limit': '60',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': new Date(date.getTime() + 60_000).toISOString(),
    };
    for (const status of [200, 429]) {
      answer = (_call, response) => {
        const message = { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'hello' }], usage: {} };
        send(
          response,
          status === 200 ? message : { type: 'error', error: { type: 'rate_limit_error' } },
          status,
          headers,
        );
      };
      await claude.generate(makeRequest('a'), { onLimits: (limits) => told.push(limits) }).catch(() => undefined);
    }
    assert.deepEqual(told, [LIMITS, LIMITS]);
  });

  it('are kept without a single refusal: the next call leaves when there is room for it', async () => {
    const clock = handClock();
    const limiter = createLimiter({ concurrency: 8, clock });
    const limited = withLimiter(model, () => limiter);
    answer = (_call, response) => {
      send(response, completion('hello'), 200, server.calls.length === 1 ? TOLD : {});
    };
    await limited.generate(makeRequest('first'));
    const second = limited.generate(makeRequest('second'));
    await clock.advance(999);
    await settle();
    assert.equal(server.calls.length, 1);
    await clock.advance(1);
    await second;
    assert.equal(server.calls.length, 2);
  });
});
