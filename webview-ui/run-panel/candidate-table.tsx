/** The candidates: sorted by any column, filtered, a hundred at a time, one tab stop for all rows. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunView } from '../../src/protocol/folds/run-view.ts';
import { count, counted, money, plusMinus } from '../../src/protocol/wording.ts';
import { ColumnHead } from '../column-head.tsx';
import { Icon, TextField } from '../components.tsx';
import { PAGE_ROWS, Pager, pagesOf } from '../pager.tsx';
import { ScoreBar } from '../score-bar.tsx';
import { CANDIDATE_COLUMNS, candidateRows, filterCandidates, sortCandidates } from './candidate-order.ts';
import type { CandidateRow, CandidateSort } from './candidate-order.ts';

export interface CandidateTableProps {
  readonly view: RunView;
  readonly sort: CandidateSort;
  readonly onSort: (sort: CandidateSort) => void;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  /** Hash of the candidate that is looked at. */
  readonly selected: string | null;
  readonly onSelect: (hash: string) => void;
}

export function CandidateTable({
  view,
  sort,
  onSort,
  filter,
  onFilter,
  selected,
  onSelect,
}: CandidateTableProps): JSX.Element {
  const rows = useMemo(() => candidateRows(view), [view.candidates, view.curve, view.incumbent, view.ended]);
  const shown = useMemo(() => sortCandidates(filterCandidates(rows, filter), sort), [rows, filter, sort]);
  const [wanted, setPage] = useState(0);
  const page = Math.min(wanted, pagesOf(shown.length) - 1);
  const body = useRef<HTMLTableSectionElement>(null);
  const indexOf = (hash: string | null): number => shown.findIndex(({ candidate }) => candidate.hash === hash);
  // The row the arrow keys are at: it stays with its candidate when the order changes.
  const [current, setCurrent] = useState<string | null>(null);
  const [focusWanted, setFocusWanted] = useState(false);
  const first = page * PAGE_ROWS;
  const onPage = shown.slice(first, first + PAGE_ROWS);
  const tabStop = [current, selected].find((hash) => onPage.some(({ candidate }) => candidate.hash === hash));
  const stop = tabStop ?? onPage[0]?.candidate.hash;

  // What is selected elsewhere (a point, a parent) is brought into sight.
  useEffect(() => {
    const at = indexOf(selected);
    if (at >= 0) setPage(Math.floor(at / PAGE_ROWS));
  }, [selected]);
  useEffect(() => {
    if (!focusWanted) return;
    body.current?.querySelector<HTMLElement>('tr[tabindex="0"]')?.focus();
    setFocusWanted(false);
  }, [focusWanted, current]);

  const moveTo = (index: number): void => {
    const at = Math.min(shown.length - 1, Math.max(0, index));
    setPage(Math.floor(at / PAGE_ROWS));
    setCurrent(shown[at]?.candidate.hash ?? null);
    setFocusWanted(true);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // A parent's link inside a row has its own Enter.
    if (!(event.target instanceof HTMLTableRowElement)) return;
    const at = indexOf(stop ?? null);
    const to: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + 10,
      PageUp: at - 10,
      Home: 0,
      End: shown.length - 1,
    };
    const next = to[event.key];
    if (next !== undefined) moveTo(next);
    else if ((event.key === 'Enter' || event.key === ' ') && stop !== undefined) onSelect(stop);
    else return;
    event.preventDefault();
  };

  return (
    <section class="candidates" aria-labelledby="candidates-title">
      <div class="section-head">
        <h2 id="candidates-title">
          Candidates{' '}
          <span class="quiet">
            {filter === '' ? count(rows.length) : `${count(shown.length)} of ${count(rows.length)}`}
          </span>
        </h2>
        <span class="controls">
          <TextField label="Filter candidates" placeholder="Filter" value={filter} onInput={onFilter} />
        </span>
      </div>
      {shown.length === 0 ? (
        <p class="quiet">
          {rows.length === 0 ? 'None has been proposed yet.' : 'No candidate has all of these words.'}
        </p>
      ) : (
        <div class="scroll">
          <table role="grid" aria-labelledby="candidates-title" aria-rowcount={shown.length + 1}>
            <thead>
              <tr aria-rowindex={1}>
                {CANDIDATE_COLUMNS.map(({ key, title, numeric }) => (
                  <ColumnHead
                    key={key}
                    column={key}
                    title={title}
                    numeric={numeric}
                    // Of a score the highest is asked for first; of the rest the beginning.
                    highestFirst={key === 'score'}
                    sort={sort}
                    onSort={onSort}
                  />
                ))}
              </tr>
            </thead>
            <tbody ref={body} onKeyDown={onKeyDown}>
              {onPage.map((row, index) => (
                <Row
                  key={row.candidate.hash}
                  row={row}
                  index={first + index + 2}
                  selected={row.candidate.hash === selected}
                  stop={row.candidate.hash === stop}
                  onSelect={onSelect}
                  onFocus={setCurrent}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager noun="candidates" rows={shown.length} page={page} onPage={setPage} />
      <Rejections view={view} />
    </section>
  );
}

interface RowProps {
  readonly row: CandidateRow;
  readonly index: number;
  readonly selected: boolean;
  readonly stop: boolean;
  readonly onSelect: (hash: string) => void;
  readonly onFocus: (hash: string) => void;
}

function Row({ row: { candidate, outcome, best }, index, selected, stop, onSelect, onFocus }: RowProps): JSX.Element {
  const { hash, number, note, estimate, costPerCall, parents, parentNumbers, state } = candidate;
  return (
    <tr
      class={`candidate candidate-${state}`}
      tabIndex={stop ? 0 : -1}
      aria-selected={selected}
      aria-rowindex={index}
      onClick={() => {
        onSelect(hash);
      }}
      onFocus={() => {
        onFocus(hash);
      }}
    >
      <td class="col-number number">
        {best ? (
          <>
            <Icon name="star-full" class="accent" />
            <span class="sr-only">Best: </span>
          </>
        ) : null}
        {number}
      </td>
      <td class="col-note" dir="auto">
        <span class="note" title={note}>
          {note}
        </span>
      </td>
      <td class="col-score number">
        {estimate === null ? (
          '—'
        ) : (
          <>
            <ScoreBar estimate={estimate} kind={best ? 'strong' : 'faint'} />
            {plusMinus(estimate)}
          </>
        )}
      </td>
      <td class="col-rows number">{estimate === null ? 0 : count(estimate.rows)}</td>
      <td class="col-cost number">{costPerCall === null ? '—' : money(costPerCall)}</td>
      <td class="col-parents number">
        {parentNumbers.map((parent, at) => (
          <ParentLink key={parent} number={parent} hash={parents[at]} reachable={stop} onSelect={onSelect} />
        ))}
      </td>
      <td class="col-outcome" dir="auto">
        {outcome}
      </td>
    </tr>
  );
}

interface ParentLinkProps {
  readonly number: number;
  readonly hash: string | undefined;
  /** Whether the tab key stops here. */
  readonly reachable: boolean;
  readonly onSelect: (hash: string) => void;
}

export const ParentLink = ({ number, hash, reachable, onSelect }: ParentLinkProps): JSX.Element => (
  <button
    type="button"
    class="link parent"
    tabIndex={reachable ? 0 : -1}
    aria-label={`Parent, candidate ${number}`}
    onClick={(event) => {
      event.stopPropagation();
      if (hash !== undefined) onSelect(hash);
    }}
  >
    {number}
  </button>
);

/** Proposals that never became a candidate, by reason. */
function Rejections({ view: { rejections } }: { readonly view: RunView }): JSX.Element | null {
  if (rejections.length === 0) return null;
  const byReason = new Map<string, number>();
  for (const { reason } of rejections) byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
  const reasons = [...byReason].sort(([, a], [, b]) => b - a);
  return (
    <details class="rejections">
      <summary>{counted(rejections.length, 'proposal')} dropped before they became candidates</summary>
      <ul>
        {reasons.slice(0, PAGE_ROWS).map(([reason, times]) => (
          <li key={reason} dir="auto">
            <span class="number">{count(times)} ×</span> {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}
