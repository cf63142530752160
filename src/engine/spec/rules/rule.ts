/** What a lint rule is: a page of docs and, unless the reader itself reports it, a check. */
import type { Severity } from '../../../protocol/diagnostics.ts';
import type { SpecFiles, SpecTables } from '../descriptors.ts';
import type { Report } from '../report.ts';
import type { SpecDocument } from '../spec-document.ts';
import type { TaskSpec } from '../task-spec.ts';

/** A rule as docs, settings and reports show it. */
export interface LintRule {
  /** Kebab-case, as in settings and in disable comments. */
  readonly id: string;
  readonly group: 'structure' | 'template';
  /** Of most of its reports; one report may be milder or stronger. */
  readonly severity: Severity;
  readonly title: string;
  /** What it looks for, why it matters and what to do: a few sentences. */
  readonly meaning: string;
  /** Prompt files it reports, and does not report. */
  readonly bad: string;
  readonly good: string;
  /** Whether reports may carry a change that mends them. */
  readonly hasFix: boolean;
}

export interface RuleContext {
  readonly document: SpecDocument;
  /** The file as plain data. Anything may be missing or of a wrong type: a rule looks before it reads. */
  readonly tree: Readonly<Record<string, unknown>>;
  /** What could be read. */
  readonly spec: TaskSpec;
  readonly tables: SpecTables;
  /** Absolute path of the file. */
  readonly path: string;
  /** Absent: files beside the spec are not looked at. */
  readonly files: SpecFiles | null;
  readonly report: Report;
}

/** A rule with its check. A check never throws and never changes anything. */
export interface CheckedRule extends LintRule {
  check(context: RuleContext): void;
}
