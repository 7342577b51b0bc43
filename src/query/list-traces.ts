/**
 * `GET /traces`: newest first.
 *
 * A trace starts at the earliest of its rows, which may be spread over the table. So candidates are taken from a window
 * of time, newest window first, summarised exactly, and those whose exact start lies outside the window are left to the
 * older window that they belong to. Filters first narrow the candidates by rows, then are checked on the summary.
 */

import { createRoute } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { type Micros, microsNow } from '../canonical/time.ts';
import { searchMsMax } from '../limits.ts';
import { hourOf } from '../store/schema/schema.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { TraceAliases } from './aliases.ts';
import { aliasedRoots } from './joined.ts';
import { decodeCursor, encodeCursor, page, refusals } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import { areToldByRows, isWanted, type RowConditions, rowConditions, TraceFilters } from './trace-filters.ts';
import { type Summarised, summarise, TraceSummary } from './trace-summary.ts';

export const listTracesRoute = createRoute({
  method: 'get',
  path: '/traces',
  summary: 'Traces, newest first',
  request: { query: TraceFilters },
  responses: {
    200: { description: 'A page of traces', content: { 'application/json': { schema: page(TraceSummary) } } },
    ...refusals,
  },
});

const HOUR: Micros = 3_600_000_000;
/**
 * Window starts, as ages at the page's first moment, so that pages deep in the past cost no more than the first. Each one
 * is asked only when the newer ones did not fill the page.
 */
const WINDOW_AGES = [1, 6, 24, 3 * 24, 7 * 24, 30 * 24].map((hours) => hours * HOUR);
/** For what an index finds: it is read again for each window, and finds what there is in all of them at about the same price. */
const INDEXED_WINDOW_AGES = [24, 7 * 24].map((hours) => hours * HOUR);
/** A window of more than this has more to read than to plan. */
const LONG: Micros = 24 * HOUR;
const BEGINNING: Micros = Number.MIN_SAFE_INTEGER;
/** Before every hour of the store. */
const HOUR_FIRST = -1_000_000;
const FOREVER: Micros = Number.MAX_SAFE_INTEGER - 1;
const CURSOR = ['number', 'string'] as const;

/**
 * More than the page, because aliases and hidden spans drop some, and filters that rows cannot tell drop many; twice as
 * many each time that was too few.
 */
function candidatesFor(filters: TraceFilters, round: number): number {
  const { limit } = filters;
  return Math.min((limit * (areToldByRows(filters) ? 1 : 2) + 50) * 2 ** round, CANDIDATES_MAX);
}
const CANDIDATES_MAX = 4_000;

export type TracePage = { data: TraceSummary[]; nextCursor: string | null };

/** `undefined` when the cursor is not one of ours. */
export async function listTraces(
  store: StoreReader,
  project: ProjectId,
  filters: TraceFilters,
  vanishing?: Vanishing,
): Promise<TracePage | undefined> {
  const after = filters.cursor === undefined ? undefined : decodeCursor(filters.cursor, CURSOR);
  if (filters.cursor !== undefined && after === undefined) return undefined;
  const [cursorStart, cursorKey] = after ?? [];
  const rows = rowFilter(rowConditions(filters), await aliasedRoots(store, project));
  const search = new Search({ store, project, filters, vanishing, rows });
  const upper = Math.min(Number(cursorStart ?? FOREVER), filters.to === undefined ? FOREVER : filters.to - 1);
  const { found, stoppedAt } = await search.run(
    upper,
    (trace) => cursorStart === undefined || isBefore(trace, Number(cursorStart), String(cursorKey)),
  );
  const data = found.slice(0, filters.limit);
  const last = data.at(-1);
  const isMore = found.length > filters.limit && last !== undefined;
  const next = isMore
    ? [last.startMicros, last.key]
    : stoppedAt === undefined
      ? undefined
      : [stoppedAt.start, stoppedAt.key ?? ''];
  return { data: data.map((trace) => trace.summary), nextCursor: next === undefined ? null : encodeCursor(next) };
}

function isBefore(trace: Summarised, start: number, key: string): boolean {
  return trace.startMicros < start || (trace.startMicros === start && trace.key < key);
}

/** Everything up to and including `start`, or before (start, key). */
interface Bound {
  readonly start: Micros;
  readonly key?: string;
}

function isBelow(trace: Summarised, { start, key }: Bound): boolean {
  return trace.startMicros < start || (key !== undefined && trace.startMicros === start && trace.key < key);
}

function sorted(found: ReadonlyMap<string, Summarised>): Summarised[] {
  return [...found.values()].sort((a, b) => (isBefore(a, b.startMicros, b.key) ? 1 : -1));
}

interface Candidate {
  readonly trace_key: string;
  readonly first: number;
}

/** Conditions on a row, for windows of few hours and of many. */
interface RowFilter {
  readonly ofShort: string;
  readonly ofLong: string;
  readonly params: QueryParams;
}

interface SearchParts {
  readonly store: StoreReader;
  readonly project: ProjectId;
  readonly filters: TraceFilters;
  readonly vanishing: Vanishing | undefined;
  readonly rows: RowFilter;
}

class Search {
  readonly #store: StoreReader;
  readonly #project: ProjectId;
  readonly #filters: TraceFilters;
  readonly #vanishing: Vanishing | undefined;
  readonly #aliases: TraceAliases;
  readonly #rows: RowFilter;

  constructor({ store, project, filters, vanishing, rows }: SearchParts) {
    this.#store = store;
    this.#project = project;
    this.#filters = filters;
    this.#vanishing = vanishing;
    this.#aliases = new TraceAliases(store, project);
    this.#rows = rows;
  }

  /**
   * Up to one more than the page, sorted; `upper` is the newest start that counts. `stoppedAt`: where to go on when time
   * was up before the page was full.
   */
  async run(
    upper: Micros,
    isAfter: (trace: Summarised) => boolean,
  ): Promise<{ found: Summarised[]; stoppedAt?: Bound }> {
    const wanted = this.#filters.limit + 1;
    const deadline = performance.now() + searchMsMax;
    const found = new Map<string, Summarised>();
    /** Seen by a newer row of theirs, but they start further down: judged again when the search gets there. */
    const deferred = new Map<string, Summarised>();
    let before: Bound = { start: upper };
    let round = 0;
    for (const lower of this.#windowStarts(upper)) {
      for (let isFull = true; isFull && before.start >= lower && found.size < wanted; round += 1) {
        if (performance.now() > deadline) return { found: sorted(found).slice(0, wanted), stoppedAt: before };
        const candidatesMax = candidatesFor(this.#filters, round);
        const candidates = await this.#candidates(lower, before, candidatesMax);
        const last = candidates.at(-1);
        isFull = candidates.length === candidatesMax;
        // What lies below the last candidate has not been seen completely yet; it comes with a later round.
        const floor: Bound =
          isFull && last !== undefined ? { start: last.first, key: last.trace_key } : { start: lower };
        for (const trace of [...(await this.#summaries(candidates)), ...deferred.values()]) {
          deferred.delete(trace.key);
          if (isBelow(trace, floor)) deferred.set(trace.key, trace);
          else if (isAfter(trace) && isWanted(trace, this.#filters)) found.set(trace.key, trace);
        }
        before = isFull ? floor : { start: lower - 1 };
      }
      if (found.size >= wanted) break;
    }
    return { found: sorted(found).slice(0, wanted) };
  }

  #windowStarts(upper: Micros): Micros[] {
    const now = Math.min(microsNow(), upper);
    const from = this.#filters.from ?? BEGINNING;
    const { q, userId, sessionId } = this.#filters;
    const ages = (q ?? userId ?? sessionId) === undefined ? WINDOW_AGES : INDEXED_WINDOW_AGES;
    const starts = ages.map((age) => now - age).filter((start) => start > from);
    return [...starts, from];
  }

  #candidates(lower: Micros, before: Bound, limit: number): Promise<Candidate[]> {
    const isLong = Math.min(before.start, microsNow()) - lower > LONG;
    const conditions: string[] = [isLong ? this.#rows.ofLong : this.#rows.ofShort];
    // The hours are what the table's key finds.
    if (lower !== BEGINNING)
      conditions.push('AND hour >= {lowerHour:Int32} AND start_time >= fromUnixTimestamp64Micro({lower:Int64})');
    if (before.start < FOREVER)
      conditions.push('AND hour <= {upperHour:Int32} AND start_time <= fromUnixTimestamp64Micro({upper:Int64})');
    const having = before.key === undefined ? '' : 'HAVING (first, trace_key) < ({upper:Int64}, {key:String})';
    return this.#store.select<Candidate>(
      `SELECT concat(dialect, '|', trace_id) AS trace_key, toUnixTimestamp64Micro(min(start_time)) AS first
       FROM tributary.spans WHERE project_id = {project:UUID} ${conditions.join(' ')}
       GROUP BY trace_id, dialect ${having} ORDER BY first DESC, trace_key DESC LIMIT {limit:UInt64}`,
      {
        ...{ project: this.#project, lower, upper: before.start, key: before.key ?? '', limit, ...this.#rows.params },
        lowerHour: lower === BEGINNING ? HOUR_FIRST : hourOf(lower),
        upperHour: hourOf(before.start),
      },
    );
  }

  async #summaries(candidates: readonly Candidate[]): Promise<Summarised[]> {
    const roots = await this.#aliases.roots(candidates.map((candidate) => candidate.trace_key));
    const members = await this.#aliases.members([...new Set(roots.values())]);
    return summarise(this.#store, this.#project, members, { vanishing: this.#vanishing });
  }
}

type Aliases = Awaited<ReturnType<typeof aliasedRoots>>;

function rowFilter({ conditions, params }: RowConditions, aliases: Aliases): RowFilter {
  const sql = (ofTraces: (matching: string) => string) =>
    conditions
      .map((condition) => (condition.of === 'dialect' ? `AND ${condition.sql}` : ofTraces(condition.sql)))
      .join(' ');
  return {
    ofShort: sql((condition) => `AND (dialect, trace_id) IN (${tracesWith(condition, aliases)})`),
    // With their hours, as the table's key has them: or else every row of the window would be read.
    ofLong: sql(
      (condition) => `AND (hour, trace_id, dialect) IN (SELECT hour, trace_id, dialect
        FROM (SELECT trace_hash, hour FROM tributary.trace_hours
          WHERE project_id = {project:UUID} AND hour BETWEEN {lowerHour:Int32} AND {upperHour:Int32}) AS hours
        INNER JOIN (SELECT trace_id, dialect, cityHash64(trace_id) AS hash FROM (${tracesWith(condition, aliases)})) AS matching
          ON matching.hash = hours.trace_hash)`,
    ),
    params: { ...aliases.params, ...params },
  };
}

/**
 * The stored traces (dialect, trace_id) with a row like this. Where parents came late, a trace stands under several ids,
 * and the row under one of them speaks for all: those that start it may be the only ones in the window.
 */
function tracesWith(condition: string, { roots }: Aliases): string {
  // No row of a trace that starts in the window is older than the window.
  const found = `SELECT DISTINCT dialect, trace_id FROM tributary.spans
    WHERE project_id = {project:UUID} AND hour >= {lowerHour:Int32} AND ${condition}`;
  if (roots === undefined) return found;
  const moved = `SELECT DISTINCT if(root = '', stored_key, root) AS key
    FROM (SELECT concat(dialect, '|', trace_id) AS stored_key FROM (${found})) AS stored
    LEFT JOIN (${roots}) AS roots ON roots.child = stored.stored_key`;
  return `SELECT substring(key, 1, position(key, '|') - 1) AS dialect, substring(key, position(key, '|') + 1) AS trace_id
    FROM (${moved} UNION ALL SELECT child AS key FROM (${roots}) AS roots WHERE root IN (${moved}))`;
}
