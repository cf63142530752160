/**
 * The first failure that ends a run ends it for all its calls: those that wait for a turn or for another attempt are
 * not sent, those in the air are waited for. A wrong key is refused once, not by every row that was already waiting.
 */
import { isPromptOptError } from '../../protocol/errors.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { LanguageModel } from './language-model.ts';

/** What concerns one call only, or is a normal end that the budget keeps order in. */
const OF_THIS_CALL: readonly ErrorCode[] = ['bad-request', 'budget', 'stopped'];

/** At the provider itself, where another attempt may still come: what no attempt can mend ends all before a place is free. */
export const BEFORE_RETRIES: readonly ErrorCode[] = [...OF_THIS_CALL, 'transient'];

/** @param broken aborted, with the failure as its reason, when nothing more of this run is to leave */
export function withBreaker(inner: LanguageModel, broken: AbortController, passes = OF_THIS_CALL): LanguageModel {
  return {
    async generate(request, options) {
      const { signal } = broken;
      signal.throwIfAborted();
      try {
        return await inner.generate(request, options);
      } catch (error) {
        const ofThisCall = isPromptOptError(error) && passes.includes(error.code);
        // Whoever was cancelled by the failure of another call ends as that one did: nobody stopped the run.
        if (ofThisCall && error.code === 'stopped' && options?.signal?.aborted !== true) signal.throwIfAborted();
        if (!ofThisCall) broken.abort(error);
        throw error;
      }
    },
  };
}
