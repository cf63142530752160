/** `minWords`: At least this many words. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';
import { wordsOf } from './words.ts';

export const minWords: ConstraintDescriptor<number> = {
  key: 'minWords',
  summary: 'At least this many words.',
  example: '10',
  schema: z.int().min(0),
  describe: (limit) => `Use at least ${limit} words.`,
  check(limit, { text }) {
    const count = wordsOf(text).length;
    return count >= limit ? null : `It has ${count} words.`;
  },
};
