/** A project's own prices. Names are kept in lower case: two spellings of one model are one price. */

import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import { isoFromMicros, microsFromIso } from '../../canonical/time.ts';
import type { OwnPrice, OwnPrices } from '../prices.ts';
import type { Tables } from './tables.ts';

export class SqliteOwnPrices implements OwnPrices {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async revision(): Promise<number> {
    const { revision } = await this.#db.selectFrom('price_revision').select('revision').executeTakeFirstOrThrow();
    return revision;
  }

  async list(projectId?: ProjectId): Promise<OwnPrice[]> {
    const all = this.#db.selectFrom('prices').selectAll();
    const some = projectId === undefined ? all : all.where('project_id', '=', projectId);
    const rows = await some.orderBy('model').orderBy('provider').orderBy('from_time').execute();
    return rows.map(toOwnPrice);
  }

  async set(price: Omit<OwnPrice, 'id' | 'createdAt'>): Promise<OwnPrice> {
    const row: Tables['prices'] = {
      id: randomUUID(),
      project_id: price.projectId,
      model: price.model.toLowerCase(),
      provider: price.provider?.toLowerCase() ?? '',
      from_time: price.from === null ? '' : sortable(price.from),
      input: price.inputPerMillion,
      output: price.outputPerMillion,
      cache_read: price.cacheReadPerMillion,
      cache_write: price.cacheWritePerMillion,
      created_at: new Date().toISOString(),
    };
    const { id, project_id, model, provider, from_time, ...amounts } = row;
    const stored = await this.#changing((transaction) =>
      transaction
        .insertInto('prices')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['project_id', 'model', 'provider', 'from_time']).doUpdateSet(amounts),
        )
        .returningAll()
        .executeTakeFirstOrThrow(),
    );
    return toOwnPrice(stored);
  }

  async remove(projectId: ProjectId, id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#changing((transaction) =>
      transaction
        .deleteFrom('prices')
        .where('project_id', '=', projectId)
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    );
    return numDeletedRows > 0n;
  }

  /** The revision grows first: a transaction that began by reading could not write after another thread did. */
  #changing<T>(change: (transaction: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(async (transaction) => {
      await transaction.updateTable('price_revision').set({ revision: sql<number>`revision + 1` }).execute();
      return change(transaction);
    });
  }
}

/** One spelling per moment, so that equal times meet in the unique key and order as text. */
function sortable(iso: string): string {
  const micros = microsFromIso(iso);
  if (micros === undefined) throw new RangeError(`not a time: ${iso}`);
  return isoFromMicros(micros);
}

function toOwnPrice(row: Tables['prices']): OwnPrice {
  return {
    id: row.id,
    projectId: row.project_id as ProjectId,
    model: row.model,
    provider: row.provider === '' ? null : row.provider,
    from: row.from_time === '' ? null : row.from_time,
    inputPerMillion: row.input,
    outputPerMillion: row.output,
    cacheReadPerMillion: row.cache_read,
    cacheWritePerMillion: row.cache_write,
    createdAt: row.created_at,
  };
}
