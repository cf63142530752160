/** How the apprentice counts: a word is one token for every six characters begun, a mark is one. */

const PIECE = /\s*(?:[\p{L}\p{N}]{1,6}|[^\s\p{L}\p{N}])/gu;

/** Tokens of a text; never more than its UTF-8 bytes. */
export function countApprenticeTokens(text: string): number {
  return text.match(PIECE)?.length ?? 0;
}

/** The first `limit` tokens of a text, and whether anything was cut. */
export function cutToTokens(text: string, limit: number): { readonly text: string; readonly truncated: boolean } {
  const pieces = text.match(PIECE) ?? [];
  return pieces.length <= limit
    ? { text, truncated: false }
    : { text: pieces.slice(0, Math.max(0, limit)).join(''), truncated: true };
}
