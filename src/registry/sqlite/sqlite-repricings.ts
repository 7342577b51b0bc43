/** Re-pricing jobs and how far they are; a restart finds the unfinished ones here. */

import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import type { Repricing, Repricings } from '../prices.ts';
import type { Tables } from './tables.ts';

const STATES = ['running', 'done', 'failed'] as const;

export class SqliteRepricings implements Repricings {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async start(projectId: ProjectId, from: string | null, to: string | null): Promise<Repricing> {
    const row: Tables['repricings'] = {
      id: randomUUID(),
      project_id: projectId,
      from_time: from,
      to_time: to,
      state: 'running',
      spans_total: 0,
      spans_seen: 0,
      spans_changed: 0,
      reason: null,
      created_at: new Date().toISOString(),
      finished_at: null,
    };
    await this.#db.insertInto('repricings').values(row).execute();
    return toRepricing(row);
  }

  async find(projectId: ProjectId, id: string): Promise<Repricing | undefined> {
    const row = await this.#db
      .selectFrom('repricings')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? undefined : toRepricing(row);
  }

  /** In the order in which they were started. */
  async unfinished(): Promise<Repricing[]> {
    const rows = await this.#db
      .selectFrom('repricings')
      .selectAll()
      .where('state', '=', 'running')
      .orderBy('created_at')
      .orderBy(sql`rowid`)
      .execute();
    return rows.map(toRepricing);
  }

  async update(id: string, progress: Partial<Omit<Repricing, 'id' | 'projectId' | 'createdAt'>>): Promise<void> {
    const columns: Partial<Tables['repricings']> = {
      ...(progress.from !== undefined && { from_time: progress.from }),
      ...(progress.to !== undefined && { to_time: progress.to }),
      ...(progress.state !== undefined && { state: progress.state }),
      ...(progress.spansTotal !== undefined && { spans_total: progress.spansTotal }),
      ...(progress.spansSeen !== undefined && { spans_seen: progress.spansSeen }),
      ...(progress.spansChanged !== undefined && { spans_changed: progress.spansChanged }),
      ...(progress.reason !== undefined && { reason: progress.reason }),
      ...(progress.finishedAt !== undefined && { finished_at: progress.finishedAt }),
    };
    if (Object.keys(columns).length === 0) return;
    await this.#db.updateTable('repricings').set(columns).where('id', '=', id).execute();
  }
}

function toRepricing(row: Tables['repricings']): Repricing {
  const state = STATES.find((known) => known === row.state);
  if (state === undefined) throw new Error(`re-pricing ${row.id} is in an unknown state: ${row.state}`);
  return {
    id: row.id,
    projectId: row.project_id as ProjectId,
    from: row.from_time,
    to: row.to_time,
    state,
    spansTotal: row.spans_total,
    spansSeen: row.spans_seen,
    spansChanged: row.spans_changed,
    reason: row.reason,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
