/** One trace in the table. Painted again only when it, the columns or its place change. */

import type { Row } from '@tanstack/react-table';
import { memo } from 'react';
import type { TraceSummary } from '../../../query/trace-summary.ts';
import { LOOKS, TraceLink, traceCell } from './cells.tsx';
import type { ColumnId } from './column-state.ts';
import type { features } from './columns.ts';
import styles from './trace-table.module.css';

interface Props {
  readonly row: Row<typeof features, TraceSummary>;
  readonly index: number;
  readonly start: number;
  /** Ids of the columns, joined: a row keeps its cells while they are the same. */
  readonly columns: string;
  readonly isStop: boolean;
  readonly isRelative: boolean;
  readonly projectId: string;
}

export const TraceRow = memo(
  function TraceRow({ row, index, start, isStop, isRelative, projectId }: Props) {
    const trace = row.original;
    return (
      <tr
        // The header is the first.
        aria-rowindex={index + 2}
        data-index={index}
        className={styles.row}
        style={{ transform: `translateY(${start}px)` }}
      >
        {row.getVisibleCells().map((cell) => {
          // The columns are made from these ids.
          const id = cell.column.id as ColumnId;
          const content = traceCell(id, trace, isRelative);
          return (
            <td key={id} className={LOOKS[id].isNumber === true ? styles.number : styles.cell}>
              {id === 'name' ? <TraceLink {...{ projectId, trace, isStop }}>{content}</TraceLink> : content}
            </td>
          );
        })}
      </tr>
    );
  },
  (before, now) =>
    before.row.original === now.row.original &&
    before.index === now.index &&
    before.start === now.start &&
    before.columns === now.columns &&
    before.isStop === now.isStop &&
    before.isRelative === now.isRelative &&
    before.projectId === now.projectId,
);
