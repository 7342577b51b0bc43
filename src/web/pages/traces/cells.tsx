/** What a trace shows in each column. */

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { TraceSummary } from '../../../query/trace-summary.ts';
import { useNow } from '../../api/now.ts';
import { Badge, Dialect, Status } from '../../ui/badge.tsx';
import { ago, dayAndTime, duration, shortNumber, usd, wholeNumber } from '../../ui/format.ts';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import type { ColumnId } from './column-state.ts';
import styles from './trace-table.module.css';

const TAGS_SHOWN = 4;
const NOW_STEP_MS = 5000;

export interface ColumnLook {
  readonly label: string;
  readonly width: number;
  readonly isNumber?: boolean;
}

export const LOOKS: Readonly<Record<ColumnId, ColumnLook>> = {
  time: { label: 'Time', width: 126 },
  status: { label: 'Status', width: 88 },
  name: { label: 'Name', width: 180 },
  dialect: { label: 'Dialect', width: 78 },
  agent: { label: 'Agent', width: 124 },
  user: { label: 'User', width: 120 },
  session: { label: 'Session', width: 130 },
  model: { label: 'Models', width: 150 },
  duration: { label: 'Duration', width: 84, isNumber: true },
  tokens: { label: 'Tokens', width: 76, isNumber: true },
  cost: { label: 'Cost', width: 94, isNumber: true },
  spans: { label: 'Spans', width: 70, isNumber: true },
  errors: { label: 'Errors', width: 72, isNumber: true },
  tags: { label: 'Tags', width: 170 },
  environment: { label: 'Environment', width: 112 },
  traceId: { label: 'Trace id', width: 220 },
};

export function traceCell(id: ColumnId, trace: TraceSummary, isRelative: boolean): ReactNode {
  switch (id) {
    case 'time':
      return isRelative ? <Ago time={trace.startTime} /> : <At time={trace.startTime} />;
    case 'status':
      return <Status status={trace.status} />;
    case 'name':
      return <Name text={trace.name} none="unnamed" charsMax={200} />;
    case 'dialect':
      return <Dialect dialect={trace.dialect} />;
    case 'agent':
      return <Name text={trace.agentName} charsMax={120} />;
    case 'user':
      return <Name text={trace.userId} charsMax={120} />;
    case 'session':
      return <Name text={trace.sessionId} charsMax={120} />;
    case 'model':
      return <Name text={trace.models.join(', ')} charsMax={160} />;
    case 'duration':
      return duration(trace.durationMs);
    case 'tokens':
      return <span title={wholeNumber(trace.usage.totalTokens)}>{shortNumber(trace.usage.totalTokens)}</span>;
    case 'cost':
      return usd(trace.costUsd);
    case 'spans':
      return wholeNumber(trace.spanCount);
    case 'errors':
      return trace.errorCount === 0 ? (
        <span className={styles.faint}>0</span>
      ) : (
        <span className={styles.bad}>{wholeNumber(trace.errorCount)}</span>
      );
    case 'tags':
      return <Tags tags={trace.tags} />;
    case 'environment':
      return <Name text={trace.environment} charsMax={80} />;
    case 'traceId':
      return <code>{oneLine(trace.traceId, 120)}</code>;
  }
}

function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return '–';
  const more = tags.length - TAGS_SHOWN;
  return (
    <span className={styles.tags} title={oneLine(tags.join(', '), 1000)}>
      {tags.slice(0, TAGS_SHOWN).map((tag) => (
        <Badge key={tag}>{oneLine(tag, 40)}</Badge>
      ))}
      {more > 0 && <span className={styles.faint}>+{more}</span>}
    </span>
  );
}

/** The year is in the tooltip; seconds tell one call from the next. */
const AT = new Intl.DateTimeFormat('en-GB', {
  ...{ month: 'short', day: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false },
});

function At({ time }: { time: string }) {
  return (
    <time dateTime={time} title={dayAndTime(time)}>
      {AT.format(new Date(time))}
    </time>
  );
}

export function Ago({ time }: { time: string }) {
  const now = useNow(NOW_STEP_MS);
  return (
    <time dateTime={time} title={dayAndTime(time)}>
      {ago(time, now)}
    </time>
  );
}

/** Leads to the trace; it covers the whole row, so the browser's own ways to open a link work anywhere in it. */
export function TraceLink({
  projectId,
  trace,
  isStop,
  children,
}: {
  projectId: string;
  trace: TraceSummary;
  /** The one row that Tab goes to; the arrow keys go on from there. */
  isStop: boolean;
  children: ReactNode;
}) {
  return (
    <Link
      to="/p/$projectId/traces/$traceId"
      params={{ projectId, traceId: trace.traceId }}
      search={{ dialect: trace.dialect }}
      className={styles.link}
      tabIndex={isStop ? 0 : -1}
    >
      {children}
    </Link>
  );
}
