/**
 * Step numbers within a trace, for vendors whose events carry them (`protocols/whyops.md` 4.3): given numbers are kept,
 * missing ones continue from the highest so far, in log order.
 */

import { groupBy } from '../canonical/group-by.ts';
import { knownSpansMax } from '../limits.ts';
import { inHoursOf } from '../store/schema/schema.ts';
import type { StoreReader } from '../store/store.ts';
import type { LoadedEvent } from './batch.ts';
import { BoundedMap } from './bounded-map.ts';
import { selectByIds } from './select-by-ids.ts';

export class StepCounter {
  readonly #store: StoreReader;
  readonly #last = new BoundedMap<number>(knownSpansMax / 4);
  readonly #replayUntil: number;

  constructor(store: StoreReader, replayUntil: number) {
    this.#store = store;
    this.#replayUntil = replayUntil;
  }

  async assign(events: readonly LoadedEvent[]): Promise<void> {
    const numbered = events.filter((event) => event.draft.steps !== undefined);
    await this.#learn(numbered);
    for (const event of numbered) {
      const key = traceKey(event);
      const last = this.#last.get(key) ?? 0;
      const asked = event.draft.steps ?? {};
      event.step = asked.step ?? last + 1;
      event.lastStep = event.step + (asked.span ?? 1) - 1;
      event.parentStep = asked.parentStep ?? (asked.step === undefined ? last : Math.max(asked.step - 1, 0));
      this.#last.set(key, Math.max(last, event.lastStep));
    }
  }

  async #learn(events: readonly LoadedEvent[]): Promise<void> {
    const unknown = events.filter((event) => !this.#last.has(traceKey(event)));
    for (const [project, members] of groupBy(unknown, (event) => event.projectId)) {
      // Spans are written before their events. A record that is loaded again must not count its own spans, so it asks
      // the events; otherwise the spans' primary key answers faster.
      const replays = members.some((event) => event.position < this.#replayUntil);
      const rows = await selectByIds<{ trace_id: string; last: number }>(
        this.#store,
        replays
          ? `SELECT trace_id, max(last_step) AS last FROM tributary.events
             WHERE project_id = {project:UUID} AND trace_id IN {ids:Array(String)} GROUP BY trace_id`
          : `SELECT trace_id, max(arrayMax(steps)) AS last FROM tributary.spans
             WHERE project_id = {project:UUID} AND ${inHoursOf('{ids:Array(String)}')}
               AND trace_id IN {ids:Array(String)} AND notEmpty(steps) GROUP BY trace_id`,
        { project },
        members.map((event) => event.traceId),
      );
      for (const row of rows) this.#last.set(`${project}|${row.trace_id}`, row.last);
    }
  }
}

function traceKey(event: LoadedEvent): string {
  return `${event.projectId}|${event.traceId}`;
}
