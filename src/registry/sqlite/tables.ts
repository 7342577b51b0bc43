/** The tables, as Kysely sees them and as SQLite makes them. A released migration is never edited. */

import { type Kysely, type Migration, sql } from 'kysely';

export interface Tables {
  projects: { id: string; name: string; created_at: string };
  keys: {
    id: string;
    project_id: string;
    name: string;
    prefix: string;
    hash: string;
    scopes: string;
    created_at: string;
    revoked_at: string | null;
  };
  fingerprints: { id: string; project_id: string; content_hash: string; content: string; created_at: string };
  people: { project_id: string; id: string; properties: string | null; created_at: string; updated_at: string };
  agents: {
    id: string;
    project_id: string;
    name: string;
    description: string | null;
    number: number;
    created_at: string;
    deprecated_at: string | null;
  };
  agent_versions: {
    id: string;
    agent_id: string;
    name: string;
    description: string | null;
    content: string | null;
    number: number;
    created_at: string;
    deprecated_at: string | null;
  };
  dead_letters: {
    project_id: string;
    position: number;
    dialect: string;
    route: string;
    reason: string;
    meta: string;
    body: Uint8Array;
    created_at: string;
  };
}

const STATEMENTS: readonly string[] = [
  'CREATE TABLE projects (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL)',
  `CREATE TABLE keys (id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects (id), name TEXT NOT NULL,
    prefix TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, created_at TEXT NOT NULL, revoked_at TEXT)`,
  `CREATE TABLE fingerprints (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, content_hash TEXT NOT NULL, content TEXT NOT NULL,
    created_at TEXT NOT NULL, UNIQUE (project_id, content_hash))`,
  `CREATE TABLE people (project_id TEXT NOT NULL, id TEXT NOT NULL, properties TEXT, created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL, PRIMARY KEY (project_id, id))`,
  `CREATE TABLE agents (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT,
    number INTEGER NOT NULL, created_at TEXT NOT NULL, deprecated_at TEXT, UNIQUE (project_id, name), UNIQUE (project_id, number))`,
  `CREATE TABLE agent_versions (id TEXT PRIMARY KEY, agent_id TEXT NOT NULL REFERENCES agents (id), name TEXT NOT NULL,
    description TEXT, content TEXT, number INTEGER NOT NULL, created_at TEXT NOT NULL, deprecated_at TEXT,
    UNIQUE (agent_id, name), UNIQUE (agent_id, number))`,
  `CREATE TABLE dead_letters (project_id TEXT NOT NULL, position INTEGER PRIMARY KEY, dialect TEXT NOT NULL,
    route TEXT NOT NULL, reason TEXT NOT NULL, meta TEXT NOT NULL, body BLOB NOT NULL, created_at TEXT NOT NULL)`,
];

const initial: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};

export const MIGRATIONS: Record<string, Migration> = { '0001-initial': initial };
