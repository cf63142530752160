/** A run's state in a few words, for the status bar and the notification. */
import { count, moneyOf, plusMinus } from '../../protocol/wording.ts';
import type { RunSession } from '../runs/run-session.ts';

/** `best 0.74 ± 0.06 · 212/800 calls · $0.18`, with what was really paid where that is less. */
export function runWords({ view, status }: RunSession): string {
  const best = view.candidates.find(({ hash }) => hash === view.incumbent)?.estimate;
  const limit = view.started?.limits.calls;
  const calls = limit === undefined ? count(view.spent.calls) : `${count(view.spent.calls)}/${count(limit)}`;
  return [
    ...(status === 'paused' || status === 'stopping' ? [status] : []),
    ...(best === undefined || best === null ? [] : [`best ${plusMinus(best)}`]),
    `${calls} calls`,
    spentWords(view),
  ].join(' · ');
}

/** What was spent, and beside it what was really paid where the cache made that less: `$0.18 ($0.10 paid)`. */
function spentWords({ spent, paid }: RunSession['view']): string {
  const words = moneyOf(spent);
  return paid.unpricedCalls > 0 || moneyOf(paid) === words ? words : `${words} (${moneyOf(paid)} paid)`;
}

/** The share of the limit that is used up, 0…1: of the limit that is nearest. */
export function usedShare({ view }: RunSession): number {
  const { calls, usd, tokens } = view.started?.limits ?? {};
  const { spent } = view;
  const shares = [
    calls === undefined ? 0 : spent.calls / calls,
    usd === undefined ? 0 : spent.usd / usd,
    tokens === undefined ? 0 : (spent.inputTokens + spent.outputTokens) / tokens,
  ];
  return Math.min(1, Math.max(...shares));
}

/** What the run does right now. */
export const currentPhase = ({ view }: RunSession): string | undefined =>
  view.phases.findLast(({ state }) => state === 'running')?.name;
