/** What a bench measured, as a table for people or, with `--json`, as one line for programs. Bounds are shown, never asserted. */

export interface Figure {
  readonly what: string;
  /** One value a repeat; the median is the figure. */
  readonly values: readonly number[];
  /** E.g. `ms`, `calls/s`; `×` for a ratio. */
  readonly unit: string;
  /** What it should be, where there is such a thing. */
  readonly bound?: { readonly most: number } | { readonly least: number };
}

/** The middle one; of an even number the mean of both in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2;
}

function shown(value: number): string {
  const digits = value >= 1000 ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function boundOf({ bound, unit }: Figure): string {
  if (bound === undefined) return '';
  return 'most' in bound
    ? `at most ${bound.most.toLocaleString('en-US')} ${unit}`
    : `over ${bound.least.toLocaleString('en-US')} ${unit}`;
}

function standing({ values, bound }: Figure): string {
  if (bound === undefined) return '';
  const value = median(values);
  return ('most' in bound ? value <= bound.most : value > bound.least) ? 'within' : 'missed';
}

const rangeOf = ({ values }: Figure): string =>
  values.length < 2 ? '' : `${shown(Math.min(...values))} … ${shown(Math.max(...values))}`;

/** Prints the figures of one bench; `notes` say how they were taken. */
export function report(figures: readonly Figure[], notes: readonly string[] = []): void {
  if (process.argv.includes('--json')) {
    const rows = figures.map((figure) => ({ ...figure, median: median(figure.values) }));
    console.log(JSON.stringify({ figures: rows, notes }));
    return;
  }
  const rows = figures.map((figure) => [
    figure.what,
    `${shown(median(figure.values))} ${figure.unit}`,
    rangeOf(figure),
    boundOf(figure),
    standing(figure),
  ]);
  const table = [['', 'median', 'range', 'bound', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  for (const row of table) {
    const cells = row.map((cell, column) =>
      column === 1 || column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    console.log(cells.join('   ').trimEnd());
  }
  for (const note of notes) console.log(note);
}
