/** The rows of a JSON tree: only those in sight exist. One of them is active; the tree has the focus and its keys. */

import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useId, useRef } from 'react';
import styles from './json-view.module.css';
import { nextPlace } from './json-view-keys.ts';
import { JsonRow } from './json-view-row.tsx';
import type { JsonTree, JsonRow as Row } from './json-view-tree.ts';

type Rows = Virtualizer<HTMLDivElement, Element>;

const ROW_PX = 22;

interface Props {
  readonly tree: JsonTree;
  readonly rows: readonly Row[];
  readonly label: string;
  readonly words: string;
  readonly activeId: string;
  readonly setActive: (id: string) => void;
  /** Does something to the tree and draws it again. */
  readonly change: (work: () => void) => void;
  /** Set here: brings a row into sight. */
  readonly scrollTo: RefObject<((id: string) => void) | undefined>;
}

export function JsonRows(props: Props) {
  const { tree, rows, label, words, activeId, setActive, change, scrollTo } = props;
  const baseId = useId();
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => list.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
  });
  const found = rows.findIndex(({ id }) => id === activeId);
  const activeIndex = Math.max(0, found);
  scrollTo.current = (id) => show(id, rows, virtual, baseId);
  const toggle = (row: Row) =>
    change(() => {
      if (row.moreCount !== undefined && row.parent !== undefined) tree.showMore(row.parent);
      else tree.setOpen(row, !row.isOpen);
    });
  return (
    <div
      ref={list}
      className={styles.rows}
      role="tree"
      aria-label={label}
      aria-activedescendant={`${baseId}-${rows[activeIndex]?.id}`}
      tabIndex={0}
      onKeyDown={(event) => press(event, { ...props, activeIndex, toggle, virtual })}
    >
      <div role="presentation" className={styles.room} style={{ blockSize: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              role="presentation"
              className={styles.place}
              style={{ transform: `translateY(${start}px)` }}
            >
              <JsonRow
                row={row}
                id={`${baseId}-${row.id}`}
                words={words}
                isActive={index === activeIndex}
                onSelect={() => setActive(row.id)}
                onToggle={() => {
                  setActive(row.id);
                  toggle(row);
                }}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function show(id: string, rows: readonly Row[], virtual: Rows, baseId: string): void {
  const index = rows.findIndex((row) => row.id === id);
  if (index === -1) return;
  virtual.scrollToIndex(index, { align: 'auto' });
  // The list itself may be out of sight.
  requestAnimationFrame(() => document.getElementById(`${baseId}-${id}`)?.scrollIntoView({ block: 'nearest' }));
}

interface Pressed extends Props {
  readonly activeIndex: number;
  readonly toggle: (row: Row) => void;
  readonly virtual: Rows;
}

function press(event: KeyboardEvent, { tree, rows, activeIndex, toggle, change, setActive, virtual }: Pressed): void {
  const row = rows[activeIndex];
  if (isInButton(event.target) || row === undefined || event.ctrlKey || event.metaKey) return;
  if (event.key === 'Enter' || event.key === ' ') toggle(row);
  else if (event.key === '*') change(() => tree.openBelow(row));
  else {
    const next = nextPlace(event.key, rows, activeIndex);
    if (next === undefined) return;
    if (next.isOpen !== undefined) change(() => tree.setOpen(row, next.isOpen ?? false));
    const to = rows[next.index];
    if (to !== undefined) setActive(to.id);
    virtual.scrollToIndex(next.index, { align: 'auto' });
  }
  event.preventDefault();
}

/** Which has keys of its own. */
function isInButton(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.closest('button') !== null;
}
