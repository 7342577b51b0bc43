/** What the list says of an agent. */

import { Link } from '@tanstack/react-router';
import { ratio } from '../../charts/change.ts';
import { BarFigure } from '../../charts/figures.tsx';
import { ago, dayAndTime, duration, percent, shortNumber, usd, wholeNumber } from '../../ui/format.ts';
import type { SortedColumn } from '../../ui/sorted-table.tsx';
import { RowLink } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';
import styles from './agents.module.css';
import type { Agent } from './versions.ts';

const errorRate = ({ failingTraceCount, traceCount }: Agent) => ratio(failingTraceCount, traceCount);

/** Traces that name no version are none. */
const versionCount = ({ versions }: Agent) => versions.filter(({ agentVersion }) => agentVersion !== null).length;

export function agentColumns(projectId: string): readonly SortedColumn<Agent>[] {
  return [
    {
      id: 'agent',
      header: 'Agent',
      cell: ({ agentName }) => (
        <RowLink
          to="/p/$projectId/agents"
          params={{ projectId }}
          search={(before) => ({ ...before, agent: agentName })}
          resetScroll={false}
        >
          <Name text={agentName} charsMax={60} />
        </RowLink>
      ),
      sortBy: ({ agentName }) => agentName,
    },
    {
      id: 'versions',
      header: 'Versions',
      isNumber: true,
      from: 'phone',
      cell: (agent) => wholeNumber(versionCount(agent)),
      sortBy: versionCount,
    },
    {
      id: 'traces',
      header: 'Traces',
      isNumber: true,
      cell: ({ agentName, traceCount }) => (
        <Link
          className={styles.above}
          to="/p/$projectId/traces"
          params={{ projectId }}
          search={{ agent: [agentName] }}
          title="Show these traces"
        >
          {wholeNumber(traceCount)}
        </Link>
      ),
      sortBy: ({ traceCount }) => traceCount,
    },
    {
      id: 'errors',
      header: 'Error rate',
      isNumber: true,
      cell: (agent) => (
        <BarFigure share={errorRate(agent)} tone="error">
          {percent(errorRate(agent))}
        </BarFigure>
      ),
      sortBy: errorRate,
    },
    {
      id: 'p50',
      header: 'p50',
      isNumber: true,
      from: 'tablet',
      cell: ({ p50DurationMs }) => duration(p50DurationMs),
      sortBy: ({ p50DurationMs }) => p50DurationMs,
    },
    {
      id: 'p95',
      header: 'p95',
      isNumber: true,
      from: 'tablet',
      cell: ({ p95DurationMs }) => duration(p95DurationMs),
      sortBy: ({ p95DurationMs }) => p95DurationMs,
    },
    {
      id: 'tokens',
      header: 'Tokens',
      isNumber: true,
      from: 'desktop',
      cell: ({ usage }) => <span title={wholeNumber(usage.totalTokens)}>{shortNumber(usage.totalTokens)}</span>,
      sortBy: ({ usage }) => usage.totalTokens,
    },
    {
      id: 'cost',
      header: 'Cost',
      isNumber: true,
      from: 'tablet',
      cell: ({ costUsd }) => usd(costUsd),
      sortBy: ({ costUsd }) => costUsd,
    },
    {
      id: 'last',
      header: 'Last seen',
      isNumber: true,
      from: 'tablet',
      cell: ({ lastSeen }) => (
        <time dateTime={lastSeen} title={dayAndTime(lastSeen)}>
          {ago(lastSeen)}
        </time>
      ),
      sortBy: ({ lastSeen }) => lastSeen,
    },
  ];
}
