import assert from 'node:assert/strict';
import fc from 'fast-check';
import { failureOf } from '../../../src/engine/models/serve/api-failure.ts';
import { readChatRequest } from '../../../src/engine/models/serve/read-chat-request.ts';
import { createSampleNumbers } from '../../../src/engine/models/serve/sample-numbers.ts';
import { chunksOf, completionOf } from '../../../src/engine/models/serve/write-chat-reply.ts';
import { PromptOptError } from '../../../src/protocol/errors.ts';
import type { ErrorCode, ErrorDetails } from '../../../src/protocol/errors.ts';
import { makeGeneration, makeRequest } from '../../support/models.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const NAMES = ['model', 'messages', 'n', 'stop', 'tools', 'stream', 'stream_options', 'seed', 'temperature', 'other'];

describe('a served request', () => {
  it('is read or refused, whatever it is', () => {
    const body = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...NAMES), fc.oneof(fc.jsonValue(), fc.constant(messages), fc.constant(null))),
    );
    let refused = 0;
    fc.assert(
      fc.property(body, (received) => {
        const read = readChatRequest(received);
        if (!('status' in read)) return;
        refused++;
        assert.equal(read.status, 400);
        assert.ok(read.error.message.length > 10 && read.error.message.endsWith('.'), read.error.message);
      }),
      { numRuns: 500, seed: 7 },
    );
    assert.ok(refused > 100);
  });

  it('has what it says, and the defaults of the API for the rest', () => {
    assert.deepEqual(readChatRequest({ model: 'm', messages, seed: 4, stop: 'x', frequency_penalty: 0, user: null }), {
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      tools: [],
      responseFormat: null,
      temperature: null,
      topP: null,
      maxOutputTokens: null,
      seed: 4,
      extra: { stop: 'x' },
      stream: false,
      includeUsage: false,
    });
  });

  it('asks for another sample each time, for one that was never answered again, and by its seed for that', () => {
    const samples = createSampleNumbers();
    const warm = makeRequest('a', { temperature: 0.5 });
    const next = (seed: number | null = null): number => samples.numbered(warm, seed).sample;
    assert.deepEqual([next(), next(), next(), next(77)], [0, 1, 2, 77]);
    samples.giveBack({ ...warm, sample: 1 });
    assert.deepEqual([next(), next()], [1, 3]);
    assert.equal(samples.numbered(makeRequest('b', { temperature: 0.5 }), null).sample, 0);
    const cold = makeRequest('a', { temperature: 0 });
    assert.deepEqual([samples.numbered(cold, null).sample, samples.numbered(cold, null).sample], [0, 0]);
  });
});

describe('a served reply', () => {
  const head = { id: 'chatcmpl-1', createdAt: 5999, model: 'm' };
  const called = makeGeneration('', {
    toolCalls: [{ id: 'c1', name: 'look', arguments: '{"at":1}' }],
    finishReason: 'tool-calls',
  });

  it('carries calls of functions, whole and in chunks', () => {
    const whole = completionOf(head, called) as {
      created: number;
      choices: { message: { content: string | null; tool_calls: unknown[] }; finish_reason: string }[];
    };
    assert.equal(whole.created, 5);
    assert.equal(whole.choices[0]?.message.content, null);
    assert.equal(whole.choices[0].finish_reason, 'tool_calls');
    const call = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":1}' } };
    assert.deepEqual(whole.choices[0].message.tool_calls, [call]);
    const last = chunksOf(head, false).last(called) as { choices: { delta: { tool_calls?: unknown } }[] }[];
    assert.deepEqual(last[0]?.choices[0]?.delta.tool_calls, [{ index: 0, ...call }]);
    assert.equal(last.length, 2);
  });
});

describe('a failure in the words of the API', () => {
  const cases: readonly (readonly [ErrorCode, ErrorDetails, number, string | null, boolean])[] = [
    ['bad-request', {}, 400, null, false],
    ['budget', { limit: 'usd' }, 429, 'insufficient_quota', false],
    ['unavailable', { status: 401 }, 503, 'provider_unavailable', false],
    ['unavailable', { status: 404 }, 404, 'model_not_found', false],
    ['unavailable', { status: 429 }, 429, 'insufficient_quota', false],
    ['transient', { status: 429, retryAfterMs: 300 }, 429, 'rate_limit_exceeded', true],
    ['transient', { status: 500 }, 502, 'provider_failed', true],
    ['stopped', {}, 503, 'session_ended', false],
    ['usage-overrun', {}, 502, 'usage_overrun', false],
    ['store', {}, 500, 'store', false],
  ];
  for (const [code, details, status, word, again] of cases) {
    it(`is ${status} for ${code}${details.status === undefined ? '' : ` with ${details.status}`}`, () => {
      const failure = failureOf(new PromptOptError(code, 'So it is.', details));
      assert.deepEqual([failure.status, failure.error.code, failure.retryAfterMs !== null], [status, word, again]);
    });
  }

  it('tells nothing of what was never meant', () => {
    const { status, error } = failureOf(new TypeError('secret'));
    assert.equal(status, 500);
    assert.ok(!JSON.stringify(error).includes('secret'));
  });
});
