/** DSPy's signature notation: `message, order? -> category: Literal['a', 'b'], score: float`. Stricter than DSPy: no empty sides. */
import type { FieldSpec, FieldType } from './task-spec.ts';

export interface SignatureProblem {
  readonly message: string;
  /** Where in the signature text, in UTF-16 units. */
  readonly offset: number;
  readonly length: number;
}

export interface Signature {
  readonly inputs: readonly FieldSpec[];
  readonly outputs: readonly FieldSpec[];
  readonly problems: readonly SignatureProblem[];
}

/** Parts between commas at bracket depth 0 and outside quotes, with their offsets. */
function splitFields(text: string, offset: number): { readonly text: string; readonly offset: number }[] {
  const parts: { text: string; offset: number }[] = [];
  let [depth, start] = [0, 0];
  let quote = '';
  for (let index = 0; index <= text.length; index++) {
    const character = text[index] ?? ',';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === "'" || character === '"') quote = character;
    else if ('[({'.includes(character)) depth++;
    else if ('])}'.includes(character)) depth--;
    if (index === text.length || (character === ',' && depth === 0 && quote === '')) {
      parts.push({ text: text.slice(start, index), offset: offset + start });
      start = index + 1;
    }
  }
  return parts;
}

const TYPES: Readonly<Record<string, FieldType>> = {
  str: 'string',
  text: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  list: 'array',
  dict: 'object',
};

function typeOf(written: string): Pick<FieldSpec, 'type' | 'enum'> | null {
  const literal = /^Literal\s*\[([\s\S]*)\]$/.exec(written);
  if (literal !== null) {
    const labels = splitFields(literal[1] ?? '', 0).map((part) => /^\s*(['"])([\s\S]*)\1\s*$/.exec(part.text)?.[2]);
    return labels.every((label) => label !== undefined) && labels.length > 0 ? { type: 'string', enum: labels } : null;
  }
  const base = /^(\w+)(?:\s*\[[\s\S]*\])?$/.exec(written.replace(/\s*\|\s*None$/, ''))?.[1] ?? '';
  const type = TYPES[base];
  return type === undefined ? null : { type };
}

export function parseSignature(text: string): Signature {
  const problems: SignatureProblem[] = [];
  const arrows = [...text.matchAll(/->/g)].map((match) => match.index);
  const [arrow] = arrows;
  if (arrow === undefined || arrows.length > 1) {
    return {
      inputs: [],
      outputs: [],
      problems: [
        {
          message: 'A signature has exactly one arrow: `inputs -> outputs`.',
          offset: arrows[1] ?? 0,
          length: arrows[1] === undefined ? text.length : 2,
        },
      ],
    };
  }
  const seen = new Set<string>();
  const side = (part: string, offset: number, what: string): FieldSpec[] => {
    if (part.trim() === '') {
      problems.push({ message: `The signature names no ${what}.`, offset: arrow, length: 2 });
      return [];
    }
    return splitFields(part, offset).flatMap((written): FieldSpec[] => {
      const at = written.offset + (written.text.length - written.text.trimStart().length);
      const match = /^\s*([A-Za-z_]\w*)(\?)?\s*(?::\s*([\s\S]+?))?\s*$/.exec(written.text);
      const fail = (message: string): FieldSpec[] => {
        problems.push({ message, offset: at, length: written.text.trim().length });
        return [];
      };
      if (match === null) return fail(`"${written.text.trim()}" is not a field; write \`name\` or \`name: type\`.`);
      const [, name = '', optional, type = 'str'] = match;
      if (seen.has(name)) return fail(`The signature names "${name}" twice.`);
      seen.add(name);
      const known = typeOf(type);
      if (known === null)
        return fail(`The type "${type}" is not known; use str, int, float, bool, list, dict or Literal['a', 'b'].`);
      return [{ name, ...known, optional: optional !== undefined || /\|\s*None$/.test(type) }];
    });
  };
  const inputs = side(text.slice(0, arrow), 0, 'inputs');
  const outputs = side(text.slice(arrow + 2), arrow + 2, 'outputs');
  return { inputs, outputs, problems };
}
