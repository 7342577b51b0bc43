/** The name of a column, and the line at its end that makes it wider: by pointer, or by the arrow keys. */

import type { Header } from '@tanstack/react-table';
import type { KeyboardEvent } from 'react';
import type { TraceSummary } from '../../../query/trace-summary.ts';
import { LOOKS } from './cells.tsx';
import { type ColumnId, WIDTH_MAX, WIDTH_MIN } from './column-state.ts';
import type { features } from './columns.ts';
import styles from './trace-table.module.css';

const STEP_PX = 16;

export function HeaderCell({
  header,
  onWidth,
}: {
  header: Header<typeof features, TraceSummary, unknown>;
  onWidth: (id: ColumnId, width: number) => void;
}) {
  // The columns are made from these ids.
  const id = header.column.id as ColumnId;
  const { label, isNumber } = LOOKS[id];
  const width = header.column.getSize();
  const resize = header.getResizeHandler();
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? STEP_PX : event.key === 'ArrowLeft' ? -STEP_PX : 0;
    if (by === 0) return;
    event.preventDefault();
    onWidth(id, width + by);
  };
  return (
    <th scope="col" className={isNumber === true ? styles.headNumber : styles.headCell}>
      <span className={styles.headText}>{label}</span>
      {/* biome-ignore lint/a11y/useSemanticElements: one that can be moved is a control, which <hr> is not (WAI-ARIA window splitter) */}
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={`Width of ${label}`}
        aria-valuemin={WIDTH_MIN}
        aria-valuemax={WIDTH_MAX}
        aria-valuenow={Math.round(width)}
        tabIndex={0}
        className={`${styles.resize} ${header.column.getIsResizing() ? styles.resizing : ''}`}
        onMouseDown={resize}
        onTouchStart={resize}
        onDoubleClick={() => onWidth(id, LOOKS[id].width)}
        onKeyDown={onKeyDown}
      />
    </th>
  );
}
