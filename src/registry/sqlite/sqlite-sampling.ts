/** Sampling: a rate per agent, and a row for every trace that was left out, so that it stays out. */

import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import type { Drop, Sampling } from '../sampling.ts';
import { inPieces } from './in-pieces.ts';
import type { Tables } from './tables.ts';

export class SqliteSampling implements Sampling {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async rates(projectId: ProjectId): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#db
      .selectFrom('agents')
      .select(['name', 'sampling_rate'])
      .where('project_id', '=', projectId)
      .where('sampling_rate', '<', 1)
      .execute();
    return new Map(rows.map((row) => [row.name, row.sampling_rate]));
  }

  async setRate(projectId: ProjectId, agentName: string, rate: number): Promise<void> {
    if (!(rate >= 0 && rate <= 1)) throw new RangeError(`a sampling rate is from 0 to 1, not ${rate}`);
    await sql`
      INSERT INTO agents (id, project_id, name, number, created_at, sampling_rate)
      SELECT ${randomUUID()}, ${projectId}, ${agentName},
        coalesce((SELECT max(number) FROM agents WHERE project_id = ${projectId}), 0) + 1,
        ${new Date().toISOString()}, ${rate}
      WHERE true ON CONFLICT (project_id, name) DO UPDATE SET sampling_rate = excluded.sampling_rate`.execute(this.#db);
  }

  async dropped(projectId: ProjectId, traceIds: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const some of inPieces([...new Set(traceIds)])) {
      const rows = await this.#db
        .selectFrom('dropped_traces')
        .select(sql<string>`hex(trace_id)`.as('bytes'))
        .where('project_id', '=', projectId)
        .where('trace_id', 'in', some)
        .execute();
      for (const row of rows) found.add(row.bytes);
    }
    return new Set(traceIds.filter((id) => found.has(bytesOf(id))));
  }

  async record(drops: readonly Drop[]): Promise<void> {
    if (drops.length === 0) return;
    const inOrder = [...drops].sort((a, b) => a.position - b.position);
    await this.#db.transaction().execute(async (transaction) => {
      for (const { projectId, agentName, traceId, events, position } of inOrder)
        await sql`
          INSERT INTO dropped_traces (project_id, trace_id, agent_name, events, last_position)
          VALUES (${projectId}, ${traceId}, ${agentName}, ${events}, ${position})
          ON CONFLICT (project_id, trace_id) DO UPDATE
            SET events = events + excluded.events, last_position = excluded.last_position
            WHERE excluded.last_position > last_position`.execute(transaction);
    });
  }

  async counts(projectId: ProjectId): Promise<{ agentName: string; droppedTraces: number; droppedEvents: number }[]> {
    return this.#db
      .selectFrom('dropped_traces')
      .select((eb) => [
        'agent_name as agentName',
        eb.fn.countAll<number>().as('droppedTraces'),
        eb.fn.sum<number>('events').as('droppedEvents'),
      ])
      .where('project_id', '=', projectId)
      .groupBy('agent_name')
      .orderBy('agent_name')
      .execute();
  }
}

/** As SQLite keeps the text. The driver reads text only up to a NUL, and UTF-8 has no lone surrogates. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString('hex').toUpperCase();
}
