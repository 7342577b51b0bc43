/**
 * `GET /metrics/totals`: a range of time in single figures. The counts are the sums of the series, and the percentiles what
 * no series can be added up to.
 */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { type Micros, microsNow } from '../canonical/time.ts';
import type { StoreReader } from '../store/store.ts';
import { joinedSpans, joinedTraces, USAGE_SUMS } from './joined.ts';
import type { Misfit } from './metric-series.ts';
import { CostUsd, DialectParam, refusals, TimeParam, UsageBody, usageBody, usdOrNull } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import { ask, Figures } from './tally.ts';

const DAY: Micros = 86_400_000_000;

export const TotalsQuery = z.strictObject({
  from: TimeParam.optional().openapi({ description: 'A day before `to` if absent' }),
  to: TimeParam.optional().openapi({ description: 'Now if absent' }),
  dialect: DialectParam.optional(),
});
export type TotalsQuery = z.infer<typeof TotalsQuery>;

export const TotalsBody = z
  .object({
    traceCount: z.number(),
    failingTraceCount: z.number().openapi({ description: 'Traces with a span that failed' }),
    p50DurationMs: Figures.p50DurationMs.openapi({ description: 'Of traces; null when no duration is known' }),
    p95DurationMs: Figures.p95DurationMs,
    p99DurationMs: Figures.p99DurationMs,
    spanCount: z.number(),
    errorCount: Figures.errorCount,
    usage: UsageBody,
    costUsd: CostUsd,
  })
  .openapi('Totals');
export type TotalsBody = z.infer<typeof TotalsBody>;

export const metricTotalsRoute = createRoute({
  method: 'get',
  path: '/metrics/totals',
  summary: 'A range of time in single figures',
  description: 'Traces that start in the range, and spans that do: each figure is the sum of its series.',
  request: { query: TotalsQuery },
  responses: {
    200: { description: 'The figures', content: { 'application/json': { schema: TotalsBody } } },
    ...refusals,
  },
});

interface TraceRow {
  readonly traces: number;
  readonly failing: number;
  readonly duration_count: number;
  readonly durations: readonly number[];
}

interface SpanRow {
  readonly spans: number;
  readonly errors: number;
  readonly counts: readonly number[];
  readonly cost: string | null;
}

export async function metricTotals(
  store: StoreReader,
  project: ProjectId,
  query: TotalsQuery,
  vanishing?: Vanishing,
): Promise<TotalsBody | Misfit> {
  const to = query.to ?? microsNow();
  const from = query.from ?? to - DAY;
  if (from >= to) return { path: 'from', message: 'must be before `to`' };
  const { scope, within, params } = await ask(store, project, { from, to, dialect: query.dialect }, vanishing);
  const [[traces], [spans]] = await Promise.all([
    store.select<TraceRow>(
      `SELECT count() AS traces, countIf(error_count > 0) AS failing, count(duration) AS duration_count,
         quantilesExactIf(0.5, 0.95, 0.99)(assumeNotNull(duration), duration IS NOT NULL) AS durations
       FROM (${joinedTraces(scope, false)}) WHERE ${within('started')}`,
      params,
    ),
    store.select<SpanRow>(
      `SELECT count() AS spans, countIf(status = 'error') AS errors, ${USAGE_SUMS}
       FROM (${joinedSpans(scope, ['status'])}) WHERE ${within('first')}`,
      params,
    ),
  ]);
  return { ...ofTraces(traces), ...ofSpans(spans) };
}

function ofTraces(row: TraceRow | undefined) {
  const [p50, p95, p99] =
    row === undefined || row.duration_count === 0 ? [] : row.durations.map((micros) => micros / 1000);
  return {
    traceCount: row?.traces ?? 0,
    failingTraceCount: row?.failing ?? 0,
    p50DurationMs: p50 ?? null,
    p95DurationMs: p95 ?? null,
    p99DurationMs: p99 ?? null,
  };
}

function ofSpans(row: SpanRow | undefined) {
  const hasSpans = row !== undefined && row.spans > 0;
  return {
    spanCount: row?.spans ?? 0,
    errorCount: row?.errors ?? 0,
    usage: usageBody(hasSpans ? row.counts : []),
    costUsd: hasSpans ? usdOrNull(row.cost) : null,
  };
}
