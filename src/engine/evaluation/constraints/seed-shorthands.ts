/** The shorthands of enterprise configurations: `length: "< 200 words"` and `max_response_time: "< 24 hours"`. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';
import { wordsOf } from './words.ts';

const bound = (units: string): z.ZodString =>
  z
    .string()
    .regex(
      new RegExp(String.raw`^\s*<=?\s*\d+\s*(${units})s?\s*$`),
      `Write it as "< 200 ${units.split('|')[0] ?? ''}s".`,
    );

const numberIn = (text: string): number => Number(/\d+/.exec(text)?.[0] ?? 0);

export const length: ConstraintDescriptor<string> = {
  key: 'length',
  summary: 'Shorter than this: "< 200 words" or "< 500 characters".',
  example: '"< 200 words"',
  schema: bound('word|character'),
  describe: (limit) => `Use fewer than ${numberIn(limit)} ${limit.includes('word') ? 'words' : 'characters'}.`,
  check(limit, { text }) {
    const count = limit.includes('word') ? wordsOf(text).length : Array.from(text).length;
    const most = limit.includes('=') ? numberIn(limit) : numberIn(limit) - 1;
    return count <= most ? null : `It has ${count} ${limit.includes('word') ? 'words' : 'characters'}.`;
  },
};

const HOURS: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24, week: 168 };

/** Times the text promises to answer or act within, in hours. */
function promisedHours(text: string): number[] {
  return [
    ...text.matchAll(
      /\bwithin (?:the next )?(\d+|an?|one|two|three|four|five) (?:business |working )?(minute|hour|day|week)s?\b/gi,
    ),
  ].map(([, count = '', unit = '']) => {
    const words = ['', 'one', 'two', 'three', 'four', 'five'];
    const number = /^\d+$/.test(count) ? Number(count) : Math.max(1, words.indexOf(count.toLowerCase()));
    return number * (HOURS[unit.toLowerCase()] ?? 1);
  });
}

export const maxResponseTime: ConstraintDescriptor<string> = {
  key: 'max_response_time',
  summary: 'Promises no longer time than this: "< 24 hours".',
  example: '"< 24 hours"',
  schema: bound('hour|minute|day|week'),
  describe: (limit) => `Promise no longer time than ${limit.replace(/^\s*<=?\s*/, '')}.`,
  check(limit, { text }) {
    const unit = /minute|hour|day|week/.exec(limit)?.[0] ?? 'hour';
    const most = numberIn(limit) * (HOURS[unit] ?? 1);
    const longest = Math.max(0, ...promisedHours(text));
    return longest <= most ? null : `It promises ${longest} hours.`;
  },
};
