/** The tables, as Kysely sees them and as SQLite makes them. A released migration is never edited. */

import { type Generated, type Kysely, type Migration, sql } from 'kysely';

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
    events: number;
    failed_retries: number;
    /** Position in the log of the record that failed last: its own, or that of a retry. */
    failed_at: number;
    retried_at: string | null;
    retry_position: number | null;
    discarded_at: string | null;
    discarded_by: string | null;
    discarded_by_name: string | null;
    note: string | null;
  };
  /** `subject` and `detail` are JSON. `status` is null until the action has ended. */
  audit: {
    id: Generated<number>;
    project_id: string;
    at: string;
    action: string;
    subject: string;
    detail: string;
    key_id: string | null;
    key_name: string | null;
    key_prefix: string | null;
    address: string;
    status: number | null;
  };
  /** `key_id` is empty for the bounds of a whole project; `bounds` is JSON. */
  limits: { project_id: string; key_id: string; level: string; bounds: string; updated_at: string };
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
  deletions: {
    id: string;
    project_id: string;
    kind: string;
    subject: string;
    position: number;
    state: string;
    /** JSON of `Removed`. */
    removed: string;
    remaining: number | null;
    reason: string | null;
    created_at: string;
    finished_at: string | null;
  };
  /** Found and not removed yet; an empty span: all of the trace. */
  deletion_targets: { deletion_id: string; trace_key: string; span_id: string };
  retention_runs: {
    id: string;
    project_id: string;
    retention_days: number;
    cutoff: string;
    state: string;
    traces: number;
    spans: number;
    events: number;
    aliases: number;
    dead_letters: number;
    dropped_traces: number;
    remaining: number | null;
    started_at: string;
    finished_at: string | null;
  };
  redaction_rules: {
    /** The order they were made in. */
    position: Generated<number>;
    id: string;
    project_id: string;
    name: string;
    kind: string;
    target: string;
    action: string;
    created_at: string;
  };
  redaction_keys: { project_id: string; hash_key: string };
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

const DEAD_LETTERS: readonly string[] = [
  'ALTER TABLE dead_letters ADD COLUMN events INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE dead_letters ADD COLUMN failed_retries INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE dead_letters ADD COLUMN failed_at INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE dead_letters ADD COLUMN retried_at TEXT',
  'ALTER TABLE dead_letters ADD COLUMN retry_position INTEGER',
  'ALTER TABLE dead_letters ADD COLUMN discarded_at TEXT',
  'ALTER TABLE dead_letters ADD COLUMN discarded_by TEXT',
  'ALTER TABLE dead_letters ADD COLUMN discarded_by_name TEXT',
  'ALTER TABLE dead_letters ADD COLUMN note TEXT',
  'UPDATE dead_letters SET failed_at = position',
  'CREATE INDEX dead_letters_by_project ON dead_letters (project_id, position)',
  'CREATE INDEX dead_letters_by_end ON dead_letters (discarded_at)',
];
const AUDIT: readonly string[] = [
  `CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL, at TEXT NOT NULL,
    action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, key_id TEXT, key_name TEXT, key_prefix TEXT,
    address TEXT NOT NULL, status INTEGER)`,
  'CREATE INDEX audit_by_project ON audit (project_id, id)',
  'CREATE INDEX audit_by_time ON audit (at)',
  // Whatever the code does: an entry is ended once, and stays for a year at least.
  `CREATE TRIGGER audit_is_ended_once BEFORE UPDATE ON audit WHEN OLD.status IS NOT NULL OR NEW.status IS NULL
    OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.action <> OLD.action OR NEW.key_id IS NOT OLD.key_id
    BEGIN SELECT RAISE(ABORT, 'an entry of the audit log is not changed'); END`,
  `CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit WHEN OLD.at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 year')
    BEGIN SELECT RAISE(ABORT, 'an entry of the audit log is kept'); END`,
];
const LIMITS: readonly string[] = [
  `CREATE TABLE limits (project_id TEXT NOT NULL, key_id TEXT NOT NULL, level TEXT NOT NULL, bounds TEXT NOT NULL,
    updated_at TEXT NOT NULL, PRIMARY KEY (project_id, key_id, level))`,
];
const REDACTION: readonly string[] = [
  `CREATE TABLE redaction_rules (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    project_id TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, action TEXT NOT NULL,
    created_at TEXT NOT NULL, UNIQUE (project_id, kind, target))`,
  'CREATE TABLE redaction_keys (project_id TEXT PRIMARY KEY, hash_key TEXT NOT NULL)',
];
const DELETIONS: readonly string[] = [
  `CREATE TABLE deletions (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
    position INTEGER NOT NULL, state TEXT NOT NULL, removed TEXT NOT NULL, remaining INTEGER, reason TEXT,
    created_at TEXT NOT NULL, finished_at TEXT)`,
  `CREATE TABLE deletion_targets (deletion_id TEXT NOT NULL, trace_key TEXT NOT NULL, span_id TEXT NOT NULL,
    PRIMARY KEY (deletion_id, trace_key, span_id)) WITHOUT ROWID`,
  `CREATE TABLE retention_runs (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, retention_days INTEGER NOT NULL,
    cutoff TEXT NOT NULL, state TEXT NOT NULL, traces INTEGER NOT NULL, spans INTEGER NOT NULL, events INTEGER NOT NULL,
    aliases INTEGER NOT NULL, dead_letters INTEGER NOT NULL, dropped_traces INTEGER NOT NULL, remaining INTEGER,
    started_at TEXT NOT NULL, finished_at TEXT)`,
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
  '0003-operations': steps([...DEAD_LETTERS, ...AUDIT, ...LIMITS, ...REDACTION, ...DELETIONS]),
};
