/** `oneOf`: the trimmed reply is one of a list. */
import * as z from 'zod';
import { folded } from './constraint.ts';
import type { ConstraintDescriptor } from './constraint.ts';

export const oneOf: ConstraintDescriptor<string[]> = {
  key: 'oneOf',
  summary: 'Is one of these texts.',
  example: '[yes, no]',
  schema: z.array(z.string()).min(1),
  describe: (list) => `Answer with only one of: ${list.join(', ')}.`,
  check(list, { text, caseSensitive }) {
    const reply = folded(text.trim(), caseSensitive);
    return list.some((allowed) => folded(allowed, caseSensitive) === reply)
      ? null
      : `It is none of: ${list.join(', ')}.`;
  },
};
