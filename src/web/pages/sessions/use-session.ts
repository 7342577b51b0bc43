/** A session and its traces, oldest first, in pages. */

import { useInfiniteQuery } from '@tanstack/react-query';
import type { getSessionRoute } from '../../../query/get-session.ts';
import { useApi } from '../../api/project.tsx';

const PAGE_TRACES = 50;
/** While a trace of it runs. */
const RUNNING_REFETCH_MS = 5_000;

export function useSession(sessionId: string, dialect: string | undefined) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [api.projectId, '/sessions/{sessionId}', { params: { sessionId }, query: { dialect } }],
    queryFn: ({ pageParam, signal }) =>
      api.call<typeof getSessionRoute>('get', '/sessions/{sessionId}', {
        params: { sessionId },
        query: { dialect, limit: PAGE_TRACES, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some((page) => page.data.some(({ status }) => status === 'running')) === true
        ? RUNNING_REFETCH_MS
        : false,
  });
}
