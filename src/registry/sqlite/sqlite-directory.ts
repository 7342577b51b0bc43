/** One project's agents, versions, people and fingerprints, as dialects see them. */

import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import type { JsonObject } from '../../canonical/json.ts';
import type {
  Agent,
  AgentVersion,
  Directory,
  NewAgentVersion,
  Person,
  ProjectSettings,
} from '../../dialects/dialect.ts';
import type { CurrentVersions } from './current-versions.ts';
import { SqliteAgents } from './sqlite-agents.ts';
import { type PeoplePage, SqlitePeople } from './sqlite-people.ts';
import { SqliteSampling } from './sqlite-sampling.ts';
import type { SqliteSettings } from './sqlite-settings.ts';
import type { Tables } from './tables.ts';

export class SqliteDirectory implements Directory {
  readonly #db: Kysely<Tables>;
  readonly #project: ProjectId;
  readonly #agents: SqliteAgents;
  readonly #people: SqlitePeople;
  readonly #sampling: SqliteSampling;
  readonly #settings: SqliteSettings;
  readonly settled: () => Promise<void>;

  constructor(
    db: Kysely<Tables>,
    project: ProjectId,
    { current, settings }: { current: CurrentVersions; settings: SqliteSettings },
    settled: () => Promise<void>,
  ) {
    this.#db = db;
    this.#project = project;
    this.#agents = new SqliteAgents(db, project, current);
    this.#people = new SqlitePeople(db, project);
    this.#sampling = new SqliteSampling(db);
    this.#settings = settings;
    this.settled = settled;
  }

  async ensureFingerprint(contentHash: string, content: string): Promise<{ id: string }> {
    await this.#db
      .insertInto('fingerprints')
      .values({
        id: randomUUID(),
        project_id: this.#project,
        content_hash: contentHash,
        content,
        created_at: new Date().toISOString(),
      })
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

  ensurePerson(id: string, properties?: JsonObject): Promise<Person> {
    return this.#people.ensure(id, properties);
  }

  getPerson(id: string): Promise<Person | undefined> {
    return this.#people.get(id);
  }

  updatePerson(id: string, properties: JsonObject): Promise<Person | undefined> {
    return this.#people.update(id, properties);
  }

  listPeople(page: PeoplePage): Promise<{ people: readonly Person[]; total: number }> {
    return this.#people.list(page);
  }

  people(ids: readonly string[]): Promise<readonly Person[]> {
    return this.#people.find(ids);
  }

  ensureAgent(name: string, description?: string): Promise<Agent> {
    return this.#agents.ensure(name, description);
  }

  getAgent(name: string): Promise<Agent | undefined> {
    return this.#agents.get(name);
  }

  listAgents(): Promise<readonly Agent[]> {
    return this.#agents.list();
  }

  ensureAgentVersion(agentName: string, version: NewAgentVersion): Promise<AgentVersion | undefined> {
    return this.#agents.ensureVersion(agentName, version);
  }

  getAgentVersion(agentName: string, versionName: string): Promise<AgentVersion | undefined> {
    return this.#agents.getVersion(agentName, versionName);
  }

  currentAgentVersion(agentName: string): string | undefined {
    return this.#agents.current(agentName);
  }

  listAgentVersions(agentName: string): Promise<readonly AgentVersion[]> {
    return this.#agents.listVersions(agentName);
  }

  settings(): Promise<ProjectSettings> {
    return this.#settings.of(this.#project);
  }

  samplingRates(): Promise<ReadonlyMap<string, number>> {
    return this.#sampling.rates(this.#project);
  }

  setSamplingRate(agentName: string, rate: number): Promise<void> {
    return this.#sampling.setRate(this.#project, agentName, rate);
  }
}
