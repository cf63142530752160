/** `contains`, `containsAny` and `notContains`: texts that must or must not stand in the reply. */
import * as z from 'zod';
import { fill } from '../../spec/template.ts';
import { folded } from './constraint.ts';
import type { CheckedText, ConstraintDescriptor } from './constraint.ts';

const texts = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((value) => (typeof value === 'string' ? [value] : value));
type Texts = string[];

const quoted = (list: readonly string[]): string => list.map((text) => `"${text}"`).join(', ');

/** Those of `list` that stand in the text, with the row's values filled in. */
function found(list: readonly string[], { text, inputs, caseSensitive }: CheckedText): string[] {
  const where = folded(text, caseSensitive);
  return list.map((wanted) => fill(wanted, inputs)).filter((wanted) => where.includes(folded(wanted, caseSensitive)));
}

export const contains: ConstraintDescriptor<Texts> = {
  key: 'contains',
  summary: 'Contains every one of these texts; they may hold {{variables}}.',
  example: '"{{order_id}}"',
  schema: texts,
  describe: (list) => `Mention ${quoted(list)}.`,
  check(list, checked) {
    const present = found(list, checked);
    const missing = list.map((wanted) => fill(wanted, checked.inputs)).filter((wanted) => !present.includes(wanted));
    return missing.length === 0 ? null : `It does not mention ${quoted(missing)}.`;
  },
};

export const containsAny: ConstraintDescriptor<Texts> = {
  key: 'containsAny',
  summary: 'Contains at least one of these texts.',
  example: '[refund, exchange]',
  schema: texts,
  describe: (list) => `Mention at least one of ${quoted(list)}.`,
  check: (list, checked) => (found(list, checked).length > 0 ? null : `It mentions none of ${quoted(list)}.`),
};

export const notContains: ConstraintDescriptor<Texts> = {
  key: 'notContains',
  summary: 'Contains none of these texts.',
  example: '[guarantee, "100%"]',
  schema: texts,
  describe: (list) => `Do not use ${quoted(list)}.`,
  check(list, checked) {
    const present = found(list, checked);
    return present.length === 0 ? null : `It uses ${quoted(present)}.`;
  },
};
