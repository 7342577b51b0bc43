/** Agents, versions and people that events name are made in the registry, in log order, so their numbers are stable. */

import { createHash } from 'node:crypto';
import type { ProjectId } from '../canonical/ids.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { Directory } from '../dialects/dialect.ts';
import type { Registry } from '../registry/registry.ts';
import type { LoadedEvent } from './batch.ts';
import { BoundedMap } from './bounded-map.ts';

const REMEMBERED_MAX = 20_000;

export class Mentioned {
  readonly #registry: Registry;
  /** What was last ensured of each thing; saying the same again would change nothing. */
  readonly #last = new BoundedMap<string>(REMEMBERED_MAX);

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  async ensure(events: readonly LoadedEvent[]): Promise<void> {
    for (const { draft, projectId } of events) {
      if (draft.mentions === undefined) continue;
      const { agent, person } = draft.mentions;
      const directory = this.#directory(projectId);
      if (agent !== undefined) {
        await this.#unlessSame(['agent', projectId, agent.name, agent.version ?? ''], '', async () => {
          await directory.ensureAgent(agent.name);
          if (agent.version !== undefined) await directory.ensureAgentVersion(agent.name, { name: agent.version });
        });
      }
      if (person !== undefined) {
        await this.#unlessSame(['person', projectId, person.id], person.properties ?? '', () =>
          ensurePerson(directory, person),
        );
      }
    }
  }

  #directory(projectId: ProjectId): Directory {
    return this.#registry.directory(projectId, async () => undefined);
  }

  async #unlessSame(thing: readonly string[], state: string, action: () => Promise<void>): Promise<void> {
    const key = JSON.stringify(thing);
    const hash = createHash('sha256').update(state).digest('base64');
    const last = this.#last.get(key);
    // An event that brings no properties says nothing about them.
    if (last === hash || (last !== undefined && state === '')) return;
    await action();
    this.#last.set(key, hash);
  }
}

/** Properties that come with an event replace the known ones; their absence wipes nothing (`protocols/lunary.md` 6.2). */
async function ensurePerson(directory: Directory, person: { id: string; properties?: string }): Promise<void> {
  const properties: JsonObject | undefined =
    person.properties === undefined ? undefined : JSON.parse(person.properties);
  const { created } = await directory.ensurePerson(person.id, properties);
  if (!created && properties !== undefined) await directory.updatePerson(person.id, properties);
}
