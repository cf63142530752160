/** Says once when half and when four fifths of a run's limits are used, and when it may use the emergency budget. */
import type { Limits, Spend } from '../../protocol/events.ts';
import { counted, duration, money } from '../../protocol/wording.ts';
import type { EventWriter } from './event-writer.ts';
import type { MonthState } from './store.ts';

/** By rising share. */
const ALERTS = [
  { code: 'budget-50', share: 0.5, words: 'Half of the limit is used' },
  { code: 'budget-80', share: 0.8, words: '80 % of the limit is used' },
] as const;

interface Used {
  readonly share: number;
  /** `$1.02 of $2.00` */
  readonly text: string;
}

/** The limit that is nearest to its end. */
function nearest({ usd, calls, tokens }: Limits, spent: Spend): Used {
  const usedTokens = spent.inputTokens + spent.outputTokens;
  const of = (value: number, limit: number | undefined, text: string): Used =>
    limit === undefined || limit <= 0 ? { share: 0, text } : { share: value / limit, text };
  return [
    of(spent.calls, calls, `${spent.calls} of ${counted(calls ?? 0, 'call')}`),
    of(spent.usd, usd, `${money(spent.usd)} of ${money(usd ?? 0)}`),
    of(usedTokens, tokens, `${usedTokens} of ${counted(tokens ?? 0, 'token')}`),
  ].reduce((most, one) => (one.share > most.share ? one : most));
}

/** Tells of each mark once; whoever passes both at once is told of the later one only. */
function createMarks(events: EventWriter): (used: Used) => void {
  let told = -1;
  return ({ share, text }) => {
    const passed = ALERTS.findLastIndex((alert) => share >= alert.share);
    const alert = ALERTS[passed];
    if (alert === undefined || passed <= told) return;
    told = passed;
    events.below(alert.code).emit('warning', { code: alert.code, message: `${alert.words}: ${text}.` });
  };
}

/**
 * To be asked at barriers, with what was spent as if every call had been bought: then a resumed run says the same.
 * Minutes have marks of their own, in a place of their own: a resumed run passes them elsewhere, and what was told
 * first stays.
 */
export function createBudgetAlerts(
  events: EventWriter,
  limits: Limits,
): (spent: Spend, minutesLeft?: number | null) => void {
  const account = createMarks(events);
  const time = createMarks(events.below('minutes'));
  const { minutes } = limits;
  return (spent, minutesLeft = null) => {
    account(nearest(limits, spent));
    if (minutes === undefined || minutesLeft === null) return;
    const used = minutes - minutesLeft;
    time({ share: used / minutes, text: `${duration(used)} of ${duration(minutes)}` });
  };
}

/** A run that may go beyond the month's limit says so, in its events too. */
export function announceEmergency(events: EventWriter, { limit }: MonthState): void {
  if (limit === null || limit.emergencyUsd === 0) return;
  events.below('emergency-budget').emit('warning', {
    code: 'emergency-budget',
    message: `This run may use the emergency budget: ${money(limit.emergencyUsd)} a month beyond the limit of ${money(limit.usd)}.`,
  });
}
