/** The trace's name, after the way back to the others. */

import { Link, useParams } from '@tanstack/react-router';
import { oneLine } from '../../../ui/untrusted.tsx';
import type { TraceSummary } from '../model/outline.ts';
import styles from './trace-heading.module.css';

export function TraceHeading({ trace: { name, traceId } }: { trace: TraceSummary }) {
  const { projectId } = useParams({ from: '/p/$projectId/traces/$traceId' });
  return (
    <>
      <Link className={styles.back} to="/p/$projectId/traces" params={{ projectId }}>
        Traces
      </Link>
      <span className={styles.slash} aria-hidden="true">
        /
      </span>
      <bdi title={oneLine(traceId, 200)}>{oneLine(name ?? traceId, 120)}</bdi>
    </>
  );
}
