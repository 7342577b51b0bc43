/** The order of a table's rows, as the URL has it: `cost`, or `-cost` for the largest first. */

export interface Sorting {
  readonly column: string;
  readonly isDescending: boolean;
}

export type SortValue = number | string | null;

export function readSorting(text: string | undefined): Sorting | undefined {
  if (text === undefined || text === '' || text === '-') return undefined;
  return text.startsWith('-') ? { column: text.slice(1), isDescending: true } : { column: text, isDescending: false };
}

/** What a press on the column's head does: its own way first, then the other way, then as the server has it. */
export function nextSorting(
  { column, startsDescending }: { readonly column: string; readonly startsDescending: boolean },
  now: Sorting | undefined,
): string | undefined {
  const written = (isDescending: boolean) => `${isDescending ? '-' : ''}${column}`;
  if (now?.column !== column) return written(startsDescending);
  return now.isDescending === startsDescending ? written(!startsDescending) : undefined;
}

/** What is not known stands last, either way. Equal rows stay as they were. */
export function sortedRows<Row>(
  rows: readonly Row[],
  figureOf: (row: Row) => SortValue,
  isDescending: boolean,
): readonly Row[] {
  const sign = isDescending ? -1 : 1;
  return [...rows].sort((one, two) => {
    const [a, b] = [figureOf(one), figureOf(two)];
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
    return sign * compare(a, b);
  });
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
