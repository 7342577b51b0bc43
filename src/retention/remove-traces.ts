/**
 * Takes whole traces, or single spans, out of the store, and looks whether they are gone. Rows are removed for good: an
 * `ALTER TABLE … DELETE` writes the parts that hold them anew without them, and its end is waited for. Rows that were
 * only masked before (a lightweight DELETE, loader/erasures.ts) go with the next step, `purgeMasked`.
 *
 * Every table with a project and a trace is cleared, so a table that is added later is not forgotten. The events go
 * last: whoever was interrupted finds by them what is left.
 */

import type { ProjectId } from '../canonical/ids.ts';
import { removedIdsBytesMax, removedTracesMax } from '../limits.ts';
import type { Target } from '../registry/deletions.ts';
import type { QueryParams, StoreReader, StoreWriter } from '../store/store.ts';

export interface RemovedRows {
  /** Whole ones, each once, under whatever ids it is stored. */
  readonly traces: number;
  readonly spans: number;
  readonly events: number;
  readonly aliases: number;
}

export const NO_ROWS: RemovedRows = { traces: 0, spans: 0, events: 0, aliases: 0 };

const KEY = `concat(dialect, '|', trace_id)`;
const OF_TRACES = `project_id = {project:UUID} AND trace_id IN {ids:Array(String)} AND ${KEY} IN {keys:Array(String)}`;
const OF_SPANS = `${OF_TRACES} AND span_id IN {spanIds:Array(String)}
  AND concat(${KEY}, '\\0', span_id) IN {pairs:Array(String)}`;
const OF_ALIASES = `project_id = {project:UUID} AND
  ((from_id IN {ids:Array(String)} AND concat(dialect, '|', from_id) IN {keys:Array(String)})
    OR (to_id IN {ids:Array(String)} AND concat(dialect, '|', to_id) IN {keys:Array(String)}))`;
const ALIASES = 'trace_aliases';
const EVENTS = 'events';
/** Tables that know traces by a hash of their id, which vendors may share: a hash stays while any trace of it does. */
const OF_HASHES = `project_id = {project:UUID} AND trace_hash IN (SELECT cityHash64(arrayJoin({ids:Array(String)})))
  AND trace_hash NOT IN (SELECT cityHash64(trace_id) FROM tributary.spans
    WHERE project_id = {project:UUID} AND trace_id IN {ids:Array(String)})`;

interface Cleared {
  readonly table: string;
  readonly condition: string;
}

/** Removes all of the traces and spans; the counts are of what was there. Doing it again changes nothing. */
export async function removeTargets(
  store: StoreWriter,
  project: ProjectId,
  targets: readonly Target[],
): Promise<RemovedRows> {
  const params = paramsOf(project, targets);
  if (params === undefined) return NO_ROWS;
  const removed = await countTargets(store, project, targets);
  for (const cleared of await clearedTables(store, isWhole(targets)))
    if ((await countRows(store, cleared, params)) > 0)
      await store.command(`ALTER TABLE tributary.${cleared.table} DELETE WHERE ${cleared.condition} ${WAITED}`, params);
  return removed;
}

const WAITED = 'SETTINGS mutations_sync = 2';

/** Rows of the traces and spans that are stored, in all tables. */
export async function remainingRows(
  store: StoreReader,
  project: ProjectId,
  targets: readonly Target[],
): Promise<number> {
  const params = paramsOf(project, targets);
  if (params === undefined) return 0;
  let rows = 0;
  for (const cleared of await clearedTables(store, isWhole(targets))) rows += await countRows(store, cleared, params);
  return rows;
}

export async function countTargets(
  store: StoreReader,
  project: ProjectId,
  targets: readonly Target[],
): Promise<RemovedRows> {
  const params = paramsOf(project, targets);
  if (params === undefined) return NO_ROWS;
  const condition = isWhole(targets) ? OF_TRACES : OF_SPANS;
  const count = async (what: string, table: string, where: string) => {
    const sql = `SELECT ${what} AS rows FROM tributary.${table} WHERE ${where}`;
    return (await store.select<{ rows: number }>(sql, params))[0]?.rows ?? 0;
  };
  const moved = `${OF_ALIASES} AND to_id != '' AND concat(dialect, '|', from_id) IN {keys:Array(String)}`;
  const whole = isWhole(targets);
  return {
    traces: whole ? targets.length - (await count('uniqExact(dialect, from_id)', ALIASES, moved)) : 0,
    spans: await count(`uniqExact(dialect, trace_id, span_id)`, 'spans', condition),
    events: await count('count()', 'events', condition),
    aliases: whole ? await count('count()', ALIASES, OF_ALIASES) : 0,
  };
}

/** Those of the targets that have events from `position` on: something came to them since. */
export async function continued(
  store: StoreReader,
  project: ProjectId,
  targets: readonly Target[],
  position: number,
): Promise<ReadonlySet<string>> {
  const params = paramsOf(project, targets);
  if (params === undefined) return new Set();
  const rows = await store.select<{ key: string }>(
    `SELECT DISTINCT ${KEY} AS key FROM tributary.events WHERE ${OF_TRACES} AND position >= {position:UInt64}`,
    { ...params, position },
  );
  return new Set(rows.map(({ key }) => key));
}

/** Events before `position` of the targets, which should be none. */
export async function eventsBefore(
  store: StoreReader,
  project: ProjectId,
  targets: readonly Target[],
  position: number,
): Promise<number> {
  const params = paramsOf(project, targets);
  if (params === undefined) return 0;
  const where = isWhole(targets) ? OF_TRACES : OF_SPANS;
  const [row] = await store.select<{ rows: number }>(
    `SELECT count() AS rows FROM tributary.events WHERE ${where} AND position < {position:UInt64}`,
    { ...params, position },
  );
  return row?.rows ?? 0;
}

/** Rows that earlier deletions only masked are written out of the parts that hold them. */
export async function purgeMasked(store: StoreWriter): Promise<void> {
  const tables = await store.select<{ table: string }>(
    `SELECT DISTINCT table FROM system.parts WHERE database = 'tributary' AND active AND has_lightweight_delete`,
  );
  for (const { table } of tables) await store.command(`ALTER TABLE tributary.${table} APPLY DELETED MASK ${WAITED}`);
}

async function countRows(store: StoreReader, { table, condition }: Cleared, params: QueryParams): Promise<number> {
  const [row] = await store.select<{ rows: number }>(
    `SELECT count() AS rows FROM tributary.${table} WHERE ${condition}`,
    params,
  );
  return row?.rows ?? 0;
}

/** The events last. Single spans have no aliases of their own. */
async function clearedTables(store: StoreReader, whole: boolean): Promise<readonly Cleared[]> {
  const traces = await tablesWith(store, ['project_id', 'dialect', 'trace_id', ...(whole ? [] : ['span_id'])]);
  const hashes = await tablesWith(store, ['project_id', 'trace_hash']);
  const cleared = [
    ...(whole ? [{ table: ALIASES, condition: OF_ALIASES }] : []),
    ...traces.filter((table) => table !== EVENTS).map((table) => ({ table, condition: whole ? OF_TRACES : OF_SPANS })),
    // After the spans, which they are looked up in.
    ...hashes.map((table) => ({ table, condition: OF_HASHES })),
  ];
  return [...cleared, { table: EVENTS, condition: whole ? OF_TRACES : OF_SPANS }];
}

async function tablesWith(store: StoreReader, columns: readonly string[]): Promise<string[]> {
  const rows = await store.select<{ table: string }>(
    `SELECT table FROM system.columns WHERE database = 'tributary' AND name IN {columns:Array(String)}
       AND table IN (SELECT name FROM system.tables WHERE database = 'tributary' AND engine LIKE '%MergeTree')
     GROUP BY table HAVING count() = {count:UInt8} ORDER BY table`,
    { columns, count: columns.length },
  );
  return rows.map(({ table }) => table);
}

function isWhole([first]: readonly Target[]): boolean {
  return first?.spanId === undefined;
}

/** Whole traces and single spans are never removed by one statement: `undefined` when there is nothing to remove. */
function paramsOf(project: ProjectId, targets: readonly Target[]): QueryParams | undefined {
  if (targets.length === 0) return undefined;
  const keys = targets.map(({ key }) => key);
  const spanIds = targets.flatMap(({ spanId }) => (spanId === undefined ? [] : [spanId]));
  if (spanIds.length !== 0 && spanIds.length !== keys.length) throw new Error('traces and spans are removed apart');
  const ids = [...new Set(keys.map((key) => key.slice(key.indexOf('|') + 1)))];
  if (spanIds.length === 0) return { project, keys, ids };
  const pairs = targets.map(({ key, spanId = '' }) => `${key}\0${spanId}`);
  return { project, keys, ids, spanIds, pairs };
}

/** Cut so that a statement can carry each, whole traces and single spans apart. */
export function* portions(targets: readonly Target[]): Generator<readonly Target[]> {
  for (const some of [targets.filter((target) => target.spanId === undefined), targets.filter(isSpan)]) {
    let portion: Target[] = [];
    let bytes = 0;
    for (const target of some) {
      const size = Buffer.byteLength(target.key) + Buffer.byteLength(target.spanId ?? '');
      if (portion.length === removedTracesMax || (portion.length > 0 && bytes + size > removedIdsBytesMax)) {
        yield portion;
        [portion, bytes] = [[], 0];
      }
      portion.push(target);
      bytes += size;
    }
    if (portion.length > 0) yield portion;
  }
}

function isSpan(target: Target): boolean {
  return target.spanId !== undefined;
}
