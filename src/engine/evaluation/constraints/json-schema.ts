/** The part of JSON Schema that prompt files use. Unknown keywords are ignored, as the standard says. */

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

const fits = (type: string, actual: string): boolean => type === actual || (type === 'number' && actual === 'integer');

/** The first thing wrong with `value`, as a sentence; null when the schema accepts it. `path` is shown before it. */
export function schemaProblem(schema: unknown, value: unknown, path: string): string | null {
  if (schema === false) return `${path || 'The value'} is not allowed.`;
  if (!isRecord(schema)) return null;
  const at = path === '' ? 'The value' : `"${path}"`;
  const actual = typeOf(value);
  const types = [schema['type']].flat().filter((type) => typeof type === 'string');
  if (types.length > 0 && !types.some((type) => fits(type, actual)))
    return `${at} is ${actual}, not ${types.join(' or ')}.`;
  const same = (other: unknown): boolean => JSON.stringify(other) === JSON.stringify(value);
  if (Array.isArray(schema['enum']) && !schema['enum'].some(same))
    return `${at} is none of ${JSON.stringify(schema['enum'])}.`;
  if ('const' in schema && !same(schema['const'])) return `${at} is not ${JSON.stringify(schema['const'])}.`;
  if (typeof value === 'number') return numberProblem(schema, value, at);
  if (typeof value === 'string') return stringProblem(schema, value, at);
  if (Array.isArray(value)) return arrayProblem(schema, value, path, at);
  return isRecord(value) ? objectProblem(schema, value, path, at) : null;
}

type Schema = Readonly<Record<string, unknown>>;

function numberProblem(schema: Schema, value: number, at: string): string | null {
  const limit = (name: string): number | null => (typeof schema[name] === 'number' ? schema[name] : null);
  if (value < (limit('minimum') ?? -Infinity)) return `${at} is below ${limit('minimum') ?? ''}.`;
  if (value > (limit('maximum') ?? Infinity)) return `${at} is above ${limit('maximum') ?? ''}.`;
  return null;
}

function stringProblem(schema: Schema, value: string, at: string): string | null {
  if (typeof schema['minLength'] === 'number' && value.length < schema['minLength']) return `${at} is too short.`;
  if (typeof schema['maxLength'] === 'number' && value.length > schema['maxLength']) return `${at} is too long.`;
  return null;
}

function arrayProblem(schema: Schema, value: readonly unknown[], path: string, at: string): string | null {
  if (typeof schema['minItems'] === 'number' && value.length < schema['minItems']) return `${at} has too few items.`;
  if (typeof schema['maxItems'] === 'number' && value.length > schema['maxItems']) return `${at} has too many items.`;
  for (const [index, item] of value.entries()) {
    const problem = schemaProblem(schema['items'], item, `${path}[${index}]`);
    if (problem !== null) return problem;
  }
  return null;
}

function objectProblem(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  path: string,
  at: string,
): string | null {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const required: unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const missing = required.find((name) => typeof name === 'string' && !Object.hasOwn(value, name));
  if (typeof missing === 'string') return `${at} has no "${missing}".`;
  for (const [name, item] of Object.entries(value)) {
    const inner = path === '' ? name : `${path}.${name}`;
    if (Object.hasOwn(properties, name)) {
      const problem = schemaProblem(properties[name], item, inner);
      if (problem !== null) return problem;
    } else if (schema['additionalProperties'] === false) return `${at} has the unknown key "${name}".`;
    else {
      const problem = schemaProblem(schema['additionalProperties'], item, inner);
      if (problem !== null) return problem;
    }
  }
  return null;
}
