/** Spans of one project and one dialect, counted by what a vendor's figures are grouped by. */

import { isoFromMicros } from '../canonical/time.ts';
import type { Dimension, Tally, TallyQuestion } from '../dialects/reader.ts';
import { pageRowsMax } from '../limits.ts';
import { joinedSpans } from './joined.ts';
import { textExpression } from './reader-conditions.ts';
import { type Asker, prepared } from './reader-rows.ts';
import { usdOrNull } from './schemas.ts';

interface Row {
  readonly parts: readonly string[];
  readonly spans: number;
  readonly errors: number;
  readonly tokens: readonly [input: number, output: number, cacheRead: number, cacheWrite: number, total: number];
  readonly cost: string | null;
  readonly durations: readonly number[];
  readonly mean: number | null;
  readonly users: number;
  readonly traces: number;
  readonly seen_first: number;
  readonly seen_last: number;
}

const ORDER: Readonly<Record<NonNullable<TallyQuestion['orderBy']>['field'], string>> = {
  lastSeen: 'seen_last',
  firstSeen: 'seen_first',
  count: 'spans',
  // What has no price comes after what costs least, in either direction (NULLS LAST).
  costUsd: 'pico',
};
const LEVELS = [0.5, 0.75, 0.9, 0.95, 0.99] as const;
const TOKENS = ['tokens_input', 'tokens_output', 'tokens_read', 'tokens_write', 'tokens_total'] as const;

/** Every group, before the page is cut. Tokens and cost are NULL on spans that repeat what others report (joined.ts). */
const GROUPED = `count() AS spans, countIf(status = 'error') AS errors,
  [${TOKENS.map((column) => `ifNull(sum(${column}), 0)`).join(', ')}] AS tokens,
  sum(cost_pico) AS pico,
  quantilesExactIf(${LEVELS.join(', ')})(assumeNotNull(duration), duration IS NOT NULL) AS durations, avg(duration) AS mean,
  uniqExactIf(user_id, user_id != '') AS users, uniqExact(trace_key) AS traces, min(first) AS seen_first, max(seen) AS seen_last`;

export async function readTally(
  asker: Asker,
  question: TallyQuestion,
): Promise<{ groups: readonly Tally[]; total: number }> {
  const { store } = asker.parts;
  const asked = await prepared(asker, question.where);
  const dimensions = question.by.map((dimension) => dimensionSql(dimension, question.interval?.unit));
  const named = question.by.flatMap((dimension) =>
    dimension === 'time' || dimension === 'traceId' ? [] : [dimension],
  );
  const registers = [...new Set([...asked.registers, ...named, 'status' as const, 'userId' as const])];
  const groups = (figures: string, hasSums: boolean) => `SELECT [${dimensions.join(', ')}] AS parts${figures}
    FROM (${joinedSpans(asked.scope, registers, [], hasSums)}) WHERE ${asked.where} GROUP BY parts`;
  // Without a dimension there is one row for everything, and none for nothing.
  const { field, direction } = question.orderBy ?? { field: 'lastSeen', direction: 'desc' };
  const params = { ...asked.params, zone: question.interval?.timeZone ?? 'UTC' };
  const [rows, [counted]] = await Promise.all([
    store.select<Row>(
      `SELECT parts, spans, errors, tokens, toString(pico) AS cost, durations, mean, users, traces, seen_first, seen_last FROM (${groups(`, ${GROUPED}`, true)})
       ORDER BY ${ORDER[field]} ${direction === 'asc' ? 'ASC' : 'DESC'} NULLS LAST, parts LIMIT {limit:UInt64} OFFSET {offset:UInt64}`,
      { ...params, limit: Math.min(question.limit, pageRowsMax), offset: question.offset },
    ),
    store.select<{ total: number }>(`SELECT count() AS total FROM (${groups('', asked.hasSums)})`, params),
  ]);
  return { groups: rows.map((row) => toTally(row, question.by)), total: counted?.total ?? 0 };
}

/** Text, so that all dimensions go into one list. */
function dimensionSql(dimension: Dimension, unit: NonNullable<TallyQuestion['interval']>['unit'] = 'day'): string {
  return dimension === 'time' ? bucket(unit) : `toString(${textExpression(dimension)})`;
}

/**
 * The local start of the hour, day, week (from Monday) or month, in microseconds. By way of Date32 and DateTime64, because
 * the functions for buckets give types that end in 2106.
 */
function bucket(unit: NonNullable<TallyQuestion['interval']>['unit']): string {
  const local = 'toTimeZone(fromUnixTimestamp64Micro(first), {zone:String})';
  const day = `toDate32(${local})`;
  const start = {
    hour: `dateTrunc('hour', ${local})`,
    day: midnight(day),
    week: midnight(`addDays(${day}, 1 - toDayOfWeek(${day}))`),
    month: midnight(`addDays(${day}, 1 - toDayOfMonth(${day}))`),
  };
  return `toString(toUnixTimestamp64Second(${start[unit]}) * 1000000)`;
}

function midnight(day: string): string {
  return `toDateTime64(${day}, 0, {zone:String})`;
}

function toTally(row: Row, by: readonly Dimension[]): Tally {
  const [p50 = 0, p75 = 0, p90 = 0, p95 = 0, p99 = 0] = row.durations;
  const [inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, totalTokens] = row.tokens;
  return {
    group: row.parts.map((part, i) => (part === '' ? null : by[i] === 'time' ? isoFromMicros(Number(part)) : part)),
    count: row.spans,
    errors: row.errors,
    inputTokens,
    outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    totalTokens,
    costUsd: usdOrNull(row.cost),
    durationMs:
      row.mean === null
        ? null
        : {
            avg: row.mean / 1000,
            p50: p50 / 1000,
            p75: p75 / 1000,
            p90: p90 / 1000,
            p95: p95 / 1000,
            p99: p99 / 1000,
          },
    users: row.users,
    traces: row.traces,
    firstSeen: isoFromMicros(row.seen_first),
    lastSeen: isoFromMicros(row.seen_last),
  };
}
