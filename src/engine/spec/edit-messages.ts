/** Editing `messages` in place: a new text in the style of the old, demonstrations put in and taken out, comments kept. */
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { TextEdit } from '../../protocol/diagnostics.ts';
import { wantedMessages } from './align-messages.ts';
import type { Prompt } from './prompt.ts';
import type { SpecDocument } from './spec-document.ts';
import type { RenderedMessage } from './template.ts';
import { blockItem, eolOf, flowItem } from './write-messages.ts';
import type { ItemLayout } from './write-messages.ts';
import { writeScalar } from './write-scalar.ts';
import type { ScalarStyle } from './write-scalar.ts';

/** An item of `messages` with its places; offsets are of the file. */
interface Item {
  readonly map: YAMLMap;
  readonly content: unknown;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function itemsOf(document: SpecDocument, list: YAMLSeq): Item[] | null {
  const written = document.tree?.['messages'];
  if (!Array.isArray(written) || written.length !== list.items.length) return null;
  const items = list.items.map((map, index): Item | null => {
    const value: unknown = written[index];
    const text = typeof value === 'object' && value !== null && 'content' in value ? value.content : undefined;
    if (!isMap(map) || !map.range || typeof text !== 'string') return null;
    const content = map.items.find((pair) => isScalar(pair.key) && pair.key.value === 'content')?.value;
    return isScalar(content) || isAlias(content)
      ? { map, content, text, start: map.range[0], end: map.range[1] }
      : null;
  });
  return items.every((item) => item !== null) ? items : null;
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;
const lineEnd = (text: string, offset: number): number => {
  const end = text.indexOf('\n', offset);
  if (end < 0) return text.length;
  return text[end - 1] === '\r' ? end - 1 : end;
};
const nextLine = (text: string, offset: number): number => {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
};

const styles: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

const styleOf = (node: unknown): ScalarStyle => (isScalar(node) ? styles[node.type ?? ''] : undefined) ?? 'plain';

/** Columns between the keys of a map and a block of text in it, as the old text had them; 2 otherwise. */
function stepOf(text: string, node: Scalar | null, column: number): number {
  if (node?.range && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')) {
    const header = lineEnd(text, node.range[0]);
    const explicit = /^[|>]-?\+?(\d)/.exec(text.slice(node.range[0], header))?.[1];
    if (explicit !== undefined) return Number(explicit);
    const first = /\n( *)[^\s]/.exec(text.slice(header, node.range[1]))?.[1];
    if (first !== undefined && first.length > column && first.length - column < 10) return first.length - column;
  }
  return 2;
}

const keyColumn = (text: string, map: YAMLMap): number => {
  const start = map.range?.[0] ?? 0;
  return start - lineStart(text, start);
};

/** Edits that put `wanted` in the place of an item's text. */
function replaceText(document: SpecDocument, item: Item, wanted: string, flow: boolean): TextEdit[] | null {
  const { text } = document;
  const { content, map } = item;
  if (!isScalar(content) && !isAlias(content)) return null;
  if (!content.range) return null;
  const [start, end] = content.range;
  const column = keyColumn(text, map);
  const eol = eolOf(text);
  const scalar = isScalar(content) ? content : null;
  const style = styleOf(content);
  const place = { column, step: stepOf(text, scalar, column), eol, flow: flow || map.flow === true };
  // What was escaped on one line before stays so.
  const stays = style === 'double' && item.text.includes('\n') && wanted.includes('\n');
  const { head, body } = stays ? { head: JSON.stringify(wanted), body: null } : writeScalar(wanted, style, place);
  if (style === 'literal' || style === 'folded') {
    const header = lineEnd(text, start);
    const note = /^\S+(.*)$/.exec(text.slice(start, header))?.[1] ?? '';
    const tail = text.slice(start, end).endsWith('\n') ? eol : '';
    return [{ span: { start, end }, newText: `${head}${note}${body === null ? '' : eol + body}${tail}` }];
  }
  const edits: TextEdit[] = [{ span: { start, end }, newText: head }];
  const below = lineEnd(text, end);
  if (body !== null) edits.push({ span: { start: below, end: below }, newText: eol + body });
  return edits;
}

/** Offset of an item's dash. */
function dashOf(list: YAMLSeq, index: number): number | null {
  const token = list.srcToken;
  if (token?.type !== 'block-seq') return null;
  const starts = token.items.flatMap((item) => item.start.find((part) => part.type === 'seq-item-ind')?.offset ?? []);
  return starts[index] ?? null;
}

/** Where lines put before an item go: above the comments that stand directly over it. */
function aboveItem(text: string, dash: number, previousEnd: number): number {
  const first = previousEnd === lineStart(text, previousEnd) ? previousEnd : nextLine(text, previousEnd);
  let at = lineStart(text, dash);
  while (at > first) {
    const above = lineStart(text, at - 1);
    if (above < first || !/^[ \t]*#/.test(text.slice(above, at))) break;
    at = above;
  }
  return at;
}

/** An item with its line end and the blank lines after it. */
function removalOf(text: string, dash: number, end: number, isLast: boolean): TextEdit {
  const body = dash + text.slice(dash, end).trimEnd().length;
  let to = nextLine(text, body);
  while (!isLast && to < text.length && /^[ \t\r]*$/.test(text.slice(to, lineEnd(text, to)))) to = nextLine(text, to);
  return { span: { start: lineStart(text, dash), end: to }, newText: '' };
}

function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let [result, from] = ['', 0];
  for (const { span, newText } of edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)) {
    if (span.start < from) continue;
    result += text.slice(from, span.start) + newText;
    from = span.end;
  }
  return result + text.slice(from);
}

/** The file with `next` in it, or null when its messages cannot be edited in place. */
export function editedMessages(document: SpecDocument, current: Prompt, next: Prompt): string | null {
  const { text, yaml } = document;
  if (!isMap(yaml.contents)) return null;
  const pair = yaml.contents.items.find((item) => isScalar(item.key) && item.key.value === 'messages');
  const list = pair?.value;
  if (!isSeq(list) || !isScalar(pair?.key)) return null;
  const items = itemsOf(document, list);
  const wanted = wantedMessages(current, next);
  if (
    items === null ||
    wanted === null ||
    items.length !== current.components.length + 2 * current.demonstrations.length
  )
    return null;
  const flow = list.flow === true;
  const dashes = items.map((_, index) => dashOf(list, index));
  if (!flow && dashes.some((dash) => dash === null)) return null;
  const listStart = pair.key.range?.[1] ?? 0;
  const eol = eolOf(text);
  const edits: TextEdit[] = [];

  const kept = new Set(wanted.map(({ item }) => item));
  for (const [index, item] of items.entries()) {
    if (kept.has(index)) continue;
    const following = items[index + 1];
    if (!flow) edits.push(removalOf(text, dashes[index] ?? 0, item.end, following === undefined));
    else if (following === undefined) return null;
    else edits.push({ span: { start: item.start, end: following.start }, newText: '' });
  }

  let pending: RenderedMessage[] = [];
  for (const message of wanted) {
    if (message.item === null) {
      pending.push(message);
      continue;
    }
    const item = items[message.item];
    if (item === undefined) return null;
    if (pending.length > 0) {
      edits.push(
        flow ? insertInFlow(text, item, pending) : insertLines(document, list, items, message.item, pending, listStart),
      );
      pending = [];
    }
    if (item.text === message.content) continue;
    const replaced = replaceText(document, item, message.content, flow);
    if (replaced === null) return null;
    edits.push(...replaced);
  }
  if (pending.length > 0) {
    const last = items.at(-1);
    if (flow || last === undefined) return null;
    const layout = layoutOf(document, list, last, items.length - 1);
    const at =
      nextLine(text, dashes.at(-1) ?? 0) > last.end
        ? nextLine(text, last.end)
        : last.end === lineStart(text, last.end)
          ? last.end
          : nextLine(text, last.end);
    const lead = at > 0 && text[at - 1] !== '\n' ? eol : '';
    edits.push({
      span: { start: at, end: at },
      newText: lead + pending.map((message) => blockItem(message, layout)).join(''),
    });
  }
  return applyEdits(text, edits);
}

function layoutOf(document: SpecDocument, list: YAMLSeq, item: Item, index: number): ItemLayout {
  const { text } = document;
  const dash = dashOf(list, index) ?? 0;
  const dashColumn = dash - lineStart(text, dash);
  const onOneLine = lineStart(text, dash) === lineStart(text, item.start);
  const column = onOneLine ? keyColumn(text, item.map) : dashColumn + 2;
  const scalar = isScalar(item.content) ? item.content : null;
  const style = styleOf(item.content);
  return {
    dash: dashColumn,
    column,
    step: stepOf(text, scalar, column),
    eol: eolOf(text),
    // A demonstration on one line is read best as one line.
    style: style === 'literal' || style === 'folded' ? 'plain' : style,
    braces: item.map.flow === true,
  };
}

function insertLines(
  document: SpecDocument,
  list: YAMLSeq,
  items: readonly Item[],
  index: number,
  messages: readonly RenderedMessage[],
  listStart: number,
): TextEdit {
  const { text } = document;
  const dash = dashOf(list, index) ?? 0;
  const at = aboveItem(text, dash, items[index - 1]?.end ?? listStart);
  const item = items[index];
  if (item === undefined) return { span: { start: at, end: at }, newText: '' };
  const layout = layoutOf(document, list, item, index);
  const above = lineStart(text, at - 1);
  // Where messages stand apart by blank lines, new ones do too.
  const apart = index > 0 && at > 0 && /^[ \t\r]*\n?$/.test(text.slice(above, at)) ? layout.eol : '';
  const newText = messages.map((message) => blockItem(message, layout) + apart).join('');
  return { span: { start: at, end: at }, newText };
}

function insertInFlow(text: string, item: Item, messages: readonly RenderedMessage[]): TextEdit {
  const quotedKeys = text[item.start + 1 + (/^\s*/.exec(text.slice(item.start + 1))?.[0].length ?? 0)] === '"';
  const lead = text.slice(lineStart(text, item.start), item.start);
  const separator = /^[ \t]*$/.test(lead) ? `,${eolOf(text)}${lead}` : ', ';
  const newText = messages.map((message) => flowItem(message, quotedKeys) + separator).join('');
  return { span: { start: item.start, end: item.start }, newText };
}
