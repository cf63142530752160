/** Fires once when a run has been at work for so long; a pause is no work. */
import type { Clock } from '../models/clock.ts';

export interface WorkTimer {
  hold(): void;
  go(): void;
  /** Never fires from now on. */
  end(): void;
}

/** Node fires longer timers at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @param leftMs milliseconds of work left. */
export function createWorkTimer(leftMs: number, clock: Pick<Clock, 'now'>, onEnd: () => void): WorkTimer {
  let left = Math.max(0, leftMs);
  let since: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  const go = (): void => {
    if (since !== null) return;
    since = clock.now();
    timer = setTimeout(onEnd, Math.min(LONGEST_TIMER_MS, left));
    timer.unref();
  };
  const hold = (): void => {
    if (since === null) return;
    clearTimeout(timer);
    left = Math.max(0, left - (clock.now() - since));
    since = null;
  };
  go();
  return {
    hold,
    go,
    end() {
      hold();
      since = 0;
    },
  };
}
