/** How many calls of one model are out at once. One limiter a model, shared by all runs of a process. */
import PQueue from 'p-queue';
import { PromptOptError, isPromptOptError } from '../../protocol/errors.ts';
import type { Clock } from './clock.ts';
import type { LanguageModel } from './language-model.ts';
import { LONGEST_HINT_MS } from './retry.ts';

export interface LimiterOptions {
  /** Calls in the air at most. */
  readonly concurrency: number;
  readonly clock: Clock;
}

export interface Limiter {
  /** Runs `call` when there is room. @throws PromptOptError `stopped` when the signal aborted before its turn. */
  run<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function createLimiter({ concurrency, clock }: LimiterOptions): Limiter {
  const queue = new PQueue({ concurrency });
  let openAt = 0;
  return {
    run: (call, signal) =>
      queue.add(async () => {
        if (signal?.aborted === true) throw new PromptOptError('stopped', 'The call was cancelled.');
        // After a 429 the whole model waits, not only the call that was told so.
        const wait = openAt - clock.now();
        if (wait > 0) await clock.sleep(wait, signal);
        try {
          return await call();
        } catch (error) {
          const hint = isPromptOptError(error) && error.retryable ? error.details.retryAfterMs : undefined;
          // Nobody waits for a hint too long to retry after: the run ends, and what is in the air must end with it.
          if (hint !== undefined && hint <= LONGEST_HINT_MS) openAt = Math.max(openAt, clock.now() + hint);
          throw error;
        }
      }),
  };
}

/** Each attempt passes the limiter of its model. */
export function withLimiter(inner: LanguageModel, limiterOf: (model: string) => Limiter): LanguageModel {
  return {
    generate: (request, options = {}) =>
      limiterOf(request.model).run(() => inner.generate(request, options), options.signal),
  };
}
