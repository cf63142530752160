/** A clock that stands still until the test moves it. Sleeps end in the order of their times. */
import { PromptOptError } from '../../src/protocol/errors.ts';
import type { Clock } from '../../src/engine/models/clock.ts';
import { settle } from './models.ts';

export interface HandClock extends Clock {
  /** Moves on, waking who sleeps at their times, each time letting everything go on that can. */
  advance(milliseconds: number): Promise<void>;
  /** Sets the time without waking anybody, as a clock that was wrong is set. */
  set(now: number): void;
  /** How many sleep. */
  sleepers(): number;
}

export function handClock(start = 1_800_000_000_000): HandClock {
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  let now = start;
  return {
    now: () => now,
    sleepers: () => sleepers.size,
    set(time) {
      now = time;
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const leave = (): void => {
          sleepers.delete(sleeper);
          reject(new PromptOptError('stopped', 'The wait was cancelled.'));
        };
        const sleeper = {
          at: now + milliseconds,
          wake() {
            signal?.removeEventListener('abort', leave);
            resolve();
          },
        };
        sleepers.add(sleeper);
        if (signal?.aborted === true) leave();
        else signal?.addEventListener('abort', leave, { once: true });
      }),
    async advance(milliseconds) {
      const until = now + milliseconds;
      for (;;) {
        await settle();
        const [next] = [...sleepers].sort((a, b) => a.at - b.at);
        if (next === undefined || next.at > until) break;
        sleepers.delete(next);
        now = Math.max(now, next.at);
        next.wake();
      }
      now = until;
      await settle();
    },
  };
}
