/**
 * Spans of whole traces as the stage sees them: their place in the tree and what is known of their usage, joined from all
 * rows, also those that stand under another trace id because a parent came late (docs/decisions/0003).
 */

import { groupBy } from '../canonical/group-by.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { SpanPlace } from '../canonical/span-tree.ts';
import type { Micros } from '../canonical/time.ts';
import { inHoursOf } from '../store/schema/schema.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf, TraceAliases } from '../store/trace-aliases.ts';

/** (revision, input, output, is an estimate), -1 for a side that was not counted; revision 0: never counted. */
export type CountedTuple = readonly [revision: number, input: number, output: number, isEstimate: number];

export interface StoredSpan extends SpanPlace {
  /** `dialect|traceId` of the trace that it belongs to. */
  readonly root: string;
  readonly dialect: string;
  /** Of the trace ids that its rows stand under, one under which its kind or its usage stands. */
  readonly traceId: string;
  readonly start: Micros;
  readonly kind: string;
  readonly status: string;
  readonly hasTokens: boolean;
  /** As `usageCounts` gives them. */
  readonly counts: readonly number[];
  readonly counted: CountedTuple;
  readonly repeats: readonly [revision: number, repeats: number];
}

interface Row extends Omit<StoredSpan, 'isHidden' | 'hasTokens' | 'counts'> {
  readonly tokens: readonly [rank: number, time: number, counts: readonly number[]];
  readonly isHidden: number;
}

const text = (column: string) => `tupleElement(max(spans.${column}), 3)`;

const SPANS = `SELECT transform(concat(dialect, '|', trace_id), {members:Array(String)}, {roots:Array(String)}, '') AS root,
    dialect, span_id AS spanId, argMax(trace_id, greatest(tupleElement(spans.kind, 1), tupleElement(spans.tokens, 1))) AS traceId, toUnixTimestamp64Micro(min(spans.start_time)) AS start,
    ${text('kind')} AS kind, ${text('status')} AS status, ${text('parent_span_id')} AS parentSpanId,
    ${text('parent_step')} AS parentStep, arraySort(groupUniqArrayArray(spans.steps)) AS steps,
    max(spans.tokens) AS tokens, max(spans.counted) AS counted, max(spans.repeats) AS repeats, max(spans.hidden) AS isHidden
  FROM tributary.spans AS spans
  WHERE project_id = {project:UUID} AND ${inHoursOf('{ids:Array(String)}')} AND trace_id IN {ids:Array(String)} AND concat(dialect, '|', trace_id) IN {members:Array(String)}
  GROUP BY root, dialect, spanId ORDER BY root, start, spanId LIMIT {limit:UInt64}`;

export interface StoredTraces {
  /** Each by start. */
  readonly traces: readonly (readonly StoredSpan[])[];
  /** Every stored trace key with the trace that it belongs to. */
  readonly rootOf: ReadonlyMap<string, string>;
  /** There are more spans than were asked for; of the last trace only the earliest are here. */
  readonly isCut: boolean;
}

/** The traces that these keys (`dialect|traceId`) belong to, whole, up to `spansMax` spans together. */
export async function readTraces(
  store: StoreReader,
  project: ProjectId,
  keys: readonly string[],
  spansMax: number,
): Promise<StoredTraces> {
  const aliases = new TraceAliases(store, project);
  const roots = await aliases.roots(keys);
  const rootOf = await aliases.members([...new Set(roots.values())]);
  const rows = await store.select<Row>(SPANS, {
    project,
    ids: [...new Set([...rootOf.keys()].map(idOf))],
    members: [...rootOf.keys()],
    roots: [...rootOf.values()],
    limit: spansMax + 1,
  });
  const spans = rows.slice(0, spansMax).map(toSpan);
  return { traces: [...groupBy(spans, (span) => span.root).values()], rootOf, isCut: rows.length > spansMax };
}

function toSpan({ tokens, isHidden, ...row }: Row): StoredSpan {
  const [rank, , counts] = tokens;
  return { ...row, hasTokens: rank > 0, counts, isHidden: isHidden > 0 };
}

/** Nobody has said what the span is or what it used: at most this stage's own rows are left of it. */
export const IS_LEFT_OVER = `max(tupleElement(spans.kind, 1)) = 0 AND max(tupleElement(spans.model, 1)) = 0
  AND max(tupleElement(spans.tokens, 1)) = 0`;
