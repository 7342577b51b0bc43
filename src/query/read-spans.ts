/** Spans of some traces, complete: their registers joined, with what they used and cost, and where they stand. */

import { byBytes } from '../canonical/by-bytes.ts';
import { groupBy } from '../canonical/group-by.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { TEXT_REGISTERS, type TextRegister } from '../canonical/span.ts';
import { parentsOf, type SpanPlace } from '../canonical/span-tree.ts';
import { microsNow } from '../canonical/time.ts';
import { traceSpansMax } from '../limits.ts';
import { columnOf, inHoursOf } from '../store/schema/schema.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { idOf } from './aliases.ts';
import { type SpanBody, type SpanRow, toSpan, withoutBodies } from './span-body.ts';
import { shownStatus, type Vanishing, vanishingParams } from './status-sql.ts';
import type { SummedSpan } from './trace-summary.ts';

const TRACE_KEY = `transform(concat(dialect, '|', trace_id), {members:Array(String)}, {roots:Array(String)}, '') AS trace_key`;
const OF_TRACES = `project_id = {project:UUID} AND ${inHoursOf('{ids:Array(String)}')} AND trace_id IN {ids:Array(String)} AND concat(dialect, '|', trace_id) IN {members:Array(String)}`;

/** What a page of a trace shows only when it is asked for, and what is large. */
const BODIES: readonly TextRegister[] = ['input', 'output', 'params'];

interface Wanted {
  /** Only `{spanIds:Array(String)}`. */
  readonly hasSpanIds: boolean;
  readonly showsHidden: boolean;
  /** False: the columns of what is large are not read. */
  readonly hasBodies: boolean;
  /**
   * True: GROUP BY makes one row of all rows of a span. False: FINAL does so with those of one hour under one id, for
   * 10 000 spans in half the time (90 against 160 ms, measured).
   */
  readonly isJoined: boolean;
}

function spans({ hasSpanIds, showsHidden, hasBodies, isJoined }: Wanted): string {
  const joined = (column: string, how = 'max') => (isJoined ? `${how}(spans.${column})` : `spans.${column}`);
  const list = (column: string) =>
    isJoined ? `arraySort(groupUniqArrayArray(spans.${column}))` : `arraySort(arrayDistinct(spans.${column}))`;
  const status = shownStatus({
    status: joined('status'),
    startTime: joined('start_time', 'min'),
    endTime: joined('end_time'),
    firstToken: joined('first_token', 'min'),
  });
  const text = (register: TextRegister) => {
    if (BODIES.includes(register) && !hasBodies) return `'' AS ${register}`;
    return `${register === 'status' ? status : `tupleElement(${joined(columnOf(register))}, 3)`} AS ${register}`;
  };
  // The rank alone, which is stored apart from the text: 0 is "not said".
  const isSaid = (column: string) => {
    const rank = `tupleElement(spans.${column}, 1)`;
    return `${isJoined ? `max(${rank})` : rank} > 0`;
  };
  const where = `${OF_TRACES} ${hasSpanIds ? 'AND span_id IN {spanIds:Array(String)}' : ''}`;
  const isShown = showsHidden ? '1' : `${joined('hidden')} = 0`;
  return `SELECT ${TRACE_KEY}, dialect, span_id AS spanId,
      toUnixTimestamp64Micro(${joined('start_time', 'min')}) AS start, toUnixTimestamp64Micro(${joined('end_time')}) AS end,
      toUnixTimestamp64Micro(${joined('first_token', 'min')}) AS firstToken, ${joined('timed_by_arrival')} AS timedByArrival,
      ${TEXT_REGISTERS.map(text).join(', ')}, ${isSaid('input')} AS hasInput, ${isSaid('output')} AS hasOutput,
      tupleElement(${joined('tokens')}, 3) AS counts, ${joined('counted')} AS counted,
      tupleElement(${joined('price')}, 4) AS priceId, tupleElement(${joined('price')}, 5) AS amounts,
      tupleElement(${joined('repeats')}, 2) AS repeats,
      tupleElement(${joined('duration_micros')}, 3) AS duration, tupleElement(${joined('duration_micros')}, 1) AS duration_rank,
      ${list('tags')} AS tag_list, ${list('steps')} AS step_list,
      ${hasBodies ? `${list('metadata')} AS metadata_patches, ${list('feedback')} AS feedback_patches,` : '[] AS metadata_patches, [] AS feedback_patches,'}
      tupleElement(${joined('parent_step')}, 3) AS parentStep, ${joined('hidden')} = 1 AS isHidden
    FROM tributary.spans AS spans ${isJoined ? '' : 'FINAL'}
    WHERE ${where} ${isJoined ? `GROUP BY trace_key, dialect, span_id HAVING ${isShown}` : `AND ${isShown}`}
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
  /** True if absent. False: nothing that is large, and none of it is read (`withoutBodies`). */
  readonly hasBodies?: boolean;
}

export interface FoundSpan {
  /** `dialect|traceId` */
  readonly traceKey: string;
  readonly isHidden: boolean;
  readonly span: SpanBody;
}

/** By start, `traceSpansMax` at most. */
export async function readSpans(store: StoreReader, project: ProjectId, query: SpanQuery): Promise<FoundSpan[]> {
  const { rows, places } = await read(store, project, query);
  return found(rows, places, query);
}

export interface WholeTraces {
  readonly spans: readonly FoundSpan[];
  /** What summaries are made of, of every span, hidden ones too; `undefined`: there are more than are shown. */
  readonly summed: readonly SummedSpan[] | undefined;
}

/** As `readSpans`, with what a summary of the same spans needs. */
export async function readWholeTraces(
  store: StoreReader,
  project: ProjectId,
  query: Omit<SpanQuery, 'spanIds'>,
): Promise<WholeTraces> {
  const { rows, places, all } = await read(store, project, query);
  return { spans: found(rows, places, query), summed: all };
}

function found(
  rows: readonly SpanRow[],
  places: readonly PlaceRow[],
  { showsHidden, hasBodies = true }: SpanQuery,
): FoundSpan[] {
  const parents = new Map(
    [...groupBy(places, (place) => place.trace_key)].map(([key, some]) => [
      key,
      parentsOf(
        some.map(({ spanId, parentSpanId, parentStep, step_list: steps, isHidden }) => ({
          spanId,
          parentSpanId,
          parentStep,
          steps,
          isHidden: isHidden === 1,
        })),
        showsHidden,
      ),
    ]),
  );
  return rows.map((row) => {
    const parent = parents.get(row.trace_key)?.get(row.spanId) ?? null;
    const span = toSpan(row, parent);
    return { traceKey: row.trace_key, isHidden: row.isHidden === 1, span: hasBodies ? span : withoutBodies(span) };
  });
}

type CompleteRow = SpanRow & PlaceRow & SummedSpan;

interface ReadRows {
  readonly rows: readonly SpanRow[];
  readonly places: readonly PlaceRow[];
  readonly all?: readonly CompleteRow[];
}

/** Whole traces are read once, for their spans and their places, unless they are so large that not all spans are shown. */
async function read(
  store: StoreReader,
  project: ProjectId,
  { rootOf, spanIds, showsHidden, vanishing, hasBodies = true }: SpanQuery,
): Promise<ReadRows> {
  if (rootOf.size === 0 || spanIds?.length === 0) return { rows: [], places: [] };
  const params = {
    ...vanishingParams(vanishing, microsNow()),
    project,
    members: [...rootOf.keys()],
    roots: [...rootOf.values()],
    ids: [...new Set([...rootOf.keys()].map(idOf))],
    spanIds: spanIds ?? [],
    limit: traceSpansMax,
  };
  if (spanIds === undefined) {
    const all = await readWhole(store, params, hasBodies);
    if (all !== undefined)
      return { rows: showsHidden ? all : all.filter(({ isHidden }) => isHidden === 0), places: all, all };
  }
  const hasSpanIds = spanIds !== undefined;
  const [rows, places] = await Promise.all([
    store.select<SpanRow>(
      spans({ hasSpanIds, showsHidden: showsHidden || hasSpanIds, hasBodies, isJoined: true }),
      params,
    ),
    store.select<PlaceRow>(PLACES, params),
  ]);
  return { rows, places };
}

/**
 * All spans, hidden ones too; `undefined` when there are more than are shown. Few spans have rows in several hours or under
 * several ids, which FINAL leaves apart: those are asked for again.
 */
async function readWhole(
  store: StoreReader,
  params: QueryParams & { readonly limit: number },
  hasBodies: boolean,
): Promise<readonly CompleteRow[] | undefined> {
  const wanted = { showsHidden: true, hasBodies };
  const rows = await store.select<CompleteRow>(spans({ ...wanted, hasSpanIds: false, isJoined: false }), {
    ...params,
    limit: params.limit + 1,
  });
  if (rows.length > params.limit) return undefined;
  const apart = seenTwice(rows);
  if (apart.length === 0) return rows;
  const ids = [...new Set(apart.map(({ spanId }) => spanId))];
  const keys = new Set(apart.map(keyOf));
  const joined = await store.select<CompleteRow>(spans({ ...wanted, hasSpanIds: true, isJoined: true }), {
    ...params,
    spanIds: ids,
  });
  return [...rows.filter((row) => !keys.has(keyOf(row))), ...joined.filter((row) => keys.has(keyOf(row)))].sort(
    (one, other) => one.start - other.start || byBytes(one.spanId, other.spanId),
  );
}

function seenTwice<Row extends PlaceRow>(rows: readonly Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = keyOf(row);
    return seen.has(key) || !seen.add(key);
  });
}

/** Ids may hold any character, but a length tells where one ends. */
const keyOf = ({ trace_key: traceKey, spanId }: PlaceRow) => `${traceKey.length}:${traceKey}${spanId}`;
