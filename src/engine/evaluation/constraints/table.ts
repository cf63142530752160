/** Every constraint kind. A new one is a file and a line here. */
import type { ConstraintDescriptor } from './constraint.ts';
import { contains, containsAny, notContains } from './contains.ts';
import { endsWith, equals, startsWith } from './edges.ts';
import { format } from './format.ts';
import { javascript } from './javascript.ts';
import { json, jsonSchema } from './json.ts';
import { judge, tone } from './judged.ts';
import { language } from './language.ts';
import { maxChars } from './max-chars.ts';
import { maxSentences } from './max-sentences.ts';
import { maxTokens } from './max-tokens.ts';
import { maxWords } from './max-words.ts';
import { minWords } from './min-words.ts';
import { noCopy } from './no-copy.ts';
import { noPii } from './no-pii.ts';
import { oneOf } from './one-of.ts';
import { readingGrade } from './reading-grade.ts';
import { notRegex, regex } from './regex.ts';
import { length, maxResponseTime } from './seed-shorthands.ts';

export const constraints = [
  maxWords,
  minWords,
  maxChars,
  maxTokens,
  maxSentences,
  readingGrade,
  format,
  regex,
  notRegex,
  contains,
  containsAny,
  notContains,
  startsWith,
  endsWith,
  equals,
  oneOf,
  json,
  jsonSchema,
  language,
  noPii,
  noCopy,
  tone,
  judge,
  javascript,
  length,
  maxResponseTime,
] as readonly ConstraintDescriptor[];
