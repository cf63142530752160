/** Whether a reader can tell where a pasted value begins and ends. */

/** `Message:`, `**Message:**`, `1. The customer wrote =`: something that announces what stands behind it. */
const LABEL = /[\p{L}\p{N})\]"'`*_][ \t]*[:=：][ \t]*(?:\*{1,2}|_{1,2})?[ \t]*$/u;

/** A line that announces what stands below it: a label, a heading, a rule, a fence, a tag, a section header. */
const HEADING = /(?:[:：](?:\*{1,2}|_{1,2})?|^#{1,6}[ \t].*|^[-=*_#~]{3,}.*|^(?:```|~~~|"""|''').*|>|\]|\*\*)[ \t]*$/u;

const BULLET = /^[ \t]*(?:[-*+•]|\d{1,3}[.)])?[ \t]*$/;

const PAIRS: readonly (readonly [open: string, close: string])[] = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
  ['„', '“'],
  ['‘', '’'],
  ['«', '»'],
  ['»', '«'],
  ['「', '」'],
  ['[', ']'],
  ['(', ')'],
  ['<', '>'],
  ['|', '|'],
];

const count = (text: string, part: string): number => text.split(part).length - 1;

/** Opened before and closed behind: tags, fences, triple quotes, rules. */
function isEnclosed(before: string, after: string): boolean {
  for (const fence of ['```', '~~~', '"""', "'''"]) {
    if (count(before, fence) % 2 === 1 && after.includes(fence)) return true;
  }
  if (count(before, '<<<') > count(before, '>>>') && after.includes('>>>')) return true;
  for (const [, tag = ''] of after.matchAll(/<\/([\p{L}_][\p{L}\p{N}_.:-]*)[ \t]*>/gu)) {
    const tags = [...before.matchAll(new RegExp(`<(/?)${escaped(tag)}(?:\\s[^<>]*)?>`, 'g'))];
    if (tags.at(-1)?.[1] === '') return true;
  }
  return false;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** On its own line: quotes or brackets opened before it and closed behind it. */
function isQuoted(before: string, after: string): boolean {
  return PAIRS.some(([open, close]) => {
    if (open === close) {
      // An apostrophe in a word opens nothing.
      const opened = open === "'" ? before.replace(/(?<=\p{L})'(?=\p{L})/gu, '') : before;
      return count(opened, open) % 2 === 1 && after.includes(close);
    }
    return before.lastIndexOf(open) > before.lastIndexOf(close) && after.includes(close);
  });
}

/**
 * Whether the value of the placeholder at `start`…`end` of `text` is set apart from the words around it: it is the whole
 * text, stands between quotes, brackets, tags or fences, ends a line that begins with a label, or stands on lines of its
 * own under a heading or between blank lines.
 */
export function isDelimited(text: string, start: number, end: number): boolean {
  const [before, after] = [text.slice(0, start), text.slice(end)];
  if (before.trim() === '' && after.trim() === '') return true;
  const lineBefore = before.slice(before.lastIndexOf('\n') + 1);
  const lineAfter = after.split('\n', 1)[0] ?? '';
  if (isEnclosed(before, after) || isQuoted(lineBefore, lineAfter)) return true;
  if (lineAfter.trim() !== '') return false;
  if (!BULLET.test(lineBefore)) return LABEL.test(lineBefore);
  const above = before
    .slice(0, before.length - lineBefore.length)
    .replace(/\n$/, '')
    .split('\n');
  const below = after.split('\n')[1] ?? '';
  const nearest = above.findLast((line) => line.trim() !== '') ?? '';
  if (nearest !== '' && HEADING.test(nearest)) return true;
  return (above.at(-1) ?? '').trim() === '' && below.trim() === '';
}
