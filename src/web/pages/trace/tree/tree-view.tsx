/** What happened, as a tree: each span with its figures and its place in time. */

import { useCallback } from 'react';
import type { Row } from '../model/rows.ts';
import type { Stretch } from '../model/times.ts';
import { type TreeActions, VirtualTree } from '../rows/virtual-tree.tsx';
import { TreeRow } from './tree-row.tsx';
import styles from './tree-view.module.css';

/** As tree-view.module.css has it. */
const HEADER_PX = 26;

export interface RowsViewProps extends TreeActions {
  readonly rows: readonly Row[];
  readonly rowPx: number;
  readonly activeId: string | undefined;
  readonly selectedId: string | undefined;
  readonly takesFocus: boolean;
  /** From the start of the trace to its end, or to now. */
  readonly whole: Stretch;
  readonly nowMs: number;
}

export function TreeView({ whole, nowMs, ...rest }: RowsViewProps) {
  const { onToggle } = rest;
  const renderRow = useCallback(
    (row: Row) => <TreeRow row={row} whole={whole} nowMs={nowMs} onToggle={onToggle} />,
    [whole, nowMs, onToggle],
  );
  return (
    <VirtualTree
      {...rest}
      label="Spans"
      renderRow={renderRow}
      headerPx={HEADER_PX}
      header={
        <div className={styles.header} aria-hidden="true">
          <span className={styles.headName}>Span</span>
          <span className={styles.place}>Time</span>
          <span className={styles.duration}>Duration</span>
          <span className={styles.tokens}>Tokens</span>
          <span className={styles.cost}>Cost</span>
        </div>
      }
    />
  );
}
