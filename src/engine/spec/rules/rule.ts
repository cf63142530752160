/** What a rule with a check is, and what it is given to look at. */
import type { SpecFiles, SpecTables } from '../descriptors.ts';
import type { Report } from '../report.ts';
import type { SpecDocument } from '../spec-document.ts';
import type { TaskSpec } from '../task-spec.ts';
import type { LintRule } from './lint-rule.ts';

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
