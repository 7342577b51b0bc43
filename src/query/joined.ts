/**
 * All spans and all traces of a project as tables that questions count. A span may still be several rows, and rows of one
 * trace may stand under several ids (docs/decisions/0003), so both are joined here before anything is counted. What a trace
 * is called, whose it is and how long it took follows the rules of trace-summary.ts; test/queries.test.ts compares the two.
 *
 * Times and durations are microseconds. A text that nobody said is empty, a number that nobody said is NULL.
 */

import type { ProjectId } from '../canonical/ids.ts';
import type { TextRegister } from '../canonical/span.ts';
import { aliasHopsMax, carriedAliasesMax } from '../limits.ts';
import { columnOf } from '../store/schema/schema.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';

/** Which rows are read. Its SQL speaks of columns of `tributary.spans`, its values are parameters of the statement. */
export interface Scope {
  /** Where late parents moved traces to, if they did; its parameters are `aliasedRoots`' too. */
  readonly roots: string | undefined;
  /** Only this vendor's spans: `{dialect:String}`. */
  readonly hasDialect?: boolean;
  /** Only traces with a row like this, whole: `start_time >= …`. */
  readonly tracesWith?: readonly string[];
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

const CARRIED = `SELECT pair.1 AS child, pair.2 AS root
  FROM (SELECT arrayJoin(arrayZip({aliases:Array(String)}, {aliasRoots:Array(String)})) AS pair)`;

/** Most projects have no late parents, and then no statement needs to look for them. */
export async function aliasedRoots(
  store: StoreReader,
  project: ProjectId,
): Promise<{ readonly roots: string | undefined; readonly params: QueryParams }> {
  const rows = await store.select<{ child: string; root: string }>(
    `SELECT child, root FROM (${ROOTS}) LIMIT ${carriedAliasesMax + 1}`,
    { project },
  );
  if (rows.length === 0) return { roots: undefined, params: {} };
  if (rows.length > carriedAliasesMax) return { roots: ROOTS, params: {} };
  const params = { aliases: rows.map((row) => row.child), aliasRoots: rows.map((row) => row.root) };
  return { roots: CARRIED, params };
}

const STORED_KEY = `concat(dialect, '|', trace_id)`;

function projectRows({ hasDialect = false }: Scope): string {
  return `project_id = {project:UUID}${hasDialect ? ' AND dialect = {dialect:String}' : ''}`;
}

/** Rows of `tributary.spans`, `columns` of them, with the `trace_key` (`dialect|traceId`) that they belong to. */
function rows(scope: Scope, columns: readonly string[], condition = '1'): string {
  const where = `${projectRows(scope)} AND (${condition})`;
  const selected = columns.map((column) => `, ${column}`).join('');
  return scope.roots !== undefined
    ? `SELECT if(root = '', stored_key, root) AS trace_key${selected}
       FROM (SELECT ${STORED_KEY} AS stored_key${selected} FROM tributary.spans WHERE ${where}) AS stored
       LEFT JOIN (${scope.roots}) AS roots ON roots.child = stored.stored_key`
    : `SELECT ${STORED_KEY} AS trace_key${selected} FROM tributary.spans WHERE ${where}`;
}

/** Keys of the traces that have a row like this. */
export function traceKeysWith(scope: Scope, condition: string): string {
  return `SELECT trace_key FROM (${rows(scope, [], condition)})`;
}

/** Condition on the key of a trace. */
function isInScope(scope: Scope, key: string): string {
  const conditions = (scope.tracesWith ?? []).map((condition) => `${key} IN (${traceKeysWith(scope, condition)})`);
  return ['1', ...conditions].join(' AND ');
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

/** Columns whose rows are joined, with how (schema.ts). */
function joins(columns: readonly string[]): readonly (readonly [column: string, join: string])[] {
  const greatest = [...columns, 'usage', 'duration_micros', 'end_time'];
  return [['start_time', 'min'], ...greatest.map((column) => [column, 'max'] as const)];
}

/**
 * Spans by the trace id that they are stored under. FINAL joins as the table's merges do, row by row in the table's order:
 * a GROUP BY would hold a state of kilobytes for every span of the project. `condition` is on columns of the table's order
 * only, so it may be asked before rows are joined, and the wide columns are read for the rows that pass.
 */
function storedSpans(scope: Scope, columns: readonly string[], condition: string): string {
  const joined = joins(columns).map(([column]) => `${column} AS joined_${column}`);
  return `SELECT ${STORED_KEY} AS stored_key, dialect, span_id, ${joined.join(', ')} FROM tributary.spans FINAL
    PREWHERE ${condition} WHERE ${projectRows(scope)}`;
}

/** Spans by the trace that they belong to. Only what has to do with an alias is looked at twice. */
function spansOfTraces(scope: Scope, columns: readonly string[]): string {
  const inScope = isInScope(scope, STORED_KEY);
  const names = joins(columns).map(([column]) => `joined_${column}`);
  const settled = (condition: string) =>
    `SELECT stored_key AS trace_key, dialect, span_id, ${names.join(', ')} FROM (${storedSpans(scope, columns, condition)})`;
  if (scope.roots === undefined) return settled(inScope);
  const isMoved = `${STORED_KEY} IN (SELECT arrayJoin([child, root]) FROM (${scope.roots}))`;
  const rejoined = joins(columns).map(([column, join]) => `${join}(joined_${column}) AS joined_${column}`);
  return `${settled(`${inScope} AND NOT ${isMoved}`)}
    UNION ALL
    SELECT trace_key, dialect, span_id, ${rejoined.join(', ')} FROM (
      SELECT if(root = '', stored_key, root) AS trace_key, dialect, span_id, ${names.join(', ')}
      FROM (${storedSpans(scope, columns, isMoved)}) AS stored LEFT JOIN (${scope.roots}) AS roots ON roots.child = stored.stored_key
    ) WHERE ${isInScope(scope, 'trace_key')} GROUP BY trace_key, dialect, span_id`;
}

/**
 * One row per span: trace_key, dialect, span_id, first, last, seen (its latest moment), duration, measured_rank,
 * the token columns, and `registers` under the names of their columns.
 */
export function joinedSpans(scope: Scope, registers: readonly TextRegister[]): string {
  const columns = registers.map(columnOf);
  const texts = columns.map((column) => `tupleElement(joined_${column}, 3) AS ${column}`);
  return `SELECT trace_key, dialect, span_id, toUnixTimestamp64Micro(joined_start_time) AS first, toUnixTimestamp64Micro(joined_end_time) AS last,
    greatest(first, ifNull(last, first)) AS seen, joined_usage AS used, ${[...COUNTED, TOTAL, ...texts].join(', ')},
    tupleElement(joined_duration_micros, 1) AS measured_rank,
    if(measured_rank > 0, tupleElement(joined_duration_micros, 3), last - first) AS duration
  FROM (${spansOfTraces(scope, columns)})`;
}

const TRACE_REGISTERS = ['status', 'parentSpanId', 'userId', 'sessionId', 'agentName'] as const;

/**
 * Roots first, then by time: whose word about the trace counts. One text that sorts like (NOT is_root, first, span_id);
 * the offset makes all times positive, so that they have the same number of digits.
 */
const PRECEDENCE = `concat(if(is_root, '0', '1'), hex(toUInt64(first + 4611686018427387904)), span_id) AS precedence`;
const foremost = (column: string) => `argMinIf(${column}, precedence, ${column} != '')`;

/**
 * Spans with `is_root`: they name no parent, or none that the trace has. A set of hashes, because a set of the ids of ten
 * million spans would not fit into a query's memory.
 */
function placedSpans(scope: Scope, registers: readonly TextRegister[]): string {
  return `SELECT *, parent_span_id = '' OR parent_span_id = span_id
    OR sipHash64(trace_key, parent_span_id) NOT IN (SELECT sipHash64(trace_key, span_id) FROM (${rows(scope, ['span_id'])}) WHERE ${isInScope(scope, 'trace_key')}) AS is_root,
    ${PRECEDENCE}
  FROM (${joinedSpans(scope, registers)})`;
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
    FROM (${placedSpans(scope, TRACE_REGISTERS)}) GROUP BY trace_key, dialect
  )`;
}

/** One row per trace and agent in it: trace_key, agent_name, and the version that its foremost span names. */
export function agentVersions(scope: Scope): string {
  return `SELECT trace_key, agent_name, ${foremost('agent_version')} AS version
    FROM (${placedSpans(scope, ['parentSpanId', 'agentName', 'agentVersion'])}) WHERE agent_name != '' GROUP BY trace_key, agent_name`;
}
