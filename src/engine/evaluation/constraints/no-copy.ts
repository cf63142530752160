/** `noCopy`: does not repeat long passages of its input. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';
import { wordsOf } from './words.ts';

const normal = (text: string): string[] => wordsOf(text.toLowerCase().replace(/[^\p{L}\p{N}\s]/gu, ' '));

function runs(words: readonly string[], length: number): Set<string> {
  const found = new Set<string>();
  for (let start = 0; start + length <= words.length; start++) found.add(words.slice(start, start + length).join(' '));
  return found;
}

export const noCopy: ConstraintDescriptor<number> = {
  key: 'noCopy',
  summary: 'Repeats no run of this many words from the inputs.',
  example: '8',
  schema: z.int().min(3),
  describe: (length) => `Do not copy ${length} or more words in a row from the input.`,
  check(length, { text, inputs }) {
    const reply = runs(normal(text), length);
    const copied = Object.values(inputs).some((input) =>
      [...runs(normal(input), length)].some((run) => reply.has(run)),
    );
    return copied ? `It copies ${length} words in a row from the input.` : null;
  },
};
