/** Redaction rules in a table, all of them also in memory: they stand before every request, and only this process changes them. */

import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import { type NewRedactionRule, type RedactionRule, type Redactions, RULE_ACTIONS, RULE_KINDS } from '../redaction.ts';
import type { Tables } from './tables.ts';

const HASH_KEY_BYTES = 32;
const NONE: readonly RedactionRule[] = [];

export class SqliteRedaction implements Redactions {
  readonly #db: Kysely<Tables>;
  readonly #rules = new Map<string, readonly RedactionRule[]>();
  readonly #hashKeys = new Map<string, Uint8Array>();

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async load(): Promise<void> {
    const keys = await this.#db.selectFrom('redaction_keys').selectAll().execute();
    for (const row of keys) this.#hashKeys.set(row.project_id, Buffer.from(row.hash_key, 'hex'));
    const rows = await this.#db.selectFrom('redaction_rules').selectAll().orderBy('position').execute();
    for (const row of rows) this.#rules.set(row.project_id, [...(this.#rules.get(row.project_id) ?? []), toRule(row)]);
  }

  rules(projectId: ProjectId): readonly RedactionRule[] {
    return this.#rules.get(projectId) ?? NONE;
  }

  hashKey(projectId: ProjectId): Uint8Array {
    const key = this.#hashKeys.get(projectId);
    if (key === undefined) throw new Error('a project without redaction rules has no key for hashes');
    return key;
  }

  async add(projectId: ProjectId, rule: NewRedactionRule): Promise<RedactionRule | undefined> {
    const added = { id: randomUUID(), ...rule, createdAt: new Date().toISOString() };
    const { id, name, kind, target, action, createdAt } = added;
    const row = { id, project_id: projectId, name, kind, target, action, created_at: createdAt };
    const result = await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('redaction_keys')
        .values({ project_id: projectId, hash_key: randomBytes(HASH_KEY_BYTES).toString('hex') })
        .onConflict((conflict) => conflict.column('project_id').doNothing())
        .execute();
      const inserted = await transaction
        .insertInto('redaction_rules')
        .values(row)
        .onConflict((conflict) => conflict.columns(['project_id', 'kind', 'target']).doNothing())
        .returning('id')
        .executeTakeFirst();
      const { hash_key } = await transaction
        .selectFrom('redaction_keys')
        .select('hash_key')
        .where('project_id', '=', projectId)
        .executeTakeFirstOrThrow();
      return { isNew: inserted !== undefined, hashKey: hash_key };
    });
    // The key first: whoever sees the rule may hash with it.
    this.#hashKeys.set(projectId, Buffer.from(result.hashKey, 'hex'));
    if (!result.isNew) return undefined;
    this.#rules.set(projectId, [...this.rules(projectId), added]);
    return added;
  }

  async remove(projectId: ProjectId, ruleId: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('redaction_rules')
      .where('project_id', '=', projectId)
      .where('id', '=', ruleId)
      .executeTakeFirst();
    const rest = this.rules(projectId).filter((rule) => rule.id !== ruleId);
    if (rest.length === 0) this.#rules.delete(projectId);
    else this.#rules.set(projectId, rest);
    return numDeletedRows > 0n;
  }
}

function toRule(row: { id: string; created_at: string } & Record<keyof NewRedactionRule, string>): RedactionRule {
  const kind = RULE_KINDS.find((known) => known === row.kind);
  const action = RULE_ACTIONS.find((known) => known === row.action);
  // To go on without a rule that is not understood would let through what it is there to hold back.
  if (kind === undefined || action === undefined) throw new Error(`redaction rule ${row.id} is of an unknown kind`);
  return { id: row.id, name: row.name, kind, target: row.target, action, createdAt: row.created_at };
}
