/** `GET /events`: accepted events with their payload as it was sent. Newest first, or oldest first on request. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros } from '../canonical/time.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { idOf, TraceAliases } from './aliases.ts';
import { DialectParam, decodeCursor, encodeCursor, PageParams, page, refusals, Time, TimeParam } from './schemas.ts';

const Id = z.string().max(4096);

export const EventFilters = z.strictObject({
  ...PageParams,
  traceId: Id.optional(),
  spanId: Id.optional(),
  eventId: Id.optional(),
  dialect: DialectParam.optional(),
  type: Id.optional().openapi({ description: 'As sent: `start`, `node.execution.fulfilled`, …' }),
  from: TimeParam.optional(),
  to: TimeParam.optional(),
  order: z.enum(['desc', 'asc']).default('desc'),
  after: z.coerce.number().int().min(-1).optional().openapi({
    description:
      'Events accepted after this position, in the order of acceptance: ask again with the last one to follow the stream',
  }),
});
export type EventFilters = z.infer<typeof EventFilters>;

export const EventBody = z
  .object({
    eventId: z.string(),
    dialect: z.string(),
    type: z.string(),
    traceId: z.string(),
    spanId: z.string(),
    timestamp: Time.openapi({ description: "The sender's time, else the time of arrival" }),
    receivedAt: Time,
    position: z.number().openapi({ description: 'Order of acceptance within this server' }),
    environment: z.string().nullable(),
    userAgent: z.string().nullable(),
    step: z.number().nullable(),
    parentStep: z.number().nullable(),
    payload: z.unknown().openapi({ description: "The event's own JSON, byte for byte as sent" }),
  })
  .openapi('Event');

export const listEventsRoute = createRoute({
  method: 'get',
  path: '/events',
  summary: 'Accepted events, verbatim',
  request: { query: EventFilters },
  responses: {
    200: { description: 'A page of events', content: { 'application/json': { schema: page(EventBody) } } },
    ...refusals,
  },
});

export interface EventRow {
  readonly event_id: string;
  readonly dialect: string;
  readonly type: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly sent: number;
  readonly received: number;
  readonly position: number;
  readonly environment: string;
  readonly user_agent: string;
  readonly step: number;
  readonly parent_step: number;
  readonly payload: string;
}

/** Of `EventRow`. */
export const EVENT_ROW = `event_id, dialect, type, trace_id, span_id, toUnixTimestamp64Micro(timestamp) AS sent,
       toUnixTimestamp64Micro(received_at) AS received, position, environment, user_agent, step, parent_step, payload`;

const CURSOR = ['number', 'string', 'string'] as const;

/** The page as JSON text, because payloads must reach the caller as they are; `undefined` when the cursor is not ours. */
export async function listEvents(
  store: StoreReader,
  project: ProjectId,
  filters: EventFilters,
): Promise<string | undefined> {
  const after = filters.cursor === undefined ? undefined : decodeCursor(filters.cursor, CURSOR);
  if (filters.cursor !== undefined && after === undefined) return undefined;
  const aliases = new TraceAliases(store, project);
  const { sql, params } = await conditions(filters, after, aliases);
  const direction = filters.order === 'asc' ? 'ASC' : 'DESC';
  const order =
    filters.after === undefined
      ? `timestamp ${direction}, dialect ${direction}, event_id ${direction}, position`
      : 'position';
  const rows = await store.select<EventRow>(
    `SELECT ${EVENT_ROW}
     FROM tributary.events WHERE project_id = {project:UUID} ${sql}
     ORDER BY ${order}
     LIMIT 1 BY dialect, event_id LIMIT {limit:UInt64}`,
    { project, limit: filters.limit + 1, ...params },
  );
  const data = rows.slice(0, filters.limit);
  const last = data.at(-1);
  const nextCursor =
    rows.length > filters.limit && last !== undefined && filters.after === undefined
      ? encodeCursor([last.sent, last.dialect, last.event_id])
      : null;
  const items = await eventTexts(data, aliases);
  return `{"data":[${items.join(',')}],"nextCursor":${JSON.stringify(nextCursor)}}`;
}

async function conditions(
  filters: EventFilters,
  after: readonly (string | number)[] | undefined,
  aliases: TraceAliases,
): Promise<{ sql: string; params: QueryParams }> {
  const parts: string[] = [];
  const params: Record<string, string | number | string[]> = {};
  const where = (sql: string, name: string, value: string | number | string[] | undefined) => {
    if (value === undefined) return;
    parts.push(`AND ${sql}`);
    params[name] = value;
  };
  where('trace_id IN {traces:Array(String)}', 'traces', await traceIds(filters.traceId, aliases));
  where('span_id = {span:String}', 'span', filters.spanId);
  where('event_id = {event:String}', 'event', filters.eventId);
  where('dialect = {dialect:String}', 'dialect', filters.dialect);
  where('type = {type:String}', 'type', filters.type);
  where('position > {after:Int64}', 'after', filters.after);
  where('timestamp >= fromUnixTimestamp64Micro({from:Int64})', 'from', filters.from);
  where('timestamp < fromUnixTimestamp64Micro({to:Int64})', 'to', filters.to);
  if (after !== undefined) {
    const [sent = 0, dialect = '', eventId = ''] = after;
    const past = filters.order === 'asc' ? '>' : '<';
    where(`timestamp ${past}= fromUnixTimestamp64Micro({sent:Int64})`, 'sent', sent);
    where(
      `(timestamp, dialect, event_id) ${past} (fromUnixTimestamp64Micro({sent:Int64}), {lastDialect:String}, {lastEvent:String})`,
      'lastEvent',
      eventId,
    );
    params.lastDialect = dialect;
  }
  return { sql: parts.join(' '), params };
}

/** Every id that events of the trace may be stored under. The dialect is not known here: the id may be any vendor's. */
export async function traceIds(traceId: string | undefined, aliases: TraceAliases): Promise<string[] | undefined> {
  if (traceId === undefined) return undefined;
  const keys = DialectParam.options.map((dialect) => `${dialect}|${traceId}`);
  const roots = new Set((await aliases.roots(keys)).values());
  const members = await aliases.members([...roots]);
  return [...new Set([...members.keys()].map(idOf))];
}

/** Each as JSON text, under the trace that it belongs to by now. */
export async function eventTexts(rows: readonly EventRow[], aliases: TraceAliases): Promise<string[]> {
  const roots = await aliases.roots([...new Set(rows.map((row) => `${row.dialect}|${row.trace_id}`))]);
  return rows.map((row) => eventText(row, idOf(roots.get(`${row.dialect}|${row.trace_id}`) ?? row.trace_id)));
}

function eventText(row: EventRow, traceId: string): string {
  const envelope = JSON.stringify({
    eventId: row.event_id,
    dialect: row.dialect,
    type: row.type,
    traceId,
    spanId: row.span_id,
    timestamp: isoFromMicros(row.sent),
    receivedAt: isoFromMicros(row.received),
    position: row.position,
    environment: row.environment === '' ? null : row.environment,
    userAgent: row.user_agent === '' ? null : row.user_agent,
    step: row.step === 0 ? null : row.step,
    parentStep: row.parent_step === 0 ? null : row.parent_step,
  });
  return `${envelope.slice(0, -1)},"payload":${row.payload}}`;
}
