/**
 * The small relational state: projects, keys, named things that vendors let clients create, dead letters. One interface;
 * SQLite embedded, a shared database when there are several nodes.
 */

import type { ProjectId } from '../canonical/ids.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { Directory, ProjectSettings } from '../dialects/dialect.ts';
import type { AuditLog } from './audit.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Deletions } from './deletions.ts';
import type { OwnLimits } from './limits.ts';
import type { OwnPrices, Repricings } from './prices.ts';
import type { Redactions } from './redaction.ts';
import type { Removals } from './removals.ts';
import type { RetentionRuns } from './retention.ts';
import type { Sampling } from './sampling.ts';

/**
 * `ingest`: send events. `read`: query. `admin`: manage the keys of its project. `instance`: make and list projects;
 * only the first key and keys made with it have that.
 */
export const SCOPES = ['ingest', 'read', 'admin', 'instance'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Project {
  readonly id: ProjectId;
  readonly name: string;
  readonly createdAt: string;
}

export interface Key {
  readonly id: string;
  readonly projectId: ProjectId;
  readonly name: string;
  /** The first characters, to tell keys apart in a list. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** Who a request acts for. */
export interface Principal {
  readonly projectId: ProjectId;
  readonly scopes: readonly Scope[];
  /** None when the project was named without a key. */
  readonly keyId?: string;
}

export interface Mentioned {
  readonly projectId: ProjectId;
  readonly agent?: { readonly name: string; readonly version?: string };
  /** `properties` replace the known ones; their absence wipes nothing. */
  readonly person?: { readonly id: string; readonly properties?: JsonObject };
}

export interface Registry {
  createProject(name: string, id?: ProjectId): Promise<Project>;
  listProjects(): Promise<Project[]>;
  hasProject(id: ProjectId): boolean;

  /** Makes a new secret and returns it, the only time it is seen. */
  createKey(projectId: ProjectId, name: string, scopes: readonly Scope[]): Promise<{ key: Key; secret: string }>;
  /** Takes an existing secret, so that clients keep theirs. `undefined` when it is another project's key or id. */
  importKey(projectId: ProjectId, secret: string, name: string, scopes: readonly Scope[]): Promise<Key | undefined>;
  listKeys(projectId: ProjectId): Promise<Key[]>;
  /** False when the project has no such key. */
  revokeKey(projectId: ProjectId, keyId: string): Promise<boolean>;

  /** From memory, without waiting: it stands before every request. */
  authenticate(secret: string): Principal | undefined;

  /** One project's named things, as dialects see them. `settled` says when everything accepted has been loaded. */
  directory(projectId: ProjectId, settled: () => Promise<void>): Directory;

  /** Agents, versions and people that events name, in order, in few transactions. */
  ensureMentioned(mentions: readonly Mentioned[]): Promise<void>;

  readonly prices: OwnPrices;
  readonly repricings: Repricings;
  readonly sampling: Sampling;
  readonly redaction: Redactions;
  readonly limits: OwnLimits;
  readonly deadLetters: DeadLetters;
  readonly audit: AuditLog;
  readonly deletions: Deletions;
  readonly retentionRuns: RetentionRuns;
  readonly removals: Removals;

  settings(projectId: ProjectId): Promise<ProjectSettings>;
  changeSettings(projectId: ProjectId, changes: Partial<ProjectSettings>): Promise<ProjectSettings>;

  /** How far a background stage has come in the log; 0 when it has not begun. */
  mark(name: string): Promise<number>;
  setMark(name: string, position: number): Promise<void>;

  close(): Promise<void>;
}
