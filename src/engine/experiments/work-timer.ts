/** Fires once when a run has been at work for so long; a pause is no work. */
import type { Clock } from '../models/clock.ts';

export interface WorkTimer {
  hold(): void;
  go(): void;
  /** Milliseconds of work left by now. */
  left(): number;
  /** Never fires from now on. */
  end(): void;
}

/** Node fires longer timers at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @param leftMs milliseconds of work left. */
export function createWorkTimer(leftMs: number, clock: Pick<Clock, 'now'>, onEnd: () => void): WorkTimer {
  let leftAtStart = Math.max(0, leftMs);
  /** When it last began to run; null while it is held. */
  let since: number | null = null;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const left = (): number => (since === null ? leftAtStart : Math.max(0, leftAtStart - (clock.now() - since)));
  const hold = (): void => {
    clearTimeout(timer);
    leftAtStart = left();
    since = null;
  };
  const go = (): void => {
    if (since !== null || ended) return;
    since = clock.now();
    timer = setTimeout(fire, Math.min(LONGEST_TIMER_MS, leftAtStart));
    timer.unref();
  };
  const fire = (): void => {
    hold();
    // A limit longer than the longest timer takes several.
    if (leftAtStart > 0) {
      go();
      return;
    }
    ended = true;
    onEnd();
  };
  go();
  return {
    hold,
    go,
    left,
    end() {
      hold();
      ended = true;
    },
  };
}
