/** A row of the timeline: the name, and a bar from start to end with the first token marked on it. */

import { memo } from 'react';
import { kindColour } from '../../../ui/badge.tsx';
import { duration } from '../../../ui/format.ts';
import type { OutlineSpan } from '../model/outline.ts';
import type { Row } from '../model/rows.ts';
import { isOpen as isStillOpen, type Stretch, stretchOf } from '../model/times.ts';
import { type BarPlace, barIn } from '../rows/bar.ts';
import { SpanName } from '../rows/span-name.tsx';
import { Indent } from '../rows/tree-item.tsx';
import type { TreeActions } from '../rows/virtual-tree.tsx';
import styles from './timeline.module.css';

interface Props {
  readonly row: Row;
  readonly seen: Stretch;
  readonly nowMs: number;
  readonly onToggle: TreeActions['onToggle'];
}

export const TimelineRow = memo(function TimelineRow({ row, seen, nowMs, onToggle }: Props) {
  const { span } = row.node;
  const stretch = stretchOf(span, nowMs);
  return (
    <>
      <span className={styles.names}>
        <Indent row={row} onToggle={onToggle} />
        <SpanName row={row} />
      </span>
      <span className={styles.track}>
        <Bar span={span} stretch={stretch} seen={seen} />
      </span>
    </>
  );
});

function Bar({ span, stretch, seen }: { span: OutlineSpan; stretch: Stretch; seen: Stretch }) {
  const place = barIn(stretch, seen);
  const isOpen = isStillOpen(span);
  const { timeToFirstTokenMs: firstTokenMs, timesAreEstimated: isEstimated } = span;
  const first = barIn({ ...stretch, toMs: stretch.fromMs + (firstTokenMs ?? 0) }, seen);
  const { isInside, ...beside } = besides(place);
  const words = [
    isEstimated ? '≈' : '',
    duration(span.durationMs ?? (isOpen ? stretch.toMs - stretch.fromMs : null)),
    isOpen ? 'so far' : '',
  ];
  const title = [
    words.filter((word) => word !== '').join(' '),
    firstTokenMs === null ? '' : `first token after ${duration(firstTokenMs)}`,
    isEstimated ? 'the client sent no time; arrival stands for it' : '',
  ];
  return (
    <>
      {!place.isBefore && !place.isAfter && (
        <span
          className={`${styles.bar} ${isOpen ? styles.open : ''} ${isEstimated ? styles.estimated : ''}`}
          title={title.filter((part) => part !== '').join('; ')}
          style={{
            insetInlineStart: `${place.left}%`,
            inlineSize: `${place.width}%`,
            color: span.status === 'error' ? 'var(--error)' : kindColour(span.kind),
          }}
        />
      )}
      {firstTokenMs !== null && firstTokenMs > 0 && !first.isAfter && !first.isBefore && (
        <span className={styles.firstToken} style={{ insetInlineStart: `${first.left + first.width}%` }} />
      )}
      <span className={`${styles.length} ${isInside ? styles.inside : ''}`} style={beside}>
        {place.isBefore && '‹ '}
        {words.filter((word) => word !== '').join(' ')}
        {place.isAfter && ' ›'}
      </span>
    </>
  );
}

/** After the bar where there is room, else before it, else in it, at its start. */
function besides({ left, width }: BarPlace): { insetInlineStart?: string; insetInlineEnd?: string; isInside: boolean } {
  const end = left + width;
  if (end < 78) return { insetInlineStart: `max(0px, ${end}%)`, isInside: false };
  if (left > 22) return { insetInlineEnd: `max(0px, ${100 - left}%)`, isInside: false };
  return { insetInlineStart: `max(0px, ${left}%)`, isInside: true };
}
