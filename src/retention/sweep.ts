/**
 * Retention: traces to which nothing came for so many days go, whole, with their aliases; so do dead letters of that age,
 * and what sampling remembers of traces that old. Age counts from arrival, by this server's clock: senders' clocks are
 * wrong in both directions, and data must not go because somebody sent seconds for milliseconds.
 */

import type { ProjectId } from '../canonical/ids.ts';
import { removedTracesMax, retentionRunsMax } from '../limits.ts';
import type { Target } from '../registry/deletions.ts';
import type { RetentionRun } from '../registry/retention.ts';
import type { StoreWriter } from '../store/store.ts';
import { idOf, TraceAliases } from '../store/trace-aliases.ts';
import { isRepricing, quietBefore } from './quiet.ts';
import { portions, purgeMasked, remainingRows, removeTargets } from './remove-traces.ts';
import { Stopped, type Surroundings } from './surroundings.ts';

const DAY_MS = 86_400_000;
const MICROS_PER_MS = 1000;

/** What is expired: received before `cutoff` (microseconds), and before the position from which the log is read again. */
interface Expiry {
  readonly project: ProjectId;
  readonly cutoff: number;
  readonly released: number;
}

export async function sweepProject(
  parts: Surroundings,
  store: StoreWriter,
  project: ProjectId,
  days: number,
  isStopping: () => boolean,
): Promise<void> {
  const { registry, now } = parts;
  const cutoffMs = now() - days * DAY_MS;
  const cutoffIso = new Date(cutoffMs).toISOString();
  const expiry = { project, cutoff: cutoffMs * MICROS_PER_MS, released: await parts.checkpoint() };
  const oldPositions = await oldUntil(store, expiry);
  const letters = await registry.removals.oldDeadLetters(project, cutoffIso);
  const drops = oldPositions === 0 ? 0 : await registry.removals.oldDroppedTraces(project, oldPositions);
  const unfinished = (await registry.retentionRuns.list(project, 1)).some(({ state }) => state === 'running');
  const pages = expiredTraces(store, expiry);
  const first = await pages.next();
  if (first.done === true && letters + drops === 0 && !unfinished) return;

  const begun = await registry.retentionRuns.begin(project, days, cutoffIso, new Date(now()).toISOString());
  let run: RetentionRun = {
    ...begun,
    deadLetters: begun.deadLetters + letters,
    droppedTraces: begun.droppedTraces + drops,
    remaining: 0,
  };
  for (let page = first; page.done !== true; page = await pages.next()) {
    if (isStopping()) throw new Stopped();
    run = await removePage(parts, store, run, page.value, isStopping);
    await registry.retentionRuns.save(run);
  }
  await purgeMasked(store);
  await registry.retentionRuns.save({ ...run, state: 'done', finishedAt: new Date(now()).toISOString() });
  await registry.retentionRuns.trim(project, retentionRunsMax);
}

async function removePage(
  parts: Surroundings,
  store: StoreWriter,
  run: RetentionRun,
  targets: readonly Target[],
  isStopping: () => boolean,
): Promise<RetentionRun> {
  const removed = await removeTargets(store, run.projectId, targets);
  let remaining = await remainingRows(store, run.projectId, targets);
  if (remaining > 0 || (await isRepricing(parts))) {
    await quietBefore(parts, 0, isStopping);
    await removeTargets(store, run.projectId, targets);
    remaining = await remainingRows(store, run.projectId, targets);
  }
  await parts.registry.removals.droppedTraces(
    run.projectId,
    targets.map(({ key }) => idOf(key)),
  );
  return {
    ...run,
    traces: run.traces + removed.traces,
    spans: run.spans + removed.spans,
    events: run.events + removed.events,
    aliases: run.aliases + removed.aliases,
    remaining: (run.remaining ?? 0) + remaining,
  };
}

/** The log position behind the newest event that is old enough; 0 when none is. */
async function oldUntil(store: StoreWriter, { project, cutoff }: Expiry): Promise<number> {
  const [row] = await store.select<{ until: number }>(
    `SELECT if(count() = 0, 0, max(position) + 1) AS until FROM tributary.events
     WHERE project_id = {project:UUID} AND received_at < fromUnixTimestamp64Micro({cutoff:Int64})`,
    { project, cutoff },
  );
  return row?.until ?? 0;
}

/** Page by page, as a statement can carry them. Found by the events, which are removed last. */
async function* expiredTraces(store: StoreWriter, expiry: Expiry): AsyncGenerator<readonly Target[]> {
  const { project, cutoff, released } = expiry;
  for (let after = { dialect: '', trace: '' }; ; ) {
    const page = await store.select<{ dialect: string; trace: string }>(
      `SELECT dialect, trace_id AS trace FROM tributary.events
       WHERE project_id = {project:UUID} AND (dialect, trace_id) > ({dialect:String}, {trace:String})
       GROUP BY dialect, trace_id
       HAVING max(received_at) < fromUnixTimestamp64Micro({cutoff:Int64}) AND max(position) < {released:UInt64}
       ORDER BY dialect, trace_id LIMIT {limit:UInt64}`,
      { project, cutoff, released, ...after, limit: removedTracesMax },
    );
    const last = page.at(-1);
    if (last === undefined) return;
    after = last;
    for (const portion of portions(page.map(({ dialect, trace }) => ({ key: `${dialect}|${trace}` })))) {
      const dead = await withoutLiving(store, expiry, portion);
      // Late parents join traces: there may be more of them than were asked about.
      for (const some of portions(dead)) yield some;
    }
  }
}

/** The traces of these, whole; none of which any part shows a sign of life. */
async function withoutLiving(
  store: StoreWriter,
  { project, cutoff, released }: Expiry,
  portion: readonly Target[],
): Promise<readonly Target[]> {
  const aliases = new TraceAliases(store, project);
  const roots = await aliases.roots(portion.map(({ key }) => key));
  const rootOf = await aliases.members([...new Set(roots.values())]);
  const keys = [...rootOf.keys()];
  const living = await store.select<{ key: string }>(
    `SELECT DISTINCT concat(dialect, '|', trace_id) AS key FROM tributary.events
     WHERE project_id = {project:UUID} AND trace_id IN {ids:Array(String)} AND concat(dialect, '|', trace_id) IN {keys:Array(String)}
       AND (received_at >= fromUnixTimestamp64Micro({cutoff:Int64}) OR position >= {released:UInt64})`,
    { project, cutoff, released, keys, ids: [...new Set(keys.map(idOf))] },
  );
  const livingRoots = new Set(living.map(({ key }) => rootOf.get(key)));
  return keys.filter((key) => !livingRoots.has(rootOf.get(key))).map((key) => ({ key }));
}
