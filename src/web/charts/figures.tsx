/** Small things that stand next to figures: a bar of a share, a change in words. */

import type { ReactNode } from 'react';
import type { Change } from './change.ts';
import styles from './figures.module.css';

/** A figure with a bar behind it, as long as its share of the largest. */
export function BarFigure({
  share,
  tone = 'accent',
  isStart = false,
  children,
}: {
  share: number | null;
  tone?: 'accent' | 'error';
  /** Stands at the beginning of its cell, where figures usually stand at the end. */
  isStart?: boolean;
  children: ReactNode;
}) {
  const length = Math.max(0, Math.min(share ?? 0, 1));
  return (
    <span className={`${styles.barFigure} ${isStart ? styles.start : ''}`}>
      <span className={styles.track} aria-hidden="true">
        <span className={`${styles.bar} ${styles[tone]}`} style={{ inlineSize: `${length * 100}%` }} />
      </span>
      <span className={`${styles.figure} numbers`}>{children}</span>
    </span>
  );
}

/** `12% slower`, in the colour of its verdict, and with the verdict in words for `isSpelled`. */
export function ChangeText({ change, isSpelled = false }: { change: Change | undefined; isSpelled?: boolean }) {
  if (change === undefined) return null;
  const { text, verdict } = change;
  return (
    <span className={verdict === undefined ? styles.neutral : styles[verdict]}>
      {text}
      {verdict !== undefined && (isSpelled ? ` · ${verdict}` : <span className="visually-hidden"> ({verdict})</span>)}
    </span>
  );
}
