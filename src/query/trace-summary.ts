/**
 * A trace in one line: what a list shows. Computed by the store from the joined spans of the traces asked for, and by
 * the same statement for lists and for a single trace, so that they cannot disagree.
 */

import { z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf } from './aliases.ts';
import { isoOrNull, Time, UsageBody } from './schemas.ts';

export const TraceSummary = z
  .object({
    traceId: z.string(),
    name: z
      .string()
      .nullable()
      .openapi({ description: "The root span's; the agent's where a message or several spans stand at the root" }),
    dialect: z.string(),
    status: z
      .enum(['running', 'ok', 'error', 'paused'])
      .openapi({ description: 'The worst status among the root spans' }),
    startTime: Time,
    endTime: Time.nullable(),
    durationMs: z.number().nullable(),
    spanCount: z.number(),
    errorCount: z.number(),
    usage: UsageBody,
    costUsd: z.number().nullable(),
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
  readonly name: string;
  readonly status: TraceSummary['status'];
  readonly started: number;
  readonly ended: number | null;
  readonly duration: number;
  readonly span_count: number;
  readonly error_count: number;
  readonly counts: readonly number[];
  readonly user_id: string;
  readonly session_id: string;
  readonly agent_name: string;
  readonly environment: string;
  readonly tags: string[];
}

const text = (register: string) => `tupleElement(max(${register}), 3) AS ${register}`;
/** Of the root if it has one, else of the earliest span that has one. */
const fromRoot = (column: string, alias: string) =>
  `argMinIf(${column}, (NOT is_root, first, span_id), ${column} != '') AS ${alias}`;
/** Sum of what is known (-1 is "not said"), -1 when nothing is. */
const sumOf = (element: string) => `if(countIf(${element} >= 0) = 0, -1, sumIf(${element}, ${element} >= 0))`;

const SUMMARIES = `
WITH joined AS (
  SELECT transform(concat(dialect, '|', trace_id), {members:Array(String)}, {roots:Array(String)}, concat(dialect, '|', trace_id)) AS trace_key,
    dialect, span_id, min(start_time) AS first, max(end_time) AS last,
    ${['name', 'kind', 'status', 'parent_span_id', 'user_id', 'session_id', 'agent_name', 'environment'].map(text).join(', ')},
    max(usage) AS used, max(duration_micros) AS measured, groupUniqArrayArray(tags) AS span_tags
  FROM tributary.spans
  WHERE project_id = {project:UUID} AND trace_id IN {ids:Array(String)} AND concat(dialect, '|', trace_id) IN {members:Array(String)}
  GROUP BY trace_key, dialect, span_id
), placed AS (
  SELECT *, parent_span_id = '' OR parent_span_id = span_id OR (trace_key, parent_span_id) NOT IN (SELECT trace_key, span_id FROM joined) AS is_root,
    tupleElement(used, 8) AS said_total,
    if(said_total >= 0, said_total, if(tupleElement(used, 3) < 0 AND tupleElement(used, 4) < 0, -1,
      greatest(tupleElement(used, 3), 0) + greatest(tupleElement(used, 4), 0))) AS total
  FROM joined
)
SELECT trace_key, dialect,
  countIf(is_root) AS root_count,
  argMin(kind, (NOT is_root, first, span_id)) AS root_kind,
  argMin(name, (NOT is_root, first, span_id)) AS root_name,
  ${fromRoot('user_id', 'trace_user')}, ${fromRoot('session_id', 'trace_session')},
  ${fromRoot('agent_name', 'trace_agent')}, ${fromRoot('environment', 'trace_environment')},
  if(trace_agent != '' AND (root_count > 1 OR root_kind = 'message'), trace_agent, root_name) AS trace_name,
  multiIf(countIf(is_root AND status = 'error') > 0, 'error', countIf(is_root AND status = 'running') > 0, 'running',
    countIf(is_root AND status = 'paused') > 0, 'paused', 'ok') AS trace_status,
  toUnixTimestamp64Micro(min(first)) AS started,
  if(trace_status = 'running', NULL, toUnixTimestamp64Micro(max(last))) AS ended,
  if(root_count = 1 AND maxIf(tupleElement(measured, 1), is_root) > 0, maxIf(tupleElement(measured, 3), is_root), -1) AS duration,
  count() AS span_count, countIf(status = 'error') AS error_count,
  [${['tupleElement(used, 3)', 'tupleElement(used, 4)', 'tupleElement(used, 5)', 'tupleElement(used, 6)', 'tupleElement(used, 7)', 'total'].map(sumOf).join(', ')}] AS counts,
  arraySort(groupUniqArrayArray(span_tags)) AS tags
FROM placed GROUP BY trace_key, dialect`;

/** `SELECT` once more, because an alias must not be called like the column it is made from. */
const NAMED = `SELECT trace_key, dialect, trace_name AS name, trace_status AS status, started, ended, duration, span_count, error_count, counts,
  trace_user AS user_id, trace_session AS session_id, trace_agent AS agent_name, trace_environment AS environment, tags FROM (${SUMMARIES})`;

export interface Summarised {
  /** `dialect|traceId` */
  readonly key: string;
  readonly startMicros: number;
  readonly summary: TraceSummary;
}

/** `rootOf`: every stored trace key to read, with the trace it belongs to (see aliases.ts). In no particular order. */
export async function summarise(
  store: StoreReader,
  project: ProjectId,
  rootOf: ReadonlyMap<string, string>,
): Promise<Summarised[]> {
  if (rootOf.size === 0) return [];
  const members = [...rootOf.keys()];
  const rows = await store.select<Row>(NAMED, {
    project,
    members,
    roots: [...rootOf.values()],
    ids: [...new Set(members.map(idOf))],
  });
  return rows.map((row) => ({ key: row.trace_key, startMicros: row.started, summary: toSummary(row) }));
}

function toSummary(row: Row): TraceSummary {
  const durationMicros = row.duration >= 0 ? row.duration : row.ended === null ? null : row.ended - row.started;
  return {
    traceId: idOf(row.trace_key),
    name: orNull(row.name),
    dialect: row.dialect,
    status: row.status,
    startTime: isoOrNull(row.started) ?? '',
    endTime: isoOrNull(row.ended),
    durationMs: durationMicros === null ? null : durationMicros / 1000,
    spanCount: row.span_count,
    errorCount: row.error_count,
    usage: usageBody(row.counts),
    costUsd: null,
    userId: orNull(row.user_id),
    sessionId: orNull(row.session_id),
    agentName: orNull(row.agent_name),
    environment: orNull(row.environment),
    tags: row.tags,
  };
}

/** Counts in the order of `USAGE_FIELDS`; -1 is "not said". */
export function usageBody(counts: readonly number[]): z.infer<typeof UsageBody> {
  const [input = -1, output = -1, cacheRead = -1, cacheWrite = -1, reasoning = -1, total = -1] = counts;
  const known = (count: number) => (count < 0 ? null : count);
  return {
    inputTokens: known(input),
    outputTokens: known(output),
    cacheReadTokens: known(cacheRead),
    cacheWriteTokens: known(cacheWrite),
    reasoningTokens: known(reasoning),
    totalTokens: known(total),
  };
}

function orNull(value: string): string | null {
  return value === '' ? null : value;
}
