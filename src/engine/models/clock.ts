/** Time, handed in so that tests need none of it. */
import { setTimeout as wait } from 'node:timers/promises';
import { PromptOptError } from '../../protocol/errors.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** @throws PromptOptError `stopped` when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    try {
      await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (cause) {
      throw new PromptOptError('stopped', 'The wait was cancelled.', { cause });
    }
  },
};
