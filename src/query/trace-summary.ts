/**
 * A trace in one line: what a list shows. Made of its joined spans here in the program: for a page of traces, planning the
 * statement that does it takes longer than reading them (0.2 s against 20 ms, measured). Questions that count everything
 * do the same in SQL (`joinedTraces`); trace-summary.test.ts holds the two against each other.
 */

import { z } from '@hono/zod-openapi';
import { byBytes } from '../canonical/by-bytes.ts';
import { groupBy } from '../canonical/group-by.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros, microsNow } from '../canonical/time.ts';
import { aliasHopsMax, modelsPerTraceMax } from '../limits.ts';
import { usdOf } from '../pricing/cost.ts';
import { inHoursOf } from '../store/schema/schema.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf } from './aliases.ts';
import type { CostRegisters } from './derive-cost.ts';
import { CostUsd, isoOrNull, Time, UsageBody, usageBody } from './schemas.ts';
import { SHOWN_STATUSES, type ShownStatus, shownStatus, type Vanishing, vanishingParams } from './status-sql.ts';
import { added, NO_SUMS } from './trace-sums.ts';

export const TraceSummary = z
  .object({
    traceId: z.string(),
    name: z
      .string()
      .nullable()
      .openapi({ description: "The root span's; the agent's where a message or several spans stand at the root" }),
    dialect: z.string(),
    status: z
      .enum(SHOWN_STATUSES)
      .openapi({ description: 'The worst status among the root spans: error, unknown, running, paused, ok' }),
    startTime: Time,
    endTime: Time.nullable(),
    durationMs: z.number().nullable(),
    spanCount: z.number(),
    errorCount: z.number(),
    usage: UsageBody,
    costUsd: CostUsd,
    userId: z.string().nullable(),
    sessionId: z.string().nullable(),
    agentName: z.string().nullable(),
    environment: z.string().nullable(),
    tags: z.array(z.string()),
    models: z
      .array(z.string())
      .openapi({ description: `Models that its spans name, sorted, ${modelsPerTraceMax} at most` }),
  })
  .openapi('Trace');
export type TraceSummary = z.infer<typeof TraceSummary>;

export interface Summarised {
  /** `dialect|traceId` */
  readonly key: string;
  /** Where it stands in a list: its earliest span, hidden ones included. */
  readonly startMicros: number;
  /** All of them. */
  readonly models: readonly string[];
  readonly summary: TraceSummary;
}

export interface SummaryOptions {
  readonly vanishing: Vanishing | undefined;
  /** Plumbing is shown and counted. */
  readonly showsHidden?: boolean;
}

/** A joined span with what a summary needs of it. A text that nobody said is empty. */
export interface SummedSpan extends CostRegisters {
  readonly trace_key: string;
  readonly spanId: string;
  readonly start: number;
  readonly end: number | null;
  readonly status: ShownStatus;
  readonly parentSpanId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly agentName: string;
  readonly name: string;
  readonly kind: string;
  readonly environment: string;
  readonly model: string;
  readonly duration: number;
  readonly duration_rank: number;
  readonly tag_list: readonly string[];
  readonly repeats: 0 | 1;
  readonly isHidden: 0 | 1;
}

const STATUS = shownStatus({
  status: 'max(spans.status)',
  startTime: 'min(spans.start_time)',
  endTime: 'max(spans.end_time)',
  firstToken: 'min(spans.first_token)',
});
const TEXTS = {
  parentSpanId: 'parent_span_id',
  userId: 'user_id',
  sessionId: 'session_id',
  agentName: 'agent_name',
  name: 'name',
  kind: 'kind',
  environment: 'environment',
  model: 'model',
} as const;

/** By start and id, as the engine compares them: whose word about the trace counts. */
const SPANS = `SELECT transform(concat(dialect, '|', trace_id), {members:Array(String)}, {roots:Array(String)}, '') AS trace_key, span_id AS spanId,
    toUnixTimestamp64Micro(min(spans.start_time)) AS start, toUnixTimestamp64Micro(max(spans.end_time)) AS end, ${STATUS} AS status,
    ${Object.entries(TEXTS)
      .map(([name, column]) => `tupleElement(max(spans.${column}), 3) AS ${name}`)
      .join(', ')},
    tupleElement(max(spans.duration_micros), 3) AS duration, tupleElement(max(spans.duration_micros), 1) AS duration_rank,
    groupUniqArrayArray(spans.tags) AS tag_list, max(spans.hidden) AS isHidden,
    tupleElement(max(spans.tokens), 3) AS counts, max(spans.counted) AS counted,
    tupleElement(max(spans.price), 4) AS priceId, tupleElement(max(spans.price), 5) AS amounts,
    tupleElement(max(spans.repeats), 2) AS repeats
  FROM tributary.spans AS spans
  WHERE project_id = {project:UUID} AND ${inHoursOf('{ids:Array(String)}')} AND trace_id IN {ids:Array(String)}
    AND concat(dialect, '|', trace_id) IN {members:Array(String)}
  GROUP BY trace_key, dialect, span_id ORDER BY start, spanId`;

/** `rootOf`: every stored trace key to read, with the trace it belongs to (see aliases.ts). In no particular order. */
export async function summarise(
  store: StoreReader,
  project: ProjectId,
  rootOf: ReadonlyMap<string, string>,
  { vanishing, showsHidden = false }: SummaryOptions,
): Promise<Summarised[]> {
  if (rootOf.size === 0) return [];
  const rows = await store.select<SummedSpan>(SPANS, {
    ...vanishingParams(vanishing, microsNow()),
    project,
    members: [...rootOf.keys()],
    roots: [...rootOf.values()],
    ids: [...new Set([...rootOf.keys()].map(idOf))],
  });
  return [...groupBy(rows, (row) => row.trace_key).values()].flatMap((spans) => summaryOf(spans, showsHidden) ?? []);
}

/** `spans` of one trace by start and id. `undefined` when there is nothing to be seen of it. */
export function summaryOf(spans: readonly SummedSpan[], showsHidden: boolean): Summarised | undefined {
  const visible = showsHidden ? spans : spans.filter((span) => span.isHidden === 0);
  const [earliest] = visible;
  if (earliest === undefined) return undefined;
  const isRoot = rootTest(spans, showsHidden);
  const roots = visible.filter(isRoot);
  const ranked = [...roots, ...visible.filter((span) => !isRoot(span))];
  const foremost = (register: keyof typeof TEXTS) => orNull(ranked.find((span) => span[register] !== '')?.[register]);
  const [first = earliest] = ranked;
  const agentName = foremost('agentName');
  // A message, or several spans without one above them, have no name for the whole.
  const isNamedByAgent = agentName !== null && (roots.length > 1 || first.kind === 'message');
  const status = SHOWN_STATUSES.find((one) => roots.some((root) => root.status === one)) ?? 'ok';
  const ends = visible.flatMap(({ end }) => end ?? []);
  const ended = status === 'running' || status === 'unknown' || ends.length === 0 ? null : maxOf(ends);
  const [root] = roots;
  const measured = roots.length === 1 && root !== undefined && root.duration_rank > 0 ? root.duration : -1;
  const isMoment = ended === earliest.start && visible.every((span) => durationOf(span) === null);
  const duration = measured >= 0 ? measured : ended === null || isMoment ? null : ended - earliest.start;
  const { counts, picoUsd } = visible
    .filter((span) => span.repeats === 0 && (span.counts.length > 0 || span.counted.some((part) => part !== 0)))
    .reduce(added, NO_SUMS);
  const key = earliest.trace_key;
  const models = [...new Set(visible.flatMap(({ model }) => (model === '' ? [] : [model])))].sort(byBytes);
  return {
    key,
    startMicros: spans[0]?.start ?? earliest.start,
    models,
    summary: {
      traceId: idOf(key),
      name: isNamedByAgent ? agentName : orNull(first.name),
      dialect: key.slice(0, key.indexOf('|')),
      status,
      startTime: isoFromMicros(earliest.start),
      endTime: isoOrNull(ended),
      durationMs: duration === null ? null : duration / 1000,
      spanCount: visible.length,
      errorCount: visible.filter((span) => span.status === 'error').length,
      usage: usageBody(counts),
      costUsd: picoUsd === null ? null : usdOf(picoUsd),
      userId: foremost('userId'),
      sessionId: foremost('sessionId'),
      agentName,
      environment: foremost('environment'),
      tags: [...new Set(visible.flatMap(({ tag_list: tags }) => tags))].sort(byBytes),
      models: models.slice(0, modelsPerTraceMax),
    },
  };
}

/** In microseconds; `null`: it has no end, or one moment is all that was said of it (`isMoment` of a fragment). */
export function durationOf({
  start,
  end,
  duration,
  duration_rank: rank,
}: Pick<SummedSpan, 'start' | 'end' | 'duration' | 'duration_rank'>): number | null {
  if (rank > 0 && duration >= 0) return duration;
  return end === null || (duration < 0 && end === start) ? null : end - start;
}

/** As `isRoot` of joined.ts: they name no parent, or none that the trace has; a hidden parent stands for its own. */
function rootTest(spans: readonly SummedSpan[], showsHidden: boolean): (span: SummedSpan) => boolean {
  const known = new Map(spans.map((span) => [span.spanId, span]));
  const above = (span: SummedSpan) => (span.parentSpanId === span.spanId ? '' : span.parentSpanId);
  return (span) => {
    let parent = above(span);
    for (let hops = 0; hops <= aliasHopsMax + 1; hops += 1) {
      const found = known.get(parent);
      if (found === undefined) return true;
      if (showsHidden || found.isHidden === 0) return false;
      parent = above(found);
    }
    return false;
  };
}

/** Of any number of values: as arguments of a function they would be too many. */
function maxOf(values: readonly number[]): number {
  return values.reduce((greatest, value) => Math.max(greatest, value));
}

function orNull(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
