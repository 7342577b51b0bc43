/** A row of the tree: name, place in time, duration, tokens, cost. */

import { memo } from 'react';
import { kindColour } from '../../../ui/badge.tsx';
import { duration, shortNumber, usd, wholeNumber } from '../../../ui/format.ts';
import type { Row } from '../model/rows.ts';
import { isOpen as isStillOpen, type Stretch, stretchOf } from '../model/times.ts';
import { barIn } from '../rows/bar.ts';
import { SpanName } from '../rows/span-name.tsx';
import { Indent } from '../rows/tree-item.tsx';
import type { TreeActions } from '../rows/virtual-tree.tsx';
import styles from './tree-view.module.css';

interface Props {
  readonly row: Row;
  readonly whole: Stretch;
  readonly nowMs: number;
  readonly onToggle: TreeActions['onToggle'];
}

export const TreeRow = memo(function TreeRow({ row, whole, nowMs, onToggle }: Props) {
  const { span, below } = row.node;
  const stretch = stretchOf(span, nowMs);
  const { left, width } = barIn(stretch, whole);
  const isOpen = isStillOpen(span);
  const lasted = span.durationMs ?? (isOpen ? stretch.toMs - stretch.fromMs : null);
  return (
    <>
      <Indent row={row} onToggle={onToggle} />
      <SpanName row={row} />
      <span className={styles.place} aria-hidden="true">
        <span
          className={styles.bar}
          style={{
            insetInlineStart: `${left}%`,
            inlineSize: `${width}%`,
            background: span.status === 'error' ? 'var(--error)' : kindColour(span.kind),
          }}
        />
      </span>
      <span className={styles.duration} title={span.timesAreEstimated ? ESTIMATED : undefined}>
        {span.timesAreEstimated && lasted !== null && '≈ '}
        {duration(lasted)}
        {isOpen && '…'}
      </span>
      <Sum own={span.usage?.totalTokens ?? null} all={below.totalTokens} what="tokens" />
      <Sum own={span.costUsd} all={below.costUsd} what="cost" />
    </>
  );
});

const ESTIMATED = 'The client sent no time; arrival stands for it';

/** The span's own figure; without one, that of all below it together, which looks fainter. */
function Sum({ own, all, what }: { own: number | null; all: number | null; what: 'tokens' | 'cost' }) {
  const text = (value: number | null) => (what === 'cost' ? usd(value) : shortNumber(value));
  const exact = (value: number | null) => (what === 'cost' ? usd(value) : wholeNumber(value));
  if (own !== null)
    return (
      <span className={styles[what]} title={`${exact(own)} ${what}`}>
        {text(own)}
      </span>
    );
  if (all === null) return <span className={styles[what]} />;
  return (
    <span className={`${styles[what]} ${styles.below}`} title={`${exact(all)} ${what} below`}>
      Σ {text(all)}
    </span>
  );
}
