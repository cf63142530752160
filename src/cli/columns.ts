/** Aligned columns of text. */

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Longer text is cut with an ellipsis; absent: never. */
  readonly width?: number;
  /** Colours a padded cell. */
  readonly paint?: (cell: string, row: Row) => string;
}

export const cut = (text: string, width: number): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  const letters = Array.from(line);
  return letters.length <= width ? line : `${letters.slice(0, width - 1).join('')}…`;
};

/** A table with a heading, two blanks between columns; empty text without rows. */
export function columns<Row>(
  rows: readonly Row[],
  spec: readonly Column<Row>[],
  dim: (text: string) => string,
): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => spec.map(({ text, width }) => cut(text(row), width ?? Infinity)));
  const widths = spec.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => Array.from(line[index] ?? '').length)),
  );
  const pad = (text: string, index: number): string => {
    const blanks = ' '.repeat(Math.max(0, (widths[index] ?? 0) - Array.from(text).length));
    return spec[index]?.align === 'right' ? blanks + text : index === spec.length - 1 ? text : text + blanks;
  };
  const heading = dim(spec.map(({ title }, index) => pad(title, index)).join('  '));
  const lines = rows.map((row, line) =>
    spec
      .map(({ paint }, index) => {
        const cell = pad(cells[line]?.[index] ?? '', index);
        return paint === undefined ? cell : paint(cell, row);
      })
      .join('  ')
      .trimEnd(),
  );
  return [heading, ...lines].join('\n');
}
