/** Sessions in pages, with the filters of the URL. */

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { listSessionsRoute } from '../../../query/list-sessions.ts';
import { useApi } from '../../api/project.tsx';
import { useTimeRange } from '../../api/time-range.ts';

export interface Filters {
  readonly dialect?: string;
  readonly userId?: string;
  readonly q?: string;
}

const PAGE_SESSIONS = 50;

export function useSessions({ dialect, userId, q }: Filters) {
  const api = useApi();
  const { from, to } = useTimeRange();
  const query = { from, to, dialect, userId, q, limit: PAGE_SESSIONS };
  return useInfiniteQuery({
    queryKey: [api.projectId, '/sessions', { query }],
    queryFn: ({ pageParam, signal }) =>
      api.call<typeof listSessionsRoute>('get', '/sessions', {
        query: { ...query, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
  });
}
