/** Each run: what it was forecast to cost beside what it spent and what was paid. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { RunCost } from '../../src/protocol/costs.ts';
import { percent } from '../../src/protocol/wording.ts';
import { ColumnHead } from '../column-head.tsx';
import type { Sort } from '../column-head.tsx';
import { PAGE_ROWS, Pager, pagesOf } from '../pager.tsx';
import { RUN_COLUMNS, sortRuns, spentOfLikely } from './columns.ts';
import type { RunColumn } from './columns.ts';
import { amountWords, forecastOf, spendWords } from './measure.ts';
import type { Measure } from './measure.ts';

export interface RunTableProps {
  readonly runs: readonly RunCost[];
  readonly measure: Measure;
  readonly sort: Sort<RunColumn>;
  readonly onSort: (sort: Sort<RunColumn>) => void;
  readonly onOpen: (runId: string) => void;
}

export function RunTable({ runs, measure, sort, onSort, onOpen }: RunTableProps): JSX.Element {
  const shown = useMemo(() => sortRuns(runs, sort, measure), [runs, sort, measure]);
  const [wanted, setPage] = useState(0);
  const page = Math.min(wanted, pagesOf(shown.length) - 1);
  return (
    <section class="forecasts" aria-labelledby="forecasts-title">
      <div class="section-head">
        <h2 id="forecasts-title">Forecast and spent, by run</h2>
      </div>
      {shown.length === 0 ? (
        <p class="quiet">There is no run yet.</p>
      ) : (
        <div class="scroll">
          <table aria-labelledby="forecasts-title">
            <thead>
              <tr>
                {RUN_COLUMNS.map(({ key, title, numeric }) => (
                  <ColumnHead
                    key={key}
                    column={key}
                    title={title}
                    numeric={numeric}
                    highestFirst={numeric || key === 'started'}
                    sort={sort}
                    onSort={onSort}
                  />
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS).map((run) => (
                <Row key={run.runId} run={run} measure={measure} onOpen={onOpen} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager noun="runs" rows={shown.length} page={page} onPage={setPage} />
      <p class="quiet beneath">
        Spent counts every call at its price, as if each had been bought; paid leaves out what the cache answered and
        counts failed attempts.
      </p>
    </section>
  );
}

interface RowProps {
  readonly run: RunCost;
  readonly measure: Measure;
  readonly onOpen: (runId: string) => void;
}

function Row({ run, measure, onOpen }: RowProps): JSX.Element {
  const { runId, name, strategy, status, startedAt, models, forecast, spent, paid } = run;
  const range = forecastOf(forecast, measure);
  const ratio = spentOfLikely(run, measure);
  return (
    <tr>
      <th scope="row" class="col-name" dir="auto">
        <button
          type="button"
          class="link"
          onClick={() => {
            onOpen(runId);
          }}
        >
          {name}
        </button>
        <span class="quiet facts">{`${strategy} · ${models.target}${status === 'done' ? '' : ` · ${status}`}`}</span>
      </th>
      <td class="col-started">
        {new Date(startedAt).toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'short' })}
      </td>
      <td class="col-likely number">{range === null ? 'no price' : amountWords(range.likely, measure)}</td>
      <td class="col-worst number">{range === null ? 'no price' : amountWords(range.worst, measure)}</td>
      <td class="col-spent number">{spent === null ? '—' : spendWords(spent, measure)}</td>
      <td class="col-ratio number">{ratio === null ? '—' : percent(ratio)}</td>
      <td class="col-paid number">{spendWords(paid, measure)}</td>
    </tr>
  );
}
