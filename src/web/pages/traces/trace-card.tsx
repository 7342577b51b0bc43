/** One trace on a phone: two lines instead of a squeezed row. */

import { memo } from 'react';
import type { TraceSummary } from '../../../query/trace-summary.ts';
import { Dialect, Status } from '../../ui/badge.tsx';
import { duration, shortTime, usd } from '../../ui/format.ts';
import { Name } from '../../ui/untrusted.tsx';
import { Ago, TraceLink } from './cells.tsx';
import styles from './trace-table.module.css';

export const TraceCard = memo(function TraceCard({
  trace,
  index,
  start,
  isStop,
  isRelative,
  projectId,
}: {
  trace: TraceSummary;
  index: number;
  start: number;
  isStop: boolean;
  isRelative: boolean;
  projectId: string;
}) {
  return (
    <li data-index={index} className={styles.card} style={{ transform: `translateY(${start}px)` }}>
      <div className={styles.cardLine}>
        <Status status={trace.status} isIcon />
        <TraceLink {...{ projectId, trace, isStop }}>
          <Name text={trace.name} none="unnamed" charsMax={120} />
        </TraceLink>
        <span className={`${styles.cardEnd} numbers`}>{usd(trace.costUsd)}</span>
      </div>
      <div className={`${styles.cardLine} ${styles.faint}`}>
        {isRelative ? (
          <Ago time={trace.startTime} />
        ) : (
          <time dateTime={trace.startTime}>{shortTime(trace.startTime)}</time>
        )}
        <Dialect dialect={trace.dialect} />
        <span className={styles.cardModel}>
          <Name text={trace.models.join(', ')} none="" charsMax={60} />
        </span>
        <span className={`${styles.cardEnd} numbers`}>{duration(trace.durationMs)}</span>
      </div>
    </li>
  );
});
