/** `accuracy` and `exact_match`: the reply is the expected one. */
import * as z from 'zod';
import { actualText, expectedText, quote } from './metric.ts';
import type { MetricDescriptor, ScoredReply } from './metric.ts';

const schema = z.strictObject({
  on: z.string().optional().describe('The output to compare; the whole reply when absent.'),
});
type Config = z.infer<typeof schema>;

const compare = (
  scored: ScoredReply,
  on: string | undefined,
  same: (a: string, b: string) => boolean,
): ReturnType<MetricDescriptor['score']> => {
  const wanted = scored.expected === null ? null : expectedText(scored.expected, on);
  if (wanted === null) return null;
  const got = actualText(scored, on);
  return same(got, wanted.trim())
    ? { score: 1, feedback: [] }
    : { score: 0, feedback: [`Expected ${quote(wanted)}, got ${quote(got)}.`] };
};

export const accuracy: MetricDescriptor<Config> = {
  key: 'accuracy',
  summary: 'The trimmed reply is the expected label; case does not count.',
  computes:
    '1 when the two texts are equal after trimming and lower-casing, else 0. A row without an expected answer does not count.',
  example: '{ accuracy: { on: category } }',
  scope: 'row',
  schema,
  score: ({ on }, scored) => compare(scored, on, (a, b) => a.toLowerCase() === b.toLowerCase()),
};

export const exactMatch: MetricDescriptor<Config> = {
  key: 'exact_match',
  summary: 'The trimmed reply is the expected text, letter by letter.',
  computes: '1 when the two texts are equal after trimming, else 0. A row without an expected answer does not count.',
  example: 'exact_match',
  scope: 'row',
  schema,
  score: ({ on }, scored) => compare(scored, on, (a, b) => a === b),
};
