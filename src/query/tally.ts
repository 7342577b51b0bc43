/** What the lists of counted things have in common: their filters, their order (last seen first), their pages. */

import { z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { aliasedRoots, type Scope } from './joined.ts';
import { DialectParam, decodeCursor, encodeCursor, PageParams, Time, TimeParam } from './schemas.ts';

export const TallyFilters = {
  ...PageParams,
  from: TimeParam.optional().openapi({ description: 'What started at this time or later' }),
  to: TimeParam.optional().openapi({ description: 'What started before this time' }),
  dialect: DialectParam.optional(),
};

const Filters = z.object(TallyFilters);
type Filters = Pick<z.infer<typeof Filters>, 'limit' | 'cursor' | 'from' | 'to' | 'dialect'>;

const Milliseconds = z.number().nullable();

export const Seen = {
  firstSeen: Time.openapi({ description: 'The earliest start' }),
  lastSeen: Time.openapi({ description: 'The latest start or end' }),
};
export const Percentiles = {
  p50DurationMs: Milliseconds.openapi({ description: 'Null when no duration is known' }),
  p95DurationMs: Milliseconds,
};
export const Percentiles99 = { ...Percentiles, p99DurationMs: Milliseconds };
/** A cost would need prices, which there are none of yet. */
export const CostUsd = z.number().nullable();

/** Of the column `duration`: exactly the element at place floor(p · n) of the sorted durations that are known. */
export const MEASURED = `quantilesExactIf(0.5, 0.95, 0.99)(assumeNotNull(duration), duration IS NOT NULL) AS durations,
  count(duration) AS duration_count`;

export interface MeasuredRow {
  readonly durations: readonly number[];
  readonly duration_count: number;
}

export function percentiles({
  durations,
  duration_count: count,
}: MeasuredRow): z.infer<z.ZodObject<typeof Percentiles>> {
  const [p50 = 0, p95 = 0] = durations;
  return { p50DurationMs: count === 0 ? null : p50 / 1000, p95DurationMs: count === 0 ? null : p95 / 1000 };
}

export function percentiles99(row: MeasuredRow): z.infer<z.ZodObject<typeof Percentiles99>> {
  const [, , p99 = 0] = row.durations;
  return { ...percentiles(row), p99DurationMs: row.duration_count === 0 ? null : p99 / 1000 };
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
): Promise<Asked> {
  const { from, to, dialect } = filters;
  const rowStarted = [
    ...(from === undefined ? [] : ['start_time >= fromUnixTimestamp64Micro({from:Int64})']),
    ...(to === undefined ? [] : ['start_time < fromUnixTimestamp64Micro({to:Int64})']),
  ];
  const aliases = await aliasedRoots(store, project);
  return {
    scope: {
      roots: aliases.roots,
      hasDialect: dialect !== undefined,
      tracesWith: rowStarted.length === 0 ? [] : [rowStarted.join(' AND ')],
    },
    within: (column) =>
      [
        '1',
        ...(from === undefined ? [] : [`${column} >= {from:Int64}`]),
        ...(to === undefined ? [] : [`${column} < {to:Int64}`]),
      ].join(' AND '),
    params: { ...aliases.params, project, from: from ?? 0, to: to ?? 0, dialect: dialect ?? '' },
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
