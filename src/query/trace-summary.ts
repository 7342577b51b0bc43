/**
 * A trace in one line: what a list shows. The same for lists and for a single trace, over the same tables that everything
 * else is counted from (joined.ts), so that they cannot disagree.
 */

import { z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros, microsNow } from '../canonical/time.ts';
import { usdOf } from '../pricing/cost.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { idOf } from './aliases.ts';
import { CARRIED_ROOTS, describedTraces, hiddenSpans, type Scope } from './joined.ts';
import { CostUsd, isoOrNull, Time, UsageBody, usageBody } from './schemas.ts';
import { SHOWN_STATUSES, type Vanishing, vanishingParams } from './status-sql.ts';
import { NO_SUMS, type TraceSums, traceSums } from './trace-sums.ts';

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
  })
  .openapi('Trace');
export type TraceSummary = z.infer<typeof TraceSummary>;

interface Row {
  readonly trace_key: string;
  readonly dialect: string;
  readonly trace_name: string;
  readonly trace_status: TraceSummary['status'];
  readonly started: number;
  readonly ended: number | null;
  readonly duration: number | null;
  readonly span_count: number;
  readonly error_count: number;
  readonly trace_user: string;
  readonly trace_session: string;
  readonly trace_agent: string;
  readonly trace_environment: string;
  readonly trace_tags: string[];
  readonly trace_models: string[];
}

export interface Summarised {
  /** `dialect|traceId` */
  readonly key: string;
  /** Where it stands in a list: its earliest span, hidden ones included. */
  readonly startMicros: number;
  readonly models: readonly string[];
  readonly summary: TraceSummary;
}

export interface SummaryOptions {
  readonly vanishing: Vanishing | undefined;
  /** Plumbing is shown and counted. */
  readonly showsHidden?: boolean;
}

/** `rootOf`: every stored trace key to read, with the trace it belongs to (see aliases.ts). In no particular order. */
export async function summarise(
  store: StoreReader,
  project: ProjectId,
  rootOf: ReadonlyMap<string, string>,
  { vanishing, showsHidden = false }: SummaryOptions,
): Promise<Summarised[]> {
  if (rootOf.size === 0) return [];
  const hidden = showsHidden ? 'shown' : await hiddenSpans(store, project);
  const moved = [...rootOf].filter(([key, root]) => key !== root);
  const params = {
    ...vanishingParams(vanishing, microsNow()),
    project,
    members: [...rootOf.keys()],
    roots: [...rootOf.values()],
    ids: [...new Set([...rootOf.keys()].map(idOf))],
    aliases: moved.map(([key]) => key),
    aliasRoots: moved.map(([, root]) => root),
  };
  const scope: Scope = {
    roots: moved.length === 0 ? undefined : CARRIED_ROOTS,
    rowsWith: ROWS,
    hidden,
    withoutSums: true,
  };
  const [rows, sums, starts] = await Promise.all([
    store.select<Row>(describedTraces(scope), params),
    traceSums(store, params, showsHidden),
    hidden === 'left out' ? startsOf(store, rootOf, params) : new Map<string, number>(),
  ]);
  return rows.map((row) => ({
    key: row.trace_key,
    startMicros: starts.get(row.trace_key) ?? row.started,
    models: row.trace_models,
    summary: toSummary(row, sums.get(row.trace_key) ?? NO_SUMS),
  }));
}

const STORED_KEY = `concat(dialect, '|', trace_id)`;
const ROWS = `trace_id IN {ids:Array(String)} AND ${STORED_KEY} IN {members:Array(String)}`;

async function startsOf(
  store: StoreReader,
  rootOf: ReadonlyMap<string, string>,
  params: QueryParams,
): Promise<Map<string, number>> {
  const rows = await store.select<{ stored_key: string; started: number }>(
    `SELECT ${STORED_KEY} AS stored_key, toUnixTimestamp64Micro(min(start_time)) AS started
     FROM tributary.spans WHERE project_id = {project:UUID} AND ${ROWS} GROUP BY stored_key`,
    params,
  );
  const starts = new Map<string, number>();
  for (const { stored_key: key, started } of rows) {
    const root = rootOf.get(key) ?? key;
    starts.set(root, Math.min(starts.get(root) ?? started, started));
  }
  return starts;
}

function toSummary(row: Row, { counts, picoUsd }: TraceSums): TraceSummary {
  return {
    traceId: idOf(row.trace_key),
    name: orNull(row.trace_name),
    dialect: row.dialect,
    status: row.trace_status,
    startTime: isoFromMicros(row.started),
    endTime: isoOrNull(row.ended),
    durationMs: row.duration === null ? null : row.duration / 1000,
    spanCount: row.span_count,
    errorCount: row.error_count,
    usage: usageBody(counts),
    costUsd: picoUsd === null ? null : usdOf(picoUsd),
    userId: orNull(row.trace_user),
    sessionId: orNull(row.trace_session),
    agentName: orNull(row.trace_agent),
    environment: orNull(row.trace_environment),
    tags: row.trace_tags,
  };
}

function orNull(value: string): string | null {
  return value === '' ? null : value;
}
