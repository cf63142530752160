/** The resolved configuration of a run: with the spec text and the rows, all that the run is a function of. */
import type { Forecast, Limits } from '../../protocol/events.ts';
import type { ModelPrice } from '../models/price.ts';
import type { PlainForecast } from './forecast.ts';
import type { MonthNeed } from './store.ts';

export interface RunConfig {
  readonly strategy: string;
  readonly strategyConfig: unknown;
  readonly optimizerVersion: string;
  readonly seed: number;
  readonly models: { readonly target: string; readonly proposer: string };
  /** Whether every call goes by its provider's batch endpoint; absent in runs of older versions. */
  readonly batch?: boolean;
  readonly limits: Limits;
  /** Prices by model as they were when the run began; null where unknown. */
  readonly prices: Readonly<Record<string, ModelPrice | null>>;
  /** The most one reply of each role may use, in tokens. */
  readonly replyLimits: { readonly target: number; readonly proposer: number };
  /** Test rows the verdict will ask: all of them, or as many as the budget leaves room for. */
  readonly verdictRows: number;
  /** Calls, and the share of money and tokens, kept back for the verdict. */
  readonly reserve: { readonly calls: number; readonly share: number };
  readonly forecast: Forecast;
  /** Likely figures without what was learned; absent, as `monthNeed`, in runs of older versions. */
  readonly plainForecast?: PlainForecast;
  readonly monthNeed?: MonthNeed;
  readonly notes: readonly string[];
}

/** The part of usd and token limits that the search may not touch. */
const RESERVED_SHARE = 0.25;

/** The verdict takes at most this part of a call limit, and shrinks its rows to fit, but not below `FEWEST_VERDICT_ROWS`. */
const VERDICT_CALL_SHARE = 0.4;
export const FEWEST_VERDICT_ROWS = 30;

/** How many test rows the verdict asks under a call limit, each for the original and for the winner. */
export function verdictRowsFor(testRows: number, callLimit: number | undefined): number {
  if (callLimit === undefined) return testRows;
  const affordable = Math.floor((callLimit * VERDICT_CALL_SHARE) / 2);
  return Math.min(testRows, Math.max(FEWEST_VERDICT_ROWS, affordable));
}

/** The part of a call limit that is kept for calls lost at a kill, at most. */
const LOST_CALL_SHARE = 0.1;

/**
 * @param inAir calls that may be out at once. A kill may lose that many replies, which a resume buys again: without
 * room for them the paid limit would end a resumed run before its verdict.
 */
export function reserveFor(verdictRows: number, inAir: number, callLimit = Infinity): RunConfig['reserve'] {
  const lost = Math.min(inAir, Math.floor(callLimit * LOST_CALL_SHARE));
  return { calls: 2 * verdictRows + lost, share: verdictRows === 0 ? 0 : RESERVED_SHARE };
}

/** What the search may use of the run's limits. */
export function searchLimits(limits: Limits, reserve: RunConfig['reserve']): Limits {
  return within(limits, reserve.calls, reserve.share);
}

/** The part of the reserve in money and tokens that retries and calls lost at a kill may use. */
const LOST_RESERVE_SHARE = 0.2;

/**
 * What may really be paid before the verdict. Retries and lost calls are paid for beside the search's own account;
 * they may use what is kept for them, never what the verdict needs.
 */
export function paidSearchLimits(
  limits: Limits,
  { reserve, verdictRows }: Pick<RunConfig, 'reserve' | 'verdictRows'>,
): Limits {
  return within(limits, 2 * verdictRows, reserve.share * (1 - LOST_RESERVE_SHARE));
}

/** Limits without so many calls, and without a share of money and tokens. Minutes are no account. */
const within = ({ usd, calls, tokens }: Limits, keptCalls: number, share: number): Limits => ({
  ...(calls === undefined ? {} : { calls: Math.max(0, calls - keptCalls) }),
  ...(usd === undefined ? {} : { usd: usd * (1 - share) }),
  ...(tokens === undefined ? {} : { tokens: Math.floor(tokens * (1 - share)) }),
});

export const withoutMinutes = (limits: Limits): Limits => within(limits, 0, 0);
