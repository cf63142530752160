/** What records teach about the fields of a JSON answer: the keys, and the form of each value. */
import type { Chance } from '../chance.ts';
import { shapeOf } from '../codes.ts';
import { parseObject, readFields } from '../instruction-fields.ts';
import type { FieldBrief } from '../instruction-fields.ts';
import { areNear } from '../lexicon.ts';
import { isStopWord, stem, wordsOf } from '../words.ts';
import type { RecordLesson } from './read-reflection.ts';

const CHOICES = 24;

interface Seen {
  readonly value: unknown;
  readonly input: string;
}

/** The form all non-null values share, in words. */
function describe(name: string, seen: readonly Seen[], old: FieldBrief | undefined, chance: Chance): string {
  const present = seen.filter(({ value }) => value !== null);
  const texts = present.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  const before = old?.description ?? '';
  const nullable =
    seen.some(({ value }) => value === null) || /\bnull\b/.test(before) ? '; null when the text does not say' : '';
  if (present.length === 0)
    return before === '' ? `null when the text does not say` : /\bnull\b/.test(before) ? before : before + nullable;
  if (present.every(({ value }) => typeof value === 'number')) return `an integer, as a number in digits${nullable}`;
  if (present.every(({ value }) => typeof value === 'boolean')) {
    const cues = new Set(/true when the text says ([^;]+)/.exec(before)?.[1]?.split(/,\s*/) ?? []);
    for (const { value, input } of present) {
      if (value !== true) continue;
      for (const word of wordsOf(input))
        if (!isStopWord(word) && areNear(stem(word), stem(name.split('_')[0] ?? name))) cues.add(word);
    }
    return cues.size === 0 ? `true or false` : `true or false, true when the text says ${[...cues].join(', ')}`;
  }
  if (texts.length > 0 && texts.every((text) => /^\d{4}-\d{2}-\d{2}$/.test(text))) {
    const silent = present.find(({ value, input }) => typeof value === 'string' && !input.includes(value.slice(0, 4)));
    const year =
      /\byear (20\d\d)\b/.exec(before)?.[1] ?? (silent === undefined ? undefined : String(silent.value).slice(0, 4));
    return `the date as YYYY-MM-DD${year === undefined ? '' : `, with the year ${year} when none is given`}${nullable}`;
  }
  const shape = shapeOf('', texts);
  if (shape !== null && texts.every((text) => text.startsWith(shape.prefix)))
    return `written as ${shape.prefix}${shape.length === null ? '<digits>' : '#'.repeat(shape.length)}${nullable}`;
  const choices = [
    ...new Set([
      ...(old?.choices ?? []),
      ...texts.filter((text) => chance.happens(0.95) && text.length <= 40 && !/[,;]/.test(text)),
    ]),
  ];
  return choices.length < 2
    ? `as in "${texts[0] ?? ''}", in lower case${nullable}`
    : `one of: ${choices.slice(-CHOICES).join(', ')}${nullable}`;
}

/** Lines that state the keys and the form of each value; empty when the records teach none. */
export function fieldLines(current: string, records: readonly RecordLesson[], chance: Chance): readonly string[] {
  const seen = new Map<string, Seen[]>();
  const see = (name: string, value: unknown, input: string): void =>
    void seen.set(name, [...(seen.get(name) ?? []), { value, input }]);
  for (const record of records) {
    for (const { name, expected } of record.fields) see(name, expected, record.input);
    const whole = record.expected === null ? null : parseObject(record.expected);
    for (const [name, value] of Object.entries(whole ?? {})) see(name, value, record.input);
  }
  if (seen.size === 0) return [];
  const old = /\bJSON\b/.test(current) ? readFields(current, [], undefined) : [];
  const names = [...new Set([...old.map((field) => field.name), ...seen.keys()])];
  return [
    `Answer with only a JSON object with the keys ${names.join(', ')}.`,
    ...names.map((name) => {
      const known = old.find((field) => field.name === name);
      const examples = seen.get(name);
      if (examples === undefined) return `- ${name}: ${known?.description ?? ''}`;
      return `- ${name}: ${describe(name, [...examples, ...remembered(known)], known, chance)}`;
    }),
  ].filter((line) => !line.endsWith(': '));
}

/** The choice a one-example description remembers, so that a second example makes it a list. */
function remembered(field: FieldBrief | undefined): Seen[] {
  const value = /^as in "([^"]+)"/.exec(field?.description ?? '')?.[1];
  return value === undefined ? [] : [{ value, input: '' }];
}

/** Whether a line of the old text states the keys or one key's form, and so is written anew. */
export function statesFields(line: string, current: string): boolean {
  if (line.trim().startsWith('Answer with only a JSON object with the keys ')) return true;
  const names = /\bJSON\b/.test(current) ? readFields(current, [], undefined).map((field) => field.name) : [];
  return names.some((name) => new RegExp(`^\\s*[-*•]?\\s*["'\`]?${name}["'\`]?\\s*:`).test(line));
}
