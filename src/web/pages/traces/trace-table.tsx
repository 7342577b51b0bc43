/** The traces as rows and columns. Widths are a custom property of the whole table, so a drag paints no row. */

import { type ColumnSizingState, useTable } from '@tanstack/react-table';
import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react';
import type { TraceSummary } from '../../../query/trace-summary.ts';
import { LOOKS } from './cells.tsx';
import { COLUMNS, type ColumnId, type ColumnState, withWidth } from './column-state.ts';
import { columns, features } from './columns.ts';
import { HeaderCell } from './header-cell.tsx';
import { keyOf } from './newest.ts';
import { TraceRow } from './trace-row.tsx';
import styles from './trace-table.module.css';
import { type RowsWanted, useRows } from './use-rows.ts';

const ROW_PX = 36;
const HEAD_PX = 32;

export interface TraceListProps extends Omit<RowsWanted, 'rowPx' | 'headPx' | 'traces'> {
  readonly traces: TraceSummary[];
  readonly projectId: string;
  readonly isRelative: boolean;
  /** All of them are here. */
  readonly isWhole: boolean;
}

export function TraceTable({
  columnState,
  onColumns,
  projectId,
  isRelative,
  isWhole,
  ...wanted
}: TraceListProps & { columnState: ColumnState; onColumns: (state: ColumnState) => void }) {
  const { shown, widths } = columnState;
  const { table, sizing, setSizing } = useColumnTable(wanted.traces, columnState);
  const { items, totalPx, stop, onKeyDown, onFocus } = useRows({ ...wanted, rowPx: ROW_PX, headPx: HEAD_PX });
  const rows = table.getRowModel().rows;
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const columnsKey = shown.join();

  useDragEnd(table.state.columnResizing.isResizingColumn, sizing, (id, width) => {
    if (width !== (widths[id] ?? LOOKS[id].width)) onColumns(withWidth(columnState, id, width));
  });
  const style = {
    '--columns': headers
      .map(({ column }) => (column.id === 'name' ? `minmax(${column.getSize()}px, 1fr)` : `${column.getSize()}px`))
      .join(' '),
    // Custom properties are not among React's styles.
  } as CSSProperties;
  return (
    <table
      aria-label="Traces"
      aria-rowcount={isWhole ? wanted.traces.length + 1 : -1}
      aria-colcount={headers.length}
      className={styles.table}
      style={style}
    >
      <thead className={styles.head}>
        <tr aria-rowindex={1} className={styles.headRow}>
          {headers.map((header) => (
            <HeaderCell
              key={header.id}
              header={header}
              onWidth={(id, width) => {
                setSizing({ ...sizing, [id]: width });
                onColumns(withWidth(columnState, id, width));
              }}
            />
          ))}
        </tr>
      </thead>
      <tbody className={styles.body} style={{ height: totalPx }} onKeyDown={onKeyDown} onFocus={onFocus}>
        {items.map(({ key, index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <TraceRow
              key={key}
              {...{ row, index, start, isRelative, projectId, columns: columnsKey, isStop: index === stop }}
            />
          );
        })}
      </tbody>
    </table>
  );
}

/** Only the width at the end of a drag goes into the URL. */
function useDragEnd(dragging: false | string, sizing: ColumnSizingState, onEnd: (id: ColumnId, width: number) => void) {
  const dragged = useRef<ColumnId>(undefined);
  const latest = useRef(onEnd);
  latest.current = onEnd;
  useEffect(() => {
    if (dragging !== false) {
      dragged.current = COLUMNS.find((id) => id === dragging);
      return;
    }
    const id = dragged.current;
    const width = id === undefined ? undefined : sizing[id];
    dragged.current = undefined;
    if (id !== undefined && width !== undefined) latest.current(id, width);
  }, [dragging, sizing]);
}

/** Widths while they are dragged are only here. */
function useColumnTable(traces: TraceSummary[], { shown, widths }: ColumnState) {
  const [sizing, setSizing] = useState<ColumnSizingState>({ ...widths });
  useEffect(() => setSizing({ ...widths }), [widths]);
  const columnOrder = useMemo(() => [...shown], [shown]);
  const columnVisibility = useMemo(() => Object.fromEntries(COLUMNS.map((id) => [id, shown.includes(id)])), [shown]);
  const table = useTable({
    ...{ features, columns, data: traces, getRowId: keyOf, columnResizeMode: 'onChange' },
    state: { columnOrder, columnVisibility, columnSizing: sizing },
    onColumnSizingChange: setSizing,
  });
  return { table, sizing, setSizing };
}
