/** A table whose columns can be sorted, over the rows that are loaded. The order is in the URL (`sort`). */

import { useSearch } from '@tanstack/react-router';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { nextSorting, readSorting, type Sorting, type SortValue, sortedRows } from './sorted.ts';
import styles from './sorted-table.module.css';
import { type Column, Table } from './table.tsx';
import { useSearchChange } from './use-search-change.ts';

export interface SortedColumn<Row> extends Column<Row> {
  readonly header: string;
  readonly sortBy?: (row: Row) => SortValue;
}

export function SortedTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  isSelected,
}: {
  label: string;
  columns: readonly SortedColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  isSelected?: (row: Row) => boolean;
}) {
  // Routes with such a table read it as text; others have none.
  const { sort } = useSearch({ strict: false }) as { sort?: string };
  const sorting = readSorting(sort);
  const sortBy = columns.find(({ id }) => id === sorting?.column)?.sortBy;
  const shown = sorting === undefined || sortBy === undefined ? rows : sortedRows(rows, sortBy, sorting.isDescending);
  const headed = columns.map((column) =>
    column.sortBy === undefined ? column : { ...column, header: <Head column={column} sorting={sorting} /> },
  );
  return (
    <Table
      label={label}
      columns={headed}
      rows={shown}
      rowKey={rowKey}
      {...(isSelected === undefined ? {} : { isSelected })}
    />
  );
}

function Head<Row>({ column, sorting }: { column: SortedColumn<Row>; sorting: Sorting | undefined }) {
  const change = useSearchChange();
  const { id, header, isNumber = false } = column;
  const isSorted = sorting?.column === id;
  const press = () => change({ sort: nextSorting({ column: id, startsDescending: isNumber }, sorting) });
  return (
    <button type="button" className={`${styles.head} ${isSorted ? styles.sorted : ''}`} onClick={press}>
      {header}
      {isSorted && (
        <>
          {sorting.isDescending ? <ArrowDown aria-hidden="true" /> : <ArrowUp aria-hidden="true" />}
          <span className="visually-hidden">, sorted {sorting.isDescending ? 'largest first' : 'smallest first'}</span>
        </>
      )}
    </button>
  );
}
