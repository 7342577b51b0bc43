/**
 * `GET /metrics/series`: one figure over time, in buckets of UTC time, by group. Only buckets with something in them are
 * answered. Spans count where they start, traces where they start, events at their timestamp.
 */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros, type Micros, microsNow } from '../canonical/time.ts';
import { bucketsMax, groupsMax } from '../limits.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { joinedSpans, joinedTraces, type Scope, traceOwners } from './joined.ts';
import { refusals, Time, TimeParam, usdOrNull } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import { ask } from './tally.ts';

const METRICS = [
  'events',
  'spans',
  'traces',
  'errors',
  'tokens',
  'input_tokens',
  'output_tokens',
  'cost',
  'latency_p50',
  'latency_p95',
  'latency_p99',
] as const;
const GROUPS = ['none', 'dialect', 'model', 'agent', 'user', 'kind', 'status'] as const;
type Metric = (typeof METRICS)[number];
type GroupBy = (typeof GROUPS)[number];

const MINUTE: Micros = 60_000_000;
const INTERVALS = { minute: MINUTE, hour: 60 * MINUTE, day: 1440 * MINUTE } as const;
const DAY = INTERVALS.day;

const FOLDED = 'other';

export const SeriesQuery = z.strictObject({
  metric: z.enum(METRICS).openapi({
    description:
      'errors: spans that failed. latency: milliseconds, of traces, or of spans when grouped by model or kind. tokens: the total that a client reported, else all parts together. cost: US dollars, of what has a price',
  }),
  groupBy: z.enum(GROUPS).default('none').openapi({
    description:
      "agent and user are the trace's. events can be grouped by dialect only; traces not by model or kind. Beyond the top 20 groups: `other`",
  }),
  from: TimeParam.optional().openapi({ description: 'A day before `to` if absent' }),
  to: TimeParam.optional().openapi({ description: 'Now if absent' }),
  interval: z
    .enum(['minute', 'hour', 'day'])
    .default('hour')
    .openapi({ description: `At most ${bucketsMax} buckets` }),
});
export type SeriesQuery = z.infer<typeof SeriesQuery>;

export const SeriesBody = z.object({
  data: z.array(
    z.object({
      time: Time.openapi({ description: 'Where the bucket starts, in UTC. A bucket that is absent has nothing in it' }),
      group: z.string().nullable().openapi({ description: 'Null: not grouped, or not said' }),
      value: z.number(),
    }),
  ),
});
export type SeriesBody = z.infer<typeof SeriesBody>;

export const metricSeriesRoute = createRoute({
  method: 'get',
  path: '/metrics/series',
  summary: 'One figure over time',
  request: { query: SeriesQuery },
  responses: {
    200: { description: 'Buckets by time, then group', content: { 'application/json': { schema: SeriesBody } } },
    ...refusals,
  },
});

/** What is wrong with a question whose parameters are valid one by one. */
export interface Misfit {
  readonly path: string;
  readonly message: string;
}

/** A table with the columns at, grp and amount, one row for each thing that counts, and how the amounts make a value. */
interface Measure {
  readonly table: string;
  readonly value: string;
  /** By which the largest groups are chosen, if not by the value. */
  readonly weight?: string;
}

export async function metricSeries(
  store: StoreReader,
  project: ProjectId,
  query: SeriesQuery,
  vanishing?: Vanishing,
): Promise<SeriesBody | Misfit> {
  const to = query.to ?? microsNow();
  const from = query.from ?? to - DAY;
  const step = INTERVALS[query.interval];
  if (from >= to) return { path: 'from', message: 'must be before `to`' };
  if ((to - from) / step > bucketsMax)
    return { path: 'interval', message: `would give more than ${bucketsMax} buckets; take a longer one, or less time` };
  if (!fits(query)) return { path: 'groupBy', message: `${query.metric} cannot be grouped by ${query.groupBy}` };
  const { scope, params } = await ask(store, project, { from, to }, vanishing);
  const measure = measureOf(query, scope);
  const direct = await seriesOfFewGroups(store, measure, { ...params, step });
  if (direct !== undefined) return body(query.metric, direct);
  const top = await topGroups(store, measure, query.groupBy, params);
  const group = top === undefined ? 'grp' : `if(grp IN {top:Array(String)}, grp, '${FOLDED}')`;
  const rows = await store.select<Point>(
    `SELECT at - positiveModulo(at, {step:Int64}) AS bucket, ${group} AS shown, ${measure.value} AS value
     FROM (${measure.table}) WHERE at >= {from:Int64} AND at < {to:Int64} GROUP BY bucket, shown ORDER BY bucket, shown`,
    { ...params, step, top: top ?? [] },
  );
  return body(query.metric, rows);
}

interface Point {
  readonly bucket: number;
  readonly shown: string;
  readonly value: number | string;
}

/** One statement, where the groups are few enough to show them all: no other one has to find the largest first. */
async function seriesOfFewGroups(
  store: StoreReader,
  { table, value }: Measure,
  params: QueryParams,
): Promise<readonly Point[] | undefined> {
  const pointsMax = bucketsMax * groupsMax;
  const rows = await store.select<Point>(
    `SELECT at - positiveModulo(at, {step:Int64}) AS bucket, grp AS shown, ${value} AS value
     FROM (${table}) WHERE at >= {from:Int64} AND at < {to:Int64} GROUP BY bucket, shown ORDER BY bucket, shown LIMIT ${pointsMax + 1}`,
    params,
  );
  return rows.length > pointsMax || new Set(rows.map(({ shown }) => shown)).size > groupsMax ? undefined : rows;
}

function body(metric: Metric, points: readonly Point[]): SeriesBody {
  return {
    data: points.map(({ bucket, shown, value }) => ({
      time: isoFromMicros(bucket),
      group: shown === '' ? null : shown,
      value: inUnit(metric, value),
    })),
  };
}

function inUnit(metric: Metric, value: number | string): number {
  if (metric === 'cost') return usdOrNull(String(value)) ?? 0;
  return metric.startsWith('latency') ? Number(value) / 1000 : Number(value);
}

function fits({ metric, groupBy }: SeriesQuery): boolean {
  if (metric === 'events') return groupBy === 'none' || groupBy === 'dialect';
  return metric !== 'traces' || (groupBy !== 'model' && groupBy !== 'kind');
}

/** The largest groups, when there may be too many of them. */
async function topGroups(
  store: StoreReader,
  { table, value, weight = value }: Measure,
  groupBy: GroupBy,
  params: QueryParams,
): Promise<string[] | undefined> {
  if (groupBy !== 'model' && groupBy !== 'agent' && groupBy !== 'user') return undefined;
  const rows = await store.select<{ grp: string }>(
    `SELECT grp FROM (${table}) WHERE at >= {from:Int64} AND at < {to:Int64}
     GROUP BY grp ORDER BY ${weight} DESC, grp LIMIT ${groupsMax}`,
    params,
  );
  return rows.map((row) => row.grp);
}

const QUANTILES: Partial<Record<Metric, string>> = {
  latency_p50: 'quantileExact(0.5)(amount)',
  latency_p95: 'quantileExact(0.95)(amount)',
  latency_p99: 'quantileExact(0.99)(amount)',
};

function measureOf({ metric, groupBy }: SeriesQuery, scope: Scope): Measure {
  const quantile = QUANTILES[metric];
  if (metric === 'events') return { table: events(groupBy), value: 'count()' };
  if (metric === 'traces') return { table: traces(groupBy, scope, '1'), value: 'count()' };
  if (quantile !== undefined) {
    const table = groupBy === 'model' || groupBy === 'kind' ? spans : traces;
    // A group is large when much happens in it; that it is slow makes it no larger.
    return { table: table(groupBy, scope, 'duration'), value: quantile, weight: 'count()' };
  }
  if (metric === 'spans') return { table: spans(groupBy, scope, '1'), value: 'count()' };
  if (metric === 'errors') return { table: spans(groupBy, scope, `if(status = 'error', 1, NULL)`), value: 'count()' };
  if (metric === 'cost')
    return { table: spans(groupBy, scope, 'cost_pico'), value: 'toString(sum(amount))', weight: 'sum(amount)' };
  const columns: Partial<Record<Metric, string>> = { input_tokens: 'tokens_input', output_tokens: 'tokens_output' };
  return { table: spans(groupBy, scope, columns[metric] ?? 'tokens_total'), value: 'sum(amount)' };
}

/** Copies of an event that was written twice have one timestamp and id, and count once. */
function events(groupBy: GroupBy): string {
  return `SELECT toUnixTimestamp64Micro(timestamp) AS at, ${groupBy === 'dialect' ? 'toString(dialect)' : `''`} AS grp
    FROM tributary.events WHERE project_id = {project:UUID}
      AND timestamp >= fromUnixTimestamp64Micro({from:Int64}) AND timestamp < fromUnixTimestamp64Micro({to:Int64})
    GROUP BY timestamp, dialect, event_id`;
}

const TRACE_GROUPS: Partial<Record<GroupBy, string>> = {
  dialect: 'toString(dialect)',
  agent: 'trace_agent',
  user: 'trace_user',
  status: 'trace_status',
};

/** `amount` may be NULL: then there is nothing to count. */
function traces(groupBy: GroupBy, scope: Scope, amount: string): string {
  return `SELECT started AS at, ${TRACE_GROUPS[groupBy] ?? `''`} AS grp, assumeNotNull(${amount}) AS amount
    FROM (${joinedTraces(scope, false)}) WHERE (${amount}) IS NOT NULL`;
}

const SPAN_GROUPS: Partial<Record<GroupBy, string>> = {
  dialect: 'toString(dialect)',
  model: 'model',
  kind: 'kind',
  status: 'status',
};

function spans(groupBy: GroupBy, scope: Scope, amount: string): string {
  const registers = groupBy === 'model' || groupBy === 'kind' ? (['status', groupBy] as const) : (['status'] as const);
  const joined = joinedSpans(scope, registers, [], /^(?:tokens|cost)_/.test(amount));
  const where = `WHERE (${amount}) IS NOT NULL`;
  if (groupBy !== 'agent' && groupBy !== 'user')
    return `SELECT first AS at, ${SPAN_GROUPS[groupBy] ?? `''`} AS grp, assumeNotNull(${amount}) AS amount FROM (${joined}) ${where}`;
  return `SELECT at, owner AS grp, amount
    FROM (SELECT trace_key, first AS at, assumeNotNull(${amount}) AS amount FROM (${joined}) ${where}) AS counted
    INNER JOIN (${traceOwners(scope, groupBy === 'agent' ? 'agentName' : 'userId')}) AS owners ON owners.trace_key = counted.trace_key`;
}
