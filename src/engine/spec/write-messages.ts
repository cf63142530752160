/** The whole of `messages` written anew: for files that have none, or have them in a shape that cannot be edited in place. */
import { isMap, isScalar } from 'yaml';
import type { RenderedMessage } from './template.ts';
import type { SpecDocument } from './spec-document.ts';
import { doubleQuoted, writeScalar } from './write-scalar.ts';
import type { ScalarStyle } from './write-scalar.ts';

/** How items of a block list look. */
export interface ItemLayout {
  /** Columns of the dash and of the keys behind it. */
  readonly dash: number;
  readonly column: number;
  readonly step: number;
  readonly eol: '\n' | '\r\n';
  readonly style: ScalarStyle;
  /** Whether an item is a map in braces. */
  readonly braces: boolean;
}

export const eolOf = (text: string): '\n' | '\r\n' => (/\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n');

/** One item of a block list, with its line end. */
export function blockItem({ role, content }: RenderedMessage, layout: ItemLayout): string {
  const { dash, column, step, eol, style, braces } = layout;
  const lead = `${' '.repeat(dash)}-${' '.repeat(Math.max(1, column - dash - 1))}`;
  if (braces) {
    const { head } = writeScalar(content, style, { column, step, eol, flow: true });
    return `${lead}{ role: ${role}, content: ${head} }${eol}`;
  }
  const { head, body } = writeScalar(content, style, { column, step, eol, flow: false });
  return `${lead}role: ${role}${eol}${' '.repeat(column)}content: ${head}${eol}${body === null ? '' : `${body}${eol}`}`;
}

/** One item of a list in brackets. */
export function flowItem({ role, content }: RenderedMessage, quotedKeys: boolean): string {
  const [roleKey, contentKey] = quotedKeys ? ['"role"', '"content"'] : ['role', 'content'];
  return `{ ${roleKey}: ${quotedKeys ? `"${role}"` : role}, ${contentKey}: ${doubleQuoted(content)} }`;
}

/** Places `messages` could stand in, best first: where it is, else at the end of the file, else before its first key. */
export function rewrittenFiles(document: SpecDocument, messages: readonly RenderedMessage[]): string[] {
  const { text, yaml } = document;
  const eol = eolOf(text);
  const root = yaml.contents;
  if (!isMap(root) || root.range === null || root.range === undefined) return [];
  const pair = root.items.find((item) => isScalar(item.key) && item.key.value === 'messages');
  const [start, end] = root.range;
  if (root.flow === true) {
    const list = `[${messages.map((message) => flowItem(message, true)).join(', ')}]`;
    if (pair !== undefined) {
      const { value } = document.pairSpans(pair);
      return value === null ? [] : [text.slice(0, value.start) + list + text.slice(value.end)];
    }
    const close = text.lastIndexOf('}', end);
    const comma = root.items.length === 0 || /,\s*$/.test(text.slice(start, close)) ? '' : ',';
    return [`${text.slice(0, close).trimEnd()}${comma} "messages": ${list} ${text.slice(close)}`];
  }
  const column =
    start -
    (text.lastIndexOf('\n', start - 1) + 1) -
    (text.startsWith('\uFEFF') && !text.slice(0, start).includes('\n') ? 1 : 0);
  const layout: ItemLayout = { dash: column + 2, column: column + 4, step: 2, eol, style: 'plain', braces: false };
  const items = messages.map((message) => blockItem(message, layout)).join('');
  const section = `messages:${eol}${items}`;
  const pad = ' '.repeat(column);
  if (pair !== undefined) {
    const { key, value } = document.pairSpans(pair);
    if (value === null) return [];
    const rest = text.slice(value.end).replace(/^[ \t]*(\r?\n|$)/, '');
    return [text.slice(0, key.start) + section + rest];
  }
  const atEnd = text.endsWith('\n') || text === '' ? text : text + eol;
  return [`${atEnd}${pad}${section}`, `${text.slice(0, start)}${section}${pad}${text.slice(start)}`];
}
