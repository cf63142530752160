import assert from 'node:assert/strict';
import { makeForecast, plainForecast } from '../../../src/engine/experiments/forecast.ts';
import { forecastRatio, historyOf } from '../../../src/engine/experiments/forecast-history.ts';
import { NO_SPEND } from '../../../src/protocol/events.ts';
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

  it('says calls, tokens and money of each role, which add up to the whole', () => {
    const search = { ...given.search, likely: { target: 200, proposer: 20, judge: 40 } };
    const {
      byRole = {},
      usd,
      calls,
      callsByRole,
    } = makeForecast({
      ...given,
      search,
      tokens: { ...given.tokens, judge: { input: 100, output: 5, worstOutput: 50 } },
      prices: { ...given.prices, judge: price },
    });
    assert.deepEqual(callsByRole, { target: 300, proposer: 20, judge: 40 });
    const sum = Object.values(byRole).reduce((whole, role) => whole + (role.usd ?? 0), 0);
    assert.ok(Math.abs(sum - (usd?.likely ?? 0)) < 1e-9);
    assert.equal(calls.likely, 360);
    assert.equal(byRole['judge']?.outputTokens, 40 * 5);
  });

  it('of a prompt that stays as it is has the same input at every level', () => {
    const { inputTokens } = makeForecast({
      ...given,
      search: { low: {}, likely: {}, worst: {}, demonstrations: 0 },
      grows: false,
    });
    assert.deepEqual(inputTokens, { low: 5000, likely: 5000, worst: 5000 });
  });

  it('is moved by what earlier runs took, within the limits, and never above its own worst or below its low', () => {
    const learned = { runs: 5, calls: 0.5, inputPerCall: 2, outputPerCall: 3, latencyMs: 500 };
    const plain = makeForecast(given);
    const moved = makeForecast({ ...given, learned });
    assert.equal(moved.calls.likely, plain.calls.likely / 2);
    assert.equal(moved.calls.low, plain.calls.likely / 2);
    assert.equal(moved.inputTokens.likely, plain.inputTokens.likely);
    assert.equal(moved.outputTokens.likely, 1.5 * plain.outputTokens.likely);
    assert.equal(moved.minutes.likely, plain.minutes.likely / 4);
    assert.deepEqual(moved.learned, learned);
    for (const range of [moved.calls, moved.inputTokens, moved.outputTokens, moved.minutes])
      assert.ok(range.low <= range.likely && range.likely <= range.worst);
    const far = makeForecast({ ...given, limits: { calls: 250 }, learned: { ...learned, calls: 9 } });
    assert.equal(far.calls.likely, 250);
    assert.deepEqual(plainForecast({ ...given, learned }), {
      calls: plain.calls.likely,
      inputTokens: plain.inputTokens.likely,
      outputTokens: plain.outputTokens.likely,
    });
  });

  const ratio = (calls: number | null, latencyMs: number | null = 100) => ({
    strategy: 'auto',
    ratio: { calls, inputPerCall: 0.5, outputPerCall: 2, latencyMs },
  });

  it('learns from no fewer than three runs of its strategy, by their median', () => {
    assert.equal(historyOf([ratio(1), ratio(2)], 'auto').learned, null);
    const past = [ratio(0.5), ratio(9), ratio(null), { ...ratio(0.1), strategy: 'gepa' }, ratio(0.7)];
    const { learned, latencyMs } = historyOf(past, 'auto');
    assert.deepEqual(learned, { runs: 4, calls: 0.7, inputPerCall: 0.5, outputPerCall: 2, latencyMs: 100 });
    assert.equal(latencyMs, 100);
    assert.equal(historyOf(past, 'gepa').learned, null);
    assert.equal(historyOf([ratio(1, 40)], null).latencyMs, 40);
    assert.deepEqual(historyOf([], 'auto'), { learned: null, latencyMs: null });
  });

  it('keeps what a run took a call, and its calls only where it came to an end of its own', () => {
    const plain = { calls: 100, inputTokens: 1000, outputTokens: 200 };
    const spent = { ...NO_SPEND, calls: 50, inputTokens: 1000, outputTokens: 50 };
    const took = forecastRatio(plain, spent, 'finished', []);
    assert.deepEqual(took, { calls: 0.5, inputPerCall: 2, outputPerCall: 0.5, latencyMs: null });
    assert.equal(forecastRatio(plain, spent, 'budget-usd', [])?.calls, null);
    assert.equal(forecastRatio(plain, NO_SPEND, 'finished', []), null);
  });
});
