/** `format`: a literal pattern with slots, as the seed writes it: `Answer: [YES/NO]`. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';

/** Formats that have a name instead of a pattern. */
const NAMED: Readonly<Record<string, { readonly pattern: RegExp; readonly says: string }>> = {
  standard_email_template: {
    pattern:
      /^\s*(hello|hi|dear|good (morning|afternoon|evening))\b[^\n]*\n[\s\S]+\n\s*(kind|best|warm|many)?\s*(regards|wishes|thanks|sincerely)/i,
    says: 'Write an e-mail: a greeting line, the message, and a closing line such as "Kind regards".',
  },
};

const SLOTS: Readonly<Record<string, string>> = {
  NUMBER: String.raw`[-+]?\d[\d,]*(?:\.\d+)?`,
  DATE: String.raw`(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2} \p{L}+ \d{4}|\p{L}+ \d{1,2}, \d{4})`,
  TEXT: String.raw`[\s\S]+?`,
};

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The pattern of a format; everything outside slots is literal, runs of blanks match any blanks. */
export function formatPattern(format: string, caseSensitive: boolean): RegExp {
  const source = format
    .split(/(\[[^\]\n]+\])/)
    .map((part, index) => {
      if (index % 2 === 0) return escape(part).replace(/\s+/g, String.raw`\s+`);
      const slot = part.slice(1, -1);
      return SLOTS[slot] ?? `(?:${slot.split('/').map(escape).join('|')})`;
    })
    .join('');
  // A slot at the end must not run on: the pattern is followed by a border.
  return new RegExp(`(?<![\\p{L}\\p{N}])${source}(?![\\p{L}\\p{N}])`, caseSensitive ? 'u' : 'iu');
}

export const format: ConstraintDescriptor<string> = {
  key: 'format',
  summary: 'Contains a literal pattern with slots: [YES/NO], [A/B/C], [NUMBER], [DATE], [TEXT].',
  example: '"Answer: [YES/NO]"',
  schema: z.string().min(1),
  describe: (pattern) => NAMED[pattern]?.says ?? `Follow the format "${pattern}".`,
  check(pattern, { text, caseSensitive }) {
    const named = NAMED[pattern];
    const holds = (named?.pattern ?? formatPattern(pattern, caseSensitive)).test(text);
    return holds ? null : (named?.says ?? `It does not follow the format "${pattern}".`);
  },
};
