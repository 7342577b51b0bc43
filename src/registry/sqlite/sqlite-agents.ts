/**
 * Agents and their versions. Creation is one statement that either inserts or does nothing, with the next number taken
 * inside it: SQLite runs writers one after the other, so numbers stay unique.
 */

import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import type { Agent, AgentVersion, NewAgentVersion } from '../../dialects/dialect.ts';
import type { CurrentVersions } from './current-versions.ts';
import type { Tables } from './tables.ts';

export class SqliteAgents {
  readonly #db: Kysely<Tables>;
  readonly #project: ProjectId;
  readonly #current: CurrentVersions;

  constructor(db: Kysely<Tables>, project: ProjectId, current: CurrentVersions) {
    this.#db = db;
    this.#project = project;
    this.#current = current;
  }

  async ensure(name: string, description?: string): Promise<Agent> {
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
    const row = await this.#named(name).executeTakeFirstOrThrow();
    return { ...toAgent(row), created: (result.numAffectedRows ?? 0n) > 0n };
  }

  async get(name: string): Promise<Agent | undefined> {
    const row = await this.#named(name).executeTakeFirst();
    return row === undefined ? undefined : toAgent(row);
  }

  async list(): Promise<Agent[]> {
    const rows = await this.#all().orderBy('number').execute();
    return rows.map(toAgent);
  }

  #all() {
    return this.#db.selectFrom('agents').selectAll().where('project_id', '=', this.#project);
  }

  #named(name: string) {
    return this.#all().where('name', '=', name);
  }

  async ensureVersion(agentName: string, version: NewAgentVersion): Promise<AgentVersion | undefined> {
    const agent = await this.#named(agentName).executeTakeFirst();
    if (agent === undefined) return undefined;
    const result = await sql`
      INSERT INTO agent_versions (id, agent_id, name, description, content, number, created_at)
      SELECT ${randomUUID()}, ${agent.id}, ${version.name}, ${version.description ?? null}, ${version.content ?? null},
        coalesce((SELECT max(number) FROM agent_versions WHERE agent_id = ${agent.id}), 0) + 1, ${now()}
      WHERE true ON CONFLICT (agent_id, name) DO NOTHING`.execute(this.#db);
    await this.#complete(agent.id, version, 'description');
    await this.#complete(agent.id, version, 'content');
    if (version.content !== undefined) await this.#makeCurrent(agent.id, agentName, version.name);
    const row = await this.#version(agent.id, version.name).executeTakeFirstOrThrow();
    return { ...toVersion(row), created: (result.numAffectedRows ?? 0n) > 0n };
  }

  /** An event may have named the version first. What is there stays. */
  async #complete(agentId: string, version: NewAgentVersion, column: 'description' | 'content'): Promise<void> {
    const value = version[column];
    if (value === undefined) return;
    await this.#db
      .updateTable('agent_versions')
      .set({ [column]: value })
      .where('agent_id', '=', agentId)
      .where('name', '=', version.name)
      .where(column, 'is', null)
      .execute();
  }

  async #makeCurrent(agentId: string, agentName: string, versionName: string): Promise<void> {
    await this.#db
      .updateTable('agents')
      .set({ current_version: versionName })
      .where('id', '=', agentId)
      .where('current_version', 'is not', versionName)
      .execute();
    this.#current.set(this.#project, agentName, versionName);
  }

  current(agentName: string): string | undefined {
    return this.#current.get(this.#project, agentName);
  }

  async getVersion(agentName: string, versionName: string): Promise<AgentVersion | undefined> {
    const agent = await this.get(agentName);
    const row = agent === undefined ? undefined : await this.#version(agent.id, versionName).executeTakeFirst();
    return row === undefined ? undefined : toVersion(row);
  }

  async listVersions(agentName: string): Promise<AgentVersion[]> {
    const agent = await this.get(agentName);
    if (agent === undefined) return [];
    const rows = await this.#versions(agent.id).orderBy('number').execute();
    return rows.map(toVersion);
  }

  #versions(agentId: string) {
    return this.#db.selectFrom('agent_versions').selectAll().where('agent_id', '=', agentId);
  }

  #version(agentId: string, name: string) {
    return this.#versions(agentId).where('name', '=', name);
  }
}

function now(): string {
  return new Date().toISOString();
}

function toVersion(row: Tables['agent_versions']): AgentVersion {
  return { ...toAgent(row), content: row.content };
}

function toAgent(row: Omit<Tables['agent_versions'], 'agent_id' | 'content'>): Agent {
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
