/** `# promptopt-disable-next-line id, id -- why`: reports that a writer has looked at and waved through. */
import { isScalar, visit } from 'yaml';
import type { Diagnostic, TextEdit, TextSpan } from '../../protocol/diagnostics.ts';
import { nearestName } from './near-names.ts';
import type { Report } from './report.ts';
import type { SpecDocument } from './spec-document.ts';

export interface DisableComments {
  disables(diagnostic: Diagnostic): boolean;
  /** The comment that would silence a diagnostic, above the line that its text begins on: inside a text it would be part of it. */
  commentFor(diagnostic: Diagnostic): TextEdit;
}

interface Directive {
  readonly ids: ReadonlySet<string>;
  /** The next line that is neither blank nor a comment, with all of every text that begins on it. */
  readonly lines: { readonly first: number; readonly last: number };
}

const COMMENT = /(^|[ \t])#[ \t]*promptopt-disable-next-line\b([^\n]*)/gm;

/** Spans of scalars: a `#` in a text is no comment, and a text of many lines belongs to the line it begins on. */
function scalarSpans(document: SpecDocument): TextSpan[] {
  const spans: TextSpan[] = [];
  visit(document.yaml, {
    Scalar(_, node) {
      if (isScalar(node) && node.range) spans.push({ start: node.range[0], end: node.range[1] });
    },
  });
  return spans;
}

/** Reports ids that no rule has, under `unknown-rule`. */
export function readDisableComments(document: SpecDocument, known: readonly string[], report: Report): DisableComments {
  const { text } = document;
  let spans: TextSpan[] | null = null;
  const commentFor = ({ rule, span }: Diagnostic): TextEdit => {
    spans ??= scalarSpans(document);
    const around = spans.find(({ start, end }) => start <= span.start && span.start < end);
    const lineStart = text.lastIndexOf('\n', (around ?? span).start - 1) + 1;
    const start = lineStart === 0 && text.startsWith('\uFEFF') ? 1 : lineStart;
    const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
    const eol = text.includes('\r\n') ? '\r\n' : '\n';
    return { span: { start, end: start }, newText: `${indent}# promptopt-disable-next-line ${rule}${eol}` };
  };
  const matches = [...text.matchAll(COMMENT)];
  if (matches.length === 0) return { disables: () => false, commentFor };
  const scalars = scalarSpans(document);
  spans = scalars;
  const lineOf = (offset: number): number => document.rangeOf({ start: offset, end: offset }).start.line;
  const lines = text.split('\n');
  const directives = matches.flatMap((match): Directive[] => {
    const at = match.index + (match[1] ?? '').length;
    if (scalars.some((span) => span.start <= at && at < span.end)) return [];
    const written = (match[2] ?? '').replace(/\s--\s[\s\S]*$/, '').trimEnd();
    const from = match.index + match[0].length - (match[2] ?? '').length;
    const ids = [...written.matchAll(/[^\s,]+/g)];
    for (const id of ids) {
      if (known.includes(id[0])) continue;
      const span = { start: from + id.index, end: from + id.index + id[0].length };
      const meant = nearestName(id[0], known);
      const hint = meant === null ? '' : ` Did you mean "${meant}"?`;
      const fix = meant === null ? undefined : { title: `Change to "${meant}"`, edits: [{ span, newText: meant }] };
      report.atSpan('unknown-rule', 'warning', span, `There is no lint rule "${id[0]}".${hint}`, fix);
    }
    if (ids.length === 0) {
      const span = { start: at, end: match.index + match[0].trimEnd().length };
      report.atSpan('unknown-rule', 'warning', span, 'Name the rules to be disabled, e.g. `unused-input`.');
    }
    let first = lineOf(at) + 1;
    while (first < lines.length && /^\s*(#|$)/.test(lines[first] ?? '')) first++;
    const begun = scalars.filter((span) => lineOf(span.start) === first);
    const last = Math.max(first, ...begun.map((span) => lineOf(Math.max(span.start, span.end - 1))));
    return [{ ids: new Set(ids.map((id) => id[0])), lines: { first, last } }];
  });
  return {
    commentFor,
    disables: ({ rule, range }) =>
      directives.some(
        ({ ids, lines: { first, last } }) => ids.has(rule) && range.start.line >= first && range.start.line <= last,
      ),
  };
}
