/** The apprentice as proposer: from records and feedback to a better instruction, in one fenced block. */
import type { Chance } from '../chance.ts';
import { fieldLines, statesFields } from './field-lessons.ts';
import { labelLines, statesLabels } from './label-lessons.ts';
import { readReflection } from './read-reflection.ts';
import { ruleLines } from './rule-lessons.ts';

export { isReflection } from './read-reflection.ts';

/** Characters of a proposal, beyond what must be kept. */
const LENGTH_LIMIT = 4000;
const UNHELPFUL = [
  'Take a deep breath and think about the bigger picture.',
  'Be creative and explain your reasoning in detail.',
  'Remember that every customer is unique.',
  'Imagine that you are a world-class expert in this.',
];

/** How often, at temperature 1, a lesson is left out and an idle line is put in. */
const LEFT_OUT = 0.08;
const IDLE = 0.15;

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `Here is a better instruction, made from what the records show.\n\n${fence}\n${text}\n${fence}`;
}

/** Answers a reflection request. Placeholders, frozen text and lines it knows nothing better for stay as they are. */
export function propose(request: string, temperature: number, chance: Chance): string {
  const reflection = readReflection(request);
  const { current, records, frozen } = reflection;
  const fields = fieldLines(current, records, chance);
  const labels = fields.length > 0 ? [] : labelLines(reflection, chance);
  const rules = ruleLines(reflection, chance).filter(() => !chance.happens(LEFT_OUT * temperature));
  const mustStay = (line: string): boolean => frozen.some((text) => line.includes(text)) || /\{\{[^{}]+\}\}/.test(line);
  const replaced = (line: string): boolean =>
    (labels.length > 0 && statesLabels(line, current)) || (fields.length > 0 && statesFields(line, current));
  const kept = current
    .split('\n')
    .filter((line) => mustStay(line) || (!replaced(line) && !UNHELPFUL.includes(line.trim())));
  const firstSlot = kept.findIndex((line) => /\{\{[^{}]+\}\}/.test(line));
  // A `Message:` or opening tag right above a placeholder belongs to it.
  const slotStart =
    firstSlot > 0 && /^\s*(?:<\w+>|[\w ]+:|"""|```)\s*$/.test(kept[firstSlot - 1] ?? '') ? firstSlot - 1 : firstSlot;
  const [head, tail] = slotStart < 0 ? [kept, []] : [kept.slice(0, slotStart), kept.slice(slotStart)];
  const idle = temperature > 0 && chance.happens(IDLE * temperature) ? [chance.pick(UNHELPFUL)] : [];
  const lessons = [...labels, ...fields, ...rules];
  const told = [...head.join('\n').trim().split('\n'), ...lessons, ...idle].filter(
    (line, index) => line !== '' || index > 0,
  );
  const top = shortened(told, mustStay).join('\n').trim();
  const text = [top, tail.join('\n').trim()].filter((part) => part !== '').join('\n\n');
  const lost = frozen.filter((phrase) => !text.includes(phrase));
  return fenced([text, ...lost].join('\n'));
}

function shortened(lines: readonly string[], mustStay: (line: string) => boolean): string[] {
  let length = lines.reduce((sum, line) => sum + line.length + 1, 0);
  return lines.filter((line) => {
    if (length <= LENGTH_LIMIT || mustStay(line)) return true;
    length -= line.length + 1;
    return false;
  });
}
