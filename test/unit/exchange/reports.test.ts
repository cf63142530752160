import assert from 'node:assert/strict';
import { EMBEDDED_NOTICE } from '../../../src/protocol/wording.ts';
import type { VerdictSummary } from '../../../src/protocol/events.ts';
import { NO_SPEND } from '../../../src/protocol/events.ts';
import type { EvaluationReport } from '../../../src/protocol/evaluation-report.ts';
import { foldRun } from '../../../src/protocol/folds/run-view.ts';
import type { OptimizationResult } from '../../../src/protocol/result.ts';
import { htmlReport } from '../../../src/engine/exchange/html-report.ts';
import { junitReport } from '../../../src/engine/exchange/junit.ts';
import type { RunReport } from '../../../src/engine/exchange/run-report.ts';
import { sarifReport } from '../../../src/engine/exchange/sarif.ts';
import { diffTexts } from '../../../src/engine/exchange/text-diff.ts';

/** Text that would break out of any place that does not escape it. */
const EVIL = `</title></style><script>alert("1")</script>'"&\u0000\ud800`;

const range = { low: 1, likely: 2, worst: 3 };
const prompt = {
  hash: 'a',
  messages: [{ name: 'user', role: 'user', content: EVIL }],
  demonstrations: [{ inputs: { message: EVIL }, assistant: EVIL }],
};
const estimate = { mean: 0.5, low: 0.4, high: 0.6, rows: 10 };
const verdict: VerdictSummary = {
  before: { mean: 0, low: 0, high: 0.1, rows: 10 },
  after: estimate,
  difference: { mean: 0.5, interval: [0.3, 0.7], method: 'paired bootstrap' },
  pValue: 0.01,
  test: EVIL,
  effectSize: { name: EVIL, value: 1 },
  significant: true,
  outcome: 'better',
  basis: 'held-out',
  rows: 10,
  rowsLeftOut: 0,
  detectableDifference: 0.2,
  constraints: [{ name: EVIL, before: 0.5, after: 1 }],
  sentence: EVIL,
};
const result: OptimizationResult = {
  runId: EVIL,
  name: EVIL,
  strategy: EVIL,
  seed: 1,
  models: { target: EVIL, proposer: EVIL },
  embedded: true,
  verdict,
  original: { ...prompt, hash: 'b' },
  chosen: prompt,
  candidates: [],
  stopReason: 'finished',
  limits: { calls: 10 },
  forecast: {
    calls: range,
    inputTokens: range,
    outputTokens: range,
    usd: null,
    minutes: range,
    callsByRole: {},
  },
  spent: NO_SPEND,
  paid: NO_SPEND,
  notes: [EVIL],
  time: { startedAt: 0, endedAt: 1000, minutes: 1 / 60 },
};
const view = foldRun([
  {
    time: 1,
    event: {
      path: 'search',
      ordinal: 0,
      type: 'candidate-proposed',
      data: {
        candidate: 'a',
        number: 0,
        parents: [],
        origin: 'original',
        note: EVIL,
        demonstrations: 1,
        changed: [],
      },
    },
  },
  {
    time: 2,
    event: {
      path: 'search',
      ordinal: 1,
      type: 'candidate-evaluated',
      data: {
        candidate: 'a',
        split: 'validation',
        estimate,
        costPerCall: null,
        unparsed: 0,
        constraints: [],
        calls: 10,
        usd: 0,
      },
    },
  },
]);
const report: RunReport = {
  result,
  view,
  specPath: `C:\\folder\\${EVIL}`,
  before: EVIL,
  after: `${EVIL}\n${EVIL}`,
  engineVersion: '1',
};

describe('HTML report', () => {
  const page = htmlReport(report);

  it('lets nothing from outside become markup, and loads nothing', () => {
    assert.ok(!page.includes('<script'));
    // The page's own, and that of the one dot of the chart.
    assert.equal(page.match(/<\/title>/g)?.length, 2);
    assert.equal(page.match(/<\/style>/g)?.length, 1);
    assert.doesNotMatch(page, /(src|href)=|url\(/);
    assert.match(page, /&lt;script&gt;/);
    assert.ok(!page.includes('\u0000') && page.isWellFormed());
  });

  it('says that a stand-in answered, on the screen and at the foot of every printed page', () => {
    assert.ok(page.split(EMBEDDED_NOTICE).length - 1 >= 3);
    assert.match(page, /class="every-page"/);
    assert.ok(!htmlReport({ ...report, result: { ...result, embedded: false } }).includes(EMBEDDED_NOTICE));
  });

  it('shows an unknown price as unknown and a run without a verdict as that', () => {
    assert.match(page, /<td>USD<\/td><td class="number">unknown<\/td>/);
    const without = htmlReport({ ...report, result: { ...result, verdict: null, stopReason: 'budget-calls' } });
    assert.match(without, /No verdict/);
    assert.match(without, /The limit of 10 calls ended the search/);
    assert.match(without, /What could help/);
  });

  it('starts its bars at zero and names the demonstrations as row content', () => {
    assert.match(page, /<rect x="64" y="62"/);
    assert.match(page, /holds 1 demonstration with the content of training rows/);
  });
});

describe('JUnit report', () => {
  it('names rows by file and line, fails those under the bar, and stays well-formed XML', () => {
    const row = (score: number, line: number): EvaluationReport['rows'][number] => ({
      id: 'r',
      source: { file: 'rows.jsonl', line },
      inputs: {},
      expected: null,
      reply: '',
      score,
      metrics: {},
      failedConstraints: [],
      feedback: EVIL,
      truncated: false,
      latencyMs: 1500,
      costUsd: null,
      sample: 0,
    });
    const xml = junitReport(
      {
        name: EVIL,
        model: EVIL,
        embedded: false,
        split: 'test',
        repeat: 1,
        estimate,
        constraints: [],
        corpus: {},
        unparsed: 0,
        truncated: 0,
        rows: [row(0.8, 1), row(0.7, 2)],
        limits: {},
        spent: NO_SPEND,
        paid: NO_SPEND,
        notes: [],
      },
      { bar: 0.8 },
    );
    assert.match(xml, /<testsuites name="promptopt" tests="2" failures="1" errors="0" time="3.000">/);
    assert.match(xml, /name="rows\.jsonl:2"[^>]*>\n\s+<failure/);
    assert.ok(!xml.includes('<script') && !xml.includes('\u0000'));
  });
});

describe('SARIF report', () => {
  it('counts lines and columns from one and writes paths as URIs', () => {
    const at = (line: number, character: number) => ({ line, character });
    const diagnostic = {
      rule: 'own-rule',
      severity: 'information' as const,
      message: 'm',
      span: { start: 0, end: 1 },
      range: { start: at(0, 0), end: at(0, 4) },
    };
    const text = JSON.stringify(sarifReport([{ file: 'a b\\c.prompt.yaml', diagnostics: [diagnostic] }], '1'));
    assert.match(text, /"uri":"a%20b\/c\.prompt\.yaml"/);
    assert.match(text, /"startLine":1,"startColumn":1,"endLine":1,"endColumn":5/);
    assert.match(text, /"level":"note"/);
    assert.match(text, /"rules":\[\{"id":"own-rule"\}\]/);
  });
});

describe('diff of texts', () => {
  it('gives the changed lines with their surroundings, and nothing where nothing changed', () => {
    assert.deepEqual(diffTexts('a\nb\n', 'a\nb\n'), []);
    const [hunk] = diffTexts('a\nb\nc\n', 'a\nx\nc\n', 1);
    assert.deepEqual(
      hunk?.lines.map(({ kind, text }) => `${kind} ${text}`),
      ['same a', 'removed b', 'added x', 'same c'],
    );
    assert.equal(hunk.header, '@@ -1,3 +1,3 @@');
  });
});
