/** Whom the traces are about. */

import { keepPreviousData } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { listUsersRoute, UserBody } from '../../../query/list-users.ts';
import { useAnswer } from '../../api/project.tsx';
import { useTimeRange } from '../../api/time-range.ts';
import { ago, dayAndTime, duration, shortNumber, usd, wholeNumber } from '../../ui/format.ts';
import { MoreRows, ROWS_FIRST } from '../../ui/more-rows.tsx';
import { Answered, Card, Empty, Page } from '../../ui/page.tsx';
import { type SortedColumn, SortedTable } from '../../ui/sorted-table.tsx';
import { RowLink } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';
import { shownName } from './properties.ts';

type User = z.output<typeof UserBody>;

export function UsersPage() {
  const { projectId } = useParams({ from: '/p/$projectId' });
  const { sort } = useSearch({ from: '/p/$projectId/users' });
  const { from, to } = useTimeRange();
  const [limit, setLimit] = useState(ROWS_FIRST);
  const asked = useAnswer<typeof listUsersRoute>(
    '/users',
    { query: { from, to, limit } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page title="Users" text="Those whom traces name as their user.">
      <Answered asked={asked} lines={10}>
        {({ data, nextCursor }) =>
          data.length === 0 ? (
            <Empty title="No users in this time" text="Clients say with a user id whom a trace is about." />
          ) : (
            <>
              <Card isFlush>
                <SortedTable label="Users" columns={columnsOf(projectId)} rows={data} rowKey={({ userId }) => userId} />
              </Card>
              <MoreRows
                what="users"
                count={data.length}
                hasMore={nextCursor !== null}
                isSorted={sort !== undefined}
                isBusy={asked.isPlaceholderData}
                limit={limit}
                onMore={setLimit}
              />
            </>
          )
        }
      </Answered>
    </Page>
  );
}

function columnsOf(projectId: string): readonly SortedColumn<User>[] {
  return [
    {
      id: 'user',
      header: 'User',
      cell: ({ userId }) => (
        <RowLink to="/p/$projectId/users/$userId" params={{ projectId, userId }}>
          <Name text={userId} charsMax={60} />
        </RowLink>
      ),
      sortBy: ({ userId }) => userId,
    },
    {
      id: 'name',
      header: 'Known as',
      from: 'tablet',
      cell: ({ properties }) => <Name text={shownName(properties)} charsMax={60} />,
      sortBy: ({ properties }) => shownName(properties),
    },
    {
      id: 'traces',
      header: 'Traces',
      isNumber: true,
      cell: ({ traceCount }) => wholeNumber(traceCount),
      sortBy: ({ traceCount }) => traceCount,
    },
    {
      id: 'sessions',
      header: 'Sessions',
      isNumber: true,
      from: 'tablet',
      cell: ({ sessionCount }) => wholeNumber(sessionCount),
      sortBy: ({ sessionCount }) => sessionCount,
    },
    {
      id: 'errors',
      header: 'Failed spans',
      isNumber: true,
      from: 'tablet',
      cell: ({ errorCount }) => wholeNumber(errorCount),
      sortBy: ({ errorCount }) => errorCount,
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
      cell: ({ costUsd }) => usd(costUsd),
      sortBy: ({ costUsd }) => costUsd,
    },
    {
      id: 'p50',
      header: 'p50',
      isNumber: true,
      from: 'desktop',
      cell: ({ p50DurationMs }) => duration(p50DurationMs),
      sortBy: ({ p50DurationMs }) => p50DurationMs,
    },
    {
      id: 'p95',
      header: 'p95',
      isNumber: true,
      from: 'desktop',
      cell: ({ p95DurationMs }) => duration(p95DurationMs),
      sortBy: ({ p95DurationMs }) => p95DurationMs,
    },
    {
      id: 'last',
      header: 'Last seen',
      isNumber: true,
      from: 'phone',
      cell: ({ lastSeen }) => (
        <time dateTime={lastSeen} title={dayAndTime(lastSeen)}>
          {ago(lastSeen)}
        </time>
      ),
      sortBy: ({ lastSeen }) => lastSeen,
    },
  ];
}
