/**
 * What steers a run from outside: pause, stop, the end of its minutes. Each is an input of the run, written down with
 * the admission where it takes effect; a stop takes effect once it is durable, so that a resume stops at the same place.
 */
import { PromptOptError } from '../../protocol/errors.ts';
import type { Budget } from '../models/budget.ts';
import type { Clock } from '../models/clock.ts';
import { createWorkTimer } from './work-timer.ts';
import type { ResultsStore, RunInput, RunLease } from './store.ts';

export type StopMode = 'keep-best' | 'discard';

export interface RunControl {
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: (mode: StopMode) => void;
  readonly isDiscarded: () => boolean;
  /** Minutes of work left; null without a limit. */
  readonly minutesLeft: () => number | null;
  /** The run has ended: nothing steers it any more. */
  readonly end: () => void;
}

export interface RunControlOptions {
  readonly store: Pick<ResultsStore, 'recordInput' | 'setStatus'>;
  readonly lease: RunLease;
  readonly clock: Pick<Clock, 'now'>;
  /** The whole run's account, and the search's within it. */
  readonly nominal: Budget;
  readonly search: Budget;
  /** Inputs of an earlier process that still hold. */
  readonly earlier: readonly RunInput[];
  /** Milliseconds of work left; null without a limit. */
  readonly leftMs: number | null;
  /** Leaves the run, resumable. */
  readonly leave: (reason: unknown) => void;
}

const STOPS = {
  stop: () => new PromptOptError('stopped', 'The search was stopped.'),
  minutes: () => new PromptOptError('budget', 'The time limit is reached.', { limit: 'minutes' }),
  month: () => new PromptOptError('budget', 'The limit of the month on paid calls is reached.', { limit: 'month' }),
} as const;

const stopError = (kind: keyof typeof STOPS): PromptOptError => STOPS[kind]();

export function createRunControl(options: RunControlOptions): RunControl {
  const { store, lease, clock, nominal, search, earlier, leftMs, leave } = options;
  let discarded = false;
  for (const { kind, admission, value } of earlier) {
    if (kind !== 'stop' && kind !== 'minutes' && kind !== 'month') continue;
    if (value === 'discard') discarded = true;
    search.stopAt(admission, stopError(kind));
  }

  /** Inputs are written in the order they were given. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (step: () => Promise<unknown>): void => {
    last = last.then(step).catch(leave);
  };
  const record = (kind: RunInput['kind'], value: unknown): Promise<void> =>
    store.recordInput(lease, { admission: search.admitted(), kind, value });

  const stopSearch = (kind: 'stop' | 'minutes', value: unknown): void => {
    // Nothing is admitted until it is written down, so that its place cannot move meanwhile.
    nominal.pause();
    inTurn(async () => {
      await Promise.all([record(kind, value), store.setStatus(lease, 'running')]);
      search.stopAt(search.admitted(), stopError(kind));
      if (value === 'discard') {
        discarded = true;
        // Nothing more is asked for what will not be kept.
        nominal.stopAt(nominal.admitted(), stopError('stop'));
      }
      nominal.resume();
    });
  };

  const timer =
    leftMs === null || earlier.some(({ kind }) => kind === 'minutes')
      ? null
      : createWorkTimer(leftMs, clock, () => {
          stopSearch('minutes', leftMs / 60_000);
        });

  return {
    pause() {
      nominal.pause();
      timer?.hold();
      inTurn(() => Promise.all([record('pause', null), store.setStatus(lease, 'paused')]));
    },
    resume() {
      inTurn(async () => {
        await Promise.all([record('continue', null), store.setStatus(lease, 'running')]);
        timer?.go();
        nominal.resume();
      });
    },
    stop(mode) {
      stopSearch('stop', mode);
    },
    isDiscarded: () => discarded,
    minutesLeft: () => (timer === null ? null : timer.left() / 60_000),
    end() {
      timer?.end();
    },
  };
}
