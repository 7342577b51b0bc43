/** Where the next trace of a session begins. */

import { Link } from '@tanstack/react-router';
import { useApi } from '../../../api/project.tsx';
import { Status } from '../../../ui/badge.tsx';
import { dayAndTime, duration, shortNumber, usd } from '../../../ui/format.ts';
import { oneLine } from '../../../ui/untrusted.tsx';
import type { TraceSummary } from '../model/outline.ts';
import styles from './transcript.module.css';

export function TraceHead({ trace, number }: { trace: TraceSummary; number: number }) {
  const { projectId } = useApi();
  const { traceId, dialect, name, status, startTime, durationMs, costUsd, usage, errorCount } = trace;
  return (
    <header className={styles.traceHead}>
      <h2 className={styles.traceName}>
        {number}. <bdi>{oneLine(name ?? traceId, 80)}</bdi>
      </h2>
      <Status status={status} />
      <span className={`${styles.muted} numbers`}>
        {dayAndTime(startTime)} · {duration(durationMs)}
        {usage.totalTokens !== null && ` · ${shortNumber(usage.totalTokens)} tokens`}
        {costUsd !== null && ` · ${usd(costUsd)}`}
        {errorCount > 0 && ` · ${errorCount} failed`}
      </span>
      <Link
        className={styles.traceLink}
        to="/p/$projectId/traces/$traceId"
        params={{ projectId, traceId }}
        search={{ dialect }}
      >
        Open trace
        <span className="visually-hidden">
          {' '}
          {oneLine(name ?? traceId, 80)}, {number}
        </span>
      </Link>
    </header>
  );
}
