/**
 * All spans and all traces of a project as tables that questions count. A span may still be several rows, and rows of one
 * trace may stand under several ids (docs/decisions/0003), so both are joined here before anything is counted. What a trace
 * is called, whose it is and how long it took follows the rules of trace-summary.ts; test/queries.test.ts compares the two.
 *
 * Times and durations are microseconds. A text that nobody said is empty, a number that nobody said is NULL.
 */

import type { ProjectId } from '../canonical/ids.ts';
import type { TextRegister } from '../canonical/span.ts';
import { aliasHopsMax } from '../limits.ts';
import { columnOf } from '../store/schema/schema.ts';
import type { StoreReader } from '../store/store.ts';

/** Which rows are read. Its SQL speaks of columns of `tributary.spans`, its values are parameters of the statement. */
export interface Scope {
  readonly hasAliases: boolean;
  /** Only this vendor's spans: `{dialect:String}`. */
  readonly hasDialect?: boolean;
  /** Only traces with a row like this, whole: `start_time >= …`. */
  readonly tracesWith?: readonly string[];
}

/** Most projects have no late parents, and then no statement needs to look for them. */
export async function projectHasAliases(store: StoreReader, project: ProjectId): Promise<boolean> {
  const rows = await store.select<{ found: number }>(
    `SELECT 1 AS found FROM tributary.trace_aliases WHERE project_id = {project:UUID} AND to_id != '' LIMIT 1`,
    { project },
  );
  return rows.length > 0;
}

const ALIASES = `SELECT concat(dialect, '|', from_id) AS child, concat(dialect, '|', to_id) AS parent
  FROM tributary.trace_aliases FINAL WHERE project_id = {project:UUID} AND to_id != ''`;

/** Every alias with the root it leads to, over any number of hops. */
const ROOTS = `SELECT child, argMax(parent, hops) AS root FROM (
  WITH RECURSIVE chain AS (
    SELECT child, parent, toUInt16(1) AS hops FROM (${ALIASES})
    UNION ALL
    SELECT chain.child AS child, further.parent AS parent, toUInt16(chain.hops + 1) AS hops
    FROM chain INNER JOIN (${ALIASES}) AS further ON further.child = chain.parent WHERE chain.hops < ${aliasHopsMax}
  ) SELECT child, parent, hops FROM chain
) GROUP BY child`;

/** Rows of `tributary.spans`, `columns` of them, with the `trace_key` (`dialect|traceId`) that they belong to. */
function rows(scope: Scope, columns: readonly string[], condition = '1'): string {
  const own = `concat(dialect, '|', trace_id)`;
  const where = `project_id = {project:UUID}${scope.hasDialect === true ? ' AND dialect = {dialect:String}' : ''} AND (${condition})`;
  const selected = columns.map((column) => `, ${column}`).join('');
  return scope.hasAliases
    ? `SELECT if(root = '', own_key, root) AS trace_key${selected}
       FROM (SELECT ${own} AS own_key${selected} FROM tributary.spans WHERE ${where}) AS stored
       LEFT JOIN (${ROOTS}) AS roots ON roots.child = stored.own_key`
    : `SELECT ${own} AS trace_key${selected} FROM tributary.spans WHERE ${where}`;
}

/** Keys of the traces that have a row like this. */
export function traceKeysWith(scope: Scope, condition: string): string {
  return `SELECT trace_key FROM (${rows(scope, [], condition)})`;
}

function scoped(scope: Scope): string {
  const conditions = (scope.tracesWith ?? []).map((condition) => `trace_key IN (${traceKeysWith(scope, condition)})`);
  return conditions.length === 0 ? '1' : conditions.join(' AND ');
}

/** Columns that hold the counts of `USAGE_FIELDS`, with the total as a reader sees it. */
const COUNTS = [
  'tokens_input',
  'tokens_output',
  'tokens_read',
  'tokens_write',
  'tokens_reasoning',
  'tokens_total',
] as const;

/** Sums in the order of `USAGE_FIELDS`, as `usageBody` takes them: -1 is "not said". */
export const USAGE_SUMS = `[${COUNTS.map((count) => `ifNull(sum(${count}), -1)`).join(', ')}]`;

const COUNTED = COUNTS.slice(0, -1).map((count, i) => `nullIf(tupleElement(used, ${i + 3}), -1) AS ${count}`);
const TOTAL = `multiIf(tupleElement(used, 8) >= 0, tupleElement(used, 8), tokens_input IS NULL AND tokens_output IS NULL, NULL,
    ifNull(tokens_input, 0) + ifNull(tokens_output, 0)) AS tokens_total`;

/**
 * One row per span: trace_key, dialect, span_id, first, last, seen (its latest moment), duration, measured_rank,
 * the token columns, and `registers` under the names of their columns.
 */
export function joinedSpans(scope: Scope, registers: readonly TextRegister[]): string {
  const columns = registers.map(columnOf);
  const texts = columns.map((column) => `tupleElement(max(${column}), 3) AS joined_${column}`);
  const read = ['dialect', 'span_id', 'start_time', 'end_time', ...columns, 'usage', 'duration_micros'];
  return `SELECT trace_key, dialect, span_id, first, last, greatest(first, ifNull(last, first)) AS seen,
    ${[...COUNTED, TOTAL, ...columns.map((column) => `joined_${column} AS ${column}`)].join(', ')},
    tupleElement(measured, 1) AS measured_rank, if(measured_rank > 0, tupleElement(measured, 3), last - first) AS duration
  FROM (
    SELECT ${[
      'trace_key, dialect, span_id, toUnixTimestamp64Micro(min(start_time)) AS first, toUnixTimestamp64Micro(max(end_time)) AS last',
      ...texts,
      'max(usage) AS used, max(duration_micros) AS measured',
    ].join(', ')}
    FROM (${rows(scope, read)}) WHERE ${scoped(scope)} GROUP BY trace_key, dialect, span_id
  )`;
}

const TRACE_REGISTERS = ['status', 'parentSpanId', 'userId', 'sessionId', 'agentName', 'agentVersion'] as const;

/** Roots first, then by time: whose word about the trace counts. */
const PRECEDENCE = '(NOT is_root, first, span_id)';
const foremost = (column: string) => `argMinIf(${column}, ${PRECEDENCE}, ${column} != '')`;

/**
 * Spans with `is_root`: they name no parent, or none that the trace has. A set of hashes, because a set of the ids of ten
 * million spans would not fit into a query's memory.
 */
function placedSpans(scope: Scope): string {
  return `SELECT *, parent_span_id = '' OR parent_span_id = span_id
    OR sipHash64(trace_key, parent_span_id) NOT IN (SELECT sipHash64(trace_key, span_id) FROM (${rows(scope, ['span_id'])}) WHERE ${scoped(scope)}) AS is_root
  FROM (${joinedSpans(scope, TRACE_REGISTERS)})`;
}

/**
 * One row per trace: trace_key, dialect, trace_status, trace_user, trace_session, trace_agent, started, ended, seen,
 * duration, span_count, error_count and the token columns.
 */
export function joinedTraces(scope: Scope): string {
  return `SELECT trace_key, dialect, trace_status, trace_user, trace_session, trace_agent, started, seen_last AS seen, span_count, error_count,
    if(trace_status = 'running', NULL, last_end) AS ended, if(root_duration >= 0, root_duration, ended - started) AS duration,
    ${COUNTS.map((count) => `sum_${count} AS ${count}`).join(', ')}
  FROM (
    SELECT trace_key, dialect, ${foremost('user_id')} AS trace_user, ${foremost('session_id')} AS trace_session, ${foremost('agent_name')} AS trace_agent,
      multiIf(countIf(is_root AND status = 'error') > 0, 'error', countIf(is_root AND status = 'running') > 0, 'running',
        countIf(is_root AND status = 'paused') > 0, 'paused', 'ok') AS trace_status,
      min(first) AS started, max(last) AS last_end, max(seen) AS seen_last, count() AS span_count, countIf(status = 'error') AS error_count,
      if(countIf(is_root) = 1 AND maxIf(measured_rank, is_root) > 0, assumeNotNull(maxIf(duration, is_root)), -1) AS root_duration,
      ${COUNTS.map((count) => `sum(${count}) AS sum_${count}`).join(', ')}
    FROM (${placedSpans(scope)}) GROUP BY trace_key, dialect
  )`;
}

/** One row per trace and agent in it: trace_key, agent_name, and the version that its foremost span names. */
export function agentVersions(scope: Scope): string {
  return `SELECT trace_key, agent_name, ${foremost('agent_version')} AS version
    FROM (${placedSpans(scope)}) WHERE agent_name != '' GROUP BY trace_key, agent_name`;
}
