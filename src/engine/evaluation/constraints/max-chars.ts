/** `maxChars`: At most this many characters. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';

export const maxChars: ConstraintDescriptor<number> = {
  key: 'maxChars',
  summary: 'At most this many characters.',
  example: '280',
  schema: z.int().min(1),
  describe: (limit) => `Use at most ${limit} characters.`,
  check(limit, { text }) {
    const count = Array.from(text).length;
    return count <= limit ? null : `It has ${count} characters.`;
  },
};
