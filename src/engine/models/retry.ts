/** Tries again what may work later: the server's own hint first, else exponential with jitter; bounded and abortable. */
import { NO_SPEND } from '../../protocol/events.ts';
import { isPromptOptError } from '../../protocol/errors.ts';
import type { PromptOptError } from '../../protocol/errors.ts';
import type { Clock } from './clock.ts';
import type { LanguageModel } from './language-model.ts';
import { addSpend } from '../../protocol/spend.ts';
import { paidBy } from './paid-meter.ts';

export interface RetryOptions {
  /** Further attempts after a failed one; 0 switches retries off, those of refused calls too. Default 4. */
  readonly retries: number;
  readonly clock: Clock;
  /** Uniform in [0, 1); only spreads the waits. */
  readonly random: () => number;
  /** Ends the waits between attempts: nothing more of this run is to be sent. */
  readonly giveUp?: AbortSignal;
}

/** The first wait and the longest, without a hint. */
const AFTER_FAILURE_MS = [500, 30_000] as const;
/** The limiter slows the whole model down, one call alone need not. */
const AFTER_REFUSAL_MS = [100, 2000] as const;
/** A server that asks for more patience than this is not waited for. */
export const LONGEST_HINT_MS = 120_000;
/** All waits of one call together: what is not answered by then is given up. */
const PATIENCE_MS = 300_000;

/**
 * Of a storm in which a server refuses 30 % of all calls, five attempts would lose one call in 400, and with it the run.
 * To be told to come later is no failure: such an attempt is not counted among the retries, but so often at most for
 * each of them.
 */
const REFUSALS_PER_RETRY = 8;
/** Too many requests, and Anthropic's word for an overloaded server: refused at the door. */
const REFUSED_AT_THE_DOOR = [429, 529];

const isRefusal = ({ details: { status } }: PromptOptError): boolean =>
  status !== undefined && REFUSED_AT_THE_DOOR.includes(status);

/** Aborted when one of them is; only made for a wait, and gone with it. */
const either = (a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined =>
  a === undefined ? b : b === undefined ? a : AbortSignal.any([a, b]);

export function withRetry(inner: LanguageModel, options: RetryOptions): LanguageModel {
  const { retries, clock, random, giveUp } = options;
  return {
    async generate(request, callOptions = {}) {
      let paidBefore = NO_SPEND;
      let failures = 0;
      let refusals = 0;
      let waited = 0;
      let piecesHeard = 0;
      const { onDelta } = callOptions;
      const heard = (text: string): void => {
        piecesHeard++;
        onDelta?.(text);
      };
      const attemptOptions = onDelta === undefined ? callOptions : { ...callOptions, onDelta: heard };
      for (;;) {
        try {
          const generation = await inner.generate(request, attemptOptions);
          return { ...generation, paid: addSpend(paidBefore, generation.paid) };
        } catch (error) {
          // What was streamed cannot be unsaid: another attempt would be heard as its continuation.
          if (!isPromptOptError(error) || !error.retryable || piecesHeard > 0) throw error;
          const attempts = failures + refusals;
          if (isRefusal(error)) refusals++;
          else failures++;
          if (failures > retries || refusals > retries * REFUSALS_PER_RETRY) throw error;
          const hint = error.details.retryAfterMs;
          if (hint !== undefined && hint > LONGEST_HINT_MS) throw error;
          const [first, longest] = isRefusal(error) ? AFTER_REFUSAL_MS : AFTER_FAILURE_MS;
          const backoff = Math.min(longest, first * 2 ** attempts) * (0.5 + random() / 2);
          const wait = hint === undefined ? backoff : hint + random() * 50;
          waited += wait;
          if (waited > PATIENCE_MS) throw error;
          paidBefore = addSpend(paidBefore, paidBy(error));
          await clock.sleep(wait, either(callOptions.signal, giveUp));
        }
      }
    },
  };
}
