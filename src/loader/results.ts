/** What is told to those who wait for their events to be stored. */

import { groupBy } from '../canonical/group-by.ts';
import type { StoredEvent } from '../dialects/dialect.ts';
import type { StoreReader } from '../store/store.ts';
import type { LoadedEvent } from './batch.ts';
import { identityOf } from './duplicates.ts';
import { selectByIds } from './select-by-ids.ts';

/** Outcomes of records, by their position. For duplicates the answer speaks of the event that was stored first. */
export async function resultsOf(
  awaited: ReadonlyMap<number, readonly LoadedEvent[]>,
  store: StoreReader,
): Promise<(readonly [position: number, events: readonly StoredEvent[]])[]> {
  const repeated = [...awaited.values()].flat().filter((event) => event.duplicate && !event.sampledOut);
  const originals = await originalsOf(repeated, store);
  // Of two equal ones in a batch, the first is the original itself.
  const resultOf = (event: LoadedEvent) =>
    (event.duplicate ? originals.get(identityOf(event)) : undefined) ?? storedEvent(event);
  return [...awaited].map(([position, events]) => [position, events.map(resultOf)] as const);
}

async function originalsOf(events: readonly LoadedEvent[], store: StoreReader): Promise<Map<string, StoredEvent>> {
  const originals = new Map<string, StoredEvent>();
  for (const [project, members] of groupBy(events, (event) => event.projectId)) {
    const rows = await selectByIds<OriginalRow>(
      store,
      `SELECT dialect, event_id, trace_id, span_id, step, parent_step
       FROM tributary.events WHERE project_id = {project:UUID} AND event_id IN {ids:Array(String)}
       ORDER BY position LIMIT 1 BY dialect, event_id`,
      { project },
      members.map((event) => event.draft.eventId),
    );
    for (const row of rows) {
      originals.set(`${project}|${row.dialect}|${row.event_id}`, {
        eventId: row.event_id,
        traceId: row.trace_id,
        spanId: row.span_id,
        ...numbered(row.step, row.parent_step),
        duplicate: true,
      });
    }
  }
  return originals;
}

function storedEvent(event: LoadedEvent): StoredEvent {
  return {
    eventId: event.draft.eventId,
    traceId: event.traceId,
    spanId: event.draft.spanId,
    ...numbered(event.step, event.parentStep),
    duplicate: event.duplicate,
    ...(event.sampledOut ? { sampledOut: true } : {}),
  };
}

/** 0 stands for "none" in the store. */
function numbered(step: number, parentStep: number): Pick<StoredEvent, 'step' | 'parentStep'> {
  return { ...(step > 0 ? { step } : {}), ...(parentStep > 0 ? { parentStep } : {}) };
}

interface OriginalRow {
  readonly dialect: string;
  readonly event_id: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly step: number;
  readonly parent_step: number;
}
