/** Deletions that somebody asked for, durable from the answer on; a restart finds the unfinished ones here. */

import type { ProjectId } from '../canonical/ids.ts';

export const DELETION_KINDS = ['user', 'session', 'trace'] as const;
export type DeletionKind = (typeof DELETION_KINDS)[number];

/**
 * `waiting`: for everything accepted before it to be stored. `collecting`: finds the traces. `deleting`: takes them away.
 * `done`: and looked again, nothing was left.
 */
export const DELETION_STATES = ['waiting', 'collecting', 'deleting', 'done'] as const;
export type DeletionState = (typeof DELETION_STATES)[number];

/** What was taken away. */
export interface Removed {
  readonly traces: number;
  readonly spans: number;
  readonly events: number;
  readonly aliases: number;
  readonly people: number;
  readonly deadLetters: number;
}

export const NOTHING_REMOVED: Removed = { traces: 0, spans: 0, events: 0, aliases: 0, people: 0, deadLetters: 0 };

export interface Deletion {
  readonly id: string;
  readonly projectId: ProjectId;
  readonly kind: DeletionKind;
  /** The user, session or trace, as its sender named it. */
  readonly subject: string;
  /** Everything accepted before this log position is covered. */
  readonly position: number;
  readonly state: DeletionState;
  /** Traces and spans that are found and not removed yet. */
  readonly targetsWaiting: number;
  readonly removed: Removed;
  /** Rows that were found when looking again after the last round; `null` before that. */
  readonly remaining: number | null;
  /** What went wrong last; it is tried again. */
  readonly reason: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

/** A stored trace, or one span of it. */
export interface Target {
  /** `dialect|traceId`, as stored. */
  readonly key: string;
  /** Absent: all of the trace. */
  readonly spanId?: string;
}

export interface Deletions {
  /** On disk when it resolves. */
  request(projectId: ProjectId, kind: DeletionKind, subject: string, position: number): Promise<Deletion>;
  find(projectId: ProjectId, id: string): Promise<Deletion | undefined>;
  /** Newest first. `before`: the id of the last one of the page before. */
  list(projectId: ProjectId, limit: number, before?: string): Promise<Deletion[]>;
  /** Of all projects, in the order in which they were requested. */
  unfinished(): Promise<Deletion[]>;
  update(id: string, changes: Partial<Pick<Deletion, 'state' | 'removed' | 'remaining' | 'reason'>>): Promise<void>;
  /** Finished ones above this position wait again: the log would be read again from here. Returns how many. */
  reopen(position: number): Promise<number>;

  /** What has been found so far, kept until it is removed: half of it gone, the rest could not be found again. */
  /** Resolves with those that are new. */
  addTargets(id: string, targets: readonly Target[]): Promise<Target[]>;
  /** In the order of their keys, those behind `after`. */
  targets(id: string, limit: number, after?: Target): Promise<Target[]>;
  dropTargets(id: string): Promise<void>;
}
