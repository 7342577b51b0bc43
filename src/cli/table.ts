/**
 * A table as wide as the terminal. When it is too narrow, columns go in the order of `dropFirst`, then the flexible one
 * is cut. Widths are settled by the first rows, so that later pages stay aligned.
 */

import type { Style, Terminal } from './terminal.ts';
import { cut, padEnd, padStart, visible, widthOf } from './text.ts';

export interface Column<Row> {
  readonly title: string;
  /** Raw text: the table makes it safe to show. */
  readonly cell: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
  readonly align?: 'right';
  /** Takes what the others leave. */
  readonly isFlexible?: boolean;
  /** Columns with a lower number go first; without one they stay. */
  readonly dropFirst?: number;
}

interface Placed<Row> {
  readonly column: Column<Row>;
  readonly width: number;
}

const GAP = '  ';
const FLEXIBLE_MIN = 12;
/** Where nothing is cut, one long cell must not push the others out of sight. */
const PADDED_MAX = 48;

export class Table<Row> {
  readonly #terminal: Terminal;
  readonly #columns: readonly Column<Row>[];
  #placed: readonly Placed<Row>[] | undefined;

  constructor(terminal: Terminal, columns: readonly Column<Row>[]) {
    this.#terminal = terminal;
    this.#columns = columns;
  }

  print(rows: readonly Row[]): void {
    if (rows.length === 0) return;
    if (this.#placed === undefined) {
      this.#placed = place(this.#columns, rows, this.#terminal.width);
      this.#line(({ title }) => ({ text: title, style: 'dim' }));
    }
    for (const row of rows) this.#line((column) => ({ text: column.cell(row), style: column.style?.(row) }));
  }

  #line(cellOf: (column: Column<Row>) => { text: string; style: Style | undefined }): void {
    const placed = this.#placed ?? [];
    const isCut = this.#terminal.width !== Number.POSITIVE_INFINITY;
    const cells = placed.map(({ column, width }, i) => {
      const { text, style } = cellOf(column);
      const shown = isCut ? cut(visible(text), width) : visible(text);
      const padded =
        column.align === 'right' ? padStart(shown, width) : i === placed.length - 1 ? shown : padEnd(shown, width);
      return this.#terminal.paint(style, padded);
    });
    this.#terminal.print(cells.join(GAP));
  }
}

function place<Row>(columns: readonly Column<Row>[], rows: readonly Row[], available: number): Placed<Row>[] {
  let placed = columns.map((column) => {
    const widest = Math.max(...rows.map((row) => widthOf(cut(visible(column.cell(row)), PADDED_MAX))));
    return { column, width: Math.max(widthOf(column.title), widest) };
  });
  const least = ({ column, width }: Placed<Row>) =>
    column.isFlexible === true ? Math.min(width, FLEXIBLE_MIN) : width;
  const droppable = columns
    .filter((column) => column.dropFirst !== undefined)
    .sort((a, b) => (a.dropFirst ?? 0) - (b.dropFirst ?? 0));
  for (const column of droppable) {
    if (total(placed, least) <= available) break;
    placed = placed.filter((other) => other.column !== column);
  }
  // First what is flexible gives way, then, in a very narrow terminal, the last column.
  placed = shrink(placed, available, ({ column }) => column.isFlexible === true, FLEXIBLE_MIN);
  return shrink(placed, available, ({ column }) => column === placed.at(-1)?.column, 1);
}

function total<Row>(placed: readonly Placed<Row>[], widthIn: (cell: Placed<Row>) => number): number {
  return placed.reduce((sum, cell) => sum + widthIn(cell), GAP.length * (placed.length - 1));
}

function shrink<Row>(
  placed: readonly Placed<Row>[],
  available: number,
  gives: (cell: Placed<Row>) => boolean,
  min: number,
): Placed<Row>[] {
  const excess = Math.max(0, total(placed, ({ width }) => width) - available);
  return placed.map((cell) =>
    gives(cell) ? { ...cell, width: Math.max(Math.min(min, cell.width), cell.width - excess) } : cell,
  );
}
