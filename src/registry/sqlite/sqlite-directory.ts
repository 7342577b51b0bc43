/**
 * One project's agents, versions, people and fingerprints. Creation is one statement that either inserts or does
 * nothing, with the next number taken inside it: SQLite runs writers one after the other, so numbers stay unique.
 */

import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import type { JsonObject } from '../../canonical/json.ts';
import type { Agent, AgentVersion, Directory, NewAgentVersion, Person } from '../../dialects/dialect.ts';
import type { Tables } from './tables.ts';

export class SqliteDirectory implements Directory {
  readonly #db: Kysely<Tables>;
  readonly #project: ProjectId;
  readonly settled: () => Promise<void>;

  constructor(db: Kysely<Tables>, project: ProjectId, settled: () => Promise<void>) {
    this.#db = db;
    this.#project = project;
    this.settled = settled;
  }

  async ensureFingerprint(contentHash: string, content: string): Promise<{ id: string }> {
    await this.#db
      .insertInto('fingerprints')
      .values({ id: randomUUID(), project_id: this.#project, content_hash: contentHash, content, created_at: now() })
      .onConflict((conflict) => conflict.columns(['project_id', 'content_hash']).doNothing())
      .execute();
    return this.#db
      .selectFrom('fingerprints')
      .select('id')
      .where('project_id', '=', this.#project)
      .where('content_hash', '=', contentHash)
      .executeTakeFirstOrThrow();
  }

  async hasFingerprint(id: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('fingerprints')
      .select('id')
      .where('project_id', '=', this.#project)
      .where('id', '=', id)
      .executeTakeFirst();
    return row !== undefined;
  }

  async ensurePerson(id: string, properties?: JsonObject): Promise<Person> {
    const createdAt = now();
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
    return { ...(await this.#person(id)), created: numInsertedOrUpdatedRows > 0n };
  }

  async getPerson(id: string): Promise<Person | undefined> {
    const row = await this.#people(id).executeTakeFirst();
    return row === undefined ? undefined : toPerson(row);
  }

  async updatePerson(id: string, properties: JsonObject): Promise<Person | undefined> {
    await this.#db
      .updateTable('people')
      .set({ properties: JSON.stringify(properties), updated_at: now() })
      .where('project_id', '=', this.#project)
      .where('id', '=', id)
      .execute();
    return this.getPerson(id);
  }

  #people(id: string) {
    return this.#db.selectFrom('people').selectAll().where('project_id', '=', this.#project).where('id', '=', id);
  }

  async #person(id: string): Promise<Person> {
    return toPerson(await this.#people(id).executeTakeFirstOrThrow());
  }

  async ensureAgent(name: string, description?: string): Promise<Agent> {
    const result = await sql`
      INSERT INTO agents (id, project_id, name, description, number, created_at)
      SELECT ${randomUUID()}, ${this.#project}, ${name}, ${description ?? null},
        coalesce((SELECT max(number) FROM agents WHERE project_id = ${this.#project}), 0) + 1, ${now()}
      WHERE true ON CONFLICT (project_id, name) DO NOTHING`.execute(this.#db);
    if (description !== undefined) {
      // An event may have named the agent first; describing it later is still part of making it.
      await this.#db
        .updateTable('agents')
        .set({ description })
        .where('project_id', '=', this.#project)
        .where('name', '=', name)
        .where('description', 'is', null)
        .execute();
    }
    const row = await this.#agents(name).executeTakeFirstOrThrow();
    return { ...toAgent(row), created: (result.numAffectedRows ?? 0n) > 0n };
  }

  async getAgent(name: string): Promise<Agent | undefined> {
    const row = await this.#agents(name).executeTakeFirst();
    return row === undefined ? undefined : toAgent(row);
  }

  #agents(name: string) {
    return this.#db.selectFrom('agents').selectAll().where('project_id', '=', this.#project).where('name', '=', name);
  }

  async ensureAgentVersion(agentName: string, version: NewAgentVersion): Promise<AgentVersion | undefined> {
    const agent = await this.getAgent(agentName);
    if (agent === undefined) return undefined;
    const result = await sql`
      INSERT INTO agent_versions (id, agent_id, name, description, content, number, created_at)
      SELECT ${randomUUID()}, ${agent.id}, ${version.name}, ${version.description ?? null}, ${version.content ?? null},
        coalesce((SELECT max(number) FROM agent_versions WHERE agent_id = ${agent.id}), 0) + 1, ${now()}
      WHERE true ON CONFLICT (agent_id, name) DO NOTHING`.execute(this.#db);
    if (version.description !== undefined) {
      await this.#db
        .updateTable('agent_versions')
        .set({ description: version.description })
        .where('agent_id', '=', agent.id)
        .where('name', '=', version.name)
        .where('description', 'is', null)
        .execute();
    }
    const row = await this.#versions(agent.id, version.name).executeTakeFirstOrThrow();
    return { ...toAgent(row), created: (result.numAffectedRows ?? 0n) > 0n };
  }

  async getAgentVersion(agentName: string, versionName: string): Promise<AgentVersion | undefined> {
    const agent = await this.getAgent(agentName);
    const row = agent === undefined ? undefined : await this.#versions(agent.id, versionName).executeTakeFirst();
    return row === undefined ? undefined : toAgent(row);
  }

  #versions(agentId: string, name: string) {
    return this.#db.selectFrom('agent_versions').selectAll().where('agent_id', '=', agentId).where('name', '=', name);
  }
}

function now(): string {
  return new Date().toISOString();
}

function toPerson(row: Tables['people']): Person {
  const properties: JsonObject | null = row.properties === null ? null : JSON.parse(row.properties);
  return { id: row.id, properties, createdAt: row.created_at, created: false };
}

/** Versions have the same columns. */
function toAgent(row: Omit<Tables['agents'], 'project_id'>): Agent {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    number: row.number,
    createdAt: row.created_at,
    deprecatedAt: row.deprecated_at,
    created: false,
  };
}
