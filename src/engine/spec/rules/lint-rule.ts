/** What a lint rule is to those who read about it or set how loud it is: plain words, no check. */
import type { Severity } from '../../../protocol/diagnostics.ts';

/** A rule as docs, settings and reports show it. */
export interface LintRule {
  /** Kebab-case, as in settings and in disable comments. */
  readonly id: string;
  readonly group: 'structure' | 'template' | 'constraints' | 'prompt' | 'data';
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

/** What a user says of a rule: how loud it is, or `off`. Rules that are not named keep their own severity. */
export type RuleSeverities = Readonly<Record<string, Severity | 'off'>>;
