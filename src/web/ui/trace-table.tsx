/** A few traces, newest first. The page of all traces has a table of its own that may have a million rows. */

import type { TraceSummary } from '../../query/trace-summary.ts';
import { Dialect, Status } from './badge.tsx';
import { ago, dayAndTime, duration, shortNumber, usd, wholeNumber } from './format.ts';
import { type Column, RowLink, Table } from './table.tsx';
import { Name } from './untrusted.tsx';

function columnsOf(projectId: string): readonly Column<TraceSummary>[] {
  return [
    {
      id: 'name',
      header: 'Trace',
      cell: ({ traceId, dialect, name }) => (
        <RowLink to="/p/$projectId/traces/$traceId" params={{ projectId, traceId }} search={{ dialect }}>
          <Name text={name} none="unnamed" charsMax={80} />
        </RowLink>
      ),
    },
    { id: 'status', header: 'Status', cell: ({ status }) => <Status status={status} /> },
    { id: 'dialect', header: 'Dialect', from: 'tablet', cell: ({ dialect }) => <Dialect dialect={dialect} /> },
    { id: 'agent', header: 'Agent', from: 'desktop', cell: ({ agentName }) => <Name text={agentName} charsMax={60} /> },
    { id: 'spans', header: 'Spans', isNumber: true, from: 'tablet', cell: ({ spanCount }) => wholeNumber(spanCount) },
    {
      id: 'errors',
      header: 'Errors',
      isNumber: true,
      from: 'tablet',
      cell: ({ errorCount }) => wholeNumber(errorCount),
    },
    {
      id: 'tokens',
      header: 'Tokens',
      isNumber: true,
      from: 'desktop',
      cell: ({ usage }) => shortNumber(usage.totalTokens),
    },
    { id: 'cost', header: 'Cost', isNumber: true, from: 'tablet', cell: ({ costUsd }) => usd(costUsd) },
    {
      id: 'duration',
      header: 'Duration',
      isNumber: true,
      from: 'phone',
      cell: ({ durationMs }) => duration(durationMs),
    },
    {
      id: 'time',
      header: 'Started',
      isNumber: true,
      cell: ({ startTime }) => (
        <time dateTime={startTime} title={dayAndTime(startTime)}>
          {ago(startTime)}
        </time>
      ),
    },
  ];
}

export function TraceTable({
  label,
  projectId,
  traces,
}: {
  label: string;
  projectId: string;
  traces: readonly TraceSummary[];
}) {
  return (
    <Table
      label={label}
      columns={columnsOf(projectId)}
      rows={traces}
      rowKey={({ dialect, traceId }) => `${dialect}|${traceId}`}
    />
  );
}
