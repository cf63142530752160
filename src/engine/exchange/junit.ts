/** An evaluation as JUnit XML, which every CI shows: one test case a row. */
import { estimate, score } from '../../protocol/wording.ts';
import type { EvaluatedRow, EvaluationReport } from '../../protocol/evaluation-report.ts';
import { escapeText } from './xml.ts';

/** What counts as passed. */
export interface JUnitOptions {
  /** A row passes with at least this score, 0…1. */
  readonly bar: number;
}

function testCase(row: EvaluatedRow, { bar }: JUnitOptions): string {
  const name = `${row.source.file}:${row.source.line}${row.sample === 0 ? '' : ` (repeat ${row.sample + 1})`}`;
  const open = `    <testcase classname="${escapeText(row.source.file)}" name="${escapeText(name)}" file="${escapeText(row.source.file)}" line="${row.source.line}" time="${(row.latencyMs / 1000).toFixed(3)}"`;
  if (row.score >= bar) return `${open}/>`;
  const reasons = [
    row.feedback,
    ...row.failedConstraints.map(({ name: constraint, reason }) => `${constraint}: ${reason}`),
  ];
  return [
    `${open}>`,
    `      <failure message="score ${score(row.score)}, the bar is ${score(bar)}" type="score">${escapeText(reasons.filter((reason) => reason !== '').join('\n'))}</failure>`,
    '    </testcase>',
  ].join('\n');
}

/** An evaluation as JUnit XML: one test case a row, with the feedback as its failure. */
export function junitReport(report: EvaluationReport, options: JUnitOptions): string {
  const failures = report.rows.filter((row) => row.score < options.bar).length;
  const seconds = report.rows.reduce((sum, row) => sum + row.latencyMs, 0) / 1000;
  const counts = `tests="${report.rows.length}" failures="${failures}" errors="0" time="${seconds.toFixed(3)}"`;
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="promptopt" ${counts}>`,
    `  <testsuite name="${escapeText(`${report.name} (${report.split})`)}" ${counts} skipped="0">`,
    '    <properties>',
    `      <property name="model" value="${escapeText(report.model)}"/>`,
    `      <property name="score" value="${escapeText(estimate(report.estimate))}"/>`,
    '    </properties>',
    ...report.rows.map((row) => testCase(row, options)),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')}\n`;
}
