/** Rows of an account added up by run, day, model or role. */
import type { CostRow } from '../costs.ts';
import { NO_SPEND } from '../events.ts';
import type { Spend } from '../events.ts';
import { addSpend } from '../spend.ts';

/** What an account can be added up by. */
export const COST_KEYS = ['run', 'day', 'model', 'role'] as const;
export type CostKey = (typeof COST_KEYS)[number];

export interface CostGroup {
  /** Distinct among the groups. */
  readonly id: string;
  /** For people: a run's name, a day, a model or a role; null where older versions did not write it down. */
  readonly label: string | null;
  /** The run, when the account is added up by run and this is one. */
  readonly runId: string | null;
  /** The newest day of the group. */
  readonly day: string;
  readonly paid: Spend;
  readonly unsettled: number;
}

/** All rows together. */
export const totalPaid = (rows: readonly CostRow[]): Spend =>
  rows.reduce((sum, { paid }) => addSpend(sum, paid), NO_SPEND);

const keyOf = (row: CostRow, by: CostKey): { readonly id: string; readonly label: string | null } => {
  switch (by) {
    case 'run':
      // Evaluations of one prompt are one line: nobody remembers the single ones.
      return { id: row.runId === null ? `evaluation of ${row.name}` : `run ${row.runId}`, label: row.name };
    case 'day':
      return { id: row.day, label: row.day };
    case 'model':
      return { id: row.model ?? '', label: row.model };
    case 'role':
      return { id: row.role ?? '', label: row.role };
  }
};

/** One group a key, those that cost most first; days from the newest. */
export function groupCosts(rows: readonly CostRow[], by: CostKey): CostGroup[] {
  const groups = new Map<string, CostGroup>();
  for (const row of rows) {
    const { id, label } = keyOf(row, by);
    const known = groups.get(id);
    groups.set(id, {
      id,
      label,
      runId: by === 'run' ? row.runId : null,
      day: known === undefined || known.day < row.day ? row.day : known.day,
      paid: addSpend(known?.paid ?? NO_SPEND, row.paid),
      unsettled: (known?.unsettled ?? 0) + row.unsettled,
    });
  }
  const newestFirst = (a: CostGroup, b: CostGroup): number => (a.day < b.day ? 1 : a.day > b.day ? -1 : 0);
  const dearestFirst = (a: CostGroup, b: CostGroup): number =>
    b.paid.usd - a.paid.usd || b.paid.calls - a.paid.calls || (a.id < b.id ? -1 : 1);
  return [...groups.values()].sort(by === 'day' ? newestFirst : dearestFirst);
}
