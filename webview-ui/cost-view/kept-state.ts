/** What the page keeps over a reload: whose account it shows and how the user looks at it. */
import { COST_KEYS } from '../../src/protocol/folds/cost-groups.ts';
import type { CostKey } from '../../src/protocol/folds/cost-groups.ts';
import type { Sort } from '../column-head.tsx';
import { GROUP_COLUMNS, RUN_COLUMNS } from './columns.ts';
import type { GroupColumn, RunColumn } from './columns.ts';
import { MEASURES } from './measure.ts';
import type { Measure } from './measure.ts';

export interface Choices {
  readonly by: CostKey;
  /** Null: money where any was paid, else calls. */
  readonly measure: Measure | null;
  /** Null: days from the newest, the rest from the dearest. */
  readonly groupSort: Sort<GroupColumn> | null;
  readonly runSort: Sort<RunColumn>;
}

export interface KeptState extends Choices {
  readonly folder: string;
}

/** The choices that were kept; whatever is missing or unknown to this version is as on a new page. */
export function choicesFrom({ by, measure, groupSort, runSort }: Partial<KeptState>): Choices {
  return {
    by: COST_KEYS.find((key) => key === by) ?? 'run',
    measure: MEASURES.find(({ value }) => value === measure)?.value ?? null,
    groupSort:
      groupSort?.key !== undefined && GROUP_COLUMNS.some(({ key }) => key === groupSort.key) ? groupSort : null,
    runSort:
      runSort?.key !== undefined && RUN_COLUMNS.some(({ key }) => key === runSort.key)
        ? runSort
        : { key: 'started', descending: true },
  };
}
