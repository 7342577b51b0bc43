/**
 * Spans whose parent came late are stored under a guessed trace id, and an alias leads from there to the real one
 * (docs/decisions/0003). Reads go up to the root of a trace, and down to every id that its spans are stored under.
 * Keys are `dialect|id`: vendors' ids are independent of each other.
 */

import type { ProjectId } from '../canonical/ids.ts';
import { aliasRowsMax } from '../limits.ts';
import type { StoreReader } from './store.ts';

interface AliasRow {
  readonly child: string;
  readonly parent: string;
}

const SELECT = `SELECT concat(dialect, '|', from_id) AS child, concat(dialect, '|', to_id) AS parent
  FROM tributary.trace_aliases FINAL WHERE project_id = {project:UUID} AND to_id != ''`;

export class TraceAliases {
  readonly #store: StoreReader;
  readonly #project: ProjectId;

  constructor(store: StoreReader, project: ProjectId) {
    this.#store = store;
    this.#project = project;
  }

  /** For each key the root it leads to; keys that are roots lead to themselves. */
  async roots(keys: readonly string[]): Promise<Map<string, string>> {
    const next = new Map<string, string>();
    let frontier = [...new Set(keys)];
    while (frontier.length > 0 && next.size < aliasRowsMax) {
      const rows = await this.#rows(`AND from_id IN {ids:Array(String)}`, frontier);
      const asked = new Set(frontier);
      const found = rows.filter((row) => asked.has(row.child));
      for (const row of found) next.set(row.child, row.parent);
      frontier = [...new Set(found.map((row) => row.parent))].filter((key) => !next.has(key));
    }
    return new Map(keys.map((key) => [key, follow(key, next)]));
  }

  /** Every key that leads to one of `roots`, with its root; the roots themselves included. */
  async members(roots: readonly string[]): Promise<Map<string, string>> {
    const rootOf = new Map(roots.map((root) => [root, root]));
    let frontier = [...rootOf.keys()];
    while (frontier.length > 0 && rootOf.size < aliasRowsMax) {
      const rows = await this.#rows(`AND to_id IN {ids:Array(String)}`, frontier);
      frontier = [];
      for (const { child, parent } of rows) {
        const root = rootOf.get(parent);
        if (root === undefined || rootOf.has(child)) continue;
        rootOf.set(child, root);
        frontier.push(child);
      }
    }
    return rootOf;
  }

  async #rows(condition: string, keys: readonly string[]): Promise<AliasRow[]> {
    // Most projects have none.
    const [any] = await this.#store.recall(`SELECT 1 AS found FROM (${SELECT}) LIMIT 1`, { project: this.#project });
    if (any === undefined) return [];
    return this.#store.select<AliasRow>(`${SELECT} ${condition}`, { project: this.#project, ids: keys.map(idOf) });
  }
}

export function idOf(key: string): string {
  return key.slice(key.indexOf('|') + 1);
}

function follow(key: string, next: ReadonlyMap<string, string>): string {
  let current = key;
  const seen = new Set<string>();
  for (let parent = next.get(current); parent !== undefined && !seen.has(parent); parent = next.get(current)) {
    seen.add(current);
    current = parent;
  }
  return current;
}
