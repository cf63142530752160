/** `token_f1`: how much the words of reply and expected text overlap (Rajpurkar et al. 2016, SQuAD). */
import * as z from 'zod';
import { actualText, expectedText, quote } from './metric.ts';
import type { MetricDescriptor } from './metric.ts';

const schema = z.strictObject({
  on: z.string().optional().describe('The output to compare; the whole reply when absent.'),
});

/** Lower-case words without punctuation and articles. */
const tokens = (text: string): string[] =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, ' ')
    .split(/\s+/)
    .filter((word) => word !== '' && word !== 'a' && word !== 'an' && word !== 'the');

/** 2PR / (P + R) over the bags of tokens; 1 when both are empty. */
export function tokenF1(reply: string, expected: string): number {
  const [ours, theirs] = [tokens(reply), tokens(expected)];
  if (ours.length === 0 || theirs.length === 0) return ours.length === theirs.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const token of theirs) left.set(token, (left.get(token) ?? 0) + 1);
  let shared = 0;
  for (const token of ours) {
    const count = left.get(token) ?? 0;
    if (count > 0) shared++;
    left.set(token, count - 1);
  }
  return (2 * shared) / (ours.length + theirs.length);
}

/** Above this the wording is close enough that quoting the whole expected text teaches nothing more. */
const CLOSE = 0.9;

export const tokenF1Metric: MetricDescriptor<z.infer<typeof schema>> = {
  key: 'token_f1',
  summary: 'Overlap of words with the expected text, F1.',
  computes:
    'Twice the shared words over the words of both texts, as in SQuAD (Rajpurkar et al. 2016): lower-case, without punctuation and English articles. A row without an expected answer does not count.',
  example: '{ token_f1: { on: reply } }',
  scope: 'row',
  schema,
  score({ on }, scored) {
    const wanted = scored.expected === null ? null : expectedText(scored.expected, on);
    if (wanted === null) return null;
    const score = tokenF1(actualText(scored, on), wanted);
    return { score, feedback: score >= CLOSE ? [] : [`Expected a reply like: ${quote(wanted)}`] };
  },
};
