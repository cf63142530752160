/** `readingGrade`: plain enough to read. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';
import { gradeLevel } from './words.ts';

export const readingGrade: ConstraintDescriptor<number> = {
  key: 'readingGrade',
  summary: 'At most this Flesch–Kincaid grade level (English).',
  example: '8',
  note: 'Syllables are counted by English vowel groups, so other languages get a grade that means little.',
  schema: z.number().min(0).max(30),
  describe: (grade) => `Write plainly: a reading grade of at most ${grade}.`,
  check(grade, { text }) {
    const level = gradeLevel(text);
    return level <= grade ? null : `It reads at grade ${level.toFixed(1)}.`;
  },
};
