/** Pieces of Markdown, and a JSON Schema in words. */

/** A cell holds one line and no border. */
const cell = (text: string): string => text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A code span that may hold backticks itself. */
export const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

export const yaml = (text: string): string => `\`\`\`yaml\n${text.trimEnd()}\n\`\`\``;

/** Says what a page is made of, so that nobody edits it by hand. */
export const madeFrom = (...sources: readonly string[]): string =>
  `<!-- Made by npm run docs from ${sources.join(' and ')}. Change it there. -->`;

export const page = (title: string, ...parts: readonly string[]): string => `# ${title}\n\n${parts.join('\n\n')}\n`;

/** The keywords of a JSON Schema that ours have. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
}

/** JSON cannot count further than this; a bound there is none. */
const isBound = (value: number | undefined): value is number =>
  value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;

function range({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const from = isBound(minimum) ? ` from ${minimum}` : isBound(exclusiveMinimum) ? ` above ${exclusiveMinimum}` : '';
  const to = isBound(maximum) ? ` to ${maximum}` : '';
  return from !== '' && to === '' && isBound(minimum) ? `${from} up` : `${from}${to}`;
}

/** What a value may be, e.g. "a whole number from 1 up". */
export function valueWords(schema: JsonSchema): string {
  const { type } = schema;
  if (schema.anyOf !== undefined) return schema.anyOf.map(valueWords).join(', or ');
  if (typeof type === 'object') return type.map((one) => valueWords({ ...schema, type: one })).join(', or ');
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return `one of ${schema.enum.map((value) => code(String(value))).join(', ')}`;
  switch (type) {
    case 'integer':
      return `a whole number${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case 'null':
      return '`null`';
    case 'boolean':
      return '`true` or `false`';
    case 'array':
      return `a list, each item ${valueWords(schema.items ?? {})}`;
    case 'object':
      return 'a map';
    case 'string':
      if (schema.format === 'uri') return 'a URL';
      return schema.pattern === undefined ? 'a text' : 'a text of that form';
    default:
      return 'any value';
  }
}

/** The keys of a map as rows: key, value, default, meaning. */
export const keyRows = (schema: JsonSchema): string[][] =>
  Object.entries(schema.properties ?? {}).map(([key, value]) => [
    code(key),
    valueWords(value),
    value.default === undefined ? '' : code(JSON.stringify(value.default)),
    value.description ?? '',
  ]);

export const KEY_HEAD = ['Key', 'Value', 'Default', 'Meaning'] as const;
