/** The rules of form an instruction states, clause by clause: lengths, beginnings, endings, words to use and to shun. */
import { numberOf } from './numbers-and-dates.ts';

export interface Rules {
  readonly minWords: number | null;
  readonly maxWords: number | null;
  readonly maxSentences: number | null;
  readonly maxChars: number | null;
  /** May hold slots such as `<first name>`. */
  readonly begin: string | null;
  readonly end: string | null;
  /** Things to mention: quoted text, or the name of a part of the case. */
  readonly mention: readonly string[];
  readonly forbidden: readonly string[];
  readonly noExclamation: boolean;
  /** `always`, or only where the case tells of trouble. */
  readonly apologise: 'never' | 'trouble' | 'always';
  /** Nothing but the answer itself. */
  readonly answerOnly: boolean;
  readonly letterCase: 'lower' | 'upper' | null;
}

const QUOTED = /"([^"\n]+)"|“([^”\n]+)”|`([^`\n]+)`|(?<![\w])'([^'\n]+)'(?!\w)/g;
const COUNT = '(\\d+|[a-z]+(?:-[a-z]+)?)';
const MAX =
  '(?:at most|no more than|not more than|maximum(?: of)?|max\\.?(?: of)?|under|fewer than|less than|up to|within|below|not exceed(?:ing)?|exceeds?|<=?|≤)';
const MIN = '(?:at least|minimum(?: of)?|min\\.?(?: of)?|no fewer than|no less than|more than|over|>=?|≥)';
const ANSWER_ONLY =
  /\b(?:answer|reply|respond|return|output|write|give|print|say)(?:s|ed)?\b[^.\n]{0,40}\b(?:only|just|nothing but|nothing else|exactly one)\b|\b(?:only|just) (?:the|one|a single) (?:label|category|word|name|answer|class|team|queue|topic|value|number)|\bnothing else\b|\b(?:no|without) (?:explanation|other text|extra|further text)|\b(?:one|a single) word\b|\bno other words\b|\bexactly (?:one|a label|one label)\b/i;

export function quotedIn(text: string): string[] {
  return [...text.matchAll(QUOTED)].map((match) => (match[1] ?? match[2] ?? match[3] ?? match[4] ?? '').trim());
}

/** Lines and sentences; a full stop inside quotes or a slot does not end one. */
export function clausesOf(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?]["”']?)\s+(?=[A-Z])|;\s+/)
    .map((clause) => clause.replace(/^\s*(?:[-*•]|\d+[.)])\s*/, '').trim())
    .filter((clause) => clause !== '');
}

function limit(clause: string, bound: string, unit: string): number | null {
  const [, before] = new RegExp(`${bound}\\s+${COUNT}\\s+${unit}`, 'i').exec(clause) ?? [];
  return before === undefined ? null : numberOf(before);
}

function range(clause: string, unit: string): readonly [number, number] | null {
  const [, low = '', high = ''] =
    new RegExp(`\\b(\\d+)\\s*(?:-|–|—|to|and)\\s*(\\d+)\\s+${unit}`, 'i').exec(clause) ?? [];
  return low === '' ? null : [Number(low), Number(high)];
}

function afterWith(clause: string, verbs: string): string | null {
  const [, rest = ''] =
    new RegExp(
      `\\b(?:${verbs})\\b(?:\\s+[\\w'’]+){0,5}?\\s+(?:with|as|by)\\s*:?\\s+(?:the (?:words?|line|sentence|greeting|closing|text)\\s+)?(.+)$`,
      'i',
    ).exec(clause) ?? [];
  if (rest === '') return null;
  const quoted = quotedIn(rest)[0];
  if (quoted !== undefined && /\w$/.test(quoted) && /first name/i.test(rest)) return `${quoted} <first name>,`;
  const text =
    quoted ??
    rest
      .replace(/\s*\(.*?\)\s*$/, '')
      .replace(/[.]$/, '')
      .trim();
  return text === '' || /^(?:a|an|the|your|some)\b/i.test(text) ? null : text;
}

function listAfter(clause: string, verbs: RegExp): string[] {
  const match = verbs.exec(clause);
  if (match === null) return [];
  const rest = clause.slice(match.index + match[0].length);
  const quoted = quotedIn(rest);
  if (quoted.length > 0) return quoted;
  return rest
    .replace(/[.:]$/, '')
    .replace(/^\s*(?:the )?(?:words?|phrases?|terms?|any of|of)\s*:?\s*/i, '')
    .replace(/^:\s*/, '')
    .split(/,|\bor\b|\band\b|\bnor\b/)
    .map((item) => item.replace(/^\s*(?:the words?|words like|the)\s+/i, '').trim())
    .filter((item) => item !== '' && item.split(/\s+/).length <= 4);
}

const BEGIN_VERBS = 'begins?|starts?|opens?|greets?|address(?:es)?|beginning|starting';
const END_VERBS = 'ends?|close[sd]?|sign off|signs off|finish(?:es)?|concludes?|ending|closing';
const FORBID =
  /\b(?:do(?:es)? not|don[’']?t|never|avoid|must not|may not|should not|cannot|contains? none of|none of|without|no)\s+(?:(?:ever\s+)?(?:us(?:e|ing)|say(?:ing)?|writ(?:e|ing)|includ(?:e|ing)|contain(?:ing|s)?|mention(?:ing)?)\s*)?(?:any of\s*)?(?:(?:these|the|following)\s+)*(?:words?|phrases?)?\s*:?/i;
const MENTION = /\b(?:mention|include|contain|quote|repeat|cite|refer to|state|use)s?\b(?:ing)?/i;

/** Reads every clause by itself; the last one to set a thing wins, the strictest length counts. */
export function readRules(instructions: string): Rules {
  let minWords: number | null = null;
  let maxWords: number | null = null;
  let maxSentences: number | null = null;
  let maxChars: number | null = null;
  let begin: string | null = null;
  let end: string | null = null;
  let noExclamation = false;
  let apologise: Rules['apologise'] = 'never';
  let letterCase: Rules['letterCase'] = null;
  const mention: string[] = [];
  const forbidden: string[] = [];
  const tighter = (old: number | null, fresh: number | null, pick: (...values: number[]) => number): number | null =>
    fresh === null ? old : old === null ? fresh : pick(old, fresh);
  for (const clause of clausesOf(instructions)) {
    const words = range(clause, 'words?');
    minWords = tighter(minWords, words?.[0] ?? limit(clause, MIN, 'words?'), Math.max);
    maxWords = tighter(maxWords, words?.[1] ?? limit(clause, MAX, 'words?') ?? orLess(clause), Math.min);
    maxSentences = tighter(
      maxSentences,
      range(clause, 'sentences?')?.[1] ?? limit(clause, MAX, 'sentences?') ?? plainSentences(clause),
      Math.min,
    );
    maxChars = tighter(maxChars, limit(clause, MAX, 'char(?:acter)?s?'), Math.min);
    const negative = FORBID.exec(clause);
    const opens = negative === null ? afterWith(clause, BEGIN_VERBS) : null;
    const closes = negative === null ? afterWith(clause, END_VERBS) : null;
    begin = opens ?? begin;
    end = closes ?? end;
    if (/\blower[- ]?case\b/i.test(clause)) letterCase = 'lower';
    if (/\b(?:upper[- ]?case|capital letters|all caps)\b/i.test(clause)) letterCase = 'upper';
    if (/\bexclamation\b|"!"/i.test(clause) && negative !== null) noExclamation = true;
    if (negative !== null) {
      forbidden.push(...listAfter(clause, FORBID).filter((item) => item !== '!' && !/exclamation/i.test(item)));
      continue;
    }
    if (/\b(?:sorry|apolog\w+)\b/i.test(clause))
      apologise = /\b(?:if|when|whenever|where|wherever|in case|only)\b/i.test(clause) ? 'trouble' : 'always';
    else if (opens === null && closes === null && MENTION.test(clause) && !/\bjson\b/i.test(clause)) {
      const quoted = quotedIn(clause);
      mention.push(...(quoted.length > 0 ? quoted : listAfter(clause, MENTION)));
    }
  }
  return {
    minWords,
    maxWords,
    maxSentences,
    maxChars,
    begin,
    end,
    mention,
    forbidden,
    noExclamation,
    apologise,
    answerOnly: ANSWER_ONLY.test(instructions),
    letterCase,
  };
}

function orLess(clause: string): number | null {
  const [, count = ''] =
    new RegExp(`${COUNT} words? (?:or (?:less|fewer)|at most|maximum|max)`, 'i').exec(clause) ?? [];
  return count === '' ? null : numberOf(count);
}

function plainSentences(clause: string): number | null {
  const [, count = ''] =
    new RegExp(`\\b(?:in|one|exactly)\\s+${COUNT}\\s+(?:short )?sentences?\\b`, 'i').exec(clause) ?? [];
  return count === '' ? null : numberOf(count);
}
