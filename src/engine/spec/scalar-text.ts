/** Places inside a text that the file writes letter by letter. */
import { isScalar } from 'yaml';
import type { Path, SpecDocument } from './spec-document.ts';

/** A text and the offset in the file of its first letter; null when the file writes it in another way (escapes, folding). */
export function scalarText(
  document: SpecDocument,
  path: Path,
): { readonly text: string; readonly start: number } | null {
  const node = document.nodeAt(path);
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return null;
  const at = document.text.slice(node.range[0], node.range[1]).indexOf(node.value);
  return at < 0 ? null : { text: node.value, start: node.range[0] + at };
}
