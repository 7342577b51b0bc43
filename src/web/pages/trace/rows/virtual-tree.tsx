/**
 * The rows of a tree, of which only those in sight exist (WAI-ARIA tree: aria-level, aria-setsize and aria-posinset say what
 * is not there). One row can be reached by Tab; arrows move on, and that row stays in the document when it scrolls away.
 */

import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import type { Row } from '../model/rows.ts';
import type { TreeNode } from '../model/tree.ts';
import { TreeItem } from './tree-item.tsx';
import { rowAfterKey, type TreeMove } from './tree-keys.ts';
import { useAnchor } from './use-anchor.ts';
import styles from './virtual-tree.module.css';

const OVERSCAN_ROWS = 8;

export interface TreeActions {
  /** The cursor goes to this span. */
  readonly onMove: (node: TreeNode) => void;
  /** It was clicked or entered: show all of it. */
  readonly onChoose: (node: TreeNode) => void;
  readonly onToggle: (node: TreeNode) => void;
  readonly onOpenSiblings: (node: TreeNode) => void;
}

interface Props extends TreeActions {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly rowPx: number;
  /** Where the cursor is. */
  readonly activeId: string | undefined;
  readonly selectedId: string | undefined;
  /** From the start: somebody came here by key. */
  readonly takesFocus: boolean;
  /** Above the rows, and stays there. */
  readonly header: ReactNode;
  readonly headerPx: number;
  readonly renderRow: (row: Row) => ReactNode;
}

export function VirtualTree(props: Props) {
  const {
    label,
    rows,
    rowPx,
    activeId,
    selectedId,
    header,
    headerPx,
    renderRow,
    onMove,
    onChoose,
    onToggle,
    onOpenSiblings,
  } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const active = rows.findIndex(({ node }) => node.span.spanId === activeId);
  // Somebody who tabs into a tree without a cursor comes to its first row.
  const reachable = Math.max(0, active);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN_ROWS,
    scrollMargin: headerPx,
    scrollPaddingStart: headerPx,
    getItemKey: useCallback((index: number) => rows[index]?.node.span.spanId ?? index, [rows]),
    rangeExtractor: useCallback(
      (range: Range) => {
        const shown = defaultRangeExtractor(range);
        return reachable >= range.count || shown.includes(reachable)
          ? shown
          : [...shown, reachable].sort((a, b) => a - b);
      },
      [reachable],
    ),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are measured anew
  useLayoutEffect(() => virtual.measure(), [rowPx]);
  useAnchor(scroller, rows, rowPx);
  const focusActive = useCursorInSight(scroller, virtual.scrollToIndex, {
    activeId,
    active,
    takesFocus: props.takesFocus,
  });
  const move = useTreeMoves(props, reachable);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 1);
    const next = rowAfterKey(event.key, rows, reachable, page);
    if (next === undefined) return;
    event.preventDefault();
    focusActive();
    move(next);
  };
  useArrowsFromNowhere(onKeyDown);
  return (
    <div className={styles.scroller} ref={scroller}>
      {header}
      <div
        className={styles.tree}
        role="tree"
        aria-label={label}
        style={{ blockSize: virtual.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <TreeItem
              key={key}
              row={row}
              topPx={start - headerPx}
              heightPx={rowPx}
              isReachable={index === reachable}
              isSelected={row.node.span.spanId === selectedId}
              renderRow={renderRow}
              {...{ onMove, onChoose, onToggle, onOpenSiblings }}
            />
          );
        })}
      </div>
    </div>
  );
}

/** What a key does to the row that it was pressed on. */
function useTreeMoves({ rows, onMove, onChoose, onToggle, onOpenSiblings }: Props, reachable: number) {
  return (next: TreeMove) => {
    const current = rows[reachable]?.node;
    const target = next.to === undefined ? undefined : rows[next.to]?.node;
    if (target !== undefined) onMove(target);
    else if (current === undefined) return;
    else if (next.does === 'choose') onChoose(current);
    else if (next.does === 'toggle') onToggle(current);
    else if (next.does === 'open-siblings') onOpenSiblings(current);
  };
}

/** Scrolls to the cursor when it moves, not when the rows change; with the focus, if that was in the tree or nowhere. */
function useCursorInSight(
  scroller: { readonly current: HTMLElement | null },
  scrollToIndex: (index: number, options: { align: 'auto' }) => void,
  { activeId, active, takesFocus }: { activeId: string | undefined; active: number; takesFocus: boolean },
): () => void {
  const wantsFocus = useRef(takesFocus);
  const lastId = useRef<string>(undefined);
  const isThere = active >= 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `active` also changes when rows come and go above it
  useLayoutEffect(() => {
    if (!isThere) return;
    const focused = document.activeElement;
    const wasIn = focused?.getAttribute('role') === 'treeitem' && scroller.current?.contains(focused) === true;
    // Nothing has the focus: then a cursor that moves takes it, but not one that is there from the start.
    const hasMoved = lastId.current !== undefined && lastId.current !== activeId;
    const wasNowhere = hasMoved && focused === document.body;
    wantsFocus.current ||= wasIn || wasNowhere;
    lastId.current = activeId;
    scrollToIndex(active, { align: 'auto' });
  }, [activeId, isThere]);
  // After each paint: the rows of a tree that has just come stand there only with the second one.
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    const row = scroller.current?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]');
    row?.focus({ preventScroll: true });
    if (row !== null && row !== undefined) wantsFocus.current = false;
  });
  return () => {
    wantsFocus.current = true;
  };
}

/** Arrow keys and Enter on a page where nothing has the focus are for its tree. */
function useArrowsFromNowhere(onKeyDown: (event: KeyboardEvent) => void): void {
  const latest = useRef(onKeyDown);
  latest.current = onKeyDown;
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const isNowhere =
        event.target === document.body || (event.target instanceof HTMLElement && event.target.id === 'content');
      // Of React's event only what both have is read.
      if (isNowhere && /^(Arrow|Home|End|Page|Enter)/.test(event.key))
        latest.current(event as unknown as KeyboardEvent);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
