/** What records teach about labels: which there are, and which words speak for each. */
import type { Chance } from '../chance.ts';
import { readLabels } from '../instruction-labels.ts';
import { areNear } from '../lexicon.ts';
import { countWords, isStopWord, stem, topicStems } from '../words.ts';
import type { Reflection } from './read-reflection.ts';

/** Words kept for one label; older ones make room. */
const WORDS_A_LABEL = 18;
const LABELS = 24;

const isLabel = (text: string): boolean => countWords(text) <= 3 && countWords(text) > 0 && !/[{}\n]/.test(text);

/** Words of a message that may speak for its label: no stop words, names or numbers. */
function speakingWords(input: string): string[] {
  const text = input.replace(/^\w+: /gm, '');
  const names = new Set([...text.matchAll(/(?<=[\p{Ll},] )\p{Lu}\p{Ll}+/gu)].map(([name]) => name.toLowerCase()));
  const words =
    text
      .toLowerCase()
      .replace(/['’]/g, '')
      .match(/\p{L}{3,}/gu) ?? [];
  return [...new Set(words)].filter((word) => !isStopWord(word) && !names.has(word));
}

/** Lines that state the labels and what speaks for each; empty when the records teach none. */
export function labelLines(
  { current, records, labels: declared }: Pick<Reflection, 'current' | 'records' | 'labels'>,
  chance: Chance,
): readonly string[] {
  const taught = records.flatMap((record) =>
    record.expected !== null && isLabel(record.expected) ? [{ ...record, label: record.expected }] : [],
  );
  if (taught.length === 0) return [];
  const known = readLabels(current, []);
  const labels = [...known.labels];
  for (const label of declared)
    if (!labels.some((other) => other.toLowerCase() === label.toLowerCase())) labels.push(label);
  const words = new Map<string, string[]>();
  for (const [label, definition] of known.definitions)
    words.set(
      label,
      definition
        .replace(/\.$/, '')
        .split(/,\s*/)
        .filter((item) => item !== ''),
    );
  const find = (name: string): string | undefined => labels.find((label) => label.toLowerCase() === name.toLowerCase());
  for (const { label } of taught) if (find(label) === undefined && labels.length < LABELS) labels.push(label);
  const perRecord = 3 + Math.floor(chance.next() * 5);
  for (const record of taught) {
    const label = find(record.label) ?? record.label;
    const stems = topicStems(record.input);
    const wrong = record.right ? undefined : find(record.output);
    if (wrong !== undefined && wrong !== label && chance.happens(0.6))
      words.set(
        wrong,
        (words.get(wrong) ?? []).filter(
          (item) => countWords(item) > 2 || !topicStems(item).some((each) => stems.includes(each)),
        ),
      );
    if (record.right && !chance.happens(0.5)) continue;
    const others = new Set(
      [...words].filter(([name]) => name !== label).flatMap(([, items]) => items.flatMap(topicStems)),
    );
    const own = words.get(label) ?? [];
    const fresh = speakingWords(record.input)
      .filter((word) => !others.has(stem(word)) && !own.some((item) => topicStems(item).includes(stem(word))))
      .map((word) => ({
        word,
        rank: chance.next() + (areNear(stem(word), stem(label.toLowerCase())) ? 1 : 0) + Math.min(word.length, 9) / 20,
      }))
      .sort((a, b) => b.rank - a.rank)
      .slice(0, perRecord)
      .map(({ word }) => word);
    words.set(label, [...own, ...fresh].slice(-WORDS_A_LABEL));
  }
  const defined = labels.filter((label) => (words.get(label) ?? []).length > 0);
  return [
    `Answer with only one of: ${labels.join(', ')}.`,
    ...defined.map((label) => `- ${label}: ${(words.get(label) ?? []).join(', ')}`),
  ];
}

/** Whether a line of the old text states labels or a label's definition, and so is written anew. */
export function statesLabels(line: string, current: string): boolean {
  const known = readLabels(current, []);
  if (/^Answer with only one of: /i.test(line.trim())) return true;
  return [...known.definitions.keys()].some((label) =>
    new RegExp(
      `^\\s*(?:[-*•]|\\d+[.)])?\\s*["'\`*]*${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}["'\`*]*\\s*(?::|—|–|-)`,
      'i',
    ).test(line),
  );
}
