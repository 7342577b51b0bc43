/** The events that are shown, newest first; only those on the screen are in the page. */

import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect } from 'react';
import styles from './live.module.css';
import { LiveRow } from './live-row.tsx';
import type { TailEvent } from './tail-buffer.ts';

/** `.row` of the style, and the line below it. */
const ROW_PX = 30;
const OVERSCAN = 8;

export function LiveList({
  events,
  openId,
  isFollowing,
  scroller,
  onToggle,
  onScrolled,
}: {
  events: readonly TailEvent[];
  openId: string | undefined;
  isFollowing: boolean;
  scroller: RefObject<HTMLDivElement | null>;
  onToggle: (id: string) => void;
  onScrolled: (isAtTop: boolean) => void;
}) {
  // A new function would make it count all rows anew with every paint.
  const keyOf = useCallback((index: number) => events[index]?.id ?? index, [events]);
  const virtualizer = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: keyOf,
    overscan: OVERSCAN,
  });
  // Only an open row has another height; closed again, it is a row like all.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was measured is of the row that was open
  useEffect(() => virtualizer.measure(), [openId]);
  useEffect(() => {
    if (isFollowing) scroller.current?.scrollTo({ top: 0 });
  }, [isFollowing, scroller]);
  return (
    <section
      ref={scroller}
      className={styles.scroller}
      aria-label="Events, newest first"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by key (WCAG 2.1.1)
      tabIndex={0}
      onScroll={({ currentTarget }) => onScrolled(currentTarget.scrollTop < ROW_PX)}
    >
      <ul className={styles.list} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const tailEvent = events[index];
          return tailEvent === undefined ? null : (
            <li
              key={key}
              data-index={index}
              ref={tailEvent.id === openId ? virtualizer.measureElement : undefined}
              className={styles.item}
              style={{ transform: `translateY(${start}px)` }}
            >
              <LiveRow tailEvent={tailEvent} isOpen={tailEvent.id === openId} onToggle={onToggle} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
