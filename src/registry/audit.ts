/**
 * The audit log: who changed what, when, from where. Entries are only ever added. One is begun, durably, before its
 * action and ended before the answer leaves, so an action whose process died half-way is known, too.
 */

import type { ProjectId } from '../canonical/ids.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { Viewer } from './viewer.ts';

/** The key that acted. Never its secret. */
export interface Actor {
  readonly keyId: string;
  readonly keyName: string;
  readonly keyPrefix: string;
}

export interface NewAuditEntry {
  /** The project that is acted on; empty for the whole server. */
  readonly projectId: ProjectId | '';
  /** Method and path of the route (`DELETE /keys/{keyId}`), or a word for what no route does: `first start`. */
  readonly action: string;
  /** Ids and names of what is acted on: `{"keyId": "…"}`. */
  readonly subject: JsonObject;
  /** What was asked for, without secrets. */
  readonly detail: JsonObject;
  /** `null`: the server itself. */
  readonly actor: Actor | null;
  /** Where the request came from; empty for the server itself. */
  readonly address: string;
}

export interface AuditEntry extends NewAuditEntry {
  readonly id: number;
  readonly at: string;
  /** Of the answer; `null` while it runs, and for ever when the process died before it ended. */
  readonly status: number | null;
}

export interface AuditFilter {
  /** Part of the action, whatever its case. */
  readonly action?: string;
  /** ISO-8601; from this time on. */
  readonly from?: string;
  /** ISO-8601; before this time. */
  readonly to?: string;
}

export interface AuditLog {
  /** Resolves with the id of the entry when it is on disk. */
  begin(entry: NewAuditEntry): Promise<number>;
  /** How it ended; once. `subject` adds what is known only now: the id of what was made. */
  end(id: number, outcome: { readonly status: number; readonly subject?: JsonObject }): Promise<void>;
  /** Newest first. A viewer with the instance scope sees all projects. */
  list(
    viewer: Viewer,
    filter: AuditFilter,
    page: { readonly limit: number; readonly before?: number },
  ): Promise<readonly AuditEntry[]>;
}
