/** `maxSentences`: At most this many sentences. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';
import { countSentences } from './words.ts';

export const maxSentences: ConstraintDescriptor<number> = {
  key: 'maxSentences',
  summary: 'At most this many sentences.',
  example: '3',
  note: 'A sentence ends with . ! ? or …; abbreviations are not told apart.',
  schema: z.int().min(1),
  describe: (limit) => `Use at most ${limit} sentences.`,
  check(limit, { text }) {
    const count = countSentences(text);
    return count <= limit ? null : `It has ${count} sentences.`;
  },
};
