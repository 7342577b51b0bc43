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
    current_version: string | null;
    /** Share of its traces that is kept. */
    sampling_rate: number;
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
  settings: { project_id: string; name: string; value: string; updated_at: string };
  dropped_traces: { project_id: string; trace_id: string; agent_name: string; events: number; last_position: number };
  prices: {
    id: string;
    project_id: string;
    model: string;
    provider: string;
    from_time: string;
    input: number;
    output: number;
    cache_read: number | null;
    cache_write: number | null;
    created_at: string;
  };
  /** One row: how often prices have changed. */
  price_revision: { id: number; revision: number };
  repricings: {
    id: string;
    project_id: string;
    from_time: string | null;
    to_time: string | null;
    state: string;
    spans_total: number;
    spans_seen: number;
    spans_changed: number;
    reason: string | null;
    created_at: string;
    finished_at: string | null;
  };
  /** How far a background stage has come: `enrich`. */
  marks: { name: string; position: number };
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

const SEMANTICS: readonly string[] = [
  'ALTER TABLE agents ADD COLUMN current_version TEXT',
  'ALTER TABLE agents ADD COLUMN sampling_rate REAL NOT NULL DEFAULT 1',
  `CREATE TABLE settings (project_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, updated_at TEXT NOT NULL,
    PRIMARY KEY (project_id, name))`,
  `CREATE TABLE dropped_traces (project_id TEXT NOT NULL, trace_id TEXT NOT NULL, agent_name TEXT NOT NULL,
    events INTEGER NOT NULL, last_position INTEGER NOT NULL, PRIMARY KEY (project_id, trace_id))`,
  'CREATE INDEX dropped_traces_by_agent ON dropped_traces (project_id, agent_name)',
  `CREATE TABLE prices (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, model TEXT NOT NULL, provider TEXT NOT NULL,
    from_time TEXT NOT NULL, input REAL NOT NULL, output REAL NOT NULL, cache_read REAL, cache_write REAL,
    created_at TEXT NOT NULL, UNIQUE (project_id, model, provider, from_time))`,
  'CREATE TABLE price_revision (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL)',
  'INSERT INTO price_revision (id, revision) VALUES (1, 0)',
  `CREATE TABLE repricings (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, from_time TEXT, to_time TEXT,
    state TEXT NOT NULL, spans_total INTEGER NOT NULL, spans_seen INTEGER NOT NULL, spans_changed INTEGER NOT NULL,
    reason TEXT, created_at TEXT NOT NULL, finished_at TEXT)`,
  'CREATE TABLE marks (name TEXT PRIMARY KEY, position INTEGER NOT NULL)',
];

function steps(statements: readonly string[]): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
  };
}

export const MIGRATIONS: Record<string, Migration> = {
  '0001-initial': steps(STATEMENTS),
  '0002-semantics': steps(SEMANTICS),
};
