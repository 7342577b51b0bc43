/**
 * `GET /traces`: newest first.
 *
 * A trace starts at the earliest of its rows, which may be spread over the table. So candidates are taken from a window
 * of time, newest window first, summarised exactly, and those whose exact start lies outside the window are left to the
 * older window that they belong to. Filters first narrow the candidates by rows, then are checked on the summary.
 */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { type Micros, microsNow } from '../canonical/time.ts';
import { searchMsMax } from '../limits.ts';
import { hourOf, wordsOf } from '../store/schema/schema.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { TraceAliases } from './aliases.ts';
import { DialectParam, decodeCursor, encodeCursor, PageParams, page, refusals, TimeParam } from './schemas.ts';
import { SHOWN_STATUSES, type Vanishing } from './status-sql.ts';
import { type Summarised, summarise, TraceSummary } from './trace-summary.ts';

const SearchText = z.string().max(1024);
/** Included. */
const Bound = z.coerce.number().min(0);

export const TraceFilters = z.strictObject({
  ...PageParams,
  from: TimeParam.optional(),
  to: TimeParam.optional(),
  dialect: DialectParam.optional(),
  status: z.enum(SHOWN_STATUSES).optional(),
  name: SearchText.optional(),
  userId: SearchText.optional(),
  sessionId: SearchText.optional(),
  agent: SearchText.optional(),
  environment: SearchText.optional(),
  model: SearchText.optional().openapi({ description: 'A span of the trace names this model' }),
  tag: SearchText.optional(),
  costUsdMin: Bound.optional().openapi({ description: 'What has no price is neither above nor below a bound' }),
  costUsdMax: Bound.optional(),
  tokensMin: Bound.optional().openapi({ description: 'Of usage.totalTokens' }),
  tokensMax: Bound.optional(),
  durationMsMin: Bound.optional(),
  durationMsMax: Bound.optional(),
  q: SearchText.optional().openapi({
    description: 'Words that must all occur in an input or in an output; case does not matter',
  }),
});
export type TraceFilters = z.infer<typeof TraceFilters>;

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
/** Window starts, as ages. Each one is asked only when the newer ones did not fill the page. */
const WINDOW_AGES = [1, 6, 24, 3 * 24, 7 * 24, 30 * 24].map((hours) => hours * HOUR);
/** For words: their index is read again for each window, and finds what there is in all of them at about the same price. */
const WORDS_WINDOW_AGES = [24, 7 * 24].map((hours) => hours * HOUR);
const BEGINNING: Micros = Number.MIN_SAFE_INTEGER;
/** Before every hour of the store. */
const HOUR_FIRST = -1_000_000;
const FOREVER: Micros = Number.MAX_SAFE_INTEGER - 1;
const CURSOR = ['number', 'string'] as const;

/** More than the page, because aliases and filters drop some; twice as many each time that was too few. */
const candidatesFor = (limit: number, round: number) => Math.min((limit * 2 + 50) * 2 ** round, CANDIDATES_MAX);
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
  const search = new Search(store, project, filters, vanishing);
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

class Search {
  readonly #store: StoreReader;
  readonly #project: ProjectId;
  readonly #filters: TraceFilters;
  readonly #vanishing: Vanishing | undefined;
  readonly #aliases: TraceAliases;
  readonly #rows: { sql: string; params: QueryParams };

  constructor(store: StoreReader, project: ProjectId, filters: TraceFilters, vanishing: Vanishing | undefined) {
    this.#store = store;
    this.#project = project;
    this.#filters = filters;
    this.#vanishing = vanishing;
    this.#aliases = new TraceAliases(store, project);
    this.#rows = rowFilter(filters);
  }

  /**
   * Up to one more than the page, sorted; `upper` is the newest start that counts. `stoppedAt`: where to go on when time
   * was up before the page was full.
   */
  async run(
    upper: Micros,
    isWanted: (trace: Summarised) => boolean,
  ): Promise<{ found: Summarised[]; stoppedAt?: Bound }> {
    const wanted = this.#filters.limit + 1;
    const deadline = performance.now() + searchMsMax;
    const found = new Map<string, Summarised>();
    /** Seen by a newer row of theirs, but they start further down: judged again when the search gets there. */
    const deferred = new Map<string, Summarised>();
    let before: Bound = { start: upper };
    let round = 0;
    for (const lower of this.#windowStarts()) {
      for (let isFull = true; isFull && before.start >= lower && found.size < wanted; round += 1) {
        if (performance.now() > deadline) return { found: sorted(found).slice(0, wanted), stoppedAt: before };
        const candidatesMax = candidatesFor(this.#filters.limit, round);
        const candidates = await this.#candidates(lower, before, candidatesMax);
        const last = candidates.at(-1);
        isFull = candidates.length === candidatesMax;
        // What lies below the last candidate has not been seen completely yet; it comes with a later round.
        const floor: Bound =
          isFull && last !== undefined ? { start: last.first, key: last.trace_key } : { start: lower };
        for (const trace of [...(await this.#summaries(candidates)), ...deferred.values()]) {
          deferred.delete(trace.key);
          if (isBelow(trace, floor)) deferred.set(trace.key, trace);
          else if (isWanted(trace) && this.#matches(trace)) found.set(trace.key, trace);
        }
        before = isFull ? floor : { start: lower - 1 };
      }
      if (found.size >= wanted) break;
    }
    return { found: sorted(found).slice(0, wanted) };
  }

  #windowStarts(): Micros[] {
    const now = microsNow();
    const from = this.#filters.from ?? BEGINNING;
    const ages = this.#filters.q === undefined ? WINDOW_AGES : WORDS_WINDOW_AGES;
    const starts = ages.map((age) => now - age).filter((start) => start > from);
    return [...starts, from];
  }

  #candidates(lower: Micros, before: Bound, limit: number): Promise<Candidate[]> {
    const conditions: string[] = [this.#rows.sql];
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

  #matches({ summary: trace, models }: Summarised): boolean {
    const { status, name, userId, sessionId, agent, environment, model, tag, dialect } = this.#filters;
    return (
      (status === undefined || trace.status === status) &&
      (name === undefined || trace.name === name) &&
      (userId === undefined || trace.userId === userId) &&
      (sessionId === undefined || trace.sessionId === sessionId) &&
      (agent === undefined || trace.agentName === agent) &&
      (environment === undefined || trace.environment === environment) &&
      (model === undefined || models.includes(model)) &&
      (tag === undefined || trace.tags.includes(tag)) &&
      (dialect === undefined || trace.dialect === dialect) &&
      isWithinBounds(trace, this.#filters)
    );
  }
}

function isWithinBounds({ costUsd, usage, durationMs }: TraceSummary, filters: TraceFilters): boolean {
  const isWithin = (value: number | null, min: number | undefined, max: number | undefined) =>
    (min === undefined && max === undefined) ||
    (value !== null && (min === undefined || value >= min) && (max === undefined || value <= max));
  return (
    isWithin(costUsd, filters.costUsdMin, filters.costUsdMax) &&
    isWithin(usage.totalTokens, filters.tokensMin, filters.tokensMax) &&
    isWithin(durationMs, filters.durationMsMin, filters.durationMsMax)
  );
}

/** Conditions on single rows that every matching trace fulfils somewhere. */
function rowFilter(filters: TraceFilters): { sql: string; params: QueryParams } {
  const conditions: string[] = [];
  const params: Record<string, string | string[]> = {};
  const somewhere = (condition: string) =>
    conditions.push(
      // No row of a trace that starts in the window is older than the window.
      `AND (dialect, trace_id) IN (SELECT dialect, trace_id FROM tributary.spans
         WHERE project_id = {project:UUID} AND hour >= {lowerHour:Int32} AND ${condition})`,
    );
  const equals = (column: string, value: string | undefined) => {
    if (value === undefined) return;
    params[column] = value;
    somewhere(`tupleElement(${column}, 3) = {${column}:String}`);
  };
  if (filters.dialect !== undefined) {
    params.dialect = filters.dialect;
    conditions.push('AND dialect = {dialect:String}');
  }
  equals('user_id', filters.userId);
  equals('session_id', filters.sessionId);
  equals('agent_name', filters.agent);
  equals('environment', filters.environment);
  equals('model', filters.model);
  // A failed or paused trace has a row that says so; the other states are also what is left unsaid.
  if (filters.status === 'error' || filters.status === 'paused') equals('status', filters.status);
  if (filters.name !== undefined) {
    params.name = filters.name;
    somewhere('(tupleElement(name, 3) = {name:String} OR tupleElement(agent_name, 3) = {name:String})');
  }
  if (filters.tag !== undefined) {
    params.tag = filters.tag;
    somewhere('has(tags, {tag:String})');
  }
  const words = (filters.q ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length > 0) {
    params.words = words;
    const [input, output] = ['input', 'output'].map(
      (register) => `hasAllTokens(${wordsOf(register)}, {words:Array(String)})`,
    );
    somewhere(`(${input} OR ${output})`);
  }
  return { sql: conditions.join(' '), params };
}
