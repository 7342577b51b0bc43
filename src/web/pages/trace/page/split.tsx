/**
 * Two panes with a bar between them that can be moved by mouse, finger and keyboard. Its place is remembered. Without a second
 * pane the first has all the room, and stays what it is.
 */

import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';
import styles from './split.module.css';

const STORED_AS = 'tributary.trace.split';
const FIRST_PERCENT = 58;
const PERCENT_MIN = 25;
const PERCENT_MAX = 80;
const STEP_PERCENT = 2;

function within(percent: number): number {
  return Math.min(PERCENT_MAX, Math.max(PERCENT_MIN, percent));
}

function stored(): number {
  const percent = Number(localStorage.getItem(STORED_AS) ?? Number.NaN);
  return Number.isFinite(percent) ? within(percent) : FIRST_PERCENT;
}

export function Split({ first, second, label }: { first: ReactNode; second: ReactNode | undefined; label: string }) {
  const [percent, setPercent] = useState(stored);
  const frame = useRef<HTMLDivElement>(null);
  const keep = (next: number) => {
    const kept = within(next);
    setPercent(kept);
    localStorage.setItem(STORED_AS, kept.toFixed(1));
  };
  /** Of the pointer in the frame; past React while it moves: the panes are large. */
  const follow = (event: PointerEvent<HTMLDivElement>): number | undefined => {
    const box = frame.current?.getBoundingClientRect();
    if (box === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return undefined;
    const next = within(((event.clientX - box.left) / box.width) * 100);
    frame.current?.style.setProperty('--first', `${next}%`);
    return next;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: percent - STEP_PERCENT,
      ArrowRight: percent + STEP_PERCENT,
      Home: PERCENT_MIN,
      End: PERCENT_MAX,
    };
    const next = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (next === undefined) return;
    event.preventDefault();
    keep(next);
  };
  return (
    <div className={styles.frame} ref={frame} style={{ '--first': `${percent}%` } as React.CSSProperties}>
      <div className={`${styles.first} ${second === undefined ? styles.alone : ''}`}>{first}</div>
      {second !== undefined && (
        // biome-ignore lint/a11y/useSemanticElements: a separator that moves is a control (WAI-ARIA window splitter); <hr> is none
        <div
          className={styles.bar}
          role="separator"
          tabIndex={0}
          aria-label={label}
          aria-orientation="vertical"
          aria-valuenow={Math.round(percent)}
          aria-valuemin={PERCENT_MIN}
          aria-valuemax={PERCENT_MAX}
          onKeyDown={onKeyDown}
          onDoubleClick={() => keep(FIRST_PERCENT)}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            event.preventDefault();
            event.currentTarget.focus();
          }}
          onPointerMove={follow}
          onPointerUp={(event) => {
            const next = follow(event);
            if (next !== undefined) keep(next);
          }}
        />
      )}
      {second !== undefined && <div className={styles.second}>{second}</div>}
    </div>
  );
}
