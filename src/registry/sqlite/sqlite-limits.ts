/** Bounds of projects and keys: a row for each level that was ever set, and all of them in memory. */

import type { Kysely } from 'kysely';
import type { ProjectId } from '../../canonical/ids.ts';
import {
  BOUND_NAMES,
  type BoundsLevel,
  ceilingOf,
  DEFAULT_BOUNDS,
  type IntakeBounds,
  lower,
  type OwnLimits,
  type SomeBounds,
} from '../limits.ts';
import type { Tables } from './tables.ts';

const NO_KEY = '';

/** Only the HTTP thread sets them and only it reads them, so its memory is never behind. */
export class SqliteLimits implements OwnLimits {
  readonly #db: Kysely<Tables>;
  readonly #levels = new Map<string, SomeBounds>();
  readonly #projects = new Map<ProjectId, IntakeBounds>();
  readonly #keys = new Map<string, SomeBounds>();

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async load(): Promise<void> {
    for (const row of await this.#db.selectFrom('limits').selectAll().execute()) {
      const bounds = readBounds(row.bounds);
      if (row.key_id !== NO_KEY) this.#keys.set(row.key_id, bounds);
      // A project's id was read as one before it was written here.
      else this.#remember(row.project_id as ProjectId, row.level === 'instance' ? 'instance' : 'project', bounds);
    }
  }

  ofProject(projectId: ProjectId): IntakeBounds {
    return this.#projects.get(projectId) ?? DEFAULT_BOUNDS;
  }

  ofKey(keyId: string): SomeBounds | undefined {
    return this.#keys.get(keyId);
  }

  at(projectId: ProjectId, level: BoundsLevel): SomeBounds {
    return this.#levels.get(`${level} ${projectId}`) ?? {};
  }

  async set(projectId: ProjectId, level: BoundsLevel, bounds: SomeBounds): Promise<void> {
    await this.#write(projectId, NO_KEY, level, bounds);
    this.#remember(projectId, level, bounds);
  }

  async setForKey(projectId: ProjectId, keyId: string, bounds: SomeBounds): Promise<void> {
    await this.#write(projectId, keyId, 'key', bounds);
    if (Object.keys(bounds).length === 0) this.#keys.delete(keyId);
    else this.#keys.set(keyId, bounds);
  }

  async #write(projectId: ProjectId, keyId: string, level: string, bounds: SomeBounds): Promise<void> {
    const changed = { bounds: JSON.stringify(bounds), updated_at: new Date().toISOString() };
    await this.#db
      .insertInto('limits')
      .values({ project_id: projectId, key_id: keyId, level, ...changed })
      .onConflict((conflict) => conflict.columns(['project_id', 'key_id', 'level']).doUpdateSet(changed))
      .execute();
  }

  #remember(projectId: ProjectId, level: BoundsLevel, bounds: SomeBounds): void {
    this.#levels.set(`${level} ${projectId}`, bounds);
    this.#projects.set(projectId, lower(ceilingOf(this.at(projectId, 'instance')), this.at(projectId, 'project')));
  }
}

/** Bounds that a later version wrote and this one does not know are left out. */
function readBounds(text: string): SomeBounds {
  const stored: unknown = JSON.parse(text);
  if (typeof stored !== 'object' || stored === null) return {};
  const known = new Map(Object.entries(stored));
  return Object.fromEntries(
    BOUND_NAMES.flatMap((name) => {
      const value: unknown = known.get(name);
      return typeof value === 'number' ? [[name, value]] : [];
    }),
  );
}
