/** How many calls of one model are out at once. Shared by all runs of a process. */
import PQueue from 'p-queue';
import { isPromptOptError } from '../../protocol/errors.ts';
import type { Clock } from './clock.ts';
import type { LanguageModel } from './language-model.ts';

export interface LimiterOptions {
  /** Calls in the air at most. */
  readonly concurrency: number;
  readonly clock: Clock;
}

export function withLimiter(inner: LanguageModel, { concurrency, clock }: LimiterOptions): LanguageModel {
  const queue = new PQueue({ concurrency });
  let openAt = 0;
  return {
    generate: (request, options = {}) =>
      queue.add(async () => {
        // After a 429 the whole model waits, not only the call that was told so.
        const wait = openAt - clock.now();
        if (wait > 0) await clock.sleep(wait, options.signal);
        try {
          return await inner.generate(request, options);
        } catch (error) {
          if (isPromptOptError(error) && error.details.retryAfterMs !== undefined && error.retryable) {
            openAt = Math.max(openAt, clock.now() + error.details.retryAfterMs);
          }
          throw error;
        }
      }),
  };
}
