/** A JSON schema as Anthropic's structured outputs take it. */
import { badRequest } from './refusals.ts';

/** The SDK's own transformation: objects are closed, and what cannot be enforced is told in descriptions. */
export type SchemaTransform = (schema: unknown) => unknown;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether some object may hold keys the schema does not name: Anthropic closes every object, which would empty it. */
function hasOpenObject(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasOpenObject);
  if (!isMap(schema)) return false;
  const { type, properties, additionalProperties, patternProperties } = schema;
  if (type === 'object') {
    if (additionalProperties !== undefined && additionalProperties !== false) return true;
    if (patternProperties !== undefined) return true;
    if (additionalProperties === undefined && properties === undefined) return true;
  }
  return Object.values(schema).some(hasOpenObject);
}

/** @throws PromptOptError `bad-request` for a schema that cannot be carried without changing its meaning. */
export function toOutputSchema(schema: unknown, transform: SchemaTransform): Record<string, unknown> {
  if (hasOpenObject(schema)) {
    throw badRequest(
      'Anthropic takes no JSON schema with objects that may hold keys it does not name.',
      'Name the keys in `properties` and set `additionalProperties: false`, or use `responseFormat: text`.',
    );
  }
  let transformed: unknown = null;
  try {
    transformed = transform(schema);
  } catch {
    // What the SDK says of it quotes the schema.
  }
  if (isMap(transformed)) return { ...transformed };
  throw badRequest(
    'Anthropic cannot take this JSON schema.',
    'Give every part of it a `type`, or use `responseFormat: text`.',
  );
}
