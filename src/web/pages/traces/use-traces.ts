/** The list of traces, page by page, and its first page anew. */

import { type InfiniteData, keepPreviousData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { listTracesRoute } from '../../../query/list-traces.ts';
import type { TraceSummary } from '../../../query/trace-summary.ts';
import { useApi } from '../../api/project.tsx';
import { isRange, RANGES, type TimeRange } from '../../api/time-range.ts';
import type { TraceFilters } from '../../filter-bar/fields.ts';
import type { TracePage } from './newest.ts';

export const PAGE_TRACES = 100;

export type TraceList = InfiniteData<TracePage, string | undefined>;

/** "The last hour" is the same list a minute later; its moment is taken when a page is asked for. */
function spanOf(range: TimeRange): string {
  return range.name ?? (range.to === undefined ? range.from : `${range.from}/${range.to}`);
}

function timesOf(span: string): { readonly from: string; readonly to?: string } {
  if (isRange(span)) return { from: new Date(Date.now() - RANGES[span].ms).toISOString() };
  const [from = '', to] = span.split('/');
  return to === undefined ? { from } : { from, to };
}

/** Lists are of names that the API has, which TypeScript loses in a spread of optional members. */
export type QueryFilters = Readonly<Record<string, string | readonly string[]>>;

export function useTraces(filters: TraceFilters, range: TimeRange) {
  const api = useApi();
  const span = spanOf(range);
  const queryKey: QueryKey = useMemo(() => [api.projectId, '/traces', { filters, span }], [api, filters, span]);
  const ask = useCallback(
    (cursor: string | undefined, signal?: AbortSignal): Promise<TracePage> =>
      api.call<typeof listTracesRoute>('get', '/traces', {
        query: { ...(filters as QueryFilters), ...timesOf(span), limit: PAGE_TRACES, cursor },
        ...(signal === undefined ? {} : { signal }),
      }),
    [api, filters, span],
  );
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => ask(pageParam, signal),
    // The first page has no cursor.
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: TracePage) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    // Asking again would ask for all pages that were scrolled through; `useNewest` asks for the first one only.
    staleTime: Number.POSITIVE_INFINITY,
    // It compares by place, and new traces move all places.
    structuralSharing: false,
  });
  const pages = list.data?.pages;
  const traces = useMemo((): TraceSummary[] => pages?.flatMap(({ data }) => data) ?? [], [pages]);
  const askFirst = useCallback(() => ask(undefined), [ask]);
  return { list, traces, queryKey, askFirst };
}
