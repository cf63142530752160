/** Reference codes (order numbers, ticket ids): finding them in a text and writing them in a shape that was told or shown. */

const CODE = /(?<![\w-])(?:[A-Za-z]{1,5}(?:[-_#/ ]{0,2}|\s?no\.?\s?))?#?\d{3,}(?:-\d+)*\w?(?![\w-]|[.,]\d)/g;
const SHAPE = /(?<![\w-])([A-Z]{1,6})([-_/#]?)(\d{3,}|#{3,}|N{3,}|X{3,}|0{3,}|<?(?:digits|number)>?)(?![\w])/;

export interface FoundCode {
  readonly text: string;
  readonly digits: string;
  readonly index: number;
}

/** A written form: `NW-` and five digits. `length` is null when any number of digits will do. */
export interface CodeShape {
  readonly prefix: string;
  readonly length: number | null;
}

const COMMON_WORD =
  /^(?:in|of|on|by|at|is|was|the|and|for|to|an?|my|no|with|from|order|about|over|under|than|room|since|until|year|may|june|july|march|april|just|only)$/i;

/** Codes of a text in order. A common word before the digits is not part of the code. */
export function codesIn(text: string): FoundCode[] {
  return [...text.matchAll(CODE)].map((match) => {
    const [, letters = '', rest = ''] = /^([A-Za-z]*)(.*)$/s.exec(match[0]) ?? [];
    const bare = COMMON_WORD.test(letters) ? rest.replace(/^[\s]+|^no\.?\s*/i, '') : match[0];
    return { text: bare.trim(), digits: bare.replace(/\D/g, ''), index: match.index + match[0].length - bare.length };
  });
}

/** The shape an instruction spells out ("as ORD-12345") or that all shown values share; null when there is none. */
export function shapeOf(description: string, values: readonly string[]): CodeShape | null {
  const told = SHAPE.exec(description);
  if (told !== null) {
    const [, letters = '', separator = '', digits = ''] = told;
    return { prefix: letters + separator, length: /^(?:\d+|#+|N+|X+)$/.test(digits) ? digits.length : null };
  }
  const shapes = values.map((value) => SHAPE.exec(value)).filter((shape) => shape !== null);
  const first = shapes[0];
  if (first === undefined || shapes.length < values.length) return null;
  const prefix = (first[1] ?? '') + (first[2] ?? '');
  if (!shapes.every((shape) => (shape[1] ?? '') + (shape[2] ?? '') === prefix)) return null;
  const length = first[3]?.length ?? 0;
  return { prefix, length: shapes.every((shape) => shape[3]?.length === length) ? length : null };
}

/** A code written in a shape; without a shape it stays as the text has it. */
export function inShape(code: FoundCode, shape: CodeShape | null): string {
  return shape === null ? code.text : shape.prefix + code.digits;
}
