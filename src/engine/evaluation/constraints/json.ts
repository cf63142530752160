/** `json` and `jsonSchema`: replies other programs read. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';
import { schemaProblem } from './json-schema.ts';

function parse(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text.trim()) as unknown };
  } catch {
    return null;
  }
}

export const json: ConstraintDescriptor<true> = {
  key: 'json',
  summary: 'Is JSON and nothing else.',
  example: 'true',
  schema: z.literal(true),
  describe: () => 'Answer with JSON only.',
  check: (_on, { text }) => (parse(text) === null ? 'It is not JSON.' : null),
};

export const jsonSchema: ConstraintDescriptor<Record<string, unknown>> = {
  key: 'jsonSchema',
  summary: 'Is JSON that a JSON Schema accepts (type, enum, const, required, properties, items, limits, pattern).',
  example: '{ type: object, required: [id] }',
  schema: z.record(z.string(), z.unknown()),
  describe: (schema) => `Answer with JSON that follows this schema: ${JSON.stringify(schema)}.`,
  check(schema, { text }) {
    const parsed = parse(text);
    return parsed === null ? 'It is not JSON.' : schemaProblem(schema, parsed.value, '');
  },
};
