import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Evaluation, RowResult } from '../../../src/engine/evaluation/evaluation.ts';
import { summarizeRows } from '../../../src/engine/evaluation/summarize-rows.ts';
import { createSearchState, offer } from '../../../src/engine/experiments/search-state.ts';
import { crossFit, makeVerdict } from '../../../src/engine/experiments/verdict.ts';
import { createPrompt } from '../../../src/engine/spec/prompt.ts';
import { createRandom } from '../../../src/engine/statistics/random.ts';
import type { VerdictSummary } from '../../../src/protocol/events.ts';

const row = (score: number, index: number, passed = true): RowResult => ({
  exampleId: String(index),
  score,
  metrics: {},
  constraints: [{ name: 'short', passed, description: '', weight: 1, severity: 'should', reason: '' }],
  feedback: '',
  reply: '',
  outputs: {},
  usage: { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0 },
  costUsd: 0,
  latencyMs: 1,
  truncated: false,
  refused: false,
});
const rows = (scores: readonly number[]): RowResult[] => scores.map((score, index) => row(score, index));
const verdict = (
  before: readonly number[],
  after: readonly number[],
  more: { changed?: boolean; basis?: VerdictSummary['basis']; rowsLeftOut?: number } = {},
): VerdictSummary =>
  makeVerdict({
    before: rows(before),
    after: rows(after),
    basis: 'held-out',
    rowsLeftOut: 0,
    changed: true,
    random: createRandom(1, 'verdict'),
    ...more,
  });
const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

describe('the verdict', () => {
  it('on right and wrong rows is McNemar’s exact test: 10 gained and 1 lost is p = 24 / 2048', () => {
    const result = verdict([...times(10, 0), 1, ...times(29, 1)], [...times(10, 1), 0, ...times(29, 1)]);
    assert.match(result.test, /McNemar/);
    assert.ok(Math.abs(result.pValue - 24 / 2048) < 1e-12, String(result.pValue));
    assert.equal(result.outcome, 'better');
    assert.ok(Math.abs(result.difference.mean - 9 / 40) < 1e-12);
    assert.ok(result.difference.interval[0] > 0 && result.difference.interval[1] < 0.5);
    assert.match(result.sentence, /^Better on unseen rows: 0\.75 → 0\.97, \+0\.23 \[.*\], p = 0\.012\.$/);
  });

  it('on graded rows is a permutation test of the paired differences', () => {
    const result = verdict(
      times(20, 0.2),
      Array.from({ length: 20 }, (_, index) => 0.4 + (index % 5) / 50),
    );
    assert.match(result.test, /sign-flip/);
    assert.ok(result.significant);
    assert.equal(result.effectSize.name, "Cohen's d_z");
  });

  it('says out loud that nothing is shown, and how little the rows could have shown', () => {
    const result = verdict([...times(3, 0), ...times(27, 1)], times(30, 1));
    assert.equal(result.outcome, 'no-significant-difference');
    assert.match(
      result.sentence,
      /No significant improvement.*The original is kept\. 30 rows can show no less than \d+ points\./,
    );
  });

  it('says worse when it is worse', () => {
    const result = verdict(times(30, 1), [...times(12, 0), ...times(18, 1)]);
    assert.equal(result.outcome, 'worse');
    assert.match(result.sentence, /^Worse .* −0\.40 .*The original is kept\.$/);
  });

  it('keeps the original when the search found nothing else', () => {
    const result = verdict(times(30, 0.5), times(30, 0.5), { changed: false });
    assert.equal(result.outcome, 'original-kept');
    assert.match(result.sentence, /found nothing better than the original/);
  });

  it('names a cross-fitted estimate as the weaker evidence it is', () => {
    assert.match(
      verdict(times(30, 0), times(30, 1), { basis: 'cross-fitted' }).sentence,
      /cross-fitted estimate \(weaker/,
    );
  });

  it('is finite and JSON whatever the scores, one seed gives one verdict, and its outcome agrees with its p-value', () => {
    const scores = fc.array(fc.tuple(fc.constantFrom(0, 0.25, 0.5, 1), fc.constantFrom(0, 0.25, 0.5, 1)), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(scores, (pairs) => {
        const [before, after] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
        const result = verdict(before, after);
        assert.deepEqual(JSON.parse(JSON.stringify(result)), JSON.parse(JSON.stringify(verdict(before, after))));
        assert.ok(result.pValue >= 0 && result.pValue <= 1);
        const numbers = [
          result.before.mean,
          result.after.mean,
          result.difference.mean,
          ...result.difference.interval,
          result.effectSize.value,
        ];
        assert.ok(numbers.every(Number.isFinite), JSON.stringify(numbers));
        assert.equal(result.outcome === 'better' || result.outcome === 'worse', result.pValue < 0.05);
        if (result.outcome === 'better') assert.ok(result.difference.mean > 0);
        if (result.outcome === 'worse') assert.ok(result.difference.mean < 0);
      }),
      { numRuns: 60 },
    );
  });

  it('counts constraints before and after', () => {
    const before = [row(0, 0, false), row(0, 1, true)];
    const after = [row(1, 0, true), row(1, 1, true)];
    const { constraints } = makeVerdict({
      before,
      after,
      basis: 'held-out',
      rowsLeftOut: 0,
      changed: true,
      random: createRandom(1, 'x'),
    });
    assert.deepEqual(constraints, [{ name: 'short', before: 0.5, after: 1 }]);
  });

  it('under the null is significant in about one of twenty at most', () => {
    const random = createRandom(9, 'null');
    let significant = 0;
    for (let trial = 0; trial < 300; trial++) {
      const flip = (): number[] => Array.from({ length: 40 }, () => (random.next() < 0.5 ? 1 : 0));
      if (verdict(flip(), flip()).significant) significant++;
    }
    assert.ok(significant / 300 <= 0.07, `${significant} of 300`);
  });
});

describe('the cross-fitted estimate', () => {
  const evaluationOf = (scores: readonly number[]): Evaluation => summarizeRows('x', rows(scores));

  it('scores no row by a candidate that was chosen by that row', () => {
    const count = 50;
    const state = createSearchState();
    const random = createRandom(4, 'noise');
    const noise = (): number[] => Array.from({ length: count }, () => (random.next() < 0.5 ? 1 : 0));
    const original = evaluationOf(noise());
    const offered = (label: string, evaluation: Evaluation): void => {
      offer(state, {
        candidate: {
          prompt: createPrompt([{ name: 's', role: 'system', content: label }]),
          parents: [],
          origin: 'reflection',
          note: '',
        },
        evaluation,
      });
    };
    offered('original', original);
    // Forty candidates that are pure chance: the best of them looks good on the rows it was chosen by.
    for (let index = 0; index < 40; index++) offered(`candidate ${index}`, evaluationOf(noise()));
    const best = state.incumbent?.evaluation.estimate.mean ?? 0;
    const { after } = crossFit(state, original);
    const fitted = after.reduce((sum, { score }) => sum + score, 0) / count;
    assert.ok(best > 0.6, `${best}`);
    assert.ok(fitted < best - 0.05, `${fitted} is as good as the best of forty, ${best}`);
  });
});
