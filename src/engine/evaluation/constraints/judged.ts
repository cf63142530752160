/** `judge` and `tone`: criteria only a judge can check. Read and kept; running them needs a judge. */
import * as z from 'zod';
import { PromptOptError } from '../../../protocol/errors.ts';
import type { ConstraintDescriptor } from './constraint.ts';

const judged = (
  key: string,
  summary: string,
  example: string,
  asks: (criteria: string) => string,
): ConstraintDescriptor<string> => ({
  key,
  summary,
  example,
  schema: z.string().min(1),
  note: 'It is read and kept. A run or an evaluation refuses it, because this version has no judge yet.',
  describe: asks,
  check() {
    throw new PromptOptError('spec', `The constraint kind "${key}" needs a judge, and this version has none yet.`, {
      remedy: 'Take the constraint out, or write it as one of the deterministic kinds.',
    });
  },
});

export const judge = judged(
  'judge',
  'A judge finds these criteria met.',
  'Friendly; never blames the customer',
  (criteria) => criteria,
);
export const tone = judged(
  'tone',
  'A judge finds this tone.',
  'professional_friendly',
  (name) => `Use a ${name.replaceAll('_', ' and ')} tone.`,
);
