/** A text as a YAML scalar, in the style it had where that style can hold it, else between double quotes, which hold anything. */
import { isScalar, parseDocument } from 'yaml';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

export interface ScalarPlace {
  /** Column of the keys of the map the text stands in. */
  readonly column: number;
  /** Columns a block of text is indented by, against `column`: 1…9. */
  readonly step: number;
  readonly eol: '\n' | '\r\n';
  /** Between brackets or braces, where a text stands on one line. */
  readonly flow: boolean;
}

export interface WrittenScalar {
  /** What stands after the key. */
  readonly head: string;
  /** Lines below it, indented, without a line end after the last; null for a text on one line. */
  readonly body: string | null;
}

/** Characters YAML takes as they are, line feeds and tabs included; the others need an escape. */
const PLAIN_CHARACTERS =
  /^[\t\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Words and figures that some YAML readers take for something else than text. */
const AMBIGUOUS = /^(?:[\d.+-]|(?:y|n|yes|no|on|off|true|false|null|~)$)/i;

/** Folded text is broken before this column where it has a space. */
const FOLD_WIDTH = 100;

export function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether a small document gives back the text. */
function reads(source: string, text: string): boolean {
  const document = parseDocument(source, { prettyErrors: false, logLevel: 'silent' });
  const value = document.errors.length === 0 ? document.getIn(['k', 0], true) : null;
  return isScalar(value) && value.value === text;
}

type Writer = (text: string, place: ScalarPlace) => WrittenScalar | null;

const inline = (head: string): WrittenScalar => ({ head, body: null });

const plain: Writer = (text, { flow }) => {
  if (text.includes('\n') || AMBIGUOUS.test(text) || !PLAIN_CHARACTERS.test(text)) return null;
  return reads(flow ? `k: [${text}]` : `k:\n- ${text}\nz: 0`, text) ? inline(text) : null;
};

const single: Writer = (text) =>
  text.includes('\n') || !PLAIN_CHARACTERS.test(text) ? null : inline(`'${text.replaceAll("'", "''")}'`);

/** A block of lines, if it reads back as the text. */
function block(
  sign: string,
  lines: readonly string[],
  text: string,
  { column, step, eol }: ScalarPlace,
): WrittenScalar | null {
  const end = /\n*$/.exec(text)?.[0].length ?? 0;
  // Blank lines at the end would depend on what follows in the file.
  if (end > 1 || text.trim() === '' || !PLAIN_CHARACTERS.test(text)) return null;
  const indicator = /^\s/.test(text) ? String(step) : '';
  const head = `${sign}${indicator}${end === 0 ? '-' : ''}`;
  const indented = (by: number): string => lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line)).join(eol);
  const trial = `k:${eol}- ${head}${eol}${indented(step)}${eol}z: 0${eol}`;
  return reads(trial, text) ? { head, body: indented(column + step) } : null;
}

const literal: Writer = (text, place) => block('|', text.replace(/\n$/, '').split('\n'), text, place);

function fold(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    // A break stands for one space between two words.
    const before = rest.slice(0, width + 1).search(/\S \S*$/) + 1;
    const at = before > 0 ? before : rest.search(/\S \S/) + 1;
    if (at <= 0 || rest[at] !== ' ' || rest[at + 1] === ' ' || rest[at + 1] === undefined) break;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
  return [...lines, rest];
}

const folded: Writer = (text, place) => {
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines.some((line) => /^\s/.test(line))) return null;
  // A line end of the text is a blank line of the file.
  const source = lines.flatMap((line, index) => {
    const next = lines[index + 1];
    const parts = line === '' ? [''] : fold(line, FOLD_WIDTH - place.column - place.step);
    return line !== '' && next !== undefined && lines.slice(index + 1).some((later) => later !== '')
      ? [...parts, '']
      : parts;
  });
  return block('>', source, text, place);
};

const writers: Readonly<Record<ScalarStyle, Writer>> = {
  plain,
  single,
  literal,
  folded,
  double: (text) => inline(doubleQuoted(text)),
};

/** Styles to try after the wished one. */
function fallbacks(style: ScalarStyle, many: boolean): ScalarStyle[] {
  switch (style) {
    case 'folded':
      return ['folded', 'literal', 'double'];
    case 'literal':
      return ['literal', 'double'];
    case 'double':
      return many ? ['literal', 'double'] : ['double'];
    case 'single':
      return many ? ['literal', 'double'] : ['single', 'double'];
    case 'plain':
      return many ? ['literal', 'double'] : ['plain', 'single', 'double'];
  }
}

/** @param style the style wished for; text of many lines becomes a block, since nobody reads a diff of `\n`. */
export function writeScalar(text: string, style: ScalarStyle, place: ScalarPlace): WrittenScalar {
  for (const candidate of fallbacks(style, text.includes('\n'))) {
    if (place.flow && (candidate === 'literal' || candidate === 'folded')) continue;
    const written = writers[candidate](text, place);
    if (written !== null) return written;
  }
  return inline(doubleQuoted(text));
}
