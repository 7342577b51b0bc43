/** What an agent did, in four views of one tree. */

import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ApiError } from '../../api/client.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Empty, Failure, Page, Skeleton } from '../../ui/page.tsx';
import { oneLine } from '../../ui/untrusted.tsx';
import { TraceWorkspace } from './page/trace-workspace.tsx';
import { useTrace, useTraceGrowth, type WhichTrace } from './page/use-trace.ts';

export function TracePage() {
  const { traceId } = useParams({ from: '/p/$projectId/traces/$traceId' });
  const { dialect, hidden } = useSearch({ from: '/p/$projectId/traces/$traceId' });
  // Nothing of another trace is kept: neither what was open nor what was looked for.
  return <OneTrace key={`${dialect ?? ''}|${traceId}`} which={{ traceId, dialect, hidden }} />;
}

function OneTrace({ which }: { which: WhichTrace }) {
  const { data, error, refetch } = useTrace(which);
  const live = useTraceGrowth(
    which,
    useCallback(() => refetch(), [refetch]),
  );
  if (data === undefined)
    return (
      <Page title="Trace">
        {error === null ? (
          <Skeleton lines={12} />
        ) : (
          <NoTrace which={which} error={error} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  if (data.spans.length === 0)
    return (
      <Page title={data.trace.name ?? 'Trace'}>
        <Empty title="This trace has no spans to show" text="What comes for it shows here by itself." />
      </Page>
    );
  return <TraceWorkspace trace={data.trace} spans={data.spans} live={live} />;
}

function NoTrace({ which, error, onRetry }: { which: WhichTrace; error: unknown; onRetry: () => void }) {
  const { projectId } = useParams({ from: '/p/$projectId/traces/$traceId' });
  if (!(error instanceof ApiError)) return <Failure error={error} onRetry={onRetry} />;
  if (error.status === 403)
    return (
      <Empty
        title="This key may not read traces"
        text={`${oneLine(error.message, 300)}. Sign in with a key that has the scope read.`}
        action={
          <Link className={buttonClass()} to="/sign-in">
            Sign in with another key
          </Link>
        }
      />
    );
  if (error.status !== 404) return <Failure error={error} onRetry={onRetry} />;
  return (
    <Empty
      title="This project has no such trace"
      text={`${oneLine(which.traceId, 120)} may be still on its way: it shows here by itself when it comes. Or it was deleted, or is of another project.`}
      action={
        <>
          <Button onClick={onRetry}>Look again</Button>
          <Link className={buttonClass()} to="/p/$projectId/traces" params={{ projectId }}>
            All traces
          </Link>
        </>
      }
    />
  );
}
