/** Which values the traces have, and how many traces there are. */

import { keepPreviousData } from '@tanstack/react-query';
import type { FacetBody, facetsRoute } from '../../../query/facets.ts';
import { useAnswer } from '../../api/project.tsx';
import type { TimeRange } from '../../api/time-range.ts';
import type { TraceFilters, ValueName } from '../../filter-bar/fields.ts';
import type { QueryFilters } from './use-traces.ts';

/** Of each field in the panel, before "Show more". */
export const VALUES_SHOWN = 8;
/** As many as the API tells. */
export const VALUES_MAX = 100;
const LIVE_MS = 5000;

export type Facets = FacetBody;

export function useFacets(filters: TraceFilters, { from, to }: TimeRange, isLive: boolean) {
  return useAnswer<typeof facetsRoute>(
    '/traces/facets',
    { query: { ...(filters as QueryFilters), from, to, values: VALUES_SHOWN } },
    { placeholderData: keepPreviousData, refetchInterval: isLive ? LIVE_MS : false },
  );
}

/** All values of one field. */
export function useFacet(field: ValueName, filters: TraceFilters, { from, to }: TimeRange, isWanted: boolean) {
  return useAnswer<typeof facetsRoute>(
    '/traces/facets',
    { query: { ...(filters as QueryFilters), from, to, field, values: VALUES_MAX } },
    { enabled: isWanted, placeholderData: keepPreviousData },
  );
}

/** `2 359 traces`, `at least 10 000 traces` */
export function countWords(facets: Facets | undefined, print: (count: number) => string): string | undefined {
  if (facets === undefined) return undefined;
  const { traceCount, isComplete } = facets;
  return `${isComplete ? '' : 'at least '}${print(traceCount)} ${traceCount === 1 ? 'trace' : 'traces'}`;
}
