/** What changed between two texts, line by line. */
import { structuredPatch } from 'diff';

/** A line and whether it is in both texts. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** One changed place with the lines round it. */
export interface DiffHunk {
  /** As in a unified diff, e.g. `@@ -12,3 +12,9 @@`. */
  readonly header: string;
  readonly lines: readonly DiffLine[];
}

const KINDS: Readonly<Record<string, DiffLine['kind']>> = { '+': 'added', '-': 'removed', ' ': 'same' };

/** The changed places of a text with `context` unchanged lines around each; empty when nothing changed. */
export function diffTexts(before: string, after: string, context = 3): DiffHunk[] {
  const { hunks } = structuredPatch('before', 'after', before, after, '', '', { context });
  return hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => ({
    header: `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    lines: lines.flatMap((line) => {
      const kind = KINDS[line.charAt(0)];
      return kind === undefined ? [] : [{ kind, text: line.slice(1).replace(/\r$/, '') }];
    }),
  }));
}
