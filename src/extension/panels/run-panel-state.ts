/** What a run panel's page is told of its session: all of it at first, then what changed. */
import { endedByLimit } from '../../protocol/advice.ts';
import { whatCouldHelp } from '../../protocol/advice.ts';
import type { HostMessage, RunPanelState } from '../../protocol/messages.ts';
import type { RunSession } from '../runs/run-session.ts';

export type ShownSession = Pick<RunSession, 'id' | 'name' | 'specPath' | 'status' | 'failure' | 'result' | 'view'>;

/** @param spec the spec's path as a person would write it */
export function runPanelState(session: ShownSession, spec: string): RunPanelState {
  const { id, name, specPath, status, failure, result, view } = session;
  return {
    id,
    name,
    spec,
    specPath,
    status,
    failure,
    canReview: result?.verdict?.outcome === 'better',
    canContinue: result !== null && endedByLimit(result.stopReason),
    minutes: result?.time.minutes ?? null,
    advice: result === null || status === 'discarded' ? [] : whatCouldHelp(result),
    view,
  };
}

/** Only what differs: a run of hundreds of candidates does not send them all again for one more call. */
export function stateChanges(before: RunPanelState, after: RunPanelState): HostMessage {
  const differing = <T extends object>(old: T, next: T): Partial<T> =>
    Object.fromEntries(
      Object.entries(next).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(old[key as keyof T])),
    ) as Partial<T>;
  const { view: viewBefore, ...stateBefore } = before;
  const { view: viewAfter, ...stateAfter } = after;
  return { type: 'patch', state: differing(stateBefore, stateAfter), view: differing(viewBefore, viewAfter) };
}
