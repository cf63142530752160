/**
 * Which sample a served request asks for. A program that asks the same twice at a temperature wants two answers, one
 * that asks at temperature 0 wants the same one. Numbers begin anew with each session, so that a program run again
 * gets the answers it got before, from the cache.
 */
import { identityOf } from '../identity.ts';
import type { GenerationRequest } from '../language-model.ts';

export interface SampleNumbers {
  /** The request with its number. @param seed stands for itself, whatever the temperature */
  numbered(request: GenerationRequest, seed: number | null): GenerationRequest;
  /** The number was never answered: the next who asks the same gets it. */
  giveBack(request: GenerationRequest): void;
}

interface Given {
  next: number;
  readonly back: number[];
}

export function createSampleNumbers(): SampleNumbers {
  const given = new Map<string, Given>();
  const keyOf = (request: GenerationRequest): string => identityOf({ ...request, sample: 0 });
  return {
    numbered(request, seed) {
      if (seed !== null) return { ...request, sample: seed };
      if (request.temperature === 0) return { ...request, sample: 0 };
      const key = keyOf(request);
      const known = given.get(key) ?? { next: 0, back: [] };
      given.set(key, known);
      known.back.sort((a, b) => b - a);
      return { ...request, sample: known.back.pop() ?? known.next++ };
    },
    giveBack(request) {
      const known = given.get(keyOf(request));
      if (known !== undefined && request.sample < known.next) known.back.push(request.sample);
    },
  };
}
