/** What retention deleted, and that it looked again. */

import type { getRetentionRoute, RetentionBody } from '../../../query/retention.ts';
import { useAnswer } from '../../api/project.tsx';
import { dayAndTime, wholeNumber } from '../../ui/format.ts';
import { Card } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import styles from './settings.module.css';

const REFRESH_MS = 30_000;

export function RetentionRuns() {
  const { data } = useAnswer<typeof getRetentionRoute>('/retention', {}, { refetchInterval: REFRESH_MS });
  if (data === undefined) return null;
  if (data.runs.length === 0) return <p className={styles.note}>Nothing has been deleted for its age yet.</p>;
  return (
    <Card isFlush>
      <Table label="Runs of retention" columns={COLUMNS} rows={data.runs} rowKey={({ runId }) => runId} />
    </Card>
  );
}

const COLUMNS: readonly Column<RetentionBody['runs'][number]>[] = [
  { id: 'at', header: 'Deleted', cell: ({ startedAt }) => dayAndTime(startedAt) },
  { id: 'state', header: 'State', from: 'phone', cell: ({ state }) => state },
  { id: 'days', header: 'Kept for', isNumber: true, from: 'tablet', cell: ({ retentionDays }) => `${retentionDays} d` },
  { id: 'traces', header: 'Traces', isNumber: true, cell: ({ traces }) => wholeNumber(traces) },
  { id: 'spans', header: 'Spans', isNumber: true, from: 'tablet', cell: ({ spans }) => wholeNumber(spans) },
  { id: 'events', header: 'Events', isNumber: true, from: 'tablet', cell: ({ events }) => wholeNumber(events) },
  { id: 'left', header: 'Left', isNumber: true, from: 'desktop', cell: ({ remaining }) => wholeNumber(remaining) },
];
