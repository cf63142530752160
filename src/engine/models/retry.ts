/** Tries again what may work later: the server's own hint first, else exponential with jitter; bounded and abortable. */
import { NO_SPEND } from '../../protocol/events.ts';
import { isPromptOptError } from '../../protocol/errors.ts';
import type { Clock } from './clock.ts';
import type { LanguageModel } from './language-model.ts';
import { addSpend } from './spend.ts';
import { paidBy } from './paid-meter.ts';

export interface RetryOptions {
  /** Further attempts after the first; 0 switches retries off. Default 4. */
  readonly retries: number;
  readonly clock: Clock;
  /** Uniform in [0, 1); only spreads the waits. */
  readonly random: () => number;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A server that asks for more patience than this is not waited for. */
export const LONGEST_HINT_MS = 120_000;

export function withRetry(inner: LanguageModel, { retries, clock, random }: RetryOptions): LanguageModel {
  return {
    async generate(request, options = {}) {
      let paidBefore = NO_SPEND;
      for (let attempt = 0; ; attempt++) {
        try {
          const generation = await inner.generate(request, options);
          return { ...generation, paid: addSpend(paidBefore, generation.paid) };
        } catch (error) {
          if (!isPromptOptError(error) || !error.retryable || attempt >= retries) throw error;
          const hint = error.details.retryAfterMs;
          if (hint !== undefined && hint > LONGEST_HINT_MS) throw error;
          paidBefore = addSpend(paidBefore, paidBy(error));
          const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (0.5 + random() / 2);
          await clock.sleep(hint === undefined ? backoff : hint + random() * 50, options.signal);
        }
      }
    },
  };
}
