/** The traces on a phone. */

import { TraceCard } from './trace-card.tsx';
import styles from './trace-table.module.css';
import type { TraceListProps } from './trace-table.tsx';
import { useRows } from './use-rows.ts';

const CARD_PX = 58;

export function TraceCards({ projectId, isRelative, isWhole: _isWhole, ...wanted }: TraceListProps) {
  const { items, totalPx, stop, onKeyDown, onFocus } = useRows({ ...wanted, rowPx: CARD_PX, headPx: 0 });
  return (
    <ul aria-label="Traces" className={styles.body} style={{ height: totalPx }} onKeyDown={onKeyDown} onFocus={onFocus}>
      {items.map(({ key, index, start, trace }) => (
        <TraceCard key={key} {...{ trace, index, start, isRelative, projectId, isStop: index === stop }} />
      ))}
    </ul>
  );
}
