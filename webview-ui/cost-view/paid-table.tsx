/** What was paid, added up by run, day, model or role, with a bar from zero beside each figure. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CostRow } from '../../src/protocol/costs.ts';
import { groupCosts } from '../../src/protocol/folds/cost-groups.ts';
import type { CostGroup, CostKey } from '../../src/protocol/folds/cost-groups.ts';
import { count } from '../../src/protocol/wording.ts';
import { ColumnHead } from '../column-head.tsx';
import type { Sort } from '../column-head.tsx';
import { Select } from '../components.tsx';
import { PAGE_ROWS, Pager, pagesOf } from '../pager.tsx';
import { GROUP_COLUMNS, sortGroups } from './columns.ts';
import type { GroupColumn } from './columns.ts';
import { MEASURES, amountOf, spendWords } from './measure.ts';
import type { Measure } from './measure.ts';

export interface PaidTableProps {
  readonly rows: readonly CostRow[];
  /** Ids of the runs that can be opened; other rows with an id are sessions of `promptopt serve`. */
  readonly openable: ReadonlySet<string>;
  readonly by: CostKey;
  readonly onBy: (by: CostKey) => void;
  readonly measure: Measure;
  readonly onMeasure: (measure: Measure) => void;
  readonly sort: Sort<GroupColumn> | null;
  readonly onSort: (sort: Sort<GroupColumn>) => void;
  readonly onOpen: (runId: string) => void;
}

const KEYS: readonly { readonly value: CostKey; readonly text: string; readonly title: string }[] = [
  { value: 'run', text: 'by run', title: 'Run' },
  { value: 'day', text: 'by day', title: 'Day (UTC)' },
  { value: 'model', text: 'by model', title: 'Model' },
  { value: 'role', text: 'by role', title: 'Role' },
];

/** The order the groups come in: what it looks like as a sorted column. */
const asTheyCome = (by: CostKey): Sort<GroupColumn> =>
  by === 'day' ? { key: 'label', descending: true } : { key: 'usd', descending: true };

export function PaidTable(props: PaidTableProps): JSX.Element {
  const { rows, openable, by, onBy, measure, onMeasure, sort, onSort, onOpen } = props;
  const groups = useMemo(() => groupCosts(rows, by), [rows, by]);
  const shown = useMemo(() => sortGroups(groups, sort), [groups, sort]);
  const [wanted, setPage] = useState(0);
  useEffect(() => {
    setPage(0);
  }, [by]);
  const page = Math.min(wanted, pagesOf(shown.length) - 1);
  const highest = Math.max(0, ...groups.map(({ paid }) => amountOf(paid, measure)));
  return (
    <section class="paid" aria-labelledby="paid-title">
      <div class="section-head">
        <h2 id="paid-title">Paid</h2>
        <span class="controls">
          <Select label="Add up" value={by} options={KEYS} onChange={onBy} />
          <Select label="Compare" value={measure} options={MEASURES} onChange={onMeasure} />
        </span>
      </div>
      {shown.length === 0 ? (
        <p class="quiet">Nothing was paid: the cache answered all of it.</p>
      ) : (
        <div class="scroll">
          <table aria-labelledby="paid-title">
            <thead>
              <tr>
                {GROUP_COLUMNS.map(({ key, title, numeric }) => (
                  <ColumnHead
                    key={key}
                    column={key}
                    title={key === 'label' ? (KEYS.find(({ value }) => value === by)?.title ?? '') : title}
                    numeric={numeric}
                    highestFirst={numeric}
                    sort={sort ?? asTheyCome(by)}
                    onSort={onSort}
                  />
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS).map((group) => (
                <tr key={group.id}>
                  <th scope="row" class="col-label" dir="auto">
                    <Label group={group} by={by} openable={openable} onOpen={onOpen} />
                    <AmountBar share={highest === 0 ? 0 : amountOf(group.paid, measure) / highest} />
                  </th>
                  <td class="col-usd number">{spendWords(group.paid, 'usd')}</td>
                  <td class="col-calls number">{count(group.paid.calls)}</td>
                  <td class="col-input number">{count(group.paid.inputTokens)}</td>
                  <td class="col-output number">{count(group.paid.outputTokens)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager noun="the account" rows={shown.length} page={page} onPage={setPage} />
    </section>
  );
}

interface LabelProps {
  readonly group: CostGroup;
  readonly by: CostKey;
  readonly openable: ReadonlySet<string>;
  readonly onOpen: (runId: string) => void;
}

function Label({ group: { label, runId, day }, by, openable, onOpen }: LabelProps): JSX.Element {
  if (label === null) return <span class="quiet">not written down by an older version</span>;
  if (by !== 'run') return <span class="label">{label}</span>;
  if (runId === null || !openable.has(runId)) {
    return (
      <span class="label">
        {label} <span class="quiet">{runId === null ? 'evaluations' : `session of serve, ${day}`}</span>
      </span>
    );
  }
  return (
    <span class="label">
      <button
        type="button"
        class="link"
        onClick={() => {
          onOpen(runId);
        }}
      >
        {label}
      </button>{' '}
      <span class="quiet">{day}</span>
    </span>
  );
}

/** Decoration: the figure stands beside it. */
const AmountBar = ({ share }: { readonly share: number }): JSX.Element => (
  <svg class="amount-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="fill" x="0" y="0" width={100 * share} height="4" />
  </svg>
);
