/** Names, codes and dates of one case put in the place of another's. */
import type { Case, Shown } from './conversation.ts';
import { codesIn } from './codes.ts';
import { datesIn } from './numbers-and-dates.ts';
import { escapeForRegExp } from './words.ts';

const LONGEST_SLOT = 60;

/** The value a slot such as "first name" or "order id" stands for in a case; null when the case has none. */
export function slotValue(slot: string, { text, parts }: Case): string | null {
  const words: readonly string[] =
    slot
      .toLowerCase()
      .replace(/['’]s\b/g, '')
      .match(/[a-z]+/g) ?? [];
  const exact = parts[words.join('_')];
  if (exact !== undefined) return exact;
  const names = Object.keys(parts).filter((name) => (parts[name] ?? '').length <= LONGEST_SLOT);
  const wanted = words.filter(
    (word) => !/^(?:the|their|first|last|full|of|customer|user|a|an|your|exact|given)$/.test(word),
  );
  const named =
    names.find(
      (name) => wanted.length > 0 && wanted.every((word) => name.split('_').includes(word === 'number' ? 'id' : word)),
    ) ?? names.find((name) => wanted.length > 0 && wanted.every((word) => name.includes(word)));
  const value = named === undefined ? undefined : parts[named];
  if (value !== undefined) return words.includes('first') ? (value.split(/\s+/)[0] ?? value) : value;
  if (words.some((word) => /^(?:id|number|code|reference)$/.test(word))) return codesIn(text)[0]?.text ?? null;
  if (words.includes('name')) {
    const person = names.find((name) => /^(?:customer|client|user|sender|from)$/.test(name));
    const full = person === undefined ? undefined : parts[person];
    if (full !== undefined) return words.includes('first') ? (full.split(/\s+/)[0] ?? full) : full;
    const signed =
      /(?:\n|^|regards,?\s+|thanks,?\s+|cheers,?\s+|[-–—]\s*)(\p{Lu}\p{Ll}+)(?:\s\p{Lu}\p{Ll}+)?\s*$/u.exec(text);
    return signed?.[1] ?? null;
  }
  return null;
}

/** A pattern with its `<slot>`, `[slot]` and `{slot}` filled in; slots without a value are left out with the space before. */
export function fillSlots(pattern: string, question: Case): string {
  return pattern
    .replace(/\s?(?:<([^<>]+)>|\[([^[\]]+)\]|\{([^{}]+)\})/g, (whole: string, a?: string, b?: string, c?: string) => {
      const value = slotValue(a ?? b ?? c ?? '', question);
      return value === null ? '' : (/^\s/.exec(whole)?.[0] ?? '') + value;
    })
    .trim();
}

/** The answer of a shown case, with what is the shown case's own replaced by the question's. */
export function adaptAnswer(shown: Shown, question: Case): string {
  const swaps: (readonly [string, string])[] = [];
  const swap = (from: string | undefined, to: string | undefined): void => {
    if (from === undefined || to === undefined || from === '' || from === to) return;
    if (!swaps.some(([known]) => known === from)) swaps.push([from, to]);
  };
  for (const [name, from] of Object.entries(shown.parts)) {
    const to = question.parts[name];
    if (to === undefined || from.length > LONGEST_SLOT || to.length > LONGEST_SLOT) continue;
    swap(from, to);
    if (/name|customer|user/.test(name)) swap(from.split(/\s+/)[0], to.split(/\s+/)[0]);
  }
  swap(codesIn(shown.text)[0]?.text, codesIn(question.text)[0]?.text);
  swap(datesIn(shown.text)[0]?.text, datesIn(question.text)[0]?.text);
  if (swaps.length === 0) return shown.answer;
  const pattern = new RegExp(swaps.map(([from]) => `(?<![\\w])${escapeForRegExp(from)}(?![\\w])`).join('|'), 'g');
  return shown.answer.replace(pattern, (found) => swaps.find(([from]) => from === found)?.[1] ?? found);
}
