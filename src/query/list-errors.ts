/** `GET /errors`: failed spans, those together that failed alike, most frequent first. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros, type Micros, microsNow } from '../canonical/time.ts';
import { comparedErrorCharsMax, errorMessageCharsMax } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf } from './aliases.ts';
import { joinedSpans } from './joined.ts';
import type { Misfit } from './metric-series.ts';
import { DialectParam, PageParams, page, refusals, Time, TimeParam } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import { ask } from './tally.ts';

const DAY: Micros = 86_400_000_000;

export const ErrorFilters = z.strictObject({
  limit: PageParams.limit,
  from: TimeParam.optional().openapi({ description: 'A day before `to` if absent' }),
  to: TimeParam.optional().openapi({ description: 'Now if absent' }),
  dialect: DialectParam.optional(),
});
export type ErrorFilters = z.infer<typeof ErrorFilters>;

export const ErrorGroupBody = z
  .object({
    type: z.string().nullable(),
    message: z
      .string()
      .nullable()
      .openapi({ description: `Of the newest; ${errorMessageCharsMax} characters of it` }),
    count: z.number().openapi({ description: 'Of spans' }),
    traceCount: z.number(),
    kind: z.string().nullable(),
    name: z.string().nullable(),
    model: z.string().nullable(),
    firstSeen: Time.openapi({ description: 'Start of the oldest' }),
    lastSeen: Time.openapi({ description: 'Start of the newest, which kind, name, model and the ids are of' }),
    traceId: z.string(),
    dialect: z.string(),
    spanId: z.string(),
  })
  .openapi('ErrorGroup');
export type ErrorGroupBody = z.infer<typeof ErrorGroupBody>;

export const listErrorsRoute = createRoute({
  method: 'get',
  path: '/errors',
  summary: 'What went wrong, most frequent first',
  description:
    'Failed spans that started in the range. Those with one type and one message are one; ids and numbers in a message do not matter.',
  request: { query: ErrorFilters },
  responses: {
    200: { description: 'Errors', content: { 'application/json': { schema: page(ErrorGroupBody) } } },
    ...refusals,
  },
});

interface Row {
  readonly type: string;
  readonly message: string;
  readonly spans: number;
  readonly traces: number;
  readonly oldest: number;
  readonly newest: number;
  readonly span: readonly [traceKey: string, spanId: string, kind: string, name: string, model: string];
}

/**
 * The message without what differs from one occurrence to the next: UUIDs, runs of hexadecimal digits, and words with a
 * digit in them, which numbers and ids of all alphabets are.
 */
const ALIKE = [
  '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}',
  '[0-9a-fA-F]{8,}',
  '[A-Za-z]*[0-9][0-9A-Za-z]*',
].reduce(
  (text, pattern) => `replaceRegexpAll(${text}, '${pattern}', '#')`,
  `leftUTF8(error_message, ${comparedErrorCharsMax})`,
);

export async function listErrors(
  store: StoreReader,
  project: ProjectId,
  filters: ErrorFilters,
  vanishing?: Vanishing,
): Promise<{ data: ErrorGroupBody[]; nextCursor: null } | Misfit> {
  const to = filters.to ?? microsNow();
  const from = filters.from ?? to - DAY;
  if (from >= to) return { path: 'from', message: 'must be before `to`' };
  const { scope, within, params } = await ask(store, project, { from, to, dialect: filters.dialect }, vanishing);
  const failing = { ...scope, tracesWith: [`tupleElement(status, 3) = 'error'`] };
  const spans = joinedSpans(failing, ['status', 'error', 'kind', 'name', 'model'], [], false);
  const rows = await store.select<Row>(
    `SELECT error_type AS type, ${ALIKE} AS alike, leftUTF8(argMax(error_message, (first, trace_key, span_id)), ${errorMessageCharsMax}) AS message,
       count() AS spans, uniqExact(trace_key) AS traces, min(first) AS oldest, max(first) AS newest,
       argMax((trace_key, span_id, kind, name, model), (first, trace_key, span_id)) AS span
     FROM (
       SELECT *, JSONExtractString(error, 'type') AS error_type, JSONExtractString(error, 'message') AS error_message
       FROM (${spans}) WHERE status = 'error' AND ${within('first')}
     ) GROUP BY type, alike ORDER BY spans DESC, newest DESC, type, alike LIMIT {limit:UInt64}`,
    { ...params, limit: filters.limit },
  );
  return { data: rows.map(toGroup), nextCursor: null };
}

function toGroup({ type, message, spans, traces, oldest, newest, span }: Row): ErrorGroupBody {
  const [traceKey, spanId, kind, name, model] = span;
  return {
    type: orNull(type),
    message: orNull(message),
    count: spans,
    traceCount: traces,
    kind: orNull(kind),
    name: orNull(name),
    model: orNull(model),
    firstSeen: isoFromMicros(oldest),
    lastSeen: isoFromMicros(newest),
    traceId: idOf(traceKey),
    dialect: traceKey.slice(0, traceKey.indexOf('|')),
    spanId,
  };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
