/** The fields a reply must have: JSON keys or named sections, as instructions, a schema or demonstrations state them. */
import { definitionLines, itemsOf } from './instruction-labels.ts';
import { quotedIn } from './instruction-rules.ts';

export interface FieldBrief {
  readonly name: string;
  /** What was said about it, in all places joined; empty when nothing was. */
  readonly description: string;
  /** Allowed values, when they were listed. */
  readonly choices: readonly string[];
  readonly type: 'number' | 'integer' | 'boolean' | 'string' | null;
}

const KEY_LIST =
  /\b(?:keys?|fields?|properties|attributes|members)\b(?:\s+(?:named|called|are))?\s*:?\s*((?:["'`]?[A-Za-z][A-Za-z0-9_-]*["'`]?\s*(?:\([^)]*\))?\s*,\s*)*(?:and\s+)?["'`]?[A-Za-z][A-Za-z0-9_-]*["'`]?)/gi;
const JSON_KEY = /"([A-Za-z_][\w-]*)"\s*:\s*("(?:[^"\\]|\\.)*"|[^,}\n]+)/g;

export function parseObject(text: string): Record<string, unknown> | null {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start) return null;
  try {
    const value: unknown = JSON.parse(text.slice(start, end + 1));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function schemaFields(schema: unknown): FieldBrief[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties } = schema as { properties?: unknown };
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties as Record<string, unknown>).map(([name, value]) => {
    const {
      description,
      type,
      enum: choices,
    } = (value ?? {}) as { description?: unknown; type?: unknown; enum?: unknown };
    return {
      name,
      description: typeof description === 'string' ? description : '',
      choices: Array.isArray(choices) ? choices.filter((choice): choice is string => typeof choice === 'string') : [],
      type: type === 'number' || type === 'integer' || type === 'boolean' || type === 'string' ? type : null,
    };
  });
}

function choicesIn(description: string): string[] {
  const [, list = ''] =
    /\b(?:one of|either|choose from|catalogue|catalog|values|options|must be)\b[^:,.]{0,40}?:?\s+(.+)$/i.exec(
      description,
    ) ?? [];
  const quoted = quotedIn(list);
  const items = quoted.length >= 2 ? quoted : itemsOf(list.replace(/\s*[([].*$/, ''));
  return items.length >= 2 ? items : [];
}

function typeIn(description: string): FieldBrief['type'] {
  if (/\b(?:true|false|boolean)\b/i.test(description)) return 'boolean';
  if (/\b(?:integer|whole number)\b/i.test(description)) return 'integer';
  if (
    /\b(?:a|as|the|is|plain|json)\s+number\b(?! of\b[^.]*\bstring)|\bnumeric\b|^number\b|\(number\)/i.test(description)
  )
    return 'number';
  return null;
}

const isKey = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_-]*$/.test(name);

/** Keys in the order they are first stated, each with all that is said about it. */
export function readFields(instructions: string, answers: readonly string[], schema: unknown): FieldBrief[] {
  const said = new Map<string, string[]>();
  const say = (name: string, text: string): void => {
    const known = said.get(name) ?? [];
    if (text !== '' && !known.includes(text)) known.push(text);
    said.set(name, known);
  };
  const fromSchema = schemaFields(schema);
  for (const field of fromSchema) say(field.name, field.description);
  if (fromSchema.length === 0) {
    for (const [, list = ''] of instructions.matchAll(KEY_LIST)) {
      for (const item of list.split(/,|\band\b/)) {
        const name = item
          .replace(/\([^)]*\)/, '')
          .replace(/["'`]/g, '')
          .trim();
        if (
          isKey(name) &&
          !/^(?:exactly|only|these|as|in|of|for|the|json|following|are|named|must|with|be|no|to)$/i.test(name)
        )
          say(name, /\(([^)]*)\)/.exec(item)?.[1] ?? '');
      }
    }
    for (const [, name = '', value = ''] of instructions.matchAll(JSON_KEY)) say(name, value.replace(/^"|"$/g, ''));
    for (const answer of answers) for (const name of Object.keys(parseObject(answer) ?? {})) say(name, '');
  }
  const lines = definitionLines(instructions);
  for (const { name, meaning } of lines) {
    const key = name.replace(/\s*\(.*$/, '');
    if (said.has(key) || (isKey(key) && key.includes('_'))) say(key, meaning);
  }
  const unknownSoFar = said.size === 0;
  if (unknownSoFar)
    for (const { name, meaning } of lines) if (isKey(name) && name === name.toLowerCase()) say(name, meaning);
  return [...said].map(([name, texts]) => {
    const description = texts.join('. ');
    const schemaField = fromSchema.find((field) => field.name === name);
    const choices = schemaField?.choices ?? [];
    return {
      name,
      description,
      choices: choices.length > 0 ? choices : texts.flatMap(choicesIn),
      type: schemaField?.type ?? typeIn(description),
    };
  });
}
