/** How far forecasts were off, kept with each run, so that later ones of the same strategy and target are nearer. */
import type { LearnedForecast, Spend, StopReason } from '../../protocol/events.ts';
import type { RowResult } from '../evaluation/evaluation.ts';
import { median } from '../statistics/descriptive.ts';
import type { PlainForecast } from './forecast.ts';
import type { ForecastRatio, PastRun } from './store.ts';

/** Runs of a target that are looked back on, and of them those of one strategy, the newest each. */
export const LOOKED_BACK_ON = 60;
const LEARNED_FROM = 20;

/** Ends that say how many calls a search makes when nothing but calls stops it. */
const OWN_ENDS: readonly StopReason[] = ['finished', 'converged', 'perfect-score', 'budget-calls'];

/** With fewer, one odd run would be the rule. */
const FEWEST_RUNS = 3;

/** Null where nothing was asked: there is nothing to learn from. */
export function forecastRatio(
  plain: PlainForecast,
  spent: Spend,
  stopReason: StopReason,
  rows: Iterable<RowResult>,
): ForecastRatio | null {
  if (spent.calls === 0 || plain.calls === 0 || plain.inputTokens === 0 || plain.outputTokens === 0) return null;
  const perCall = (tokens: number, likely: number): number => tokens / spent.calls / (likely / plain.calls);
  const latencies = Array.from(rows, ({ latencyMs }) => latencyMs).filter((latency) => latency > 0);
  return {
    calls: OWN_ENDS.includes(stopReason) ? spent.calls / plain.calls : null,
    inputPerCall: perCall(spent.inputTokens, plain.inputTokens),
    outputPerCall: perCall(spent.outputTokens, plain.outputTokens),
    latencyMs: latencies.length === 0 ? null : median(latencies),
  };
}

const medianOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
};

export interface RunHistory {
  /** From runs of the same strategy. */
  readonly learned: LearnedForecast | null;
  /** Milliseconds of a call, from runs of any strategy; null when it was never measured. */
  readonly latencyMs: number | null;
}

/** What the newest finished runs of a target say of the next one. @param strategy null for an evaluation */
export function historyOf(past: readonly PastRun[], strategy: string | null): RunHistory {
  const same = past.filter((run) => run.strategy === strategy).slice(0, LEARNED_FROM);
  return {
    learned: learnFrom(same.map(({ ratio }) => ratio)),
    latencyMs: medianOf(past.map(({ ratio }) => ratio.latencyMs)),
  };
}

/** The medians of earlier runs; null with too few. */
function learnFrom(ratios: readonly ForecastRatio[]): LearnedForecast | null {
  if (ratios.length < FEWEST_RUNS) return null;
  return {
    runs: ratios.length,
    calls: medianOf(ratios.map(({ calls }) => calls)),
    inputPerCall: medianOf(ratios.map(({ inputPerCall }) => inputPerCall)) ?? 1,
    outputPerCall: medianOf(ratios.map(({ outputPerCall }) => outputPerCall)) ?? 1,
    latencyMs: medianOf(ratios.map(({ latencyMs }) => latencyMs)),
  };
}
