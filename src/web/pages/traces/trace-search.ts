/** The URL of the list of traces. */

import { allOf, oneOf } from '../../search.ts';

/** Filters of `GET /traces`, by the API's own names, and what the table shows. */
export const TRACE_FILTERS = [
  'status',
  'dialect',
  'model',
  'agent',
  'userId',
  'sessionId',
  'tag',
  'environment',
  'name',
] as const;
export const TRACE_BOUNDS = [
  'durationMsMin',
  'durationMsMax',
  'costUsdMin',
  'costUsdMax',
  'tokensMin',
  'tokensMax',
  'errorsMin',
] as const;
export type TraceSearch = Partial<Record<(typeof TRACE_FILTERS)[number], readonly string[]>> &
  Partial<Record<(typeof TRACE_BOUNDS)[number], string>> & {
    readonly q?: string;
    /** Shown columns, where they are not the usual ones. */
    readonly columns?: readonly string[];
    readonly live?: '1';
  };

export function readTraceSearch(search: Readonly<Record<string, unknown>>): TraceSearch {
  const filters = TRACE_FILTERS.map((name) => [name, allOf(search[name])] as const).filter(([, all]) => all.length > 0);
  const bounds = TRACE_BOUNDS.flatMap((name) => {
    const value = oneOf(search[name]);
    return value !== undefined && Number(value) >= 0 ? [[name, value] as const] : [];
  });
  const q = oneOf(search.q);
  const columns = allOf(search.columns);
  return {
    ...Object.fromEntries([...filters, ...bounds]),
    ...(q === undefined ? {} : { q }),
    ...(columns.length === 0 ? {} : { columns }),
    ...(oneOf(search.live) === '1' ? { live: '1' } : {}),
  };
}
