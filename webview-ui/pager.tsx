/** Long tables a hundred rows at a time, so that thousands stay smooth. */
import type { JSX } from 'preact';
import { count } from '../src/protocol/wording.ts';
import { Button } from './components.tsx';

export const PAGE_ROWS = 100;

export const pagesOf = (rows: number): number => Math.max(1, Math.ceil(rows / PAGE_ROWS));

export interface PagerProps {
  /** What is paged, e.g. `candidates`. */
  readonly noun: string;
  readonly rows: number;
  /** From 0. */
  readonly page: number;
  readonly onPage: (page: number) => void;
}

/** Nothing when all rows fit. */
export function Pager({ noun, rows, page, onPage }: PagerProps): JSX.Element | null {
  if (rows <= PAGE_ROWS) return null;
  const last = pagesOf(rows) - 1;
  const turn = (by: number) => () => {
    onPage(Math.min(last, Math.max(0, page + by)));
  };
  return (
    <nav class="pager" aria-label={`Pages of ${noun}`}>
      <Button icon="chevron-left" onPress={turn(-1)}>
        Previous
      </Button>
      <span role="status">
        {count(page * PAGE_ROWS + 1)}–{count(Math.min(rows, (page + 1) * PAGE_ROWS))} of {count(rows)}
      </span>
      <Button icon="chevron-right" onPress={turn(1)}>
        Next
      </Button>
    </nav>
  );
}
