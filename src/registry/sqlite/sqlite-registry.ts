/**
 * The registry in one SQLite file, opened by the HTTP thread and by the loader's thread (write-ahead log, full sync:
 * what is created is on disk before the answer). Keys are also held in memory: they stand before every request.
 */

import { randomUUID } from 'node:crypto';
import { Kysely, Migrator, type SqliteDatabase, SqliteDialect } from 'kysely';
import Database from 'libsql';
import { newProjectId, type ProjectId, readProjectId } from '../../canonical/ids.ts';
import type { Directory, ProjectSettings } from '../../dialects/dialect.ts';
import {
  type Key,
  type Mentioned,
  type Principal,
  type Project,
  type Registry,
  SCOPES,
  type Scope,
} from '../registry.ts';
import { CurrentVersions } from './current-versions.ts';
import { withRefusals } from './refusals.ts';
import { hashSecret, newSecret, prefixOf, sameHash } from './secrets.ts';
import { SqliteAudit } from './sqlite-audit.ts';
import { SqliteDeadLetters } from './sqlite-dead-letters.ts';
import { SqliteDeletions } from './sqlite-deletions.ts';
import { SqliteDirectory } from './sqlite-directory.ts';
import { SqliteLimits } from './sqlite-limits.ts';
import { SqliteOwnPrices } from './sqlite-prices.ts';
import { SqliteRedaction } from './sqlite-redaction.ts';
import { SqliteRemovals } from './sqlite-removals.ts';
import { SqliteRepricings } from './sqlite-repricings.ts';
import { SqliteRetentionRuns } from './sqlite-retention.ts';
import { SqliteSampling } from './sqlite-sampling.ts';
import { SqliteSettings } from './sqlite-settings.ts';
import { MIGRATIONS, type Tables } from './tables.ts';

/** One sync to disk for this many; more would keep the other thread's writes waiting. */
const MENTIONS_PER_TRANSACTION = 500;

interface KnownKey extends Principal {
  readonly hash: string;
  readonly keyId: string;
}

export class SqliteRegistry implements Registry {
  readonly #db: Kysely<Tables>;
  readonly #keys = new Map<string, KnownKey>();
  readonly #projects = new Set<string>();
  /** What every directory asks for from memory. */
  readonly #memory: { readonly current: CurrentVersions; readonly settings: SqliteSettings };
  readonly prices: SqliteOwnPrices;
  readonly repricings: SqliteRepricings;
  readonly sampling: SqliteSampling;
  readonly redaction: SqliteRedaction;
  readonly limits: SqliteLimits;
  readonly deadLetters: SqliteDeadLetters;
  readonly audit: SqliteAudit;
  readonly deletions: SqliteDeletions;
  readonly retentionRuns: SqliteRetentionRuns;
  readonly removals: SqliteRemovals;

  private constructor(db: Kysely<Tables>) {
    this.#db = db;
    this.#memory = { current: new CurrentVersions(), settings: new SqliteSettings(db) };
    this.prices = new SqliteOwnPrices(db);
    this.repricings = new SqliteRepricings(db);
    this.sampling = new SqliteSampling(db);
    this.redaction = new SqliteRedaction(db);
    this.limits = new SqliteLimits(db);
    this.deadLetters = new SqliteDeadLetters(db);
    this.audit = new SqliteAudit(db);
    this.deletions = new SqliteDeletions(db);
    this.retentionRuns = new SqliteRetentionRuns(db);
    this.removals = new SqliteRemovals(db);
  }

  static async open(path: string): Promise<SqliteRegistry> {
    const database = new Database(path);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('busy_timeout = 10000');
    database.pragma('foreign_keys = ON');
    // What is deleted on request must not be readable in free pages.
    database.pragma('secure_delete = ON');
    // libsql has better-sqlite3's interface, which is what this dialect drives; only the declared types differ.
    const driven = withRefusals(database as unknown as SqliteDatabase);
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: driven }) });
    const { error } = await new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } }).migrateToLatest();
    if (error !== undefined) throw error;
    const registry = new SqliteRegistry(db);
    await registry.#load();
    return registry;
  }

  async #load(): Promise<void> {
    for (const row of await this.#db.selectFrom('projects').select('id').execute()) this.#projects.add(row.id);
    const rows = await this.#db.selectFrom('keys').selectAll().where('revoked_at', 'is', null).execute();
    for (const row of rows) this.#remember(row.hash, toKey(row));
    await this.#memory.current.load(this.#db);
    await this.redaction.load();
    await this.limits.load();
  }

  #remember(hash: string, key: Key): void {
    this.#keys.set(hash, { hash, keyId: key.id, projectId: key.projectId, scopes: key.scopes });
  }

  async createProject(name: string, id: ProjectId = newProjectId()): Promise<Project> {
    const project: Project = { id, name, createdAt: new Date().toISOString() };
    await this.#db.insertInto('projects').values({ id, name, created_at: project.createdAt }).execute();
    this.#projects.add(id);
    return project;
  }

  async listProjects(): Promise<Project[]> {
    const rows = await this.#db.selectFrom('projects').selectAll().orderBy('created_at').execute();
    return rows.map((row) => ({ id: row.id as ProjectId, name: row.name, createdAt: row.created_at }));
  }

  hasProject(id: ProjectId): boolean {
    return this.#projects.has(id);
  }

  async createKey(projectId: ProjectId, name: string, scopes: readonly Scope[]): Promise<{ key: Key; secret: string }> {
    const secret = newSecret();
    const key = await this.#insertKey(projectId, secret, name, scopes);
    return { key, secret };
  }

  async importKey(
    projectId: ProjectId,
    secret: string,
    name: string,
    scopes: readonly Scope[],
  ): Promise<Key | undefined> {
    // A project's id is public (Lunary ships it to browsers): as another project's key it would draw its traffic away.
    const named = readProjectId(secret);
    if (named !== undefined && named !== projectId && this.#projects.has(named)) return undefined;
    const hash = hashSecret(secret);
    const existing = await this.#db.selectFrom('keys').selectAll().where('hash', '=', hash).executeTakeFirst();
    if (existing === undefined) return this.#insertKey(projectId, secret, name, scopes);
    if (existing.project_id !== projectId) return undefined;
    await this.#db
      .updateTable('keys')
      .set({ name, scopes: JSON.stringify(scopes), revoked_at: null })
      .where('hash', '=', hash)
      .execute();
    const key = toKey({ ...existing, name, scopes: JSON.stringify(scopes), revoked_at: null });
    this.#remember(hash, key);
    return key;
  }

  async #insertKey(projectId: ProjectId, secret: string, name: string, scopes: readonly Scope[]): Promise<Key> {
    const hash = hashSecret(secret);
    const row = {
      id: randomUUID(),
      project_id: projectId,
      name,
      prefix: prefixOf(secret),
      hash,
      scopes: JSON.stringify(scopes),
      created_at: new Date().toISOString(),
      revoked_at: null,
    };
    await this.#db.insertInto('keys').values(row).execute();
    const key = toKey(row);
    this.#remember(hash, key);
    return key;
  }

  async listKeys(projectId: ProjectId): Promise<Key[]> {
    const rows = await this.#db
      .selectFrom('keys')
      .selectAll()
      .where('project_id', '=', projectId)
      .orderBy('created_at')
      .execute();
    return rows.map(toKey);
  }

  async revokeKey(projectId: ProjectId, keyId: string): Promise<boolean> {
    const row = await this.#db
      .updateTable('keys')
      .set({ revoked_at: new Date().toISOString() })
      .where('id', '=', keyId)
      .where('project_id', '=', projectId)
      .where('revoked_at', 'is', null)
      .returning('hash')
      .executeTakeFirst();
    if (row === undefined) return false;
    this.#keys.delete(row.hash);
    return true;
  }

  authenticate(secret: string): Principal | undefined {
    const hash = hashSecret(secret);
    const known = this.#keys.get(hash);
    return known !== undefined && sameHash(known.hash, hash) ? known : undefined;
  }

  directory(projectId: ProjectId, settled: () => Promise<void>): Directory {
    return new SqliteDirectory(this.#db, projectId, this.#memory, settled);
  }

  async ensureMentioned(mentions: readonly Mentioned[]): Promise<void> {
    for (let i = 0; i < mentions.length; i += MENTIONS_PER_TRANSACTION) {
      const some = mentions.slice(i, i + MENTIONS_PER_TRANSACTION);
      await this.#db.transaction().execute(async (transaction) => {
        for (const { projectId, agent, person } of some) {
          const directory = new SqliteDirectory(transaction, projectId, this.#memory, async () => undefined);
          if (agent !== undefined) await directory.ensureAgent(agent.name);
          if (agent?.version !== undefined) await directory.ensureAgentVersion(agent.name, { name: agent.version });
          if (person === undefined) continue;
          const { created } = await directory.ensurePerson(person.id, person.properties);
          if (!created && person.properties !== undefined) await directory.updatePerson(person.id, person.properties);
        }
      });
    }
  }

  settings(projectId: ProjectId): Promise<ProjectSettings> {
    return this.#memory.settings.of(projectId);
  }

  changeSettings(projectId: ProjectId, changes: Partial<ProjectSettings>): Promise<ProjectSettings> {
    return this.#memory.settings.change(projectId, changes);
  }

  async mark(name: string): Promise<number> {
    const row = await this.#db.selectFrom('marks').select('position').where('name', '=', name).executeTakeFirst();
    return row?.position ?? 0;
  }

  async setMark(name: string, position: number): Promise<void> {
    await this.#db
      .insertInto('marks')
      .values({ name, position })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ position }))
      .execute();
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}

function toKey(row: Tables['keys']): Key {
  const scopes: unknown = JSON.parse(row.scopes);
  return {
    id: row.id,
    projectId: row.project_id as ProjectId,
    name: row.name,
    prefix: row.prefix,
    scopes: SCOPES.filter((scope) => Array.isArray(scopes) && scopes.includes(scope)),
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  };
}
