/** What a run needs of the month's money, told before it starts. */
import type { Forecast, Limits } from '../../protocol/events.ts';
import type { RunConfig } from './run-config.ts';
import type { MonthNeed } from './store.ts';

/**
 * The verdict's part of the worst forecast, but no more than what the run's own limit keeps for it; the baseline at what
 * is likely. Nothing where a price is not known: what cannot be counted cannot be kept.
 */
export function monthNeedOf(
  forecast: Forecast,
  limits: Limits,
  { reserve, verdictRows }: Pick<RunConfig, 'reserve' | 'verdictRows'>,
  validationRows: number,
): MonthNeed {
  const { usd, calls } = forecast;
  if (usd === null) return { verdictUsd: 0, baselineUsd: 0 };
  const part = (wanted: number, of: number): number => Math.min(1, wanted / Math.max(1, of));
  const byForecast = usd.worst * part(2 * verdictRows, calls.worst);
  const kept = limits.usd === undefined ? Infinity : limits.usd * reserve.share;
  // A worst figure that the limit has cut says less than the limit does.
  const verdictUsd = limits.usd !== undefined && usd.worst >= limits.usd ? kept : Math.min(kept, byForecast);
  return { verdictUsd, baselineUsd: usd.likely * part(validationRows, calls.likely) };
}
