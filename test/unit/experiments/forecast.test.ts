import assert from 'node:assert/strict';
import { makeForecast } from '../../../src/engine/experiments/forecast.ts';
import type { ForecastInput } from '../../../src/engine/experiments/forecast.ts';

const price = { inputPerMillion: 1, outputPerMillion: 2, source: 'a test' };
const given: ForecastInput = {
  search: { low: { target: 100 }, likely: { target: 200 }, worst: { target: 400 }, demonstrations: 0 },
  verdictCalls: 100,
  limits: {},
  tokens: {
    target: { input: 50, output: 10, worstOutput: 256 },
    proposer: { input: 500, output: 200, worstOutput: 4096 },
  },
  prices: { target: price, proposer: price },
  latencyMs: 1000,
  concurrency: 10,
};

describe('the forecast', () => {
  it('counts search and verdict, and never promises less at worst than it holds likely', () => {
    const { calls, usd, inputTokens, outputTokens, minutes } = makeForecast(given);
    assert.deepEqual(calls, { low: 200, likely: 300, worst: 500 });
    for (const range of [inputTokens, outputTokens, minutes, usd])
      assert.ok(range !== null && range.low <= range.likely && range.likely <= range.worst);
  });

  it('counts the demonstrations that are sent again with every call', () => {
    const without = makeForecast(given);
    const { inputTokens, usd } = makeForecast({ ...given, search: { ...given.search, demonstrations: 16 } });
    assert.equal(inputTokens.worst, 500 * (50 + 16 * 60) * 4);
    assert.ok(inputTokens.likely > 5 * without.inputTokens.likely);
    assert.ok((usd?.worst ?? 0) > (without.usd?.worst ?? 0));
  });

  it('stays within the limits, and says nothing of money where a price is not known', () => {
    const { calls, usd } = makeForecast({ ...given, limits: { calls: 250, usd: 0.001 } });
    assert.equal(calls.worst, 250);
    assert.equal(usd?.worst, 0.001);
    assert.equal(makeForecast({ ...given, prices: { target: null, proposer: price } }).usd, null);
  });
});
