/** The two tables of the page as data: their columns, and the order of their rows. */
import type { RunCost } from '../../src/protocol/costs.ts';
import type { CostGroup } from '../../src/protocol/folds/cost-groups.ts';
import type { Sort } from '../column-head.tsx';
import { amountOf, forecastOf } from './measure.ts';
import type { Measure } from './measure.ts';

export interface Column<Key extends string> {
  readonly key: Key;
  readonly title: string;
  readonly numeric: boolean;
}

export type GroupColumn = 'label' | 'usd' | 'calls' | 'input' | 'output';

export const GROUP_COLUMNS: readonly Column<GroupColumn>[] = [
  { key: 'label', title: '', numeric: false },
  { key: 'usd', title: 'Paid', numeric: true },
  { key: 'calls', title: 'Calls', numeric: true },
  { key: 'input', title: 'Tokens in', numeric: true },
  { key: 'output', title: 'Tokens out', numeric: true },
];

export type RunColumn = 'name' | 'started' | 'likely' | 'worst' | 'spent' | 'paid' | 'ratio';

export const RUN_COLUMNS: readonly Column<RunColumn>[] = [
  { key: 'name', title: 'Run', numeric: false },
  { key: 'started', title: 'Began', numeric: false },
  { key: 'likely', title: 'Likely', numeric: true },
  { key: 'worst', title: 'At most', numeric: true },
  { key: 'spent', title: 'Spent', numeric: true },
  { key: 'ratio', title: 'Of likely', numeric: true },
  { key: 'paid', title: 'Paid', numeric: true },
];

type Key = number | string | null;

const collator = new Intl.Collator('en', { numeric: true });

/** In order; what has no value comes last either way, and equals stay as they were. */
function inOrder<Row>(rows: readonly Row[], of: (row: Row) => Key, descending: boolean): Row[] {
  return rows.toSorted((first, second) => {
    const [a, b] = [of(first), of(second)];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    const order = typeof a === 'string' ? collator.compare(a, String(b)) : a - Number(b);
    return descending ? -order : order;
  });
}

const groupKeys: Readonly<Record<GroupColumn, (group: CostGroup) => Key>> = {
  label: ({ label }) => label,
  usd: ({ paid }) => paid.usd,
  calls: ({ paid }) => paid.calls,
  input: ({ paid }) => paid.inputTokens,
  output: ({ paid }) => paid.outputTokens,
};

/** As the groups came when no order is wanted. */
export const sortGroups = (groups: readonly CostGroup[], sort: Sort<GroupColumn> | null): readonly CostGroup[] =>
  sort === null ? groups : inOrder(groups, groupKeys[sort.key], sort.descending);

/** What was spent as a part of what was likely; null where either is not known or nothing was forecast. */
export function spentOfLikely({ forecast, spent }: RunCost, measure: Measure): number | null {
  const likely = forecastOf(forecast, measure)?.likely ?? 0;
  return spent === null || likely === 0 ? null : amountOf(spent, measure) / likely;
}

export function sortRuns(runs: readonly RunCost[], { key, descending }: Sort<RunColumn>, measure: Measure): RunCost[] {
  const keys: Readonly<Record<RunColumn, (run: RunCost) => Key>> = {
    name: ({ name }) => name,
    started: ({ startedAt }) => startedAt,
    likely: ({ forecast }) => forecastOf(forecast, measure)?.likely ?? null,
    worst: ({ forecast }) => forecastOf(forecast, measure)?.worst ?? null,
    spent: ({ spent }) => (spent === null ? null : amountOf(spent, measure)),
    ratio: (run) => spentOfLikely(run, measure),
    paid: ({ paid }) => amountOf(paid, measure),
  };
  return inOrder(runs, keys[key], descending);
}
