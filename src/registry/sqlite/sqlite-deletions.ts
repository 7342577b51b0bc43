/** Deletions on request: a row each, and a row for every trace or span that is found and not yet removed. */

import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import {
  DELETION_KINDS,
  DELETION_STATES,
  type Deletion,
  type DeletionKind,
  type Deletions,
  NOTHING_REMOVED,
  type Removed,
  type Target,
} from '../deletions.ts';
import { inPieces } from './in-pieces.ts';
import type { Tables } from './tables.ts';

type Changes = Parameters<Deletions['update']>[1];

export class SqliteDeletions implements Deletions {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async request(projectId: ProjectId, kind: DeletionKind, subject: string, position: number): Promise<Deletion> {
    const row: Tables['deletions'] = {
      id: randomUUID(),
      project_id: projectId,
      kind,
      subject,
      position,
      state: 'waiting',
      removed: JSON.stringify(NOTHING_REMOVED),
      remaining: null,
      reason: null,
      created_at: new Date().toISOString(),
      finished_at: null,
    };
    await this.#db.insertInto('deletions').values(row).execute();
    return toDeletion(row, 0);
  }

  async find(projectId: ProjectId, id: string): Promise<Deletion | undefined> {
    const row = await this.#of(projectId).where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : toDeletion(row, await this.#countTargets(row.id));
  }

  async list(projectId: ProjectId, limit: number, before?: string): Promise<Deletion[]> {
    const last =
      before === undefined ? sql`9223372036854775807` : sql`(SELECT rowid FROM deletions WHERE id = ${before})`;
    const rows = await this.#of(projectId)
      .where(sql<boolean>`rowid < ${last}`)
      .orderBy(sql`rowid`, 'desc')
      .limit(limit)
      .execute();
    return Promise.all(rows.map(async (row) => toDeletion(row, await this.#countTargets(row.id))));
  }

  async unfinished(): Promise<Deletion[]> {
    const rows = await this.#db
      .selectFrom('deletions')
      .selectAll()
      .where('state', '!=', 'done')
      .orderBy(sql`rowid`)
      .execute();
    return rows.map((row) => toDeletion(row, 0));
  }

  async update(id: string, { state, removed, remaining, reason }: Changes): Promise<void> {
    const columns: Partial<Tables['deletions']> = {
      ...(state !== undefined && { state, finished_at: state === 'done' ? new Date().toISOString() : null }),
      ...(removed !== undefined && { removed: JSON.stringify(removed) }),
      ...(remaining !== undefined && { remaining }),
      ...(reason !== undefined && { reason }),
    };
    await this.#db.updateTable('deletions').set(columns).where('id', '=', id).execute();
  }

  async reopen(position: number): Promise<number> {
    const { numUpdatedRows } = await this.#db
      .updateTable('deletions')
      .set({ state: 'waiting', finished_at: null })
      .where('state', '=', 'done')
      .where('position', '>', position)
      .executeTakeFirst();
    return Number(numUpdatedRows);
  }

  async addTargets(id: string, targets: readonly Target[]): Promise<Target[]> {
    const added = await this.#db.transaction().execute(async (transaction) => {
      const rows: Pick<Tables['deletion_targets'], 'trace_key' | 'span_id'>[] = [];
      for (const some of inPieces(targets))
        rows.push(
          ...(await transaction
            .insertInto('deletion_targets')
            .values(some.map(({ key, spanId = '' }) => ({ deletion_id: id, trace_key: key, span_id: spanId })))
            .onConflict((conflict) => conflict.doNothing())
            .returning(['trace_key', 'span_id'])
            .execute()),
        );
      return rows;
    });
    return added.map(toTarget);
  }

  async targets(id: string, limit: number, after: Target = { key: '' }): Promise<Target[]> {
    const rows = await this.#db
      .selectFrom('deletion_targets')
      .select(['trace_key', 'span_id'])
      .where('deletion_id', '=', id)
      .where(sql<boolean>`(trace_key, span_id) > (${after.key}, ${after.spanId ?? ''})`)
      .orderBy('trace_key')
      .orderBy('span_id')
      .limit(limit)
      .execute();
    return rows.map(toTarget);
  }

  async dropTargets(id: string): Promise<void> {
    await this.#db.deleteFrom('deletion_targets').where('deletion_id', '=', id).execute();
  }

  #of(projectId: ProjectId) {
    return this.#db.selectFrom('deletions').selectAll().where('project_id', '=', projectId);
  }

  async #countTargets(id: string): Promise<number> {
    const { count } = await this.#db
      .selectFrom('deletion_targets')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('deletion_id', '=', id)
      .executeTakeFirstOrThrow();
    return count;
  }
}

function toTarget({
  trace_key: key,
  span_id: spanId,
}: Pick<Tables['deletion_targets'], 'trace_key' | 'span_id'>): Target {
  return spanId === '' ? { key } : { key, spanId };
}

function toDeletion(row: Tables['deletions'], waiting: number): Deletion {
  const kind = DELETION_KINDS.find((known) => known === row.kind);
  const state = DELETION_STATES.find((known) => known === row.state);
  if (kind === undefined || state === undefined) throw new Error(`deletion ${row.id} is in an unknown state`);
  // Written by `update` alone.
  const removed: Removed = { ...NOTHING_REMOVED, ...(JSON.parse(row.removed) as Partial<Removed>) };
  return {
    id: row.id,
    projectId: row.project_id as ProjectId,
    kind,
    subject: row.subject,
    position: row.position,
    state,
    targetsWaiting: waiting,
    removed,
    remaining: row.remaining,
    reason: row.reason,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
