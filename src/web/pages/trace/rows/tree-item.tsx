/** One row of a tree, as assistive technology knows it; what it shows comes from the view. */

import { ChevronRight } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { Row } from '../model/rows.ts';
import styles from './virtual-tree.module.css';
import type { TreeActions } from './virtual-tree.tsx';

interface Props extends TreeActions {
  readonly row: Row;
  readonly topPx: number;
  readonly heightPx: number;
  readonly isReachable: boolean;
  readonly isSelected: boolean;
  readonly renderRow: (row: Row) => ReactNode;
}

export const TreeItem = memo(function TreeItem({
  row,
  topPx,
  heightPx,
  isReachable,
  isSelected,
  renderRow,
  onChoose,
}: Props) {
  const { node, isOpen, isOnTheWay, place, siblingCount } = row;
  return (
    // The tree above handles its keys.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <div
      className={`${styles.item} ${isOnTheWay ? styles.onTheWay : ''} ${node.span.status === 'error' ? styles.failed : ''}`}
      role="treeitem"
      tabIndex={isReachable ? 0 : -1}
      aria-level={node.depth + 1}
      aria-posinset={place}
      aria-setsize={siblingCount}
      aria-expanded={isOpen}
      aria-selected={isSelected}
      style={{ blockSize: heightPx, transform: `translateY(${topPx}px)` }}
      onClick={() => onChoose(node)}
    >
      {renderRow(row)}
    </div>
  );
});

/** Levels that are told apart by their distance; deeper ones have their number instead. */
const INDENTED_LEVELS_MAX = 14;

/** Stands before the name: how deep the row is, and what opens and closes it by mouse. Keys do it on the row itself. */
export function Indent({ row, onToggle }: { row: Row; onToggle: TreeActions['onToggle'] }) {
  const { node, isOpen } = row;
  const levels = Math.min(node.depth, INDENTED_LEVELS_MAX);
  return (
    <span className={styles.indent} aria-hidden="true" style={{ '--levels': levels } as React.CSSProperties}>
      {node.depth > INDENTED_LEVELS_MAX && <span className={styles.level}>{node.depth}</span>}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only; arrow keys do it on the row */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the same */}
      <span
        className={`${styles.chevron} ${isOpen === true ? styles.open : ''}`}
        onClick={(event) => {
          if (isOpen === undefined) return;
          event.stopPropagation();
          onToggle(node);
        }}
      >
        {isOpen !== undefined && <ChevronRight />}
      </span>
    </span>
  );
}
