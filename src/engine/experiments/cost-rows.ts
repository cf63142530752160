/** Attempts of the store, added up in the database, as rows of an account. */
import type { CostRow } from '../../protocol/costs.ts';
import type { StoreRow } from './store-protocol.ts';

/** Attempts of evaluations stand under this and the prompt's name; no run's id begins so. */
export const EVALUATION = 'evaluation/';

const NANO = 1e9;
const number = (row: StoreRow, column: string): number => Number(row[column] ?? 0);
const textOrNull = (row: StoreRow, column: string): string | null => {
  const value = row[column];
  return typeof value === 'string' ? value : null;
};

/** @param row of the read `costs` */
export function costRowOf(row: StoreRow): CostRow {
  const run = textOrNull(row, 'run') ?? '';
  const isEvaluation = run.startsWith(EVALUATION);
  return {
    runId: isEvaluation ? null : run,
    name: isEvaluation ? run.slice(EVALUATION.length) : (textOrNull(row, 'name') ?? run),
    day: textOrNull(row, 'day') ?? '',
    model: textOrNull(row, 'model'),
    role: textOrNull(row, 'role'),
    paid: {
      calls: number(row, 'calls'),
      inputTokens: number(row, 'input_tokens'),
      outputTokens: number(row, 'output_tokens'),
      usd: number(row, 'nano_usd') / NANO,
      unpricedCalls: number(row, 'unpriced_calls'),
    },
    unsettled: number(row, 'unsettled'),
  };
}
