import { printable } from './printable';

const gap = '  ';
const narrowest = 8;

/**
 * Rows under headings, two spaces apart. With a known width the widest columns are cut until the rows fit; without one
 * (a file, a pipe) nothing is. Cells are others' words.
 */
export function renderColumns(
  headings: readonly string[],
  cells: readonly (readonly string[])[],
  columns: number | undefined,
  paint: (cell: string, column: number, row: readonly string[]) => string = plain,
): string[] {
  const rows = cells.map((row) => row.map(printable));
  const widths = fitted(naturalWidths(headings, rows), columns);
  const line = (row: readonly string[], render: (cell: string, column: number) => string): string =>
    row
      .map((cell, column) => render(sized(cell, widths[column] ?? 0), column))
      .join(gap)
      .trimEnd();
  return [line(headings, plain), ...rows.map((row) => line(row, (cell, column) => paint(cell, column, row)))];
}

function naturalWidths(headings: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return headings.map((heading, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), heading.length),
  );
}

function fitted(widths: readonly number[], columns: number | undefined): readonly number[] {
  if (columns === undefined) return widths;
  const fit = [...widths];
  const available = columns - gap.length * (fit.length - 1);
  for (let total = sum(fit); total > available; total -= 1) {
    const widest = fit.indexOf(Math.max(...fit));
    const width = fit[widest] ?? 0;
    if (width <= narrowest) break;
    fit[widest] = width - 1;
  }
  return fit;
}

function sized(cell: string, width: number): string {
  return cell.length <= width ? cell.padEnd(width) : `${cell.slice(0, width - 1)}…`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function plain(cell: string): string {
  return cell;
}
