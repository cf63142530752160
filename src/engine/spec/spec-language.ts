/** The spec language put together: a text goes in, a task spec and everything that is wrong with it come out. */
import type { Diagnostic } from '../../protocol/diagnostics.ts';
import type { SpecFiles, SpecTables } from './descriptors.ts';
import { readDisableComments } from './disable-comments.ts';
import { readSpec } from './read-spec.ts';
import { createReport } from './report.ts';
import { reportBadRows } from './rules/bad-row.ts';
import type { RowProblem } from './rules/bad-row.ts';
import type { LintRule, RuleSeverities } from './rules/lint-rule.ts';
import { reportSyntax } from './rules/syntax.ts';
import { checkedRules, rules } from './rules/table.ts';
import { readDocument } from './spec-document.ts';
import type { TaskSpec } from './task-spec.ts';

export interface ReadOptions {
  /** Absolute path of the file; data files are looked for beside it. */
  readonly path: string;
  /** Absent: files beside the spec are not looked at. */
  readonly files?: SpecFiles;
  readonly severities?: RuleSeverities;
}

export interface SpecRead {
  /** Null when the file holds no map, so that nothing can be said of a task. */
  readonly spec: TaskSpec | null;
  /** Sorted by place. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface SpecLanguage {
  readonly rules: readonly LintRule[];
  /** Never throws: every problem is a diagnostic, all of them at once. */
  read(text: string, options: ReadOptions): SpecRead;
  /** The rows of `testData` that cannot be used, at their place; problems of other files are left out. */
  rowDiagnostics(text: string, problems: readonly RowProblem[], severities?: RuleSeverities): readonly Diagnostic[];
}

const byPlace = (a: Diagnostic, b: Diagnostic): number => a.span.start - b.span.start || a.span.end - b.span.end;

/** The same problem at the same place is said once. */
function once(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ rule, span, message }) => {
    const key = `${rule} ${span.start} ${span.end} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const withSeverities = (diagnostics: readonly Diagnostic[], severities: RuleSeverities): Diagnostic[] =>
  diagnostics.flatMap((diagnostic) => {
    const severity = Object.hasOwn(severities, diagnostic.rule) ? severities[diagnostic.rule] : undefined;
    if (severity === 'off') return [];
    return [severity === undefined ? diagnostic : { ...diagnostic, severity }];
  });

export function createSpecLanguage(tables: SpecTables): SpecLanguage {
  const known = rules.map((rule) => rule.id);
  return {
    rules,

    read(text, { path, files, severities = {} }) {
      const document = readDocument(text);
      const reader = createReport(document);
      const linter = createReport(document);
      reportSyntax(document, reader);
      const { tree } = document;
      const spec = tree === null ? null : readSpec(document, tree, tables, reader);
      if (tree !== null && spec !== null) {
        const context = { document, tree, spec, tables, path, files: files ?? null, report: linter };
        for (const rule of checkedRules) rule.check(context);
      }
      const comments = readDisableComments(document, known, linter);
      const silenceable = (found: Diagnostic): Diagnostic[] =>
        comments.disables(found) ? [] : [{ ...found, disable: comments.commentFor(found) }];
      // What only follows from broken YAML is not said beside it.
      const broken = new Set(document.problems.filter(({ harmless }) => !harmless).map(({ span }) => span.start));
      const own = reader.diagnostics.filter(({ rule, span }) => rule !== 'wrong-type' || !broken.has(span.start));
      const kept = [
        // What the reader left out of the task cannot be waved through: only its warnings can.
        ...own.flatMap((found) => (found.severity === 'error' ? [found] : silenceable(found))),
        ...linter.diagnostics.flatMap(silenceable),
      ];
      return { spec, diagnostics: withSeverities(once(kept), severities).sort(byPlace) };
    },

    rowDiagnostics(text, problems, severities = {}) {
      const document = readDocument(text);
      const report = createReport(document);
      reportBadRows(document, problems, report);
      const comments = readDisableComments(document, known, createReport(document));
      const kept = report.diagnostics.filter((found) => !comments.disables(found));
      return withSeverities(kept, severities).sort(byPlace);
    },
  };
}
