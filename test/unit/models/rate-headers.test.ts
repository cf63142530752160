import assert from 'node:assert/strict';
import { durationOf, serverLimitsOf } from '../../../src/engine/models/providers/rate-headers.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const limits = (headers: Record<string, string>) => serverLimitsOf(new Headers(headers), NOW);

describe('rate headers', () => {
  it('write a span as OpenAI does, and as gateways do', () => {
    for (const [text, milliseconds] of [
      ['12ms', 12],
      ['1s', 1000],
      ['6m0s', 360_000],
      ['1h2m3.5s', 3_723_500],
      ['2d', 172_800_000],
      ['7', 7000],
      ['0.25', 250],
      ['', null],
      ['soon', null],
      ['1s tomorrow', null],
      ['-5', null],
    ] as const)
      assert.equal(durationOf(text), milliseconds, text);
  });

  it('are read by the names of OpenAI', () => {
    assert.deepEqual(
      limits({
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-tokens': '149984',
        'x-ratelimit-reset-tokens': '6ms',
      }),
      {
        requests: { remaining: 59, limit: 60, resetMs: 1000 },
        tokens: { remaining: 149_984, limit: 150_000, resetMs: 6 },
      },
    );
  });

  it('are read by the names of Anthropic, whose times are those of its own clock', () => {
    const names = (kind: string, remaining: number, reset: string) => ({
      [`anthropic-ratelimit-${kind}-limit`]: '1000',
      [`anthropic-ratelimit-${kind}-remaining`]: String(remaining),
      [`anthropic-ratelimit-${kind}-reset`]: reset,
    });
    const told = { ...names('requests', 999, '2026-11-24T10:00:03Z'), ...names('tokens', 5, '2026-11-24T10:00:30Z') };
    // Its clock is two hours ahead of ours.
    assert.deepEqual(limits({ ...told, date: 'Tue, 24 Nov 2026 10:00:00 GMT' }), {
      requests: { remaining: 999, limit: 1000, resetMs: 3000 },
      tokens: { remaining: 5, limit: 1000, resetMs: 30_000 },
    });
    assert.deepEqual(limits(names('input-tokens', 7, '2026-11-24T07:59:00Z'))?.tokens, {
      remaining: 7,
      limit: 1000,
      resetMs: 0,
    });
  });

  it('that are missing, half there or nonsense limit nothing', () => {
    for (const headers of [
      {},
      { 'x-ratelimit-remaining-requests': '5' },
      { 'x-ratelimit-remaining-requests': '', 'x-ratelimit-reset-requests': '1s' },
      { 'x-ratelimit-remaining-requests': 'many', 'x-ratelimit-reset-requests': '1s' },
      { 'x-ratelimit-remaining-requests': '-1', 'x-ratelimit-reset-requests': '1s' },
      { 'x-ratelimit-remaining-tokens': '5', 'x-ratelimit-reset-tokens': 'never' },
    ])
      assert.equal(limits(headers), null, JSON.stringify(headers));
    assert.equal(serverLimitsOf(undefined), null);
  });
});
