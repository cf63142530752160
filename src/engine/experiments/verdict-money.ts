/** The verdict's part of the month's money: what a run needs of it before it starts, keeps while it searches, and gets. */
import type { Forecast, Limits } from '../../protocol/events.ts';
import type { Budget } from '../models/budget.ts';
import type { RunConfig } from './run-config.ts';
import type { MonthNeed, ResultsStore, RunInput, RunLease } from './store.ts';

/** What is kept for a verdict, as a multiple of what is likely: its prompt may have grown, its last call is reserved whole. */
const FORECAST_MARGIN = 2;

/**
 * The verdict's part of the likely forecast with a margin, but no more than its part of the worst, nor than what the
 * run's own limit keeps for it; the baseline at what is likely. Nothing where a price is not known: what cannot be
 * counted cannot be kept.
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
    FORECAST_MARGIN * usd.likely * part(2 * verdictRows, calls.likely),
    usd.worst * part(2 * verdictRows, calls.worst),
  );
  const kept = limits.usd === undefined ? Infinity : limits.usd * reserve.share;
  // A figure that the limit has cut says less than the limit does.
  const verdictUsd = limits.usd !== undefined && usd.likely >= limits.usd ? kept : Math.min(kept, byForecast);
  return { verdictUsd, baselineUsd: usd.likely * part(validationRows, calls.likely) };
}

/** Over the mean cost of a call so far: the largest is reserved at its worst case. */
const MEASURED_MARGIN = 1.5;

/** The value of a `verdict` input. */
interface VerdictCap {
  readonly usd: number;
}

export interface VerdictMoney {
  /** At a barrier: the smallest verdict costs so many USD by now. Keeps more of the month for it where there is more. */
  needs(usd: number): void;
  /**
   * The account of the verdict, on all its rows at so many USD. Under a month that cannot give all of it, the verdict
   * gets what was kept for it. What it got is an input of the run: a resumed one asks the same rows.
   */
  open(wantedUsd: number, admission: number): Promise<Budget>;
}

export interface VerdictMoneyOptions {
  readonly store: Pick<ResultsStore, 'raiseMonthHold' | 'openMonthHold' | 'recordInput'>;
  readonly lease: RunLease;
  readonly nominal: Budget;
  /** Inputs of an earlier process that still hold. */
  readonly earlier: readonly RunInput[];
}

export function createVerdictMoney({ store, lease, nominal, earlier }: VerdictMoneyOptions): VerdictMoney {
  let raising: Promise<void> = Promise.resolve();
  let kept = 0;
  return {
    needs(usd) {
      const wanted = usd * MEASURED_MARGIN;
      if (wanted <= kept) return;
      kept = wanted;
      // Asked for before any call that follows, in the same order in the store.
      raising = Promise.all([raising, store.raiseMonthHold(lease, wanted)]).then(() => undefined);
      raising.catch(() => undefined);
    },
    async open(wantedUsd, admission) {
      await raising;
      const before = earlier.findLast(({ kind }) => kind === 'verdict')?.value as VerdictCap | undefined;
      const granted = await store.openMonthHold(lease, wantedUsd);
      const usd = before?.usd ?? granted;
      if (usd === null) return nominal;
      if (before === undefined) await store.recordInput(lease, { admission, kind: 'verdict', value: { usd } });
      return nominal.child({ usd });
    },
  };
}
