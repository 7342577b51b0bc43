/** Spans of some traces, complete: their registers joined, with what they used and cost, and where they stand. */

import { groupBy } from '../canonical/group-by.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { TEXT_REGISTERS } from '../canonical/span.ts';
import { parentsOf, type SpanPlace } from '../canonical/span-tree.ts';
import { microsNow } from '../canonical/time.ts';
import { traceSpansMax } from '../limits.ts';
import { columnOf, inHoursOf } from '../store/schema/schema.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { idOf } from './aliases.ts';
import { type SpanBody, type SpanRow, toSpan } from './span-body.ts';
import { shownStatus, type Vanishing, vanishingParams } from './status-sql.ts';

const TRACE_KEY = `transform(concat(dialect, '|', trace_id), {members:Array(String)}, {roots:Array(String)}, '') AS trace_key`;
const OF_TRACES = `project_id = {project:UUID} AND ${inHoursOf('{ids:Array(String)}')} AND trace_id IN {ids:Array(String)} AND concat(dialect, '|', trace_id) IN {members:Array(String)}`;

const STATUS = shownStatus({
  status: 'max(spans.status)',
  startTime: 'min(spans.start_time)',
  endTime: 'max(spans.end_time)',
  firstToken: 'min(spans.first_token)',
});
const text = (register: string) =>
  `${register === 'status' ? STATUS : `tupleElement(max(spans.${columnOf(register)}), 3)`} AS ${register}`;

/** `hasSpanIds`: only `{spanIds:Array(String)}`. */
function spans(hasSpanIds: boolean, showsHidden: boolean): string {
  return `SELECT ${TRACE_KEY}, dialect, span_id AS spanId,
      toUnixTimestamp64Micro(min(start_time)) AS start, toUnixTimestamp64Micro(max(end_time)) AS end,
      toUnixTimestamp64Micro(min(spans.first_token)) AS firstToken, max(spans.timed_by_arrival) AS timedByArrival,
      ${TEXT_REGISTERS.map(text).join(', ')},
      tupleElement(max(spans.tokens), 3) AS counts, max(spans.counted) AS counted,
      tupleElement(max(spans.price), 4) AS priceId, tupleElement(max(spans.price), 5) AS amounts,
      tupleElement(max(spans.repeats), 2) AS repeats,
      tupleElement(max(duration_micros), 3) AS duration, tupleElement(max(duration_micros), 1) AS duration_rank,
      arraySort(groupUniqArrayArray(spans.tags)) AS tag_list, arraySort(groupUniqArrayArray(spans.metadata)) AS metadata_patches,
      arraySort(groupUniqArrayArray(spans.feedback)) AS feedback_patches, arraySort(groupUniqArrayArray(spans.steps)) AS step_list,
      tupleElement(max(spans.parent_step), 3) AS parentStep, max(spans.hidden) = 1 AS isHidden
    FROM tributary.spans AS spans
    WHERE ${OF_TRACES} ${hasSpanIds ? 'AND span_id IN {spanIds:Array(String)}' : ''}
    GROUP BY trace_key, dialect, span_id HAVING ${showsHidden ? '1' : 'max(spans.hidden) = 0'}
    ORDER BY start, spanId LIMIT {limit:UInt64}`;
}

/** All spans of the traces, with nothing but their place. */
const PLACES = `SELECT ${TRACE_KEY}, span_id AS spanId, tupleElement(max(spans.parent_span_id), 3) AS parentSpanId,
    tupleElement(max(spans.parent_step), 3) AS parentStep, arraySort(groupUniqArrayArray(spans.steps)) AS step_list,
    max(spans.hidden) = 1 AS isHidden, min(start_time) AS start
  FROM tributary.spans AS spans WHERE ${OF_TRACES}
  GROUP BY trace_key, dialect, span_id ORDER BY start, spanId`;

interface PlaceRow extends Omit<SpanPlace, 'steps' | 'isHidden'> {
  readonly trace_key: string;
  readonly step_list: readonly number[];
  readonly isHidden: 0 | 1;
}

export interface SpanQuery {
  /** Every stored trace key to read, with the trace that it belongs to (aliases.ts). */
  readonly rootOf: ReadonlyMap<string, string>;
  /** Only these spans, hidden or not: whoever names a span wants to see it. */
  readonly spanIds?: readonly string[];
  /** Plumbing is shown; else what stands below it hangs under the nearest span above it. */
  readonly showsHidden: boolean;
  readonly vanishing: Vanishing | undefined;
}

export interface FoundSpan {
  /** `dialect|traceId` */
  readonly traceKey: string;
  readonly span: SpanBody;
}

/** By start, `traceSpansMax` at most. */
export async function readSpans(store: StoreReader, project: ProjectId, query: SpanQuery): Promise<FoundSpan[]> {
  const { rootOf, spanIds, showsHidden, vanishing } = query;
  if (rootOf.size === 0 || spanIds?.length === 0) return [];
  const params = {
    ...vanishingParams(vanishing, microsNow()),
    project,
    members: [...rootOf.keys()],
    roots: [...rootOf.values()],
    ids: [...new Set([...rootOf.keys()].map(idOf))],
    spanIds: spanIds ?? [],
    limit: traceSpansMax,
  };
  const { rows, places } = await read(store, params, spanIds !== undefined, showsHidden);
  const parents = new Map(
    [...groupBy(places, (place) => place.trace_key)].map(([key, some]) => [
      key,
      parentsOf(
        some.map((place) => ({ ...place, steps: place.step_list, isHidden: place.isHidden === 1 })),
        showsHidden,
      ),
    ]),
  );
  return rows.map((row) => ({
    traceKey: row.trace_key,
    span: toSpan(row, parents.get(row.trace_key)?.get(row.spanId) ?? null),
  }));
}

/** Whole traces are read once, for their spans and their places, unless they are so large that not all spans are shown. */
async function read(
  store: StoreReader,
  params: QueryParams & { readonly limit: number },
  hasSpanIds: boolean,
  showsHidden: boolean,
): Promise<{ readonly rows: readonly SpanRow[]; readonly places: readonly PlaceRow[] }> {
  if (!hasSpanIds) {
    const all = await store.select<SpanRow & PlaceRow>(spans(false, true), { ...params, limit: params.limit + 1 });
    if (all.length <= params.limit)
      return { rows: showsHidden ? all : all.filter(({ isHidden }) => isHidden === 0), places: all };
  }
  const [rows, places] = await Promise.all([
    store.select<SpanRow>(spans(hasSpanIds, showsHidden || hasSpanIds), params),
    store.select<PlaceRow>(PLACES, params),
  ]);
  return { rows, places };
}
