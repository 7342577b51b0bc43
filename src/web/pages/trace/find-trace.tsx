/** A link that knows a trace and not its project: looks for it in all projects of this browser. */

import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { getTraceRoute } from '../../../query/get-trace.ts';
import { Api, ApiError } from '../../api/client.ts';
import { type SignedIn, signedInProjects } from '../../api/session.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Empty, Failure, Page, Skeleton } from '../../ui/page.tsx';
import { oneLine } from '../../ui/untrusted.tsx';
import styles from './find-trace.module.css';

interface Found {
  readonly projectId: string | undefined;
  /** Projects that could not say whether they have it. */
  readonly unasked: readonly { readonly name: string; readonly error: unknown }[];
}

export function FindTracePage() {
  const { traceId } = useParams({ from: '/traces/$traceId' });
  const search = useSearch({ from: '/traces/$traceId' });
  const { pathname, searchStr } = useLocation();
  const projects = signedInProjects();
  const { data, error, refetch } = useQuery({
    queryKey: ['any project', traceId, search.dialect, projects.map(({ id }) => id)],
    queryFn: ({ signal }) => find(projects, traceId, search.dialect, signal),
  });
  const projectId = data?.projectId;
  const navigate = useNavigate();
  const latest = useRef(search);
  latest.current = search;
  // Once: the page of the trace may take a moment to load, and this one is painted again meanwhile.
  useEffect(() => {
    if (projectId === undefined) return;
    const to = '/p/$projectId/traces/$traceId';
    void navigate({ to, params: { projectId, traceId }, search: latest.current, replace: true });
  }, [projectId, traceId, navigate]);
  return (
    <main className={styles.page}>
      <Page title="Find a trace">
        {error !== null ? (
          <Failure error={error} onRetry={() => void refetch()} />
        ) : data === undefined || projectId !== undefined ? (
          <Skeleton lines={4} label="Looking for the trace in your projects" />
        ) : (
          <Empty
            title={projects.length === 0 ? 'Sign in to see this trace' : 'None of your projects has this trace'}
            text={
              <>
                {oneLine(traceId, 120)} may be of another project: sign in with a key of it. {unaskedSaying(data)}
              </>
            }
            action={
              <>
                <Link className={buttonClass('primary')} to="/sign-in" search={{ to: `${pathname}${searchStr}` }}>
                  Sign in with its key
                </Link>
                {projects.length > 0 && <Button onClick={() => void refetch()}>Look again</Button>}
              </>
            }
          />
        )}
      </Page>
    </main>
  );
}

function unaskedSaying({ unasked }: Found): string {
  return unasked
    .map(
      ({ name, error }) =>
        `${oneLine(name, 60)}: ${oneLine(error instanceof Error ? error.message : 'no answer', 200)}.`,
    )
    .join(' ');
}

/** In the order of the projects: the first that has it. */
async function find(
  projects: readonly SignedIn[],
  traceId: string,
  dialect: string | undefined,
  signal: AbortSignal,
): Promise<Found> {
  const asked = await Promise.allSettled(
    projects.map(({ id }) =>
      new Api(id).call<typeof getTraceRoute>('get', '/traces/{traceId}', {
        params: { traceId },
        query: { bodies: 'none', dialect },
        signal,
      }),
    ),
  );
  const at = asked.findIndex(({ status }) => status === 'fulfilled');
  const unasked = asked.flatMap((answer, index) =>
    answer.status === 'rejected' && !(answer.reason instanceof ApiError && answer.reason.status === 404)
      ? [{ name: projects[index]?.name ?? '', error: answer.reason as unknown }]
      : [],
  );
  return { projectId: projects[at]?.id, unasked };
}
