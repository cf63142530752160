/** `maxWords`: At most this many words. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';
import { wordsOf } from './words.ts';

export const maxWords: ConstraintDescriptor<number> = {
  key: 'maxWords',
  summary: 'At most this many words.',
  example: '50',
  schema: z.int().min(1),
  describe: (limit) => `Use at most ${limit} words.`,
  check(limit, { text }) {
    const count = wordsOf(text).length;
    return count <= limit ? null : `It has ${count} words.`;
  },
};
