/** Rows about users and traces, deleted. `secure_delete` (sqlite-registry.ts) overwrites what they said with zeros. */

import type { Kysely } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import type { KeptRecord, Removals } from '../removals.ts';
import { inPieces } from './in-pieces.ts';
import type { Tables } from './tables.ts';

/** Bodies are up to 20 MiB each. */
const LETTERS_PER_READ = 20;

export class SqliteRemovals implements Removals {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async person(projectId: ProjectId, id: string): Promise<number> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('people')
      .where('project_id', '=', projectId)
      .where('id', '=', id)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  async deadLetters(projectId: ProjectId, isMeant: (record: KeptRecord) => boolean): Promise<number> {
    let removed = 0;
    for (let after = -1; ; ) {
      const letters = await this.#db
        .selectFrom('dead_letters')
        .select(['position', 'meta', 'body'])
        .where('project_id', '=', projectId)
        .where('position', '>', after)
        .orderBy('position')
        .limit(LETTERS_PER_READ)
        .execute();
      const last = letters.at(-1);
      if (last === undefined) return removed;
      after = last.position;
      for (const { position } of letters.filter(isMeant)) {
        await this.#db
          .deleteFrom('dead_letters')
          .where('project_id', '=', projectId)
          .where('position', '=', position)
          .execute();
        removed += 1;
      }
    }
  }

  async oldDeadLetters(projectId: ProjectId, before: string): Promise<number> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('dead_letters')
      .where('project_id', '=', projectId)
      .where('created_at', '<', before)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  async droppedTraces(projectId: ProjectId, traceIds: readonly string[]): Promise<number> {
    let removed = 0n;
    for (const some of inPieces(traceIds)) {
      const { numDeletedRows } = await this.#db
        .deleteFrom('dropped_traces')
        .where('project_id', '=', projectId)
        .where('trace_id', 'in', some)
        .executeTakeFirst();
      removed += numDeletedRows;
    }
    return Number(removed);
  }

  async oldDroppedTraces(projectId: ProjectId, before: number): Promise<number> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('dropped_traces')
      .where('project_id', '=', projectId)
      .where('last_position', '<', before)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }
}
