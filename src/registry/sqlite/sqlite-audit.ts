/** The audit log in SQLite. Triggers refuse what this file does not do: changing an ended entry, deleting a young one. */

import { type Kysely, type SqlBool, sql } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import type { JsonObject } from '../../canonical/json.ts';
import { auditRetentionDays } from '../../limits.ts';
import type { Actor, AuditEntry, AuditFilter, AuditLog, NewAuditEntry } from '../audit.ts';
import type { Viewer } from '../viewer.ts';
import type { Tables } from './tables.ts';

const DAY_MS = 86_400_000;
type Row = Omit<Tables['audit'], 'id'> & { readonly id: number };

export class SqliteAudit implements AuditLog {
  readonly #db: Kysely<Tables>;
  #forgetAt = 0;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async begin(entry: NewAuditEntry): Promise<number> {
    await this.#forgetOld();
    const { id } = await this.#db
      .insertInto('audit')
      .values({
        project_id: entry.projectId,
        at: new Date().toISOString(),
        action: entry.action,
        subject: JSON.stringify(entry.subject),
        detail: JSON.stringify(entry.detail),
        key_id: entry.actor?.keyId ?? null,
        key_name: entry.actor?.keyName ?? null,
        key_prefix: entry.actor?.keyPrefix ?? null,
        address: entry.address,
        status: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  async end(id: number, { status, subject }: { status: number; subject?: JsonObject }): Promise<void> {
    await this.#db
      .updateTable('audit')
      .set({
        status,
        ...(subject === undefined ? {} : { subject: sql<string>`json_patch(subject, ${JSON.stringify(subject)})` }),
      })
      .where('id', '=', id)
      .execute();
  }

  async list(
    { projectId, seesNobodys }: Viewer,
    { action, from, to }: AuditFilter,
    page: { limit: number; before?: number },
  ): Promise<readonly AuditEntry[]> {
    let query = this.#db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(page.limit);
    if (!seesNobodys) query = query.where('project_id', '=', projectId);
    if (page.before !== undefined) query = query.where('id', '<', page.before);
    if (action !== undefined) query = query.where(sql<SqlBool>`instr(lower(action), ${action.toLowerCase()}) > 0`);
    if (from !== undefined) query = query.where('at', '>=', from);
    if (to !== undefined) query = query.where('at', '<', to);
    return (await query.execute()).map(toEntry);
  }

  async #forgetOld(): Promise<void> {
    const now = Date.now();
    if (now < this.#forgetAt) return;
    this.#forgetAt = now + DAY_MS;
    const until = new Date(now - auditRetentionDays * DAY_MS).toISOString();
    await this.#db.deleteFrom('audit').where('at', '<', until).execute();
  }
}

function toEntry(row: Row): AuditEntry {
  return {
    id: row.id,
    // Written by `begin` from a ProjectId or the empty text.
    projectId: row.project_id as ProjectId | '',
    at: row.at,
    action: row.action,
    subject: objectOf(row.subject),
    detail: objectOf(row.detail),
    actor: actorOf(row),
    address: row.address,
    status: row.status,
  };
}

function actorOf({ key_id, key_name, key_prefix }: Row): Actor | null {
  return key_id === null ? null : { keyId: key_id, keyName: key_name ?? '', keyPrefix: key_prefix ?? '' };
}

function objectOf(text: string): JsonObject {
  // Written by `begin` and `end` from an object.
  return JSON.parse(text) as JsonObject;
}
