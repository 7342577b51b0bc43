/** The next events of a live stream, read by position. */

import { z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { liveBatchBytesMax, liveBatchEventsMax } from '../limits.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { TraceAliases } from './aliases.ts';
import { EVENT_ROW, type EventRow, eventTexts, traceIds } from './list-events.ts';
import { DialectParam } from './schemas.ts';

const Id = z.string().max(4096);

export const LiveFilters = z.strictObject({
  traceId: Id.optional(),
  spanId: Id.optional(),
  dialect: DialectParam.optional(),
  type: Id.optional().openapi({ description: 'As sent: `start`, `node.execution.fulfilled`, …' }),
  environment: Id.optional(),
  after: z.coerce.number().int().min(-1).optional().openapi({
    description:
      'Begin behind this position; the header `Last-Event-ID` says the same and goes first. Without either: what is stored from now on',
  }),
});
export type LiveFilters = z.infer<typeof LiveFilters>;

export interface LiveEvent {
  readonly position: number;
  /** As `GET /events` tells it. */
  readonly text: string;
}

export interface LiveBatch {
  readonly events: readonly LiveEvent[];
  /** Everything up to here is among the events, or is not asked for. */
  readonly readTo: number;
}

/** Positions after `after` and before `until`, below which nothing is added any more (`LoaderProgress.position`). */
export interface Stretch {
  readonly after: number;
  readonly until: number;
}

/** Never more than `liveBatchBytesMax`, or else one event: their sizes are asked before they are. */
export async function readLive(
  store: StoreReader,
  project: ProjectId,
  filters: LiveFilters,
  stretch: Stretch,
): Promise<LiveBatch> {
  const aliases = new TraceAliases(store, project);
  const { sql, params } = await conditions(filters, aliases);
  const given = { project, ...params };
  const last = await lastOfBatch(store, stretch, sql, given);
  if (last === undefined) return { events: [], readTo: stretch.until - 1 };
  const rows = await store.select<EventRow>(
    `SELECT ${EVENT_ROW} FROM tributary.events
     WHERE project_id = {project:UUID} AND position > {after:Int64} AND position <= {last:Int64} ${sql}
     ORDER BY position LIMIT 1 BY dialect, event_id`,
    { ...given, after: stretch.after, last: last.position },
  );
  const texts = await eventTexts(rows, aliases);
  return {
    events: rows.map(({ position }, i) => ({ position, text: texts[i] ?? '' })),
    readTo: last.isEnd ? stretch.until - 1 : last.position,
  };
}

/** Where the batch ends; `undefined` when nothing is there. */
async function lastOfBatch(
  store: StoreReader,
  { after, until }: Stretch,
  sql: string,
  given: QueryParams,
): Promise<{ position: number; isEnd: boolean } | undefined> {
  let isEnd = true;
  let before = until;
  // So long a stretch may hold more than a batch. Positions alone are read fast; sizes are read with the payloads.
  if (until - after > liveBatchEventsMax) {
    const positions = await store.select<{ position: number }>(
      `SELECT position FROM tributary.events
       WHERE project_id = {project:UUID} AND position > {after:Int64} AND position < {until:Int64} ${sql}
       ORDER BY position LIMIT {limit:UInt64}`,
      { ...given, after, until, limit: liveBatchEventsMax },
    );
    const last = positions.at(-1);
    if (last === undefined) return undefined;
    isEnd = positions.length < liveBatchEventsMax;
    before = last.position + 1;
  }
  const sizes = await store.select<{ position: number; bytes: number }>(
    `SELECT position, length(payload) AS bytes FROM tributary.events
     WHERE project_id = {project:UUID} AND position > {after:Int64} AND position < {until:Int64} ${sql}
     ORDER BY position`,
    { ...given, after, until: before },
  );
  let bytes = 0;
  const tooMany = sizes.findIndex((row, i) => {
    bytes += row.bytes;
    return i > 0 && bytes > liveBatchBytesMax;
  });
  const taken = tooMany === -1 ? sizes : sizes.slice(0, tooMany);
  const last = taken.at(-1);
  return last === undefined ? undefined : { position: last.position, isEnd: isEnd && tooMany === -1 };
}

async function conditions(filters: LiveFilters, aliases: TraceAliases): Promise<{ sql: string; params: QueryParams }> {
  const parts: string[] = [];
  const params: Record<string, string | string[]> = {};
  const where = (sql: string, name: string, value: string | string[] | undefined) => {
    if (value === undefined) return;
    parts.push(`AND ${sql}`);
    params[name] = value;
  };
  where('trace_id IN {traces:Array(String)}', 'traces', await traceIds(filters.traceId, aliases));
  where('span_id = {span:String}', 'span', filters.spanId);
  where('dialect = {dialect:String}', 'dialect', filters.dialect);
  where('type = {type:String}', 'type', filters.type);
  where('environment = {environment:String}', 'environment', filters.environment);
  return { sql: parts.join(' '), params };
}

/** One message of a stream of server-sent events. A line break inside the JSON begins another line of it. */
export function messageOf({ position, text }: LiveEvent): string {
  // Most have none, and are long.
  const lines = (/[\r\n]/.test(text) ? text.split(/\r\n|\r|\n/) : [text]).map((line) => `data: ${line}\n`);
  return `id: ${position}\nevent: event\n${lines.join('')}\n`;
}
