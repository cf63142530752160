/**
 * Paid money of a calendar month (UTC), over all runs, evaluations and processes of a store, against its limit.
 *
 * The store adds up each month as attempts are sent (at their worst case) and settled (at what they cost); deleting a
 * run takes nothing back. A call is written down only if its worst case fits the month, in one transaction shared by all
 * processes. What runs need for their verdicts is held for them while they live.
 */
import { PromptOptError } from '../../protocol/errors.ts';
import type { Spend } from '../../protocol/events.ts';
import { money } from '../../protocol/wording.ts';
import type { StoreChannel } from './store-channel.ts';
import type { SqlValue, StoreRow, WriteName } from './store-protocol.ts';
import type { WorkspaceBudget } from '../models/workspace-config.ts';
import type { MonthLimit, MonthNeed, MonthState, RunLease } from './store.ts';

const NANO = 1e9;
const toNano = (usd: number): number => Math.round(usd * NANO);

/** `2026-11` */
export const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);

/** USD that may be paid in a month by whoever is under this limit. */
export const allowedBy = ({ usd, emergencyUsd }: MonthLimit): number => usd + emergencyUsd;

/** Without a monthly amount there is no limit; the emergency budget counts only when the user has said so. */
export function monthLimitOf(
  { monthlyUsd, emergencyUsd }: WorkspaceBudget,
  useEmergencyBudget: boolean,
): MonthLimit | null {
  if (monthlyUsd === null) return null;
  return { usd: monthlyUsd, emergencyUsd: useEmergencyBudget ? (emergencyUsd ?? 0) : 0 };
}

function remedyOf({ emergencyUsd }: MonthLimit): string {
  const wait = 'Wait for the next month, or raise budget.monthlyUsd in promptopt.config.yaml';
  return emergencyUsd > 0 ? `${wait}.` : `${wait}; --use-emergency-budget uses the emergency budget, if there is one.`;
}

const reached = (limit: MonthLimit): PromptOptError =>
  new PromptOptError('budget', `The limit of ${money(allowedBy(limit))} a month on paid calls is reached.`, {
    limit: 'month',
    remedy: remedyOf(limit),
  });

export interface MonthAccount {
  setLimit(limit: MonthLimit | null): void;
  state(): Promise<MonthState>;
  hold(lease: RunLease, need: MonthNeed): Promise<void>;
  raiseHold(lease: RunLease, verdictUsd: number): Promise<void>;
  openHold(lease: RunLease, wantedUsd: number): Promise<number | null>;
  /**
   * Writes an attempt down if its worst case fits the month. One that does not waits while paid calls of this process are
   * in the air, since they may cost less than was reserved for them. @returns its number
   * @throws PromptOptError `budget` (limit `month`) when it does not fit and nothing is in the air.
   */
  send(run: string, values: readonly SqlValue[], worst: Spend, lease?: RunLease): Promise<number>;
  /** An attempt has its end. */
  settled(attempt: number): void;
}

export function createMonthAccount(channel: StoreChannel, clock: { now(): number }): MonthAccount {
  let limit: MonthLimit | null = null;
  /** Runs that have come to their verdict: what was held is theirs to use. */
  const concluding = new Set<string>();
  /** USD held for each run of this process. */
  const held = new Map<string, number>();
  /** Paid attempts of this process without an end. */
  const inAir = new Set<number>();
  let waiting: (() => void)[] = [];

  /** Refused calls try again one after the other, in their order. */
  let edge: Promise<unknown> = Promise.resolve();
  const nextSettled = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));

  const write = (name: WriteName, values: readonly SqlValue[], lease?: RunLease): Promise<readonly StoreRow[]> =>
    channel.write([{ write: name, values }], lease);

  const tryOnce = async (
    run: string,
    values: readonly SqlValue[],
    nano: number,
    lease?: RunLease,
  ): Promise<number | null> => {
    const now = clock.now();
    const most = limit === null || nano === 0 ? null : toNano(allowedBy(limit));
    // Until its verdict, a run's own hold is out of its reach as well.
    const own = concluding.has(run) ? run : '';
    const [row] = await write('sent', [...values, most, nano, monthOf(now), now, own, most], lease);
    return row === undefined ? null : Number(row['id']);
  };

  const send: MonthAccount['send'] = async (run, values, { usd }, lease) => {
    const nano = toNano(usd);
    const granted = (attempt: number): number => {
      if (nano > 0) inAir.add(attempt);
      return attempt;
    };
    const first = await tryOnce(run, values, nano, lease);
    if (first !== null) return granted(first);
    const later = edge.then(async () => {
      for (;;) {
        const hope = inAir.size > 0;
        const attempt = await tryOnce(run, values, nano, lease);
        if (attempt !== null) return granted(attempt);
        if (inAir.size > 0) await nextSettled();
        else if (!hope) throw reached(limit ?? { usd: 0, emergencyUsd: 0 });
      }
    });
    edge = later.catch(() => undefined);
    return await later;
  };

  const state = async (): Promise<MonthState> => {
    const now = clock.now();
    const month = monthOf(now);
    const [row] = await channel.read('month', month, now);
    return {
      month,
      paidUsd: Number(row?.['paid'] ?? 0) / NANO,
      heldUsd: Number(row?.['held'] ?? 0) / NANO,
      limit,
    };
  };

  /** Whether the month has so much; then it is kept in place of what was held before. */
  const hold = async (lease: RunLease, need: MonthNeed, under: MonthLimit): Promise<boolean> => {
    const now = clock.now();
    const { runId } = lease;
    const [keep, needed] = [toNano(need.verdictUsd), toNano(need.verdictUsd + need.baselineUsd)];
    const values = [keep, runId, needed, monthOf(now), now, runId, toNano(allowedBy(under))];
    const [row] = await write('holdMonth', values, lease);
    if (row !== undefined) held.set(runId, need.verdictUsd);
    return row !== undefined;
  };

  return {
    setLimit(next) {
      limit = next;
    },
    state,
    async hold(lease, need) {
      if (limit === null || (await hold(lease, need, limit))) return;
      throw tooLittleLeft(limit, await state(), need.verdictUsd + need.baselineUsd);
    },
    async raiseHold(lease, verdictUsd) {
      if (limit === null || concluding.has(lease.runId) || verdictUsd <= (held.get(lease.runId) ?? 0)) return;
      await hold(lease, { verdictUsd, baselineUsd: 0 }, limit);
    },
    async openHold(lease, wantedUsd) {
      concluding.add(lease.runId);
      if (limit === null || (await hold(lease, { verdictUsd: wantedUsd, baselineUsd: 0 }, limit))) return null;
      return held.get(lease.runId) ?? 0;
    },
    send,
    settled(attempt) {
      if (!inAir.delete(attempt)) return;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
  };
}

/** @throws PromptOptError `budget` (limit `month`) when the month has less left than a run needs. */
export function requireMonth({ verdictUsd, baselineUsd }: MonthNeed, state: MonthState): void {
  const { limit, paidUsd, heldUsd } = state;
  const needed = verdictUsd + baselineUsd;
  if (limit !== null && paidUsd + heldUsd + needed > allowedBy(limit)) throw tooLittleLeft(limit, state, needed);
}

function tooLittleLeft(limit: MonthLimit, { paidUsd, heldUsd }: MonthState, neededUsd: number): PromptOptError {
  const held = heldUsd > 0 ? `, and ${money(heldUsd)} are kept for runs under way` : '';
  return new PromptOptError(
    'budget',
    `Of ${money(allowedBy(limit))} a month, ${money(paidUsd)} are paid${held}: what is left is not enough for this run, which needs about ${money(neededUsd)} to measure the original and for its verdict.`,
    { limit: 'month', remedy: `Give the run a lower limit in USD. ${remedyOf(limit)}` },
  );
}
