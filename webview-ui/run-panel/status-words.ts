/** A run's status in words: a label for the header, and a sentence where something happened. */
import type { RunPanelState } from '../../src/protocol/messages.ts';
import { counted } from '../../src/protocol/wording.ts';

export const STATUS_ICONS: Readonly<Record<RunPanelState['status'], string>> = {
  running: 'sync',
  paused: 'debug-pause',
  stopping: 'sync',
  interrupted: 'debug-disconnect',
  failed: 'error',
  done: 'check',
  discarded: 'trash',
};

/** Whether the run goes on in this window. */
export const isLive = ({ status }: RunPanelState): boolean =>
  status === 'running' || status === 'paused' || status === 'stopping';

/** What the run does right now, e.g. `reflect, 9 of 15 rows`. */
export function activity({ view }: RunPanelState): string {
  const phase = view.phases.findLast(({ state }) => state === 'running')?.name;
  const rows = view.progress === null ? null : `${view.progress.done} of ${counted(view.progress.of, 'row')}`;
  return [phase, rows].filter((part) => part !== undefined && part !== null).join(', ');
}

/** Why a stored run was left, by the code it wrote down. */
const REASONS: Readonly<Record<string, string>> = {
  unavailable: 'The model could not be reached or refused to answer.',
  transient: 'The model’s server failed again and again.',
  'usage-overrun': 'The model’s server used more than had been set aside for it.',
  store: 'The results could not be written.',
  internal: 'The optimizer itself failed.',
  stopped: 'The run was left before it had ended.',
};

const GO_ON = 'Nothing that was paid for is lost: the run goes on where it was.';

export interface StatusNotice {
  readonly kind: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** What happened to a run that is neither running nor simply done; null for those. */
export function statusNotice({ status, failure, view }: RunPanelState): StatusNotice | null {
  switch (status) {
    case 'running':
      return null;
    case 'done':
      return view.ended !== null && view.verdict === null ? { kind: 'warning', text: view.ended.sentence } : null;
    case 'paused':
      return {
        kind: 'info',
        text: 'Paused. What was in the air is finished; nothing more is sent until you continue.',
      };
    case 'stopping':
      return { kind: 'info', text: 'Stopping. What is in the air is finished first.' };
    case 'discarded':
      return { kind: 'info', text: 'The run was discarded: there is no verdict, and the prompt is as it was.' };
    case 'failed':
    case 'interrupted': {
      // The engine's own sentence says what to do; a code that was written down does not.
      if (failure !== null) return { kind: view.pausedReason === 'stopped' ? 'info' : 'error', text: failure };
      const cause = view.pausedReason === null ? undefined : REASONS[view.pausedReason];
      return { kind: 'warning', text: `${cause ?? 'The run was interrupted before it had ended.'} ${GO_ON}` };
    }
  }
}
