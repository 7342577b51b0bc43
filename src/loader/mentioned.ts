/** Agents, versions and people that events name are made in the registry, in log order, so their numbers are stable. */

import { createHash } from 'node:crypto';
import type { JsonObject } from '../canonical/json.ts';
import type { Mentioned as Mention, Registry } from '../registry/registry.ts';
import type { LoadedEvent } from './batch.ts';
import { BoundedMap } from './bounded-map.ts';

const REMEMBERED_MAX = 50_000;

export class Mentioned {
  readonly #registry: Registry;
  /** What was last ensured of each thing; saying the same again would change nothing. */
  readonly #last = new BoundedMap<string>(REMEMBERED_MAX);

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  async ensure(events: readonly LoadedEvent[]): Promise<void> {
    const mentions: Mention[] = [];
    for (const { draft, projectId } of events) {
      const { agent, person } = draft.mentions ?? {};
      if (agent !== undefined && this.#isNews(['agent', projectId, agent.name, agent.version ?? ''], '')) {
        mentions.push({ projectId, agent });
      }
      if (person !== undefined && this.#isNews(['person', projectId, person.id], person.properties ?? '')) {
        mentions.push({ projectId, person: { id: person.id, ...propertiesOf(person.properties) } });
      }
    }
    if (mentions.length > 0) await this.#registry.ensureMentioned(mentions);
  }

  #isNews(thing: readonly string[], state: string): boolean {
    const key = JSON.stringify(thing);
    const hash = createHash('sha256').update(state).digest('base64');
    const last = this.#last.get(key);
    // An event that brings no properties says nothing about them.
    if (last === hash || (last !== undefined && state === '')) return false;
    this.#last.set(key, hash);
    return true;
  }
}

function propertiesOf(text: string | undefined): { properties?: JsonObject } {
  if (text === undefined) return {};
  const properties: JsonObject = JSON.parse(text);
  return { properties };
}
