/** The labels an instruction names and what it says each means. */
import { countWords } from './words.ts';

export interface LabelBrief {
  readonly labels: readonly string[];
  /** What is said of a label, by label. */
  readonly definitions: ReadonlyMap<string, string>;
}

const LIST_HEAD =
  /(?:one of|labels?|categor(?:y|ies)|class(?:es)?|options?|choices?|teams?|topics?|queues?|values?|departments?|sentiments?|these)\b[^\n:.]{0,60}:\s*([^\n]+)/gi;
const LIST_INLINE =
  /(?:one of|into|as|either|between|among|whether it is|is it|for)\s+(?:the (?:labels|categories|teams|classes)\s+)?((?:["'`]?[\w-]+(?: [\w-]+)?["'`]?,\s*)+(?:or |and )?["'`]?[\w-]+(?: [\w-]+)?["'`]?|["'`]?[\w-]+["'`]? or ["'`]?[\w-]+["'`]?)/gi;
const PATTERN_SLOT = /\[([^\]/\n]+(?:\/[^\]/\n]+)+)\]/;
const DEFINITION =
  /^\s*(?:[-*•]|\d+[.)])?\s*["'`*]*([A-Za-z][\w &/-]{0,30}?)["'`*]*(?:\s*\([^)\n]*\))?\s*(?::|—|–| - |=>?| means )["'`*]*\s*(\S.{2,})$/;
const NOT_A_LABEL =
  /^(?:note|format|rules?|labels?|categor(?:y|ies)|output|input|answer|reply|task|message|example|constraints?|important|definitions?|guidelines?|requirements?|hint|feedback)s?$/i;

/** The items of "a, b, c or d", none longer than four words; empty when it is no list. */
export function itemsOf(list: string): string[] {
  const firstSentence = list.split(/\.(?:\s|$)/)[0] ?? '';
  const items = firstSentence
    .split(/,|;|\||\/|\bor\b|\band\b/)
    .map((item) => item.trim().replace(/^["'`*[(]+|["'`*\])]+$/g, ''))
    .filter((item) => item !== '');
  return items.every((item) => countWords(item) <= 4 && item.length <= 40) ? items : [];
}

/** "label: meaning" lines, as they stand; the caller decides whether the names are labels or keys. */
export function definitionLines(text: string): { readonly name: string; readonly meaning: string }[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', meaning = ''] = DEFINITION.exec(line) ?? [];
    return name === '' || NOT_A_LABEL.test(name.trim()) ? [] : [{ name: name.trim(), meaning: meaning.trim() }];
  });
}

function listedLabels(text: string): string[] {
  const found: string[] = [];
  const add = (items: readonly string[]): void => {
    if (items.length < 2) return;
    for (const item of items) {
      if (!found.some((known) => known.toLowerCase() === item.toLowerCase())) found.push(item);
    }
  };
  const slot = PATTERN_SLOT.exec(text)?.[1];
  if (slot !== undefined) add(slot.split('/').map((item) => item.trim()));
  for (const [, list = ''] of text.matchAll(LIST_HEAD)) add(itemsOf(list));
  if (found.length === 0) for (const [, list = ''] of text.matchAll(LIST_INLINE)) add(itemsOf(list));
  return found;
}

/** Reads labels from lists, "label: meaning" lines and, failing those, from short answers shown again and again. */
export function readLabels(instructions: string, answers: readonly string[]): LabelBrief {
  const lines = definitionLines(instructions);
  const listed = listedLabels(instructions);
  const shownShort = answers.length > 0 && answers.every((answer) => countWords(answer) <= 4 && !/[{}\n]/.test(answer));
  const shown = shownShort ? [...new Set(answers)] : [];
  const known = [...listed];
  const isKnown = (name: string): string | undefined =>
    known.find((label) => label.toLowerCase() === name.toLowerCase());
  for (const label of shown) if (isKnown(label) === undefined) known.push(label);
  if (listed.length === 0 && lines.length >= 2 && (answers.length === 0 || shownShort)) {
    for (const { name } of lines) if (isKnown(name) === undefined && countWords(name) <= 3) known.push(name);
  }
  const definitions = new Map<string, string>();
  for (const { name, meaning } of lines) {
    const label = isKnown(name);
    if (label !== undefined) definitions.set(label, `${definitions.get(label) ?? ''} ${meaning}`.trim());
  }
  return { labels: known, definitions };
}
