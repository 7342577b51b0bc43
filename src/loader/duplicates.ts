/**
 * Events that were delivered before. Clients send whole batches again after network errors, mostly within seconds, so
 * recent ids are remembered (and read back from the store on start). Two cases ask the store as well: ids that are
 * idempotency keys, which may return at any time, and records that are loaded again after a crash.
 *
 * Older repeats than that meet the same (timestamp, event id) in the events table, which folds and hides copies.
 */

import { groupBy } from '../canonical/group-by.ts';
import { recentEventIdsMax } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';
import type { LoadedEvent } from './batch.ts';
import { BoundedMap } from './bounded-map.ts';
import { selectByIds } from './select-by-ids.ts';

interface StoredId {
  readonly event_id: string;
  readonly position: number;
}

export class Duplicates {
  readonly #store: StoreReader;
  /** Identity → position of the first delivery. */
  readonly #recent = new BoundedMap<number>(recentEventIdsMax);
  /** Records before this may have been stored by a process that died before it could say so. */
  readonly #replayUntil: number;

  constructor(store: StoreReader, replayUntil: number) {
    this.#store = store;
    this.#replayUntil = replayUntil;
  }

  async warmUp(): Promise<void> {
    const rows = await this.#store.select<{ project_id: string; dialect: string; event_id: string; position: number }>(
      `SELECT toString(project_id) AS project_id, dialect, event_id, position FROM tributary.events
       WHERE position + {n:UInt64} > (SELECT max(position) FROM tributary.events) ORDER BY position`,
      { n: recentEventIdsMax / 2 },
    );
    for (const row of rows) this.#recent.set(`${row.project_id}|${row.dialect}|${row.event_id}`, row.position);
  }

  /** Sets `duplicate`, and `stored` on events that the store has at their very position. */
  async mark(events: readonly LoadedEvent[]): Promise<void> {
    await this.#askStore(events.filter((event) => this.#mustAsk(event)));
    for (const event of events) {
      const identity = identityOf(event);
      const first = this.#recent.get(identity);
      if (first === undefined) this.#recent.set(identity, event.position);
      else if (first !== event.position) event.duplicate = true;
      else if (event.position < this.#replayUntil) event.stored = true;
    }
  }

  /** What `mark` remembered of events that were then not stored must be forgotten. */
  forget(events: readonly LoadedEvent[]): void {
    for (const event of events) if (!event.duplicate) this.#recent.delete(identityOf(event));
  }

  /** Events that turned out to be the first of their identity after all. */
  remember(events: readonly LoadedEvent[]): void {
    for (const event of events) this.#recent.set(identityOf(event), event.position);
  }

  #mustAsk(event: LoadedEvent): boolean {
    if (event.position < this.#replayUntil) return true;
    return event.draft.isIdempotencyKey === true && !this.#recent.has(identityOf(event));
  }

  async #askStore(events: readonly LoadedEvent[]): Promise<void> {
    for (const [group, members] of groupBy(events, (event) => `${event.projectId}|${event.dialect}`)) {
      const [project = '', dialect = ''] = group.split('|');
      const rows = await selectByIds<StoredId>(
        this.#store,
        `SELECT event_id, min(position) AS position FROM tributary.events
         WHERE project_id = {project:UUID} AND dialect = {dialect:String} AND event_id IN {ids:Array(String)} GROUP BY event_id`,
        { project, dialect },
        members.map((event) => event.draft.eventId),
      );
      for (const row of rows) this.#recent.set(`${group}|${row.event_id}`, row.position);
    }
  }
}

export function identityOf(event: LoadedEvent): string {
  return `${event.projectId}|${event.dialect}|${event.draft.eventId}`;
}
