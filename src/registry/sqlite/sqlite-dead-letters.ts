/** Dead letters in SQLite: the loader's thread adds and settles, the HTTP thread lists, retries and discards. */

import { type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import { deadLettersMax, discardedDeadLettersMax } from '../../limits.ts';
import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetterRecord,
  DeadLetters,
  Discarded,
  NewDeadLetter,
} from '../dead-letters.ts';
import { RegistryUnavailable } from '../unavailable.ts';
import type { Viewer } from '../viewer.ts';
import { inPieces } from './in-pieces.ts';
import type { Tables } from './tables.ts';

/** Without the record itself: bodies are up to 20 MiB. `length` of a blob does not read it. */
const COLUMNS = [
  'project_id',
  'position',
  'dialect',
  'route',
  'reason',
  'events',
  'created_at',
  'failed_retries',
  'retried_at',
  'retry_position',
  'discarded_at',
  'discarded_by',
  'discarded_by_name',
  'note',
] as const;
type Row = Pick<Tables['dead_letters'], (typeof COLUMNS)[number]> & { readonly body_bytes: number };
type Expressions = ExpressionBuilder<Tables, 'dead_letters'>;

export class SqliteDeadLetters implements DeadLetters {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async add(letter: NewDeadLetter): Promise<void> {
    const { position, reason, failedAt } = letter;
    const isRetry = failedAt !== position;
    if ((await this.count()) >= deadLettersMax && !(await this.#exists(position)))
      throw new RegistryUnavailable(`there are ${deadLettersMax} dead letters: retry or discard some`);
    await this.#db
      .insertInto('dead_letters')
      .values({
        project_id: letter.projectId,
        position,
        dialect: letter.dialect,
        route: letter.route,
        reason,
        meta: letter.meta,
        body: Buffer.from(letter.body),
        created_at: new Date().toISOString(),
        events: letter.events,
        failed_retries: isRetry ? 1 : 0,
        failed_at: failedAt,
      })
      .onConflict((conflict) =>
        conflict
          .column('position')
          .doUpdateSet((eb) => ({
            reason,
            failed_at: failedAt,
            failed_retries: eb('dead_letters.failed_retries', '+', 1),
          }))
          // Read again after a crash it is older than what is known. The first failure writes no retry down.
          .where('dead_letters.failed_at', '<', failedAt)
          .where('dead_letters.discarded_at', 'is', null),
      )
      .execute();
  }

  async #exists(position: number): Promise<boolean> {
    const found = this.#db.selectFrom('dead_letters').select('position').where('position', '=', position);
    return (await found.executeTakeFirst()) !== undefined;
  }

  async settle(positions: readonly number[]): Promise<void> {
    for (const some of inPieces(positions))
      await this.#db.deleteFrom('dead_letters').where('position', 'in', some).execute();
  }

  async find(viewer: Viewer, position: number): Promise<DeadLetter | undefined> {
    const row = await this.#seen(viewer).where('position', '=', position).executeTakeFirst();
    return row === undefined ? undefined : toLetter(row);
  }

  async record(viewer: Viewer, position: number): Promise<DeadLetterRecord | undefined> {
    const found = this.#db
      .selectFrom('dead_letters')
      .select(['meta', 'body'])
      .where((eb) => isSeenBy(eb, viewer))
      .where('position', '=', position)
      .where('discarded_at', 'is', null);
    const row = await found.executeTakeFirst();
    // libsql gives blobs as ArrayBuffer; a Buffer would be taken as it is.
    return row === undefined ? undefined : { meta: row.meta, body: new Uint8Array(row.body) };
  }

  async list(viewer: Viewer, filter: DeadLetterFilter, page: DeadLetterPage): Promise<readonly DeadLetter[]> {
    let query = this.#seen(viewer).orderBy('position', page.order).limit(page.limit);
    const { dialect, reason, state } = filter;
    const { loadedUntil } = page;
    if (page.after !== undefined) query = query.where('position', page.order === 'asc' ? '>' : '<', page.after);
    if (dialect !== undefined) query = query.where('dialect', '=', dialect);
    if (reason !== undefined) query = query.where(sql<SqlBool>`instr(reason, ${reason}) > 0`);
    if (state !== undefined) query = query.where('discarded_at', state === 'discarded' ? 'is not' : 'is', null);
    if (state === 'retrying') query = query.where('retry_position', '>=', loadedUntil);
    if (state === 'dead')
      query = query.where((eb) => eb.or([eb('retry_position', 'is', null), eb('retry_position', '<', loadedUntil)]));
    return (await query.execute()).map(toLetter);
  }

  async retried(position: number, retryPosition: number): Promise<void> {
    await this.#db
      .updateTable('dead_letters')
      .set({ retry_position: retryPosition, retried_at: new Date().toISOString() })
      .where('position', '=', position)
      .execute();
  }

  async discard(viewer: Viewer, position: number, { keyId, keyName, note }: Omit<Discarded, 'at'>): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('dead_letters')
      .set({
        discarded_at: new Date().toISOString(),
        discarded_by: keyId,
        discarded_by_name: keyName,
        note,
        meta: '',
        body: Buffer.alloc(0),
      })
      .where((eb) => isSeenBy(eb, viewer))
      .where('position', '=', position)
      .where('discarded_at', 'is', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await this.#forgetOldest();
    return true;
  }

  async #forgetOldest(): Promise<void> {
    await sql`DELETE FROM dead_letters WHERE position IN (SELECT position FROM dead_letters
      WHERE discarded_at IS NOT NULL ORDER BY discarded_at DESC LIMIT -1 OFFSET ${discardedDeadLettersMax})`.execute(
      this.#db,
    );
  }

  async count(viewer?: Viewer): Promise<number> {
    let query = this.#db.selectFrom('dead_letters').where('discarded_at', 'is', null);
    if (viewer !== undefined) query = query.where((eb) => isSeenBy(eb, viewer));
    const { count } = await query.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
    return count;
  }

  #seen(viewer: Viewer) {
    return this.#db
      .selectFrom('dead_letters')
      .select(COLUMNS)
      .select(sql<number>`length(body)`.as('body_bytes'))
      .where((eb) => isSeenBy(eb, viewer));
  }
}

function isSeenBy(eb: Expressions, { projectId, seesNobodys }: Viewer) {
  return eb('project_id', 'in', seesNobodys ? [projectId, ''] : [projectId]);
}

function toLetter(row: Row): DeadLetter {
  return {
    projectId: row.project_id,
    position: row.position,
    dialect: row.dialect,
    route: row.route,
    reason: row.reason,
    events: row.events,
    bodyBytes: row.body_bytes,
    createdAt: row.created_at,
    failedRetries: row.failed_retries,
    retriedAt: row.retried_at,
    retryPosition: row.retry_position,
    discarded:
      row.discarded_at === null
        ? null
        : {
            at: row.discarded_at,
            keyId: row.discarded_by ?? '',
            keyName: row.discarded_by_name ?? '',
            note: row.note ?? '',
          },
  };
}
