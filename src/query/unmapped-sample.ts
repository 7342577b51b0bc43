/** Which events are looked through for unmapped fields: the newest of each vendor. */

import type { DialectName } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { Micros } from '../canonical/time.ts';
import { unmappedEventBytesMax, unmappedEventsPerDialectMax, unmappedReadBytesMax } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';

export interface SampleFilters {
  readonly dialect?: DialectName | undefined;
  readonly from?: Micros | undefined;
  readonly to?: Micros | undefined;
}

export interface SampledEvent {
  readonly event_id: string;
  readonly type: string;
  readonly trace_id: string;
  readonly received: Micros;
  readonly user_agent: string;
  readonly payload: string;
}

/** How many events each vendor has sent. */
export async function eventCounts(
  store: StoreReader,
  project: ProjectId,
  filters: SampleFilters,
): Promise<ReadonlyMap<string, number>> {
  const { sql, params } = conditions(filters);
  const rows = await store.select<{ dialect: string; events: number }>(
    `SELECT dialect, count() AS events FROM tributary.events WHERE project_id = {project:UUID} ${sql} GROUP BY dialect`,
    { project, ...params },
  );
  return new Map(rows.map(({ dialect, events }) => [dialect, events]));
}

interface Place {
  readonly position: number;
  readonly bytes: number;
}

/** A few at a time: all of them at once would be parsed in one go, while requests wait. */
export async function* newestEvents(
  store: StoreReader,
  project: ProjectId,
  filters: SampleFilters & { readonly dialect: DialectName },
): AsyncGenerator<SampledEvent> {
  const { sql, params } = conditions(filters);
  const places = await store.select<Place>(
    `SELECT position, length(payload) AS bytes FROM tributary.events
     WHERE project_id = {project:UUID} ${sql} AND length(payload) <= {bytesMax:UInt64}
     ORDER BY timestamp DESC LIMIT {limit:UInt64}`,
    { project, ...params, bytesMax: unmappedEventBytesMax, limit: unmappedEventsPerDialectMax },
  );
  for (const positions of chunksOf(places)) {
    const rows = await store.select<SampledEvent>(
      `SELECT event_id, type, trace_id, toUnixTimestamp64Micro(received_at) AS received, user_agent, payload
       FROM tributary.events WHERE project_id = {project:UUID} ${sql} AND position IN {positions:Array(UInt64)}
       ORDER BY timestamp DESC`,
      { project, ...params, positions },
    );
    yield* rows;
  }
}

function chunksOf(places: readonly Place[]): number[][] {
  const chunks: number[][] = [];
  let room = 0;
  for (const { position, bytes } of places) {
    room -= bytes;
    const chunk = chunks.at(-1);
    if (chunk !== undefined && room >= 0) chunk.push(position);
    else {
      chunks.push([position]);
      room = unmappedReadBytesMax - bytes;
    }
  }
  return chunks;
}

function conditions({ dialect, from, to }: SampleFilters): { sql: string; params: Record<string, string | number> } {
  const parts: string[] = [];
  const params: Record<string, string | number> = {};
  const where = (sql: string, name: string, value: string | number | undefined) => {
    if (value === undefined) return;
    parts.push(`AND ${sql}`);
    params[name] = value;
  };
  where('dialect = {dialect:String}', 'dialect', dialect);
  where('timestamp >= fromUnixTimestamp64Micro({from:Int64})', 'from', from);
  where('timestamp < fromUnixTimestamp64Micro({to:Int64})', 'to', to);
  return { sql: parts.join(' '), params };
}
