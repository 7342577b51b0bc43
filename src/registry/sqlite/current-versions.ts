/**
 * Which version of each agent was registered last, in memory: requests are stamped with it before they are logged. Only
 * the thread that answers registrations has the newest; the others do not ask.
 */

import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

export class CurrentVersions {
  readonly #byProject = new Map<string, Map<string, string>>();

  async load(db: Kysely<Tables>): Promise<void> {
    const rows = await db.selectFrom('agents').select(['project_id', 'name', 'current_version']).execute();
    for (const row of rows) if (row.current_version !== null) this.set(row.project_id, row.name, row.current_version);
  }

  get(project: string, agentName: string): string | undefined {
    return this.#byProject.get(project)?.get(agentName);
  }

  set(project: string, agentName: string, versionName: string): void {
    const known = this.#byProject.get(project) ?? new Map<string, string>();
    this.#byProject.set(project, known.set(agentName, versionName));
  }
}
