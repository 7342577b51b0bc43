/** Agents, versions and people that events name are made in the registry, in log order, so their numbers are stable. */

import { hash } from 'node:crypto';
import type { JsonObject } from '../canonical/json.ts';
import type { Mentioned as Mention, Registry } from '../registry/registry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { LoadedEvent } from './batch.ts';
import { BoundedMap } from './bounded-map.ts';
import { retriedForever } from './retried.ts';

const REMEMBERED_MAX = 50_000;

export class Mentioned {
  readonly #registry: Pick<Registry, 'ensureMentioned'>;
  readonly #telemetry: Telemetry;
  /** What was last ensured of each thing; saying the same again would change nothing. */
  #last = new BoundedMap<string>(REMEMBERED_MAX);

  constructor(registry: Pick<Registry, 'ensureMentioned'>, telemetry: Telemetry) {
    this.#registry = registry;
    this.#telemetry = telemetry;
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
    // Repeated here: asked again, `#isNews` would say that they are known.
    if (mentions.length > 0) await retriedForever(() => this.#registry.ensureMentioned(mentions), this.#telemetry);
  }

  /** Something was taken out of the registry: what events name is made again. */
  forget(): void {
    this.#last = new BoundedMap<string>(REMEMBERED_MAX);
  }

  #isNews(thing: readonly string[], state: string): boolean {
    const key = JSON.stringify(thing);
    const digest = state === '' ? '' : hash('sha256', state);
    const last = this.#last.get(key);
    // An event that brings no properties says nothing about them.
    if (last === digest || (last !== undefined && state === '')) return false;
    this.#last.set(key, digest);
    return true;
  }
}

function propertiesOf(text: string | undefined): { properties?: JsonObject } {
  if (text === undefined) return {};
  const properties: JsonObject = JSON.parse(text);
  return { properties };
}
