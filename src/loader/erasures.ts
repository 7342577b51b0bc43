/**
 * Deletions. An event that erases spans takes away what the log says about them before it: rows that are stored are
 * deleted, events of its own batch are not written, and what comes after it is kept.
 *
 * Rows of spans do not know which events they came from, so all of them go, before the batch is written. That is exact
 * in log order. When a part of the log is read again after a crash, rows of events behind the deletion may be stored
 * already and go with the others: these events then say again what they said about the span (joins, so twice is as once),
 * and the log is kept until all of them have. The deletion is repeated even if its event is stored: events before it that
 * are read again are not in the store any more, and would come back.
 */

import type { DialectName } from '../canonical/event.ts';
import { groupBy } from '../canonical/group-by.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { StoreWriter } from '../store/store.ts';
import { type LoadedEvent, spanKey } from './batch.ts';

/** Each statement goes through all parts of a table. */
const SPANS_PER_STATEMENT = 2_000;

/** What stands before `position` about the span is deleted. */
export interface Erasure {
  readonly projectId: ProjectId;
  readonly dialect: DialectName;
  readonly spanId: string;
  readonly position: number;
}

export class Erasures {
  /** Log positions before this may have been loaded by a process that died. */
  readonly #replayUntil: number;
  /** Spans that were erased while reading again, with the position of the last deletion; empty once that is over. */
  readonly #replayed = new Map<string, number>();

  constructor(replayUntil: number) {
    this.#replayUntil = replayUntil;
  }

  /** Leaves in the events of a batch what is to be written of them, and returns what has to be deleted before that. */
  apply(events: readonly LoadedEvent[]): readonly Erasure[] {
    const erased = new Map<string, Erasure>();
    for (const event of events) {
      for (const id of event.draft.erases ?? []) {
        const { projectId, dialect, position } = event;
        const spanId = id.toWellFormed();
        erased.set(spanKey(event, spanId), { projectId, dialect, spanId, position });
        if (position < this.#replayUntil) this.#replayed.set(spanKey(event, spanId), position);
      }
    }
    const isErased = (event: LoadedEvent, spanId: string) =>
      (erased.get(spanKey(event, spanId.toWellFormed()))?.position ?? -1) > event.position;
    for (const event of events) {
      if (event.stored) {
        event.hasRow = false;
        event.fragments = event.draft.fragments.filter((fragment) => this.#isSaidAgain(event, fragment.spanId));
      }
      if (erased.size === 0) continue;
      event.hasRow &&= !isErased(event, event.draft.spanId);
      event.fragments = event.fragments.filter((fragment) => !isErased(event, fragment.spanId));
    }
    return [...erased.values()];
  }

  /** Whether the log before `position` is of no more use. */
  mayRelease(position: number): boolean {
    if (position >= this.#replayUntil) this.#replayed.clear();
    return this.#replayed.size === 0;
  }

  #isSaidAgain(event: LoadedEvent, spanId: string): boolean {
    if (this.#replayed.size === 0) return false;
    const erasedAt = this.#replayed.get(spanKey(event, spanId.toWellFormed()));
    return erasedAt !== undefined && erasedAt <= event.position;
  }
}

/** Deletes from the store. Repeating it changes nothing. */
export async function erase(store: StoreWriter, erasures: readonly Erasure[]): Promise<void> {
  for (const members of groupBy(erasures, ({ projectId, dialect }) => `${projectId}|${dialect}`).values()) {
    for (let i = 0; i < members.length; i += SPANS_PER_STATEMENT) {
      const some = members.slice(i, i + SPANS_PER_STATEMENT);
      await eraseRows(store, 'spans', SPAN_ROWS, some);
      await eraseRows(store, 'events', EVENT_ROWS, some);
    }
  }
}

const SPAN_ROWS = 'project_id = {project:UUID} AND dialect = {dialect:String} AND span_id IN {ids:Array(String)}';
const EVENT_ROWS = `${SPAN_ROWS}
  AND position < transform(span_id, {ids:Array(String)}, {positions:Array(UInt64)}, toUInt64(0))`;

/** Asks first: that uses the indexes, and a deletion of nothing would still visit every part of the table. */
async function eraseRows(
  store: StoreWriter,
  table: 'spans' | 'events',
  condition: string,
  [first, ...others]: readonly Erasure[],
): Promise<void> {
  if (first === undefined) return;
  const all = [first, ...others];
  const params = {
    project: first.projectId,
    dialect: first.dialect,
    ids: all.map((erasure) => erasure.spanId),
    positions: all.map((erasure) => erasure.position),
  };
  const found = await store.select(`SELECT 1 FROM tributary.${table} WHERE ${condition} LIMIT 1`, params);
  if (found.length > 0) await store.command(`DELETE FROM tributary.${table} WHERE ${condition}`, params);
}
