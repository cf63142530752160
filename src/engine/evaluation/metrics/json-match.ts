/** `json_match`: the share of expected fields that the reply has right. */
import * as z from 'zod';
import { findJsonObject } from '../../spec/reply.ts';
import type { MetricDescriptor } from './metric.ts';

const schema = z.strictObject({});

/** Numbers compare as numbers, texts without case at the ends trimmed, everything else as JSON. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.trim().toLowerCase() === b.trim().toLowerCase();
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A value as feedback quotes it: long ones are cut, they teach nothing more. */
function shown(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length <= 300 ? json : `${json.slice(0, 300)}…`;
}

export const jsonMatch: MetricDescriptor<z.infer<typeof schema>> = {
  key: 'json_match',
  summary: 'Share of the expected JSON fields that are right.',
  computes:
    'Expected fields that the reply has right, over all expected fields. Texts compare trimmed and without case, everything else as JSON. Further fields of the reply cost nothing. A row without an expected answer, or with one that is no JSON object, does not count.',
  example: 'json_match',
  scope: 'row',
  schema,
  score(_config, { reply, outputs, expected }) {
    if (expected === null) return null;
    const wanted = typeof expected === 'string' ? findJsonObject(expected) : expected;
    if (wanted === null) return null;
    const got = (typeof expected === 'string' ? findJsonObject(reply) : outputs) ?? {};
    const names = Object.keys(wanted);
    const wrong = names.filter((name) => !Object.hasOwn(got, name) || !same(got[name], wanted[name]));
    return {
      score: names.length === 0 ? 1 : (names.length - wrong.length) / names.length,
      feedback: wrong.map(
        (name) =>
          `Field "${name}": expected ${shown(wanted[name])}, got ${Object.hasOwn(got, name) ? shown(got[name]) : 'nothing'}.`,
      ),
    };
  },
};
