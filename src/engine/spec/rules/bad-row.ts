import type { Report } from '../report.ts';
import type { SpecDocument } from '../spec-document.ts';
import type { LintRule } from './lint-rule.ts';

/** A row that cannot be used, as loading the data found it. `line` is 1-based. */
export interface RowProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export const badRow: LintRule = {
  id: 'bad-row',
  group: 'structure',
  severity: 'error',
  title: 'A row of data cannot be used',
  meaning:
    'A row of `testData` or of a data file is broken, is no map of values, or has no value for a variable the prompt needs. It is found when the data is loaded; rows of other files are named with file and line.',
  bad: 'messages:\n  - { role: user, content: "Message: {{message}}" }\ntestData:\n  - { text: Where is my order?, expected: shipping }\n',
  good: 'messages:\n  - { role: user, content: "Message: {{message}}" }\ntestData:\n  - { message: Where is my order?, expected: shipping }\n',
  hasFix: false,
};

export function reportBadRows(document: SpecDocument, problems: readonly RowProblem[], report: Report): void {
  const own = problems.filter((problem) => problem.file === 'testData');
  const rows = document.tree?.['testData'];
  if (own.length === 0 || !Array.isArray(rows)) return;
  const rowOfLine = new Map<number, number>();
  for (const index of rows.keys()) {
    const line = document.rangeOf(document.spanOf(['testData', index])).start.line + 1;
    if (!rowOfLine.has(line)) rowOfLine.set(line, index);
  }
  for (const { line, message } of own) {
    const row = rowOfLine.get(line);
    report.at(badRow.id, 'error', row === undefined ? ['testData'] : ['testData', row], message);
  }
}
