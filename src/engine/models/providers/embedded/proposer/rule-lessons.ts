/** What records teach about the form of free text: rules from failed constraints, and what good answers have in common. */
import type { Chance } from '../chance.ts';
import { readRules } from '../instruction-rules.ts';
import { countWords, sentencesOf } from '../words.ts';
import type { RecordLesson, Reflection } from './read-reflection.ts';

function asLine(description: string): string {
  const text = description.replace(/\s+/g, ' ').trim();
  return text === '' ? '' : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?"”]$/.test(text) ? '' : '.'}`;
}

/** The description of a failed constraint without the reason that follows it, told by the list of constraints if there is one. */
function descriptionOf(failed: string, constraints: readonly string[]): string {
  const known = constraints.find((constraint) => failed.startsWith(constraint.replace(/\.$/, '')));
  return known ?? sentencesOf(failed)[0] ?? failed;
}

/** A greeting or closing that at least two expected answers share, as a rule. */
function sharedForm(records: readonly RecordLesson[], current: string): string[] {
  const texts = records.flatMap((record) =>
    record.expected !== null && countWords(record.expected) >= 8 ? [record.expected.trim()] : [],
  );
  if (texts.length < 2) return [];
  const rules = readRules(current);
  const lines: string[] = [];
  const words = texts.map((text) => text.split(/\s+/));
  const [firstWords = []] = words;
  const sameFromEnd = (back: number): boolean =>
    words.every((each) => each[each.length - 1 - back] === firstWords[firstWords.length - 1 - back]);
  let shared = 0;
  while (shared < 12 && sameFromEnd(shared)) shared++;
  const whole = texts.every((text) => !text.endsWith('…'));
  if (whole && shared >= 2 && rules.end === null) lines.push(`End with "${firstWords.slice(-shared).join(' ')}".`);
  const greetings = texts.map((text) => /^(\p{Lu}\p{L}+) (\p{Lu}[\p{L}'-]+),/u.exec(text));
  const first = greetings[0];
  if (
    rules.begin === null &&
    first !== null &&
    first !== undefined &&
    greetings.every((greeting) => greeting?.[1] === first[1])
  )
    lines.push(`Begin with "${first[1] ?? ''} <first name>,".`);
  const missed = records.some(
    ({ expected, output }) =>
      /\b(?:sorry|apologi[sz]e)\b/i.test(expected ?? '') && !/\b(?:sorry|apologi[sz]e)\b/i.test(output),
  );
  if (rules.apologise === 'never' && missed) lines.push('Say sorry when something went wrong.');
  return lines;
}

/** New rule lines, none of which the current text has already. */
export function ruleLines(reflection: Reflection, chance: Chance): readonly string[] {
  const { current, records, constraints } = reflection;
  const failed = records.flatMap((record) => record.failed.map((text) => descriptionOf(text, constraints)));
  const sawAll = records.length > 0 && chance.happens(0.35);
  const wanted = [...new Set([...failed, ...(sawAll ? constraints : [])])].map(asLine);
  return [...new Set([...sharedForm(records, current), ...wanted])].filter(
    (line) => line !== '' && !current.includes(line) && !current.includes(line.replace(/\.$/, '')),
  );
}
