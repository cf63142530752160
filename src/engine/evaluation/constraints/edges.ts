/** `startsWith`, `endsWith` and `equals`: how the trimmed reply begins, ends, or what it is. */
import * as z from 'zod';
import { fill } from '../../spec/template.ts';
import { folded } from './constraint.ts';
import type { ConstraintDescriptor } from './constraint.ts';

const text = z.string().min(1);

const descriptor = (
  key: string,
  summary: string,
  example: string,
  asks: (wanted: string) => string,
  holds: (reply: string, wanted: string) => boolean,
  fails: (wanted: string) => string,
): ConstraintDescriptor<string> => ({
  key,
  summary,
  example,
  schema: text,
  describe: asks,
  check(wanted, { text: reply, inputs, caseSensitive }) {
    const filled = fill(wanted, inputs);
    return holds(folded(reply.trim(), caseSensitive), folded(filled, caseSensitive)) ? null : fails(filled);
  },
});

export const startsWith = descriptor(
  'startsWith',
  'Begins with this text.',
  'Hello',
  (wanted) => `Begin with "${wanted}".`,
  (reply, wanted) => reply.startsWith(wanted),
  (wanted) => `It does not begin with "${wanted}".`,
);

export const endsWith = descriptor(
  'endsWith',
  'Ends with this text.',
  'Kind regards',
  (wanted) => `End with "${wanted}".`,
  (reply, wanted) => reply.endsWith(wanted),
  (wanted) => `It does not end with "${wanted}".`,
);

export const equals = descriptor(
  'equals',
  'Is exactly this text.',
  'yes',
  (wanted) => `Answer exactly "${wanted}".`,
  (reply, wanted) => reply === wanted.trim(),
  (wanted) => `It is not "${wanted}".`,
);
