/**
 * One deletion on request, from the state that it is in. Every step may be done again: what it takes away is written down
 * before the first row goes, because half of a user's rows do not lead to the other half any more.
 */

import { removedTracesMax } from '../limits.ts';
import { type Deletion, NOTHING_REMOVED, type Target } from '../registry/deletions.ts';
import type { StoreWriter } from '../store/store.ts';
import { idOf } from '../store/trace-aliases.ts';
import { namesSubject } from './dead-letter-match.ts';
import { findTargets } from './find-targets.ts';
import { quietBefore } from './quiet.ts';
import {
  continued,
  countTargets,
  eventsBefore,
  NO_ROWS,
  portions,
  purgeMasked,
  type RemovedRows,
  remainingRows,
  removeTargets,
} from './remove-traces.ts';
import { Stopped, type Surroundings } from './surroundings.ts';

/** Rows can come while others go; after so many rounds somebody should look at it. */
const ROUNDS_MAX = 5;

export async function runDeletion(
  parts: Surroundings,
  store: StoreWriter,
  deletion: Deletion,
  isStopping: () => boolean,
): Promise<void> {
  const { deletions } = parts.registry;
  const { id, position } = deletion;
  await quietBefore(parts, position, isStopping);
  if (deletion.state !== 'deleting') {
    await deletions.update(id, { state: 'collecting' });
    const found = await collect(parts, deletion);
    await deletions.update(id, { state: 'deleting', removed: { ...NOTHING_REMOVED, ...found }, reason: null });
  }
  for (let round = 1; ; round += 1) {
    if (isStopping()) throw new Stopped();
    await remove(parts, store, deletion, isStopping);
    await removeFromRegistry(parts, deletion);
    // What the enrich stage read before the rows went, it has written now.
    await quietBefore(parts, position, isStopping);
    const remaining = await countRemaining(parts, store, deletion);
    if (remaining === 0) break;
    await deletions.update(id, { remaining });
    if (round === ROUNDS_MAX) throw new Error(`${remaining} rows are still there after ${round} rounds`);
  }
  await purgeMasked(store);
  await deletions.update(id, { state: 'done', remaining: 0, reason: null });
  await deletions.dropTargets(id);
}

async function collect({ store, registry }: Surroundings, deletion: Deletion): Promise<RemovedRows> {
  await registry.deletions.dropTargets(deletion.id);
  let found = NO_ROWS;
  for await (const page of findTargets(store, deletion)) {
    const added = await registry.deletions.addTargets(deletion.id, page);
    for (const portion of portions(added)) found = plus(found, await countTargets(store, deletion.projectId, portion));
  }
  return found;
}

/** Everything that was found, as statements can carry it. */
async function* foundPortions({ registry }: Surroundings, { id }: Deletion): AsyncGenerator<readonly Target[]> {
  for (let after: Target | undefined; ; ) {
    const page = await registry.deletions.targets(id, removedTracesMax, after);
    yield* portions(page);
    after = page.at(-1);
    if (after === undefined) return;
  }
}

async function remove(
  parts: Surroundings,
  store: StoreWriter,
  deletion: Deletion,
  isStopping: () => boolean,
): Promise<void> {
  for await (const portion of foundPortions(parts, deletion)) {
    if (isStopping()) throw new Stopped();
    await removeTargets(store, deletion.projectId, portion);
    const traces = portion.flatMap(({ key, spanId }) => (spanId === undefined ? [idOf(key)] : []));
    await parts.registry.removals.droppedTraces(deletion.projectId, traces);
  }
}

async function removeFromRegistry(
  { registry, forgetPeople }: Surroundings,
  { id, projectId, kind, subject }: Deletion,
): Promise<void> {
  const { removals, deletions } = registry;
  const people = kind === 'user' ? await removals.person(projectId, subject) : 0;
  if (people > 0) forgetPeople();
  const deadLetters = await removals.deadLetters(projectId, (record) => namesSubject(record, kind, subject));
  // A trace that sampling has left out is nowhere else.
  if (kind === 'trace') await removals.droppedTraces(projectId, [subject]);
  const now = await deletions.find(projectId, id);
  if (now === undefined || people + deadLetters === 0) return;
  const removed = {
    ...now.removed,
    people: now.removed.people + people,
    deadLetters: now.removed.deadLetters + deadLetters,
  };
  await deletions.update(id, { removed });
}

/** What came after the request is new, also in a trace of the same id; what came before it must be gone. */
async function countRemaining(parts: Surroundings, store: StoreWriter, deletion: Deletion): Promise<number> {
  const { projectId, position } = deletion;
  let rows = 0;
  for await (const portion of foundPortions(parts, deletion)) {
    rows += await eventsBefore(store, projectId, portion, position);
    const living = await continued(store, projectId, portion, position);
    const others = portion.filter(({ key }) => !living.has(key));
    rows += await remainingRows(store, projectId, others);
  }
  return rows;
}

function plus(a: RemovedRows, b: RemovedRows): RemovedRows {
  return {
    traces: a.traces + b.traces,
    spans: a.spans + b.spans,
    events: a.events + b.events,
    aliases: a.aliases + b.aliases,
  };
}
