/** One user: figures of all time, what is known about the person, and the traces. */

import { keepPreviousData } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { getUserRoute } from '../../../query/get-user.ts';
import type { UserBody } from '../../../query/list-users.ts';
import { ApiError } from '../../api/client.ts';
import { useAnswer } from '../../api/project.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { dayAndTime, duration, shortNumber, usd, wholeNumber } from '../../ui/format.ts';
import { MoreRows, ROWS_FIRST } from '../../ui/more-rows.tsx';
import { Answered, Card, Empty, Page, Section, Stat, Stats } from '../../ui/page.tsx';
import { TraceTable } from '../../ui/trace-table.tsx';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import { shownProperties } from './properties.ts';
import styles from './user.module.css';

type User = z.output<typeof UserBody>;

export function UserPage() {
  const { projectId, userId } = useParams({ from: '/p/$projectId/users/$userId' });
  const [limit, setLimit] = useState(ROWS_FIRST);
  const asked = useAnswer<typeof getUserRoute>(
    '/users/{userId}',
    { params: { userId }, query: { limit } },
    { placeholderData: (before) => (before?.user.userId === userId ? keepPreviousData(before) : undefined) },
  );
  const isUnknown = asked.error instanceof ApiError && asked.error.status === 404 && asked.data === undefined;
  return (
    <Page
      title={oneLine(userId, 60)}
      heading={
        <span className={styles.heading}>
          <Name text={userId} charsMax={120} />
          <CopyButton text={userId} label="Copy the user id" />
        </span>
      }
      text={
        <Link to="/p/$projectId/users" params={{ projectId }}>
          All users
        </Link>
      }
      actions={
        <>
          <Link
            className={buttonClass()}
            to="/p/$projectId/traces"
            params={{ projectId }}
            search={{ userId: [userId] }}
          >
            Filter traces
          </Link>
          <Link className={buttonClass()} to="/p/$projectId/sessions" params={{ projectId }} search={{ userId }}>
            Sessions
          </Link>
        </>
      }
    >
      {isUnknown ? (
        <Empty title="No trace names this user" text="Perhaps its traces were deleted, or the id has changed." />
      ) : (
        <Answered asked={asked} lines={10}>
          {({ user, data, nextCursor }) => (
            <>
              <UserFigures user={user} />
              <Properties user={user} />
              <Section title="Traces" text="Newest first, of all time.">
                <Card isFlush>
                  <TraceTable label="Traces of the user" projectId={projectId} traces={data} />
                </Card>
                <MoreRows
                  what="traces"
                  count={data.length}
                  hasMore={nextCursor !== null}
                  isSorted={false}
                  isBusy={asked.isPlaceholderData}
                  limit={limit}
                  onMore={setLimit}
                />
              </Section>
            </>
          )}
        </Answered>
      )}
    </Page>
  );
}

function UserFigures({ user }: { user: User }) {
  const { usage } = user;
  return (
    <Stats>
      <Stat label="Traces" value={wholeNumber(user.traceCount)} detail={`${wholeNumber(user.sessionCount)} sessions`} />
      <Stat
        label="Failed spans"
        value={wholeNumber(user.errorCount)}
        tone={user.errorCount > 0 ? 'error' : undefined}
      />
      <Stat
        label="Tokens"
        value={<span title={wholeNumber(usage.totalTokens)}>{shortNumber(usage.totalTokens)}</span>}
        detail={`${shortNumber(usage.inputTokens)} in · ${shortNumber(usage.outputTokens)} out`}
      />
      <Stat label="Cost" value={usd(user.costUsd)} />
      <Stat
        label="Latency p50"
        value={duration(user.p50DurationMs)}
        detail={`p95 ${duration(user.p95DurationMs)} · p99 ${duration(user.p99DurationMs)}`}
      />
      <Stat
        label="Seen"
        value={<span className={styles.seen}>{dayAndTime(user.lastSeen)}</span>}
        detail={`first ${dayAndTime(user.firstSeen)}`}
      />
    </Stats>
  );
}

function Properties({ user }: { user: User }) {
  const { shown, leftOut } = shownProperties(user.properties);
  if (shown.length === 0) return null;
  return (
    <Section title="Properties" text="What a client told about the person.">
      <Card>
        <dl className={styles.properties}>
          {shown.map(([name, value]) => (
            <div key={name} className={styles.property}>
              <dt>
                <Name text={name} charsMax={80} />
              </dt>
              <dd>
                <Name text={value} none="(empty)" charsMax={500} />
              </dd>
            </div>
          ))}
        </dl>
        {leftOut > 0 && <p>and {leftOut} more</p>}
      </Card>
    </Section>
  );
}
