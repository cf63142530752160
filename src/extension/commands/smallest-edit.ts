/** The one replacement that turns a text into another, without touching what both begin and end with. */

export interface Replacement {
  /** UTF-16 offsets in the old text, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** Null when the texts are equal. */
export function smallestEdit(before: string, after: string): Replacement | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  // Neither a surrogate pair nor a CRLF is cut in two.
  if (start > 0 && isJoined(before, start)) start--;
  if (tail > 0 && isJoined(before, before.length - tail)) tail--;
  return { start, end: before.length - tail, newText: after.slice(start, after.length - tail) };
}

/** Whether the characters before and at `index` belong together. */
function isJoined(text: string, index: number): boolean {
  const [left = '', right = ''] = [text[index - 1], text[index]];
  return (left === '\r' && right === '\n') || (/[\uD800-\uDBFF]/.test(left) && /[\uDC00-\uDFFF]/.test(right));
}
