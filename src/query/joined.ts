/**
 * All spans and all traces of a project as tables that questions count. A span may still be several rows, and rows of one
 * trace may stand under several ids (docs/decisions/0003), so both are joined here before anything is counted. What a trace
 * is called, whose it is, how long it took and what it cost is said here alone: lists, details and sums take it from here.
 *
 * Times and durations are microseconds. A text that nobody said is empty, a number that nobody said is NULL.
 */

import type { ProjectId } from '../canonical/ids.ts';
import type { TextRegister } from '../canonical/span.ts';
import { microsNow } from '../canonical/time.ts';
import { aliasHopsMax, carriedAliasesMax } from '../limits.ts';
import { columnOf, inHoursOf } from '../store/schema/schema.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { COUNT_COLUMNS, withCost } from './cost-sql.ts';
import { hoursOf, IN_HOURS, isInHoursOfSpread, isSpread, spreadTraces, type TimeRange } from './hours.ts';
import { shownStatus, type Vanishing, vanishingParams, WORST_OF_ROOTS } from './status-sql.ts';

/** Which rows are read. Its SQL speaks of columns of `tributary.spans`, its values are parameters of the statement. */
export interface Scope {
  /** Where late parents moved traces to, if they did; its parameters are `openScope`'s too. */
  readonly roots: string | undefined;
  /** Only this vendor's spans: `{dialect:String}`. */
  readonly hasDialect?: boolean;
  /** Only traces with a row in the hours `{hourMin:Int32}` to `{hourMax:Int32}`, whole, and perhaps some others, whole too. */
  readonly hasHours?: boolean;
  /** Hashes of the traces whose rows stand in several hours or under several ids, if there are such; as a statement. */
  readonly spread: string | undefined;
  /** Only traces with a row like this, whole: `start_time >= …`. `narrow` decides between this and the next. */
  readonly tracesWith?: readonly string[];
  /** Only traces that are stored under `{scopeKeys:Array(String)}`, whole; their ids are `{scopeIds:Array(String)}`. */
  readonly isCarried?: boolean;
  /** Spans that are plumbing: there are none, they are left out, or they are spans like all others. */
  readonly hidden: 'none' | 'left out' | 'shown';
}

/** The project as it is, with the parameters that every statement over it needs. `range`: what starts in it is asked for. */
export async function openScope(
  store: StoreReader,
  project: ProjectId,
  vanishing: Vanishing | undefined,
  range: TimeRange = {},
): Promise<{ readonly scope: Scope; readonly params: QueryParams }> {
  const hours = hoursOf(range);
  const [aliases, hidden] = await Promise.all([aliasedRoots(store, project), hiddenSpans(store, project)]);
  const spread = await spreadTraces(store, project, hours, aliases);
  return {
    scope: {
      roots: aliases.roots,
      hasHours: hours !== undefined,
      spread: spread.hashes,
      hidden,
    },
    params: {
      ...aliases.params,
      ...spread.params,
      ...vanishingParams(vanishing, microsNow()),
      ...(hours ?? {}),
      project,
    },
  };
}

/** Condition on rows: of traces with a row in the scope's hours, or that may have one. */
function isInHours({ hasHours, spread }: Scope): string {
  if (!hasHours) return '1';
  if (spread === undefined) return IN_HOURS;
  return `(${IN_HOURS} OR (${isInHoursOfSpread(spread)} AND ${isSpread(spread)}))`;
}

/** Most projects have none, and then no statement needs to look for them. */
async function hiddenSpans(store: StoreReader, project: ProjectId): Promise<'none' | 'left out'> {
  const rows = await store.recall(
    'SELECT 1 AS found FROM tributary.spans WHERE project_id = {project:UUID} AND hidden = 1 LIMIT 1',
    { project },
  );
  return rows.length === 0 ? 'none' : 'left out';
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

/** The roots of the aliases that travel as parameters. */
const CARRIED_ROOTS = `SELECT pair.1 AS child, pair.2 AS root
  FROM (SELECT arrayJoin(arrayZip({aliases:Array(String)}, {aliasRoots:Array(String)})) AS pair)`;

/**
 * A statement that gives every key that late parents moved (`child`) with where it leads to (`root`), and its parameters.
 * `undefined`: most projects have no late parents, and then no statement needs to look for them.
 */
export async function aliasedRoots(
  store: StoreReader,
  project: ProjectId,
): Promise<{ readonly roots: string | undefined; readonly params: QueryParams }> {
  const [any] = await store.recall(`SELECT 1 AS found FROM (${ALIASES}) LIMIT 1`, { project });
  if (any === undefined) return { roots: undefined, params: {} };
  const rows = await store.recall<{ child: string; root: string }>(
    `SELECT child, root FROM (${ROOTS}) LIMIT ${carriedAliasesMax + 1}`,
    { project },
  );
  if (rows.length === 0) return { roots: undefined, params: {} };
  if (rows.length > carriedAliasesMax) return { roots: ROOTS, params: {} };
  const params = { aliases: rows.map((row) => row.child), aliasRoots: rows.map((row) => row.root) };
  return { roots: CARRIED_ROOTS, params };
}

const STORED_KEY = `concat(dialect, '|', trace_id)`;

const CARRIED_IDS = '{scopeIds:Array(String)}';

/** What the table's key finds of the scope. */
function projectRows({ hasDialect = false, isCarried = false }: Scope): string {
  return [
    'project_id = {project:UUID}',
    ...(hasDialect ? ['dialect = {dialect:String}'] : []),
    ...(isCarried ? [inHoursOf(CARRIED_IDS), `trace_id IN ${CARRIED_IDS}`] : []),
  ].join(' AND ');
}

/** Rows of `tributary.spans`, `columns` of them, with the `trace_key` (`dialect|traceId`) that they belong to. */
function rows(scope: Scope, columns: readonly string[], condition = '1'): string {
  const where = `${projectRows(scope)} AND ${isInHours(scope)} AND (${condition})`;
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

/** Condition on the key of a trace, the one that it is stored under or its root's. */
function isInScope(scope: Scope, key: string): string {
  const conditions = (scope.tracesWith ?? []).map((condition) => `${key} IN (${traceKeysWith(scope, condition)})`);
  if (scope.isCarried) conditions.push(`${key} IN {scopeKeys:Array(String)}`);
  return ['1', ...conditions].join(' AND ');
}

/** Rows that fulfil `condition`, of the traces in scope, of hidden spans too: trace_key, span_id and `columns`. */
export function spanRows(scope: Scope, columns: readonly string[], condition = '1'): string {
  return `SELECT * FROM (${rows(scope, ['span_id', ...columns], condition)}) WHERE ${isInScope(scope, 'trace_key')}`;
}

/** Columns whose rows are joined otherwise than by `max`. */
const JOINS: Readonly<Record<string, string>> = { start_time: 'min', first_token: 'min', tags: 'groupUniqArrayArray' };
/** What is asked of every span; the engine leaves out what a statement does not use. */
const OF_EVERY_SPAN = ['start_time', 'end_time', 'first_token', 'duration_micros', 'hidden'];
const OF_SUMS = ['tokens', 'counted', 'price', 'repeats'];

/**
 * Spans by the trace id that they are stored under. FINAL joins as the table's merges do, row by row in the table's order:
 * a GROUP BY would hold a state of kilobytes for every span of the project. `condition` is on columns of the table's order
 * only, so it may be asked before rows are joined, and the wide columns are read for the rows that pass.
 */
function storedSpans(scope: Scope, columns: readonly string[], condition: string): string {
  const joined = columns.map((column) => `${column} AS joined_${column}`);
  return `SELECT ${STORED_KEY} AS stored_key, dialect, span_id, ${joined.join(', ')} FROM tributary.spans FINAL
    PREWHERE ${condition} WHERE ${projectRows(scope)}`;
}

/** Spans by the trace that they belong to. Only what may be several rows even in a merged table is looked at twice. */
function spansOfTraces(scope: Scope, columns: readonly string[]): string {
  const { spread } = scope;
  const names = columns.map((column) => `joined_${column}`);
  const settled = [
    scope.hasHours ? IN_HOURS : '1',
    isInScope(scope, STORED_KEY),
    ...(spread === undefined ? [] : [`NOT ${isSpread(spread)}`]),
  ].join(' AND ');
  const once = `SELECT stored_key AS trace_key, dialect, span_id, ${names.join(', ')} FROM (${storedSpans(scope, columns, settled)})`;
  if (spread === undefined) return once;
  const rejoined = columns.map((column) => `${JOINS[column] ?? 'max'}(joined_${column}) AS joined_${column}`);
  const stored = storedSpans(scope, columns, `${isInHoursOfSpread(spread)} AND ${isSpread(spread)}`);
  const keyed =
    scope.roots === undefined
      ? `SELECT stored_key AS trace_key, dialect, span_id, ${names.join(', ')} FROM (${stored})`
      : `SELECT if(root = '', stored_key, root) AS trace_key, dialect, span_id, ${names.join(', ')}
         FROM (${stored}) AS stored LEFT JOIN (${scope.roots}) AS roots ON roots.child = stored.stored_key`;
  return `${once}
    UNION ALL
    SELECT trace_key, dialect, span_id, ${rejoined.join(', ')} FROM (${keyed})
    WHERE ${isInScope(scope, 'trace_key')} GROUP BY trace_key, dialect, span_id`;
}

const STATUS = shownStatus({
  status: 'joined_status',
  startTime: 'joined_start_time',
  endTime: 'joined_end_time',
  firstToken: 'joined_first_token',
});

/**
 * One row per span that is not left out: trace_key, dialect, span_id, first, last, seen (its latest moment), duration,
 * measured_rank, price_id, `registers` under the names of their columns, and what it adds to sums: `COUNT_COLUMNS`,
 * cost_pico and usage_source, which say nothing where the span only repeats what spans below it report. Without sums the
 * statement is planned in half the time.
 */
export function joinedSpans(
  scope: Scope,
  registers: readonly TextRegister[],
  others: readonly string[] = [],
  hasSums = true,
): string {
  const columns = registers.map(columnOf);
  const texts = columns.map(
    (column) => `${column === 'status' ? STATUS : `tupleElement(joined_${column}, 3)`} AS ${column}`,
  );
  const rest = others.map((column) => `joined_${column} AS ${column}`);
  const inner = [...OF_EVERY_SPAN, ...(hasSums ? OF_SUMS : []), ...columns, ...others];
  const spans = `SELECT *${hasSums ? ', tupleElement(joined_repeats, 2) AS repeats' : ''}
    FROM (${spansOfTraces(scope, inner)}) WHERE ${scope.hidden === 'left out' ? 'NOT joined_hidden' : '1'}`;
  return `SELECT trace_key, dialect, span_id, toUnixTimestamp64Micro(joined_start_time) AS first, toUnixTimestamp64Micro(joined_end_time) AS last,
    greatest(first, ifNull(last, first)) AS seen, ${[...(hasSums ? SUMMED_COLUMNS : []), ...texts, ...rest].map((column) => `${column}, `).join('')}
    ${hasSums ? 'tupleElement(joined_price, 4) AS price_id, ' : ''}if(tupleElement(joined_duration_micros, 3) < 0, 0, tupleElement(joined_duration_micros, 1)) AS measured_rank,
    multiIf(measured_rank > 0, tupleElement(joined_duration_micros, 3), tupleElement(joined_duration_micros, 3) < 0 AND last = first, NULL, last - first) AS duration
  FROM (${hasSums ? withCost(spans, 'repeats') : spans})`;
}

/** How the columns of `SUMMED_COLUMNS` are put together. */
export const sumOf = (column: string) => `${column.endsWith('usage_source') ? 'max' : 'sum'}(${column})`;
const SUMMED_COLUMNS = [...COUNT_COLUMNS, 'cost_pico', 'usage_source'];

/** `counts`, as `usageBody` takes them (-1 is "not known"), and `cost`, text or NULL. */
export const USAGE_SUMS = `[${COUNT_COLUMNS.map((column) => `ifNull(${sumOf(column)}, -1)`).join(', ')}, ${sumOf('usage_source')}] AS counts,
  toString(${sumOf('cost_pico')}) AS cost`;

const TRACE_REGISTERS = ['status', 'parentSpanId', 'userId', 'sessionId', 'agentName'] as const;

/**
 * Roots first, then by time: whose word about the trace counts. One text that sorts like (NOT is_root, first, span_id);
 * the offset makes all times positive, so that they have the same number of digits.
 */
const PRECEDENCE = `concat(if(is_root, '0', '1'), hex(toUInt64(first + 4611686018427387904)), span_id) AS precedence`;
export const foremost = (column: string) => `argMinIf(${column}, precedence, ${column} != '')`;

/**
 * Spans with `is_root`: they name no parent, or none that the trace has; a hidden parent stands for its own. Sets of
 * hashes, because a set of the ids of ten million spans would not fit into a query's memory.
 */
export function placedSpans(
  scope: Scope,
  registers: readonly TextRegister[],
  others: readonly string[] = [],
  hasSums = true,
): string {
  return `SELECT *, ${isRoot(scope)} AS is_root, ${PRECEDENCE} FROM (${joinedSpans(scope, registers, others, hasSums)})`;
}

/** Condition on `joinedSpans` with the register `parentSpanId`. */
export function isRoot(scope: Scope): string {
  const parent = 'sipHash64(trace_key, parent_span_id)';
  const known = `SELECT sipHash64(trace_key, span_id) FROM (${spanRows(scope, [])})`;
  const below = scope.hidden === 'left out' ? ` OR ${parent} IN (${hiddenRoots(scope, known)})` : '';
  return `(parent_span_id = '' OR parent_span_id = span_id OR ${parent} NOT IN (${known})${below})`;
}

/** Hashes of the hidden spans that have no visible span above them. */
function hiddenRoots(scope: Scope, known: string): string {
  const hidden = `SELECT trace_key, span_id, if(tupleElement(joined_parent_span_id, 3) = span_id, '', tupleElement(joined_parent_span_id, 3)) AS above
    FROM (${spansOfTraces(scope, ['parent_span_id', 'hidden'])}) WHERE joined_hidden`;
  return `SELECT sipHash64(trace_key, span_id) FROM (
    WITH RECURSIVE climb AS (
      SELECT trace_key, span_id, above, toUInt16(0) AS hops FROM (${hidden})
      UNION ALL
      SELECT climb.trace_key AS trace_key, climb.span_id AS span_id, next.above AS above, toUInt16(climb.hops + 1) AS hops
      FROM climb INNER JOIN (${hidden}) AS next ON next.trace_key = climb.trace_key AND next.span_id = climb.above
      WHERE climb.hops < ${aliasHopsMax}
    ) SELECT trace_key, span_id, argMax(above, hops) AS top FROM climb GROUP BY trace_key, span_id
  ) WHERE top = '' OR sipHash64(trace_key, top) NOT IN (${known})`;
}

/**
 * One row per trace: trace_key, dialect, trace_status, trace_user, trace_session, trace_agent, started, ended, seen,
 * duration, span_count, error_count and, with sums, the columns that are summed. trace-summary.ts says the same of a few
 * traces.
 */
export function joinedTraces(scope: Scope, hasSums = true): string {
  const summed = hasSums ? SUMMED_COLUMNS : [];
  return `SELECT trace_key, dialect, trace_status, trace_user, trace_session, trace_agent, started, seen_last AS seen, span_count, error_count,
    if(trace_status IN ('running', 'unknown'), NULL, last_end) AS ended,
    multiIf(root_duration >= 0, root_duration, known_durations = 0 AND ended = started, NULL, ended - started) AS duration
    ${summed.map((column) => `, sum_${column} AS ${column}`).join('')}
  FROM (
    SELECT trace_key, dialect, ${foremost('user_id')} AS trace_user, ${foremost('session_id')} AS trace_session, ${foremost('agent_name')} AS trace_agent,
      ${WORST_OF_ROOTS} AS trace_status,
      min(first) AS started, max(last) AS last_end, max(seen) AS seen_last, count() AS span_count, countIf(status = 'error') AS error_count,
      ${summed.map((column) => `${sumOf(column)} AS sum_${column}, `).join('')}
      count(duration) AS known_durations,
      if(countIf(is_root) = 1 AND maxIf(measured_rank, is_root) > 0, assumeNotNull(maxIf(duration, is_root)), -1) AS root_duration
    FROM (${placedSpans(scope, TRACE_REGISTERS, [], hasSums)}) GROUP BY trace_key, dialect
  )`;
}

/** One row per trace: trace_key and `owner`, what `joinedTraces` calls trace_user or trace_agent. */
export function traceOwners(scope: Scope, register: 'userId' | 'agentName'): string {
  return `SELECT trace_key, ${foremost(columnOf(register))} AS owner
    FROM (${placedSpans(scope, ['parentSpanId', register], [], false)}) GROUP BY trace_key`;
}

/**
 * One row per trace and version of its agent in it: trace_agent, version, trace_started, the trace's `duration`, and of the
 * spans of that version started, seen, error_count and the columns that are summed. A span is of the version that it names
 * itself for the trace's agent, else of the one that the trace's foremost span names.
 */
export function tracesByVersion(scope: Scope): string {
  const spans = `SELECT trace_key, dialect, agent_name AS own_agent, agent_version AS own_version, min(first) AS started_part, max(seen) AS seen_part,
      countIf(status = 'error') AS errors_part, ${SUMMED_COLUMNS.map((column) => `${sumOf(column)} AS part_${column}`).join(', ')}
    FROM (${joinedSpans(scope, ['status', 'agentName', 'agentVersion'])}) GROUP BY trace_key, dialect, own_agent, own_version`;
  return `SELECT traces.trace_key AS trace_key, trace_agent, trace_started, trace_duration AS duration,
      if(own_version != '' AND own_agent IN ('', trace_agent), own_version, foremost_version) AS version,
      min(started_part) AS started, max(seen_part) AS seen, sum(errors_part) AS error_count,
      ${SUMMED_COLUMNS.map((column) => `${sumOf(`part_${column}`)} AS ${column}`).join(', ')}
    FROM (${spans}) AS parts
    INNER JOIN (
      SELECT trace_key, trace_agent, started AS trace_started, duration AS trace_duration FROM (${joinedTraces(scope, false)}) WHERE trace_agent != ''
    ) AS traces ON traces.trace_key = parts.trace_key
    LEFT JOIN (${agentVersions(scope)}) AS versions
      ON versions.trace_key = parts.trace_key AND versions.agent_name = traces.trace_agent
    GROUP BY trace_key, trace_agent, trace_started, trace_duration, version`;
}

/** One row per trace and agent in it: trace_key, agent_name, and the version that its foremost span names. */
function agentVersions(scope: Scope): string {
  return `SELECT trace_key, agent_name, ${foremost('agent_version')} AS foremost_version
    FROM (${placedSpans(scope, ['parentSpanId', 'agentName', 'agentVersion'], [], false)}) WHERE agent_name != '' GROUP BY trace_key, agent_name`;
}
