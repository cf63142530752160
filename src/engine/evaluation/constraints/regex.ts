/** `regex` and `notRegex`: user patterns, run where they cannot hang the host. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';

const pattern = z.string().min(1);

const NOTE =
  'The pattern runs in a thread of its own, half a second at most. A pattern that is broken or takes longer fails the constraint.';

export const regex: ConstraintDescriptor<string> = {
  key: 'regex',
  summary: 'Matches a regular expression (JavaScript, Unicode).',
  example: '"^[A-Z]{2}-\\\\d{5}$"',
  schema: pattern,
  note: NOTE,
  describe: (source) => `Match the pattern ${source}.`,
  async check(source, { text, caseSensitive }, { sandbox }) {
    return (await sandbox.matches(source, caseSensitive ? 'u' : 'iu', text)) ? null : `It does not match ${source}.`;
  },
};

export const notRegex: ConstraintDescriptor<string> = {
  key: 'notRegex',
  summary: 'Does not match a regular expression.',
  example: '"\\\\bTBD\\\\b"',
  schema: pattern,
  note: NOTE,
  describe: (source) => `Do not match the pattern ${source}.`,
  async check(source, { text, caseSensitive }, { sandbox }) {
    return (await sandbox.matches(source, caseSensitive ? 'u' : 'iu', text)) ? `It matches ${source}.` : null;
  },
};
