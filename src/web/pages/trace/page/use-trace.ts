/** The outline of a trace, and how it follows the events that still come for it. */

import { keepPreviousData, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { getTraceRoute } from '../../../../query/get-trace.ts';
import { type LiveState, useLive } from '../../../api/live.ts';
import { useAnswer, useApi } from '../../../api/project.tsx';
import { useIsShown } from './use-media.ts';

export interface WhichTrace {
  readonly traceId: string;
  readonly dialect: string | undefined;
  readonly hidden: 'true' | undefined;
}

/** Never asked more often; a large trace takes its time, and then waits for longer than that took. */
const REFETCH_MS = 1_000;
const WAITS_PER_ANSWER = 3;

export function useTrace({ traceId, dialect, hidden }: WhichTrace) {
  return useAnswer<typeof getTraceRoute>(
    '/traces/{traceId}',
    { params: { traceId }, query: { dialect, hidden, bodies: 'none' } },
    // The trace without its hidden spans stays while it is asked for with them.
    { placeholderData: keepPreviousData },
  );
}

/** Asks again when events have come, also late ones of a trace that has ended. Not while nobody sees the page. */
export function useTraceGrowth({ traceId, dialect }: WhichTrace, refetch: () => Promise<unknown>): LiveState {
  const api = useApi();
  const client = useQueryClient();
  // A browser opens six connections to a server at most, over all its tabs; a hidden tab must not hold one.
  const isShown = useIsShown();
  const touched = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isAsking = useRef(false);

  const ask = async () => {
    timer.current = undefined;
    const spanIds = touched.current;
    touched.current = new Set();
    const started = performance.now();
    isAsking.current = true;
    // What panel and transcript have asked of these spans.
    const bodies = client.invalidateQueries({
      predicate: ({ queryKey: [projectId, path, asking] }) =>
        projectId === api.projectId && isAboutSpans(path) && mentions(asking, spanIds),
    });
    await Promise.all([refetch(), bodies]);
    isAsking.current = false;
    if (touched.current.size > 0) schedule(Math.max(REFETCH_MS, WAITS_PER_ANSWER * (performance.now() - started)));
  };
  const schedule = (ms: number) => {
    if (timer.current === undefined && !isAsking.current) timer.current = setTimeout(() => void ask(), ms);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  // What came while nobody looked.
  const wasShown = useRef(isShown);
  useEffect(() => {
    if (isShown && !wasShown.current) void refetch();
    wasShown.current = isShown;
  }, [isShown, refetch]);

  return useLive(
    { traceId, dialect },
    ({ spanId }) => {
      touched.current.add(spanId);
      schedule(REFETCH_MS);
    },
    isShown,
  );
}

function isAboutSpans(path: unknown): boolean {
  return (
    typeof path === 'string' && (path.startsWith('/spans/') || ['/traces/{traceId}/spans', '/events'].includes(path))
  );
}

/** Whether the parameters of a question name one of the spans. */
function mentions(asking: unknown, spanIds: ReadonlySet<string>): boolean {
  if (typeof asking !== 'object' || asking === null) return false;
  const { params, query } = asking as { readonly params?: unknown; readonly query?: unknown };
  return [params, query].some((named) => {
    if (typeof named !== 'object' || named === null || !('spanId' in named)) return false;
    const { spanId } = named;
    return Array.isArray(spanId) ? spanId.some((id) => spanIds.has(id)) : spanIds.has(String(spanId));
  });
}
