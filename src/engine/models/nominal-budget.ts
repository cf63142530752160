/**
 * Outermost: counts a call as if it were bought, also when journal or cache answers, so that warm and cold runs are
 * the same run. Admission is asked for at once, with no wait before it: calls are admitted in program order.
 */
import type { Budget } from './budget.ts';
import type { Generation, LanguageModel } from './language-model.ts';
import type { ModelInfo } from './provider.ts';
import { costOf } from './price.ts';
import { spendOf } from './spend.ts';
import { worstCaseOf } from './worst-case.ts';

export function withNominalBudget(
  inner: LanguageModel,
  budget: Budget,
  infoOf: (model: string) => ModelInfo,
): LanguageModel {
  return {
    async generate(request, options) {
      const info = infoOf(request.model);
      const reservation = await budget.admit(worstCaseOf(request, info), options?.signal);
      let generation: Generation;
      try {
        generation = await inner.generate(request, options);
      } catch (error) {
        reservation.release();
        throw error;
      }
      // A reply from the cache may have been bought at other prices: it counts at this run's.
      const costUsd = costOf(generation.usage, info.price);
      reservation.settle(spendOf(generation.usage, costUsd));
      return { ...generation, costUsd };
    },
  };
}
