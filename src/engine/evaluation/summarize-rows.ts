/** From scored rows to an evaluation: mean with interval, constraint rates, cost. */
import { mean, scoreInterval } from '../statistics/descriptive.ts';
import type { Evaluation, RowResult } from './evaluation.ts';

export function summarizeRows(
  promptHash: string,
  rows: readonly RowResult[],
  corpus: Evaluation['corpus'] = {},
): Evaluation {
  const scores = rows.map((row) => row.score);
  const [low, high] = scoreInterval(scores);
  const names = [...new Set(rows.flatMap((row) => row.constraints.map((constraint) => constraint.name)))];
  return {
    promptHash,
    rows,
    estimate: { mean: mean(scores), low, high, rows: rows.length },
    constraintRates: names.map((name) => {
      const results = rows.flatMap((row) => row.constraints.filter((constraint) => constraint.name === name));
      return { name, passed: results.filter((result) => result.passed).length, rows: results.length };
    }),
    corpus,
    unparsed: rows.filter((row) => row.outputs === null).length,
    costUsd: rows.some((row) => row.costUsd === null) ? null : rows.reduce((sum, row) => sum + (row.costUsd ?? 0), 0),
  };
}
