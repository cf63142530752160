/** Innermost: each attempt that leaves is reserved, recorded before it leaves, and settled by what it really used. */
import { NO_SPEND } from '../../protocol/events.ts';
import type { Spend } from '../../protocol/events.ts';
import { isPromptOptError } from '../../protocol/errors.ts';
import type { Budget } from './budget.ts';
import { identityOf } from './identity.ts';
import type { Generation, LanguageModel } from './language-model.ts';
import type { SpendLog } from './ports.ts';
import type { ModelInfo } from './provider.ts';
import { spendOf } from './spend.ts';
import { waitedInVain } from './turn.ts';
import { worstCaseOf } from './worst-case.ts';

const paidByError = new WeakMap<object, Spend>();

/** What a failed attempt is charged. */
export const paidBy = (error: object): Spend => paidByError.get(error) ?? NO_SPEND;

function chargeFor(error: unknown, worst: Spend): Spend {
  if (waitedInVain(error)) return NO_SPEND;
  // A connection cut half way may have been billed: the limit is kept by counting it at its worst.
  return isPromptOptError(error) && error.details.mayHaveCost === true ? worst : { ...NO_SPEND, calls: 1 };
}

export function withPaidMeter(
  inner: LanguageModel,
  paid: Budget,
  log: SpendLog | null,
  infoOf: (model: string) => ModelInfo,
): LanguageModel {
  return {
    async generate(request, options) {
      const worst = worstCaseOf(request, infoOf(request.model));
      const reservation = await paid.admit(worst, options?.signal);
      let attempt: number | undefined;
      try {
        attempt = await log?.sent(identityOf(request), worst, request);
      } catch (error) {
        // What could not be written down does not leave.
        reservation.release();
        throw error;
      }
      let generation: Generation;
      try {
        generation = await inner.generate(request, options);
      } catch (error) {
        const charged = chargeFor(error, worst);
        // A call that is still out in a batch, or has not left, is charged when it is taken up again.
        const pending = isPromptOptError(error) && error.details.pending === true;
        if (attempt !== undefined) log?.settled(attempt, pending ? null : charged);
        if (typeof error === 'object' && error !== null) paidByError.set(error, charged);
        reservation.release(charged);
        throw error;
      }
      const spend = spendOf(generation.usage, generation.costUsd);
      if (attempt !== undefined) log?.settled(attempt, spend);
      reservation.settle(spend);
      return { ...generation, paid: spend };
    },
  };
}
