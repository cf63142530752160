/** The apprentice as judge: checks answers against the criteria it is shown, with a slight pull to the first answer. */
import type { Chance } from './chance.ts';
import { readRules } from './instruction-rules.ts';
import { cosine } from './similarity.ts';
import { countWords, sentencesOf, topicStems } from './words.ts';

/** How much better the first answer seems only for being first; the score runs from 0 to 1. */
const FIRST_POSITION_PULL = 0.06;

type Sections = ReadonlyMap<string, string>;

/** Text that is fenced off by a tag alone on its line: it is shown, and its headings are its own. */
const FENCED = /^<([a-z][\w-]*)>\n([\s\S]*?)\n<\/\1>$/gm;

function sectionsOf(text: string): Sections {
  const fenced: string[] = [];
  const outline = text.replace(FENCED, (_whole, _tag, inner: string) => `\u0000${fenced.push(inner) - 1}\u0000`);
  const shown = (part: string): string =>
    part.trim().replace(/\u0000(\d+)\u0000/g, (_whole, index: string) => fenced[Number(index)] ?? '');
  const sections = new Map<string, string>();
  for (const part of outline.split(/^##\s+/m).slice(1)) {
    const end = part.indexOf('\n');
    const name = (end < 0 ? part : part.slice(0, end)).trim().toLowerCase();
    if (!sections.has(name)) sections.set(name, end < 0 ? '' : shown(part.slice(end + 1)));
  }
  return sections;
}

const isRating = (text: string): boolean => /\b(?:1|one)\s*(?:-|–|—|to|…|\.\.\.?)\s*(?:5|five)\b/i.test(text);

/** A request to compare two answers, or to rate one from 1 to 5. */
export function isJudgement(text: string): boolean {
  return (
    (/^## Answer A\b/m.test(text) && /^## Answer B\b/m.test(text)) ||
    (/^## (?:Answer|Response|Reply)\s*$/m.test(text) && isRating(text))
  );
}

/** 0…1: the share of the criteria an answer meets. */
function quality(answer: string, criteria: string, context: string, reference: string): number {
  const rules = readRules(criteria);
  const words = countWords(answer);
  const lower = answer.toLowerCase();
  const checks: number[] = [];
  const check = (applies: boolean, holds: boolean): void => {
    if (applies) checks.push(holds ? 1 : 0);
  };
  check(rules.maxWords !== null, words <= (rules.maxWords ?? 0));
  check(rules.minWords !== null, words >= (rules.minWords ?? 0));
  check(rules.begin !== null, lower.startsWith((rules.begin ?? '').toLowerCase().split(/[<[{]/)[0] ?? ''));
  check(rules.end !== null, lower.endsWith((rules.end ?? '').toLowerCase()));
  for (const item of rules.forbidden) check(true, !lower.includes(item.toLowerCase()));
  for (const item of rules.mention)
    check(
      true,
      topicStems(item).every((stem) => topicStems(answer).includes(stem)),
    );
  check(rules.noExclamation, !answer.includes('!'));
  check(/\bsorry|apolog/i.test(criteria), /\bsorry|apolog/i.test(answer));
  check(
    /\bpolite|friendly|kind|courteous|professional/i.test(criteria),
    /\b(?:thank|please|sorry|glad|happy|regards|hello|dear)/i.test(answer) &&
      !/\b(?:stupid|fault|idiot|shut up)\b/i.test(answer),
  );
  if (/\b(?:concise|brief|short|succinct)/i.test(criteria)) checks.push(Math.max(0, 1 - words / 120));
  if (/\b(?:detail|thorough|complete|depth)/i.test(criteria)) checks.push(Math.min(1, words / 80));
  if (/\b(?:clear|readable|plain|simple)/i.test(criteria))
    checks.push(Math.max(0, 1 - words / Math.max(1, sentencesOf(answer).length) / 40));
  const stems = topicStems(answer);
  const flat = new Map<string, number>();
  if (reference !== '') checks.push(cosine(stems, topicStems(reference), flat));
  if (context !== '') checks.push(Math.min(1, 2 * cosine(stems, topicStems(context), flat)));
  if (checks.length === 0) checks.push(Math.min(1, 2 * cosine(stems, topicStems(criteria), flat)));
  return words === 0 ? 0 : checks.reduce((sum, value) => sum + value, 0) / checks.length;
}

function first(sections: Sections, names: readonly string[]): string {
  return names.map((name) => sections.get(name)).find((text) => text !== undefined) ?? '';
}

/** A verdict in the form the prompt asks for: JSON, the bare letter or number, or a sentence that ends with it. */
export function judge(prompt: string, temperature: number, chance: Chance): string {
  const sections = sectionsOf(prompt);
  const criteria = first(sections, ['criteria', 'criterion', 'rubric']);
  const context = first(sections, ['input', 'question', 'message', 'task']);
  const reference = first(sections, ['reference', 'expected', 'reference answer']);
  const noise = (): number => (temperature > 0 ? temperature * 0.15 * (chance.next() - 0.5) : 0);
  const json = /\bJSON\b/.test(prompt);
  const bare = /\bonly\b[^\n]*\b(?:A|letter|number|rating|score)\b/i.test(prompt);
  const [answerA, answerB] = [sections.get('answer a'), sections.get('answer b')];
  if (answerA === undefined || answerB === undefined) {
    const answer = first(sections, ['answer', 'response', 'reply']);
    const rating = Math.min(
      5,
      Math.max(1, 1 + Math.round(4 * (quality(answer, criteria, context, reference) + noise()))),
    );
    if (json)
      return JSON.stringify({
        [prompt.includes('"rating"') ? 'rating' : 'score']: rating,
        reason: 'Counted by the stated criteria.',
      });
    return bare ? String(rating) : `Counted by the stated criteria.\nRating: ${rating}`;
  }
  const lead =
    quality(answerA, criteria, context, reference) +
    FIRST_POSITION_PULL -
    quality(answerB, criteria, context, reference) +
    noise();
  const winner = lead >= 0 ? 'A' : 'B';
  const reason = `Answer ${winner} meets the criteria better.`;
  if (json) return JSON.stringify({ winner, reason });
  return bare ? winner : `${reason}\nWinner: ${winner}`;
}
