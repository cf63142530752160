/** The head of a column that a press sorts by, and the other way round by a second one. */
import type { JSX } from 'preact';
import { Icon } from './components.tsx';

export interface Sort<Column extends string> {
  readonly key: Column;
  readonly descending: boolean;
}

export interface ColumnHeadProps<Column extends string> {
  readonly column: Column;
  readonly title: string;
  readonly numeric: boolean;
  /** Whether the first press puts the highest on top. */
  readonly highestFirst: boolean;
  readonly sort: Sort<Column>;
  readonly onSort: (sort: Sort<Column>) => void;
}

export function ColumnHead<Column extends string>({
  column,
  title,
  numeric,
  highestFirst,
  sort,
  onSort,
}: ColumnHeadProps<Column>): JSX.Element {
  const here = sort.key === column;
  return (
    <th
      scope="col"
      class={`col-${column}${numeric ? ' number' : ''}`}
      aria-sort={here ? (sort.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        class="column"
        onClick={() => {
          onSort({ key: column, descending: here ? !sort.descending : highestFirst });
        }}
      >
        {title}
        {here ? <Icon name={sort.descending ? 'arrow-down' : 'arrow-up'} /> : null}
      </button>
    </th>
  );
}
