/** A project's settings: a row for each that was ever changed, as JSON. Rows of settings that are gone do no harm. */

import type { Kysely } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import type { ProjectSettings } from '../../dialects/dialect.ts';
import type { Tables } from './tables.ts';

const DEFAULTS: ProjectSettings = { strictAgentVersions: false, retentionDays: 'default' };

/** Kept in memory once read: they are asked for with every WhyOps event, and only this process changes them. */
export class SqliteSettings {
  readonly #db: Kysely<Tables>;
  readonly #known = new Map<ProjectId, ProjectSettings>();

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async of(projectId: ProjectId): Promise<ProjectSettings> {
    const known = this.#known.get(projectId);
    if (known !== undefined) return known;
    const settings = await this.#read(projectId);
    // Changed while this was reading: the change has put the newer ones there.
    const changed = this.#known.get(projectId);
    if (changed === undefined) this.#known.set(projectId, settings);
    return changed ?? settings;
  }

  async #read(projectId: ProjectId): Promise<ProjectSettings> {
    const rows = await this.#db
      .selectFrom('settings')
      .select(['name', 'value'])
      .where('project_id', '=', projectId)
      .execute();
    const stored = new Map(rows.map(({ name, value }): [string, unknown] => [name, JSON.parse(value)]));
    const strict = stored.get('strictAgentVersions');
    const days = stored.get('retentionDays');
    return {
      strictAgentVersions: typeof strict === 'boolean' ? strict : DEFAULTS.strictAgentVersions,
      retentionDays: typeof days === 'number' || days === null ? days : DEFAULTS.retentionDays,
    };
  }

  async change(projectId: ProjectId, changes: Partial<ProjectSettings>): Promise<ProjectSettings> {
    const rows = Object.entries(changes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ({
        project_id: projectId,
        name,
        value: JSON.stringify(value),
        updated_at: new Date().toISOString(),
      }));
    if (rows.length > 0) {
      await this.#db
        .insertInto('settings')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['project_id', 'name']).doUpdateSet((eb) => ({
            value: eb.ref('excluded.value'),
            updated_at: eb.ref('excluded.updated_at'),
          })),
        )
        .execute();
    }
    const settings = await this.#read(projectId);
    this.#known.set(projectId, settings);
    return settings;
  }
}
