/** The verdict: made once, on rows no optimizer saw, original against winner, row by row. */
import type { Estimate, VerdictSummary } from '../../protocol/events.ts';
import type { Evaluation, RowResult } from '../evaluation/evaluation.ts';
import { pairedBootstrapInterval } from '../statistics/bootstrap.ts';
import { mean, scoreInterval, variance } from '../statistics/descriptive.ts';
import { cohensDz, pairedOddsRatio } from '../statistics/effect-size.ts';
import { mcnemarExact, signFlip } from '../statistics/paired-tests.ts';
import { detectableDifference } from '../statistics/power.ts';
import type { RandomStream } from '../statistics/random.ts';
import type { SearchState } from './search-state.ts';

/** The two-sided level of every verdict. */
const ALPHA = 0.05;

export interface VerdictInput {
  /** Rows of the original and of the winner, aligned. */
  readonly before: readonly RowResult[];
  readonly after: readonly RowResult[];
  readonly basis: VerdictSummary['basis'];
  readonly rowsLeftOut: number;
  /** False when the search found nothing better than the original. */
  readonly changed: boolean;
  readonly random: RandomStream;
}

const scoresOf = (rows: readonly RowResult[]): number[] => rows.map((row) => row.score);

function estimateOf(rows: readonly RowResult[]): Estimate {
  const scores = scoresOf(rows);
  const [low, high] = scoreInterval(scores);
  return { mean: mean(scores), low, high, rows: rows.length };
}

/** Right/wrong rows take McNemar's exact test; graded rows the sign-flip permutation test. */
function test(
  before: readonly number[],
  after: readonly number[],
  random: RandomStream,
): Pick<VerdictSummary, 'pValue' | 'test' | 'effectSize'> {
  const differences = after.map((score, index) => score - (before[index] ?? 0));
  if ([...before, ...after].every((score) => score === 0 || score === 1)) {
    const gained = differences.filter((difference) => difference > 0).length;
    const lost = differences.filter((difference) => difference < 0).length;
    return {
      pValue: mcnemarExact(gained, lost).pValue,
      test: 'exact McNemar, two-sided',
      effectSize: { name: 'matched odds ratio', value: gained + lost === 0 ? 1 : pairedOddsRatio(gained, lost) },
    };
  }
  const size = cohensDz(differences);
  return {
    pValue: signFlip(differences, random).pValue,
    test: 'sign-flip permutation, two-sided',
    // JSON has no infinity; all rows differing by the same amount is the largest effect there is.
    effectSize: {
      name: "Cohen's d_z",
      value: Number.isFinite(size) ? size : Math.sign(size) * Number.MAX_SAFE_INTEGER,
    },
  };
}

function constraintRates(before: readonly RowResult[], after: readonly RowResult[]): VerdictSummary['constraints'] {
  const rate = (rows: readonly RowResult[], name: string): number =>
    mean(rows.map((row) => (row.constraints.find((constraint) => constraint.name === name)?.passed === true ? 1 : 0)));
  const names = [...new Set(before.flatMap((row) => row.constraints.map((constraint) => constraint.name)))];
  return names.map((name) => ({ name, before: rate(before, name), after: rate(after, name) }));
}

const score = (value: number): string => value.toFixed(2);
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
const points = (value: number): string => (Number.isFinite(value) ? `${Math.round(value * 100)} points` : 'nothing');

function sentenceOf(verdict: Omit<VerdictSummary, 'sentence'>): string {
  const { before, after, difference, pValue, basis, rows } = verdict;
  const where = basis === 'held-out' ? 'on unseen rows' : 'by a cross-fitted estimate (weaker than held-out rows)';
  const [low, high] = difference.interval;
  const gain = `${signed(difference.mean)} [${signed(low)}, ${signed(high)}]`;
  const p = pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
  switch (verdict.outcome) {
    case 'better':
      return `Better ${where}: ${score(before.mean)} → ${score(after.mean)}, ${gain}, ${p}.`;
    case 'worse':
      return `Worse ${where}: ${score(before.mean)} → ${score(after.mean)}, ${gain}, ${p}. The original is kept.`;
    case 'no-significant-difference':
      return `No significant improvement ${where}: ${gain}, ${p}. The original is kept. ${rows} rows can show no less than ${points(verdict.detectableDifference)}.`;
    case 'original-kept':
      return `The search found nothing better than the original, which scores ${score(before.mean)} [${score(before.low)}, ${score(before.high)}] ${where}. The original is kept.`;
  }
}

/** The spread of the differences; where none differs, the most that may have gone unseen (the rule of three: 3 / n). */
function spreadOf(differences: readonly number[]): number {
  const observed = variance(differences);
  return Math.sqrt(observed > 0 ? observed : 3 / Math.max(3, differences.length));
}

export function makeVerdict(input: VerdictInput): VerdictSummary {
  const [before, after] = [scoresOf(input.before), scoresOf(input.after)];
  const differences = after.map((value, index) => value - (before[index] ?? 0));
  const result = test(before, after, input.random);
  const significant = result.pValue < ALPHA;
  const change = mean(differences);
  const outcome = !input.changed
    ? 'original-kept'
    : !significant
      ? 'no-significant-difference'
      : change > 0
        ? 'better'
        : 'worse';
  const verdict = {
    before: estimateOf(input.before),
    after: estimateOf(input.after),
    difference: {
      mean: change,
      interval: pairedBootstrapInterval(differences, { random: input.random }),
      method: 'paired bootstrap, BCa, 10,000 resamples',
    },
    ...result,
    significant,
    outcome,
    basis: input.basis,
    rows: input.before.length,
    rowsLeftOut: input.rowsLeftOut,
    detectableDifference: detectableDifference(differences.length, spreadOf(differences)),
    constraints: constraintRates(input.before, input.after),
  } as const;
  return { ...verdict, sentence: sentenceOf(verdict) };
}

/** Folds of a cross-fitted estimate. */
const FOLDS = 5;

/**
 * Without a test split: every validation row is scored by the candidate that is best on the other folds, so that no
 * row chose the candidate it is scored by. Candidates were still written and gated with these rows in sight, which is
 * why the result is labelled weaker.
 */
export function crossFit(
  state: SearchState,
  original: Evaluation,
): { readonly before: RowResult[]; readonly after: RowResult[] } {
  const before = [...original.rows];
  const after = before.map((row, index) => {
    const outside = (evaluation: Evaluation): number =>
      evaluation.rows.reduce((sum, other, place) => (place % FOLDS === index % FOLDS ? sum : sum + other.score), 0);
    const best = state.offered.reduce<Evaluation>(
      (chosen, { evaluation }) => (outside(evaluation) > outside(chosen) + 1e-9 ? evaluation : chosen),
      original,
    );
    return best.rows[index] ?? row;
  });
  return { before, after };
}
