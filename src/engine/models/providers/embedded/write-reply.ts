/** Writes free text: after the nearest demonstration or from set phrases, then made to keep the stated rules. */
import type { Chance } from './chance.ts';
import type { Case, Conversation, Shown } from './conversation.ts';
import type { Rules } from './instruction-rules.ts';
import { tellsOfTrouble } from './lexicon.ts';
import { ramble, topicOf } from './ramble.ts';
import { byLikeness } from './similarity.ts';
import { adaptAnswer, fillSlots, slotValue } from './slots.ts';
import { countWords, escapeForRegExp, sentencesOf } from './words.ts';

/** Demonstrations whose case went well or badly like this one are nearer by this much. */
const SAME_MOOD = 0.08;

/** What the likeness of an answer to the question counts beside that of the shown text: it names the matter, too. */
const ANSWER_LIKENESS = 0.5;

const FILLERS = [
  'We are looking into this now and will write to you as soon as we know more.',
  'You do not have to do anything in the meantime.',
  'If anything is unclear, please reply to this message and we will help.',
  'Our team reads every message with care.',
  'We will keep you informed of each step.',
  'Thank you for your patience while we check the details.',
];

function nearest(
  question: Case,
  demonstrations: readonly Shown[],
  temperature: number,
  chance: Chance,
): Shown | undefined {
  const trouble = tellsOfTrouble(question.text);
  const answers = new Map(
    byLikeness(question.text, demonstrations, (shown) => shown.answer).map(({ item, likeness }) => [item, likeness]),
  );
  const ranked = byLikeness(question.text, demonstrations, (shown) => shown.text)
    .map(({ item, likeness }) => ({
      item,
      score:
        likeness + ANSWER_LIKENESS * (answers.get(item) ?? 0) + (tellsOfTrouble(item.text) === trouble ? SAME_MOOD : 0),
    }))
    .sort((a, b) => b.score - a.score);
  return ranked[temperature > 0 && chance.happens(0.4 * temperature) ? Math.min(1, ranked.length - 1) : 0]?.item;
}

function saysNothing(rules: Rules): boolean {
  return (
    rules.begin === null &&
    rules.end === null &&
    rules.maxWords === null &&
    rules.maxSentences === null &&
    rules.maxChars === null &&
    rules.mention.length === 0
  );
}

function forbiddenIn(rules: Rules): RegExp | null {
  const parts = rules.forbidden.map((item) => `(?<![\\p{L}\\p{N}])${escapeForRegExp(item)}`);
  return parts.length === 0 ? null : new RegExp(parts.join('|'), 'iu');
}

const isGreeting = (sentence: string): boolean =>
  /^(?:hi|hello|hey|dear|good (?:morning|afternoon|day)|thanks so much|great question)\b/i.test(sentence) &&
  (countWords(sentence) <= 4 || sentence.endsWith('!'));

/** The sentences between a greeting and a closing that the text already has. */
function bodyOf(text: string, begin: string | null, end: string | null): string[] {
  let rest = text.trim();
  if (begin !== null && rest.toLowerCase().startsWith(begin.toLowerCase())) rest = rest.slice(begin.length);
  if (end !== null && rest.toLowerCase().endsWith(end.toLowerCase())) rest = rest.slice(0, -end.length);
  const sentences = sentencesOf(rest.replace(/^[\s,.]+/, ''));
  return begin === null ? sentences : sentences.filter((sentence, index) => index > 0 || !isGreeting(sentence));
}

/** A sentence that followed a greeting's comma may have begun small. */
const capitalized = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

function opening(question: Case): string {
  return `Thank you for your message about ${topicOf(question.parts['message'] ?? question.text)}.`;
}

/** A text that keeps the rules as far as the case lets it. */
export function keepRules(draft: string, rules: Rules, question: Case, chance: Chance): string {
  const begin = rules.begin === null ? null : fillSlots(rules.begin, question);
  const end = rules.end === null ? null : fillSlots(rules.end, question);
  const forbidden = forbiddenIn(rules);
  const allowed = (sentence: string): boolean => !forbidden?.test(sentence);
  let body = bodyOf(draft, begin, end).filter(allowed);
  const essential: string[] = [];
  const whole = (): string => {
    const [first = '', ...others] = [...essential, ...body];
    return [begin ?? '', first, ...others.map(capitalized), end ?? ''].filter((part) => part !== '').join(' ');
  };
  const sorry =
    rules.apologise === 'always' ||
    (rules.apologise === 'trouble' && tellsOfTrouble(question.parts['message'] ?? question.text));
  if (sorry && !/\bsorry\b/i.test(whole())) essential.push('I am sorry for the trouble this has caused you.');
  for (const item of rules.mention) {
    const value = slotValue(item, question) ?? (/[A-Z0-9%]/.test(item) ? item : null);
    if (value !== null && !whole().toLowerCase().includes(value.toLowerCase()))
      essential.push(`This is about ${value}.`);
  }
  const fits = (): boolean =>
    (rules.maxWords === null || countWords(whole()) <= rules.maxWords) &&
    (rules.maxSentences === null || sentencesOf(whole()).length <= rules.maxSentences) &&
    (rules.maxChars === null || whole().length <= rules.maxChars);
  while (body.length > 0 && !fits()) body = body.slice(0, -1);
  const offset = Math.floor(chance.next() * FILLERS.length);
  for (let step = 0; step < FILLERS.length && countWords(whole()) < (rules.minWords ?? 0); step++) {
    const filler = FILLERS[(offset + step) % FILLERS.length] ?? '';
    if (!body.includes(filler) && allowed(filler)) body = [...body, filler];
    if (!fits()) body = body.slice(0, -1);
  }
  const text = cutWords(whole(), end, rules.maxWords);
  const calm = rules.noExclamation || rules.forbidden.includes('!') ? text.replace(/!+/g, '.') : text;
  return rules.letterCase === 'lower' ? calm.toLowerCase() : rules.letterCase === 'upper' ? calm.toUpperCase() : calm;
}

function cutWords(text: string, end: string | null, maxWords: number | null): string {
  if (maxWords === null || countWords(text) <= maxWords) return text;
  const closing = end ?? '';
  const room = Math.max(0, maxWords - countWords(closing));
  return `${text
    .slice(0, text.length - closing.length)
    .split(/\s+/)
    .slice(0, room)
    .join(' ')} ${closing}`.trim();
}

/** Follows the nearest demonstration; without any, the stated rules; without those, it rambles. */
export function writeReply(conversation: Conversation, rules: Rules, temperature: number, chance: Chance): string {
  const { question, demonstrations } = conversation;
  const model = nearest(question, demonstrations, temperature, chance);
  if (model !== undefined) return keepRules(adaptAnswer(model, question), rules, question, chance);
  if (saysNothing(rules)) return keepRules(ramble(question.text, null, chance), rules, question, chance);
  const draft = [opening(question), ...FILLERS.slice(0, 1)];
  const flourish = rules.forbidden.length === 0 ? ['I promise that this will definitely be put right!'] : [];
  return keepRules([...draft, ...flourish].join(' '), rules, question, chance);
}
