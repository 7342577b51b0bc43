/** The rows of one or many traces. Only those in sight exist, and only their bodies are asked for. */

import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { Failure, Skeleton } from '../../../ui/page.tsx';
import type { TraceSummary } from '../model/outline.ts';
import { bodyPages } from './body-pages.ts';
import { estimatedPx, type Item, itemsOf, type TranscriptPart } from './items.ts';
import type { SpanRow } from './rows.ts';
import { bodyKey, tellAll } from './tell.ts';
import { TraceHead } from './trace-head.tsx';
import styles from './transcript.module.css';
import { TranscriptRow } from './transcript-row.tsx';
import { useBodies } from './use-bodies.ts';

interface Props {
  readonly label: string;
  readonly parts: readonly TranscriptPart[];
  readonly isSession?: boolean;
  readonly selectedSpanId?: string;
  readonly onSelect: (row: SpanRow) => void;
  /** The traces whose lines are in sight. */
  readonly onSeen?: (traces: readonly TraceSummary[]) => void;
  /** Behind the last trace. */
  readonly end?: ReactNode;
}

export function TranscriptList({ label, parts, isSession = false, selectedSpanId, onSelect, onSeen, end }: Props) {
  const hasEnd = end !== undefined;
  const items = useMemo(() => itemsOf(parts, isSession, hasEnd), [parts, isSession, hasEnd]);
  const rows = useMemo(() => items.flatMap((item) => (item.kind === 'row' ? [item.row] : [])), [items]);
  const { bodies, error, retry, see } = useBodies(useMemo(() => bodyPages(rows), [rows]));
  const told = useMemo(() => tellAll(rows, bodies), [rows, bodies]);
  const scroller = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimatedPx(items[index]),
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: 6,
    paddingStart: 8,
    paddingEnd: 24,
  });
  const shown = virtual.getVirtualItems();
  useSeen(items, shown.at(0)?.index ?? 0, shown.at(-1)?.index ?? -1, see, onSeen);
  useFollow(items, selectedSpanId, (index) => {
    const [first, last] = [shown.at(0)?.index ?? 0, shown.at(-1)?.index ?? -1];
    if (index < first || index > last) virtual.scrollToIndex(index, { align: 'start' });
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by key (WCAG 2.1.1)
    <section ref={scroller} className={styles.scroll} aria-label={label} tabIndex={0}>
      {error !== null && <Failure error={error} onRetry={retry} />}
      <div className={styles.room} style={{ blockSize: virtual.getTotalSize() }}>
        {shown.map(({ index, start, key }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className={styles.place}
              style={{ transform: `translateY(${start}px)` }}
            >
              {item.kind === 'row' ? (
                <TranscriptRow
                  row={item.row}
                  told={told.get(item.row.key)}
                  body={bodies.get(bodyKey(item.row))}
                  isSelected={item.row.span.spanId === selectedSpanId}
                  onSelect={onSelect}
                />
              ) : (
                <Other item={item} end={end} />
              )}
            </div>
          );
        })}
      </div>
    </section>
  );
}

function Other({ item, end }: { item: Exclude<Item, { kind: 'row' }>; end: ReactNode }) {
  if (item.kind === 'trace') return <TraceHead trace={item.trace} number={item.number} />;
  if (item.kind === 'end') return <div className={styles.row}>{end}</div>;
  return item.error === undefined || item.error === null ? <Skeleton lines={4} /> : <Failure error={item.error} />;
}

/** Tells who loads what is in sight, when that has changed. */
function useSeen(
  items: readonly Item[],
  first: number,
  last: number,
  see: (rowKeys: readonly string[]) => void,
  onSeen: Props['onSeen'],
): void {
  const latest = useRef(onSeen);
  latest.current = onSeen;
  useEffect(() => {
    const inSight = items.slice(first, last + 1);
    see(inSight.flatMap((item) => (item.kind === 'row' ? [item.key] : [])));
    const traces = new Set(
      inSight.flatMap((item) => (item.kind === 'trace' ? [item.trace] : item.kind === 'row' ? [item.row.trace] : [])),
    );
    latest.current?.([...traces]);
  }, [items, first, last, see]);
}

/** To the span that was chosen elsewhere, once. */
function useFollow(
  items: readonly Item[],
  selectedSpanId: string | undefined,
  scrollTo: (index: number) => void,
): void {
  const followed = useRef<string>(undefined);
  const latest = useRef(scrollTo);
  latest.current = scrollTo;
  useEffect(() => {
    if (selectedSpanId === followed.current) return;
    const index = items.findIndex((item) => item.kind === 'row' && item.row.span.spanId === selectedSpanId);
    if (index === -1) return;
    followed.current = selectedSpanId;
    latest.current(index);
  }, [items, selectedSpanId]);
}
