/** Fills a field whose value is words: one of the listed or shown values, or a stretch of the text itself. */
import type { FieldContext } from './field-context.ts';
import type { FieldBrief } from './instruction-fields.ts';
import { numbersIn } from './numbers-and-dates.ts';
import { isStopWord, stem, wordsOf } from './words.ts';

const contentOf = (text: string): string[] => wordsOf(text).flatMap((word) => (isStopWord(word) ? [] : [stem(word)]));

/** How well a text names a value: the share of the value's words it holds, more when they stand together. */
function namedBy(value: string, words: readonly string[]): number {
  const parts = contentOf(value);
  if (parts.length === 0) return 0;
  const held = parts.filter((part) => words.includes(part)).length;
  const run = words.some((_, start) => parts.every((part, offset) => words[start + offset] === part));
  return held / parts.length + (run ? 1 + parts.length / 10 : 0) + (held === parts.length ? parts.length / 20 : 0);
}

function fromCatalogue(values: readonly string[], text: string, least: number): string | null {
  const words = contentOf(text);
  let bestValue: string | null = null;
  let bestScore = least;
  for (const value of values) {
    const score = namedBy(value, words);
    if (score > bestScore) [bestValue, bestScore] = [value, score];
  }
  return bestValue ?? values.find((value) => /^(?:other|none|unknown)$/i.test(value)) ?? null;
}

/** The words right after the first counted thing ("3 oak desk lamps in black" gives "oak desk lamps"). */
function countedThing(text: string): string | null {
  for (const found of numbersIn(text)) {
    const rest = text
      .slice(found.index + found.text.length)
      .replace(/^\s*(?:x|×|units?|pcs?|pieces?|of|the|your|more|\s)+\b/i, ' ');
    const [phrase = ''] = /^[^.,;:!?\n()]+/.exec(rest) ?? [];
    const words: string[] = [];
    for (const word of phrase.trim().split(/\s+/)) {
      if (isStopWord(word.toLowerCase()) || !/^[\p{L}-]+$/u.test(word) || words.length === 4) break;
      words.push(word);
    }
    if (words.length > 0) return words.join(' ');
  }
  return null;
}

function signature(text: string): string | null {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const last = lines[lines.length - 1] ?? '';
  return /^\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}.'-]*){0,2}$/u.test(last)
    ? last
    : (/\b(?:I am|I'm|my name is|this is)\s+(\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)?)/u.exec(text)?.[1] ?? null);
}

/** Null when the text holds nothing for the field. */
export function fillText(field: FieldBrief, context: FieldContext): string | null {
  const { text, parts } = context;
  const shown = [
    ...new Set(context.shown.flatMap(({ value }) => (typeof value === 'string' && value !== '' ? [value] : []))),
  ];
  if (field.choices.length > 1) return fromCatalogue(field.choices, text, 0.3);
  const part = parts[field.name.toLowerCase()];
  if (part !== undefined) return part;
  const known = fromCatalogue(shown, text, 0.99);
  if (known !== null) return known;
  if (field.name.includes('mail')) return /[\w.+-]+@[\w-]+\.[\w.]+/.exec(text)?.[0] ?? null;
  if (/name$|customer|sender|person/.test(field.name) && !/product|item/.test(field.name)) return signature(text);
  const span = countedThing(text);
  if (span === null) return null;
  const lower =
    /lower[- ]?case/i.test(field.description) ||
    (shown.length > 0 && shown.every((value) => value === value.toLowerCase()));
  const singular =
    /\bsingular\b/i.test(field.description) || (shown.length > 1 && shown.every((value) => !value.endsWith('s')));
  const cased = lower ? span.toLowerCase() : span;
  return singular ? cased.replace(/(?<=[^su])s$/, '') : cased;
}
