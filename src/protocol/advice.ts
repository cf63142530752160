/** What every view says of a finished run: why it ended, and what could help when there is no gain. */
import { counted, duration, limits, money, score } from './wording.ts';
import type { OptimizationResult } from './result.ts';
import type { StopReason } from './events.ts';

export function stopReasonSentence(reason: StopReason, result: Pick<OptimizationResult, 'limits'>): string {
  const { calls = 0, usd: amount = 0, tokens = 0, minutes = 0 } = result.limits;
  switch (reason) {
    case 'finished':
      return 'The search ran to its end.';
    case 'converged':
      return 'The search found nothing new any more.';
    case 'perfect-score':
      return 'Every validation row is answered right; there was nothing left to gain.';
    case 'budget-calls':
      return `The limit of ${counted(calls, 'call')} ended the search.`;
    case 'budget-usd':
      return `The limit of ${money(amount)} ended the search.`;
    case 'budget-tokens':
      return `The limit of ${counted(tokens, 'token')} ended the search.`;
    case 'budget-minutes':
      return `The limit of ${duration(minutes)} ended the search.`;
    case 'budget-month':
      return 'The limit of the month on paid calls, over all runs of this workspace, ended the search.';
    case 'too-small-to-search':
      return `The limits (${limits(result.limits)}) were too small to search.`;
    case 'stopped-by-user':
      return 'The search was stopped by hand; the best so far was taken.';
    case 'failed':
      return 'The run failed.';
  }
}

const points = (value: number): string => counted(Math.round(value * 100), 'point');

/** Whether a limit ended the run: it can go on with a larger one. */
export const endedByLimit = (reason: StopReason): boolean =>
  (reason.startsWith('budget-') && reason !== 'budget-month') || reason === 'too-small-to-search';

/** What could help when there is no gain; empty when there is one. */
export function whatCouldHelp(result: OptimizationResult): string[] {
  const { verdict, stopReason, models, limits: given, strategy } = result;
  if (verdict?.outcome === 'better') return [];
  const help: string[] = [];
  if (stopReason === 'budget-month')
    return ['More money for the month, or a new run next month: it takes what was answered from the cache.'];
  if (verdict !== null && verdict.before.mean >= 0.995) {
    return ['The original answers every row right: harder rows would show what it cannot do yet.'];
  }
  if (endedByLimit(stopReason) || verdict === null) {
    const { calls } = given;
    help.push(
      calls === undefined
        ? 'A larger limit: the search was not done.'
        : `A larger limit, e.g. ${counted(Math.max(800, 2 * calls), 'call')}: the search was not done.`,
    );
  }
  if (stopReason === 'stopped-by-user') help.push('Letting the search run to its end.');
  // What was never tried says nothing of rows, models or strategies.
  if (stopReason === 'too-small-to-search') return help;
  if (verdict !== null && verdict.outcome !== 'worse') {
    help.push(
      `More rows: ${counted(verdict.rows, 'row')} can show no less than ${points(verdict.detectableDifference)}; the original scores ${score(verdict.before.mean)}.`,
    );
  }
  if (verdict?.outcome === 'worse') help.push('More validation rows: what won there did not hold on unseen rows.');
  if (models.proposer === models.target) help.push('A stronger proposer: the target writes its own candidates.');
  if (strategy !== 'auto') help.push('Another strategy: auto runs several.');
  return help;
}
