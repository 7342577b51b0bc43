/** What the lists of counted things have in common: their filters, their order (last seen first), their pages. */

import { z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros } from '../canonical/time.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { openScope, type Scope, USAGE_SUMS } from './joined.ts';
import {
  CostUsd,
  DialectParam,
  decodeCursor,
  encodeCursor,
  PageParams,
  Time,
  TimeParam,
  UsageBody,
  usageBody,
  usdOrNull,
} from './schemas.ts';
import type { Vanishing } from './status-sql.ts';

export const TallyFilters = {
  ...PageParams,
  from: TimeParam.optional().openapi({ description: 'What started at this time or later' }),
  to: TimeParam.optional().openapi({ description: 'What started before this time' }),
  dialect: DialectParam.optional(),
};

const Filters = z.object(TallyFilters);
type Filters = Pick<z.infer<typeof Filters>, 'limit' | 'cursor' | 'from' | 'to' | 'dialect'>;

const Milliseconds = z.number().nullable();

/** What every list says of each of its things. */
export const Figures = {
  errorCount: z.number().openapi({ description: 'Spans that failed' }),
  usage: UsageBody,
  costUsd: CostUsd,
  p50DurationMs: Milliseconds.openapi({ description: 'Null when no duration is known' }),
  p95DurationMs: Milliseconds,
  p99DurationMs: Milliseconds,
  firstSeen: Time.openapi({ description: 'The earliest start' }),
  lastSeen: Time.openapi({ description: 'The latest start or end' }),
};
export type Figures = z.infer<z.ZodObject<typeof Figures>>;

/** Durations: exactly the element at place floor(p · n) of the sorted ones that are known. */
const ALIKE = `${USAGE_SUMS}, count(duration) AS duration_count,
  quantilesExactIf(0.5, 0.95, 0.99)(assumeNotNull(duration), duration IS NOT NULL) AS durations, max(seen) AS last_seen`;
/** Columns of a `FiguresRow`, of `joinedTraces` and of `joinedSpans`. */
export const TRACE_FIGURES = `count() AS things, sum(error_count) AS errors, min(started) AS first_seen, ${ALIKE}`;
export const SPAN_FIGURES = `count() AS things, countIf(status = 'error') AS errors, min(first) AS first_seen, ${ALIKE}`;

export interface FiguresRow extends TallyRow {
  /** How many traces or spans. */
  readonly things: number;
  readonly errors: number;
  readonly counts: readonly number[];
  readonly cost: string | null;
  readonly duration_count: number;
  readonly durations: readonly number[];
  readonly first_seen: number;
}

export function figures(row: FiguresRow): Figures {
  const [p50, p95, p99] = row.durations.map((micros) => (row.duration_count === 0 ? null : micros / 1000));
  return {
    errorCount: row.errors,
    usage: usageBody(row.counts),
    costUsd: usdOrNull(row.cost),
    p50DurationMs: p50 ?? null,
    p95DurationMs: p95 ?? null,
    p99DurationMs: p99 ?? null,
    firstSeen: isoFromMicros(row.first_seen),
    lastSeen: isoFromMicros(row.last_seen),
  };
}

/** Where a list starts, and whom it asks about. */
export interface Asked {
  readonly scope: Scope;
  /** Condition on `column`, the start of what is counted. */
  within(column: string): string;
  readonly params: QueryParams;
}

/** The filters that every list has, as parts of its statement. */
export async function ask(
  store: StoreReader,
  project: ProjectId,
  filters: Pick<Filters, 'from' | 'to' | 'dialect'>,
  vanishing?: Vanishing,
): Promise<Asked> {
  const { from, to, dialect } = filters;
  const { scope, params } = await openScope(store, project, vanishing, { from, to });
  return {
    scope: { ...scope, hasDialect: dialect !== undefined },
    within: (column) =>
      [
        '1',
        ...(from === undefined ? [] : [`${column} >= {from:Int64}`]),
        ...(to === undefined ? [] : [`${column} < {to:Int64}`]),
      ].join(' AND '),
    params: { ...params, from: from ?? 0, to: to ?? 0, dialect: dialect ?? '' },
  };
}

export interface TallyRow {
  readonly last_seen: number;
  readonly key: string;
}

/** Rows after the cursor. `undefined` when the cursor is not one of ours. */
export function readTallyCursor(cursor: string | undefined): { having: string; params: QueryParams } | undefined {
  if (cursor === undefined) return { having: '1', params: {} };
  const [seen, key] = decodeCursor(cursor, ['number', 'string']) ?? [];
  if (!Number.isSafeInteger(seen)) return undefined;
  return {
    having: '(last_seen, key) < ({cursorSeen:Int64}, {cursorKey:String})',
    params: { cursorSeen: Number(seen), cursorKey: String(key) },
  };
}

export interface TallyPage<Item> {
  data: Item[];
  nextCursor: string | null;
}

/**
 * A page of `statement`'s rows, which have a `last_seen` and a `key` that is theirs alone, last seen first. `undefined`
 * when the cursor is not one of ours.
 */
export async function tally<Row extends TallyRow, Item>(
  store: StoreReader,
  statement: string,
  params: QueryParams,
  filters: Pick<Filters, 'limit' | 'cursor'>,
  toItem: (row: Row) => Item,
): Promise<TallyPage<Item> | undefined> {
  const after = readTallyCursor(filters.cursor);
  if (after === undefined) return undefined;
  const rows = await store.select<Row>(
    `SELECT * FROM (${statement}) WHERE ${after.having} ORDER BY last_seen DESC, key DESC LIMIT {limit:UInt64}`,
    { ...params, ...after.params, limit: filters.limit + 1 },
  );
  const shown = rows.slice(0, filters.limit);
  const last = shown.at(-1);
  return {
    data: shown.map(toItem),
    nextCursor: rows.length > shown.length && last !== undefined ? encodeCursor([last.last_seen, last.key]) : null,
  };
}
