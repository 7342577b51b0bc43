/** The people of a project: who used it, with the properties that vendors let clients keep about them. */

import { type Kysely, sql } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import type { JsonObject } from '../../canonical/json.ts';
import type { Person } from '../../dialects/dialect.ts';
import { inPieces } from './in-pieces.ts';
import type { Tables } from './tables.ts';

export interface PeoplePage {
  readonly search?: string;
  readonly limit: number;
  readonly offset: number;
}

export class SqlitePeople {
  readonly #db: Kysely<Tables>;
  readonly #project: ProjectId;

  constructor(db: Kysely<Tables>, project: ProjectId) {
    this.#db = db;
    this.#project = project;
  }

  async ensure(id: string, properties?: JsonObject): Promise<Person> {
    const createdAt = new Date().toISOString();
    const { numInsertedOrUpdatedRows = 0n } = await this.#db
      .insertInto('people')
      .values({
        project_id: this.#project,
        id,
        properties: properties === undefined ? null : JSON.stringify(properties),
        created_at: createdAt,
        updated_at: createdAt,
      })
      .onConflict((conflict) => conflict.columns(['project_id', 'id']).doNothing())
      .executeTakeFirstOrThrow();
    const row = await this.#all().where('id', '=', id).executeTakeFirstOrThrow();
    return { ...toPerson(row), created: numInsertedOrUpdatedRows > 0n };
  }

  async get(id: string): Promise<Person | undefined> {
    const row = await this.#all().where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : toPerson(row);
  }

  async update(id: string, properties: JsonObject): Promise<Person | undefined> {
    await this.#db
      .updateTable('people')
      .set({ properties: JSON.stringify(properties), updated_at: new Date().toISOString() })
      .where('project_id', '=', this.#project)
      .where('id', '=', id)
      .execute();
    return this.get(id);
  }

  /** Newest first. The search looks into ids and into properties as JSON text, without regard to case of ASCII letters. */
  async list({ search, limit, offset }: PeoplePage): Promise<{ people: Person[]; total: number }> {
    const found = this.#matching(search);
    const { total } = await found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
    const rows = await found
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy(sql`rowid`, 'desc')
      .limit(limit)
      .offset(offset)
      .execute();
    return { people: rows.map(toPerson), total };
  }

  #matching(search: string | undefined) {
    const everybody = this.#db.selectFrom('people').where('project_id', '=', this.#project);
    if (search === undefined || search === '') return everybody;
    const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
    return everybody.where(sql<boolean>`(id LIKE ${pattern} ESCAPE '\\' OR properties LIKE ${pattern} ESCAPE '\\')`);
  }

  /** Those that exist, in the order of `ids`. */
  async find(ids: readonly string[]): Promise<Person[]> {
    const found = new Map<string, Person>();
    for (const some of inPieces([...new Set(ids)]))
      for (const row of await this.#all().where('id', 'in', some).execute()) found.set(row.id, toPerson(row));
    return [...new Set(ids)].flatMap((id) => found.get(id.toWellFormed()) ?? []);
  }

  #all() {
    return this.#db.selectFrom('people').selectAll().where('project_id', '=', this.#project);
  }
}

function toPerson(row: Tables['people']): Person {
  const properties: JsonObject | null = row.properties === null ? null : JSON.parse(row.properties);
  return { id: row.id, properties, createdAt: row.created_at, created: false };
}
