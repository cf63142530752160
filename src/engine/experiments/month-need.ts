/** What a run needs of the month's money, told before it starts. */
import type { Forecast, Limits } from '../../protocol/events.ts';
import type { RunConfig } from './run-config.ts';
import type { MonthNeed } from './store.ts';

/** What is kept for a verdict, as a multiple of what is likely: its prompt may have grown, its last call is reserved whole. */
const MARGIN = 2;

/**
 * The verdict's part of the likely forecast with a margin, but no more than its part of the worst, nor than what the
 * run's own limit keeps for it; the baseline at what is likely. Nothing where a price is not known: what cannot be counted cannot be kept.
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
  const byForecast = Math.min(
    MARGIN * usd.likely * part(2 * verdictRows, calls.likely),
    usd.worst * part(2 * verdictRows, calls.worst),
  );
  const kept = limits.usd === undefined ? Infinity : limits.usd * reserve.share;
  // A figure that the limit has cut says less than the limit does.
  const verdictUsd = limits.usd !== undefined && usd.likely >= limits.usd ? kept : Math.min(kept, byForecast);
  return { verdictUsd, baselineUsd: usd.likely * part(validationRows, calls.likely) };
}
