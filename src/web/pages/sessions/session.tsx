/** A conversation over its traces, read downwards. */

import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useApi } from '../../api/project.tsx';
import { TextModeChoice } from '../../messages/text-mode-choice.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, Failure, Page, Skeleton } from '../../ui/page.tsx';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import { TranscriptList } from '../trace/transcript/transcript-list.tsx';
import { SessionFacts } from './session-facts.tsx';
import styles from './sessions.module.css';
import { useOutlines } from './use-outlines.ts';
import { useSession } from './use-session.ts';

export function SessionPage() {
  const { sessionId } = useParams({ from: '/p/$projectId/sessions/$sessionId' });
  const { dialect } = useSearch({ from: '/p/$projectId/sessions/$sessionId' });
  return <OneSession key={`${dialect ?? ''}|${sessionId}`} sessionId={sessionId} dialect={dialect} />;
}

function OneSession({ sessionId, dialect }: { sessionId: string; dialect: string | undefined }) {
  const { projectId } = useApi();
  const navigate = useNavigate();
  const asked = useSession(sessionId, dialect);
  const pages = asked.data?.pages;
  const traces = useMemo(() => pages?.flatMap(({ data }) => data) ?? [], [pages]);
  const { parts, see } = useOutlines(traces);
  const session = pages?.at(-1)?.session;
  const heading = <Heading sessionId={sessionId} />;
  if (session === undefined)
    return (
      <Page title={oneLine(sessionId, 80)} heading={heading}>
        {asked.error === null ? (
          <Skeleton lines={10} />
        ) : (
          <Failure error={asked.error} onRetry={() => void asked.refetch()} />
        )}
      </Page>
    );
  return (
    <Page isWide title={oneLine(sessionId, 80)} heading={heading} actions={<TextModeChoice />}>
      <SessionFacts session={session} />
      {traces.length === 0 ? (
        <Empty title="This session has no traces to show" />
      ) : (
        <div className={styles.conversation}>
          <TranscriptList
            isSession
            label="Conversation"
            parts={parts}
            onSeen={see}
            onSelect={({ trace: { traceId, dialect: vendor }, span }) =>
              void navigate({
                to: '/p/$projectId/traces/$traceId',
                params: { projectId, traceId },
                search: { dialect: vendor, span: span.spanId },
              })
            }
            {...(asked.hasNextPage
              ? {
                  end: (
                    <Button isBusy={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
                      Load more traces
                    </Button>
                  ),
                }
              : {})}
          />
        </div>
      )}
    </Page>
  );
}

function Heading({ sessionId }: { sessionId: string }) {
  const { projectId } = useApi();
  return (
    <span className={styles.heading}>
      <Link to="/p/$projectId/sessions" params={{ projectId }} className={styles.parent}>
        Sessions
      </Link>
      <span className={styles.slash}>/</span>
      <Name text={sessionId} charsMax={80} />
    </span>
  );
}
