/**
 * A link that knows a trace and not its project: looks for it in all projects of this browser. Links of vendors' clients
 * also name a run within a trace (a sub-workflow, a step of an agent): those lead to that span.
 */

import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { getSpanRoute } from '../../../query/get-span.ts';
import type { getTraceRoute } from '../../../query/get-trace.ts';
import { Api, ApiError } from '../../api/client.ts';
import { type SignedIn, signedInProjects } from '../../api/session.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Empty, Failure, Page, Skeleton } from '../../ui/page.tsx';
import { oneLine } from '../../ui/untrusted.tsx';
import styles from './find-trace.module.css';

interface Place {
  readonly projectId: string;
  readonly traceId: string;
  /** Where the link named a span of the trace. */
  readonly span?: string;
}

interface Found {
  readonly place: Place | undefined;
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
  const place = data?.place;
  const navigate = useNavigate();
  const latest = useRef(search);
  latest.current = search;
  // Once: the page of the trace may take a moment to load, and this one is painted again meanwhile.
  useEffect(() => {
    if (place === undefined) return;
    const { span, ...params } = place;
    const search = { ...latest.current, ...(span === undefined ? {} : { span }) };
    void navigate({ to: '/p/$projectId/traces/$traceId', params, search, replace: true });
  }, [place, navigate]);
  return (
    <main className={styles.page}>
      <Page title="Find a trace">
        {error !== null ? (
          <Failure error={error} onRetry={() => void refetch()} />
        ) : data === undefined || place !== undefined ? (
          <Skeleton lines={4} label="Looking for the trace in your projects" />
        ) : (
          <Empty
            title={projects.length === 0 ? 'Sign in to see this trace' : 'None of your projects has this trace'}
            text={
              projects.length === 0
                ? `With a key of the project that ${oneLine(traceId, 120)} is of.`
                : `${oneLine(traceId, 120)} may be of another project: sign in with a key of it. ${unaskedSaying(data)}`
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

/** In the order of the projects: the first that has it, as a trace or else as a span. */
async function find(
  projects: readonly SignedIn[],
  traceId: string,
  dialect: string | undefined,
  signal: AbortSignal,
): Promise<Found> {
  const asked = await Promise.allSettled(projects.map(({ id }) => placeIn(new Api(id), traceId, dialect, signal)));
  const places = asked.flatMap((answer) =>
    answer.status === 'fulfilled' && answer.value !== undefined ? answer.value : [],
  );
  const unasked = asked.flatMap((answer, index) =>
    answer.status === 'rejected' ? [{ name: projects[index]?.name ?? '', error: answer.reason as unknown }] : [],
  );
  return { place: places.find(({ span }) => span === undefined) ?? places[0], unasked };
}

async function placeIn(
  api: Api,
  id: string,
  dialect: string | undefined,
  signal: AbortSignal,
): Promise<Place | undefined> {
  const { projectId } = api;
  const asTrace = { params: { traceId: id }, query: { bodies: 'none', dialect }, signal } as const;
  if ((await orNothing(api.call<typeof getTraceRoute>('get', '/traces/{traceId}', asTrace))) !== undefined)
    return { projectId, traceId: id };
  const asSpan = { params: { spanId: id }, query: { dialect }, signal };
  const found = await orNothing(api.call<typeof getSpanRoute>('get', '/spans/{spanId}', asSpan));
  return found === undefined ? undefined : { projectId, traceId: found.traceId, span: id };
}

/** `undefined` where the project has no such thing. */
async function orNothing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
