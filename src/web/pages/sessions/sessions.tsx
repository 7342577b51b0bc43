/** Conversations: the traces of one vendor that have one session id. */

import { useParams, useSearch } from '@tanstack/react-router';
import type { SessionBody } from '../../../query/list-sessions.ts';
import { Dialect } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ago, dayAndTime, duration, shortNumber, usd, wholeNumber } from '../../ui/format.ts';
import { Card, Empty, Failure, Page, Skeleton } from '../../ui/page.tsx';
import { type Column, RowLink, Table } from '../../ui/table.tsx';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import { SessionFilters } from './session-filters.tsx';
import styles from './sessions.module.css';
import { useSessions } from './use-sessions.ts';

export function SessionsPage() {
  const { projectId } = useParams({ from: '/p/$projectId' });
  const filters = useSearch({ from: '/p/$projectId/sessions' });
  const asked = useSessions(filters);
  return (
    <Page title="Sessions" text="Conversations: the traces that a client put together under one session id.">
      <SessionFilters />
      {asked.data === undefined ? (
        asked.error === null ? (
          <Skeleton lines={10} />
        ) : (
          <Failure error={asked.error} onRetry={() => void asked.refetch()} />
        )
      ) : (
        <Found asked={asked} projectId={projectId} isFiltered={hasFilters(filters)} />
      )}
    </Page>
  );
}

function hasFilters({ dialect, userId, q }: { dialect?: string; userId?: string; q?: string }): boolean {
  return dialect !== undefined || userId !== undefined || q !== undefined;
}

interface FoundProps {
  readonly asked: ReturnType<typeof useSessions>;
  readonly projectId: string;
  readonly isFiltered: boolean;
}

function Found({ asked, projectId, isFiltered }: FoundProps) {
  const sessions = asked.data?.pages.flatMap(({ data }) => data) ?? [];
  if (sessions.length === 0)
    return isFiltered ? (
      <Empty title="No session is like that" text="Look in a longer time, or with fewer filters." />
    ) : (
      <Empty title="No sessions in this time" text="Clients say with a session id which traces are one conversation." />
    );
  return (
    <div className={asked.isPlaceholderData ? styles.old : ''}>
      <Card isFlush>
        <Table
          label="Sessions"
          columns={columnsOf(projectId)}
          rows={sessions}
          rowKey={({ dialect, sessionId }) => `${dialect}|${sessionId}`}
        />
      </Card>
      {asked.hasNextPage && (
        <div className={styles.more}>
          <Button isBusy={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </div>
  );
}

function columnsOf(projectId: string): readonly Column<SessionBody>[] {
  return [
    {
      id: 'session',
      header: 'Session',
      cell: ({ sessionId, dialect }) => (
        <RowLink to="/p/$projectId/sessions/$sessionId" params={{ projectId, sessionId }} search={{ dialect }}>
          <Name text={sessionId} charsMax={48} />
        </RowLink>
      ),
    },
    { id: 'dialect', header: 'From', from: 'tablet', cell: ({ dialect }) => <Dialect dialect={dialect} /> },
    { id: 'user', header: 'User', from: 'tablet', cell: ({ userId }) => <Name text={userId} charsMax={32} /> },
    {
      id: 'agents',
      header: 'Agents',
      from: 'desktop',
      cell: ({ agentNames }) => <Name text={oneLine(agentNames.slice(0, 4).join(', '), 80)} />,
    },
    { id: 'traces', header: 'Traces', isNumber: true, cell: ({ traceCount }) => wholeNumber(traceCount) },
    {
      id: 'errors',
      header: 'Failed spans',
      isNumber: true,
      from: 'phone',
      cell: ({ errorCount }) => <span className={errorCount > 0 ? styles.error : ''}>{wholeNumber(errorCount)}</span>,
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
      header: 'Lasted',
      isNumber: true,
      from: 'desktop',
      cell: ({ durationMs }) => duration(durationMs),
    },
    {
      id: 'last',
      header: 'Last seen',
      isNumber: true,
      cell: ({ lastSeen }) => (
        <time dateTime={lastSeen} title={dayAndTime(lastSeen)}>
          {ago(lastSeen)}
        </time>
      ),
    },
  ];
}
