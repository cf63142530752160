/** What the page keeps over a reload: which run it shows and where the user was in it. */
import { CANDIDATE_COLUMNS } from './candidate-order.ts';
import type { CandidateSort } from './candidate-order.ts';
import { CHART_AXES } from './chart-points.ts';
import type { ChartAxis } from './chart-points.ts';

/** What the user chose to look at. */
export interface Choices {
  /** Hash of the candidate that is looked at; null follows the best so far. */
  readonly selected: string | null;
  readonly sort: CandidateSort;
  readonly filter: string;
  readonly axis: ChartAxis;
  /** Whether the chart is read as a table. */
  readonly asTable: boolean;
}

export interface KeptState extends Choices {
  /** Names of what the extension needs to open the panel again. */
  readonly runId: string;
  readonly specPath: string;
}

/** The choices that were kept; whatever is missing or unknown to this version is as on a new page. */
export function choicesFrom({ selected, sort, filter, axis, asTable }: Partial<KeptState>): Choices {
  return {
    selected: typeof selected === 'string' ? selected : null,
    sort:
      sort !== undefined && CANDIDATE_COLUMNS.some(({ key }) => key === sort.key)
        ? { key: sort.key, descending: sort.descending }
        : { key: 'score', descending: true },
    filter: typeof filter === 'string' ? filter : '',
    axis: CHART_AXES.find(({ value }) => value === axis)?.value ?? 'calls',
    asTable: asTable === true,
  };
}
