/** Many requests through the stack at once: ordered results, one account, and a failure of one that is not that of all. */
import { PromptOptError, isPromptOptError } from '../../protocol/errors.ts';
import { NO_SPEND } from '../../protocol/events.ts';
import type { Spend } from '../../protocol/events.ts';
import type { Generation, GenerationRequest, LanguageModel } from './language-model.ts';
import { paidBy } from './paid-meter.ts';
import { addSpend } from '../../protocol/spend.ts';
import { spendOf } from './spend.ts';

export interface BatchGenerateOptions {
  /** Requests under way at once, at least 1: bounds memory; the limiter below bounds the provider. Default 64. */
  readonly window?: number;
  /** Ends what is under way; what was not answered is `stopped`. */
  readonly signal?: AbortSignal;
  /** Called after each request has ended, whichever way, with how many have. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** What became of one request. */
export type BatchOutcome = { readonly generation: Generation } | { readonly error: PromptOptError };

/** What came of many requests, in their order, with one account. */
export interface BatchGeneration {
  /** In the order of the requests, one for each. */
  readonly outcomes: readonly BatchOutcome[];
  readonly answered: number;
  /** What the replies are worth, as if every one had been bought. */
  readonly spent: Spend;
  /** What was really paid, failed attempts included, nothing for replies that were known. */
  readonly paid: Spend;
}

const DEFAULT_WINDOW = 64;

const asError = (error: unknown): PromptOptError =>
  isPromptOptError(error) ? error : new PromptOptError('internal', 'A request failed.', { cause: error });

/** Whether the others can still be asked after this failure. */
const isOfOne = ({ code }: PromptOptError): boolean => code === 'bad-request' || code === 'transient';

/**
 * Asks each request. Never throws: a request that failed says so in its place, and one that was not asked any more, since
 * nothing would have worked, says why.
 */
export async function batchGenerate(
  model: LanguageModel,
  requests: readonly GenerationRequest[],
  { window = DEFAULT_WINDOW, signal, onProgress }: BatchGenerateOptions = {},
): Promise<BatchGeneration> {
  const outcomes = new Array<BatchOutcome>(requests.length);
  let [next, done] = [0, 0];
  let [spent, paid] = [NO_SPEND, NO_SPEND];
  let ended: PromptOptError | null = null;

  const ask = async (request: GenerationRequest): Promise<BatchOutcome> => {
    if (ended !== null) return { error: ended };
    try {
      const generation = await model.generate(request, signal === undefined ? {} : { signal });
      spent = addSpend(spent, spendOf(generation.usage, generation.costUsd));
      paid = addSpend(paid, generation.paid);
      return { generation };
    } catch (caught) {
      const error = asError(caught);
      paid = addSpend(paid, paidBy(error));
      if (!isOfOne(error)) ended ??= error;
      return { error };
    }
  };
  // Each worker takes the next request in order, so that calls are made in that order whatever the window.
  const work = async (): Promise<void> => {
    for (let index = next++; index < requests.length; index = next++) {
      const request = requests[index];
      if (request === undefined) return;
      outcomes[index] = await ask(request);
      onProgress?.(++done, requests.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, window), requests.length) }, work));
  const answered = outcomes.filter((outcome) => 'generation' in outcome).length;
  return { outcomes, answered, spent, paid };
}
