/**
 * Spans stand by the hour in which their row starts, so a question about a range of time reads its hours. A trace that has
 * rows in several hours, or under several ids, is "spread": its spans may be several rows even in a merged table, and some
 * of them may stand outside of the range. `tributary.trace_hours` knows them all (docs/decisions/0009).
 */

import type { ProjectId } from '../canonical/ids.ts';
import type { Micros } from '../canonical/time.ts';
import { carriedTracesMax } from '../limits.ts';
import { hourOf } from '../store/schema/schema.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';

/** From, included, to, excluded; a bound that is absent is no bound. */
export interface TimeRange {
  readonly from?: Micros | undefined;
  readonly to?: Micros | undefined;
}

export type Hours = { readonly hourMin: number; readonly hourMax: number };

/** Before and after every hour that a time of the store can be in. */
const HOUR_FIRST = -1_000_000;
const HOUR_LAST = 10_000_000;

/** `undefined`: all of them. */
export function hoursOf({ from, to }: TimeRange): Hours | undefined {
  if (from === undefined && to === undefined) return undefined;
  return {
    hourMin: from === undefined ? HOUR_FIRST : hourOf(from),
    hourMax: to === undefined ? HOUR_LAST : hourOf(to - 1),
  };
}

/** Condition on a row. */
export const IN_HOURS = 'hour BETWEEN {hourMin:Int32} AND {hourMax:Int32}';

const OF_PROJECT = 'FROM tributary.trace_hours WHERE project_id = {project:UUID}';
const severalOf = (condition: string) =>
  `SELECT trace_hash ${OF_PROJECT} AND ${condition} GROUP BY trace_hash HAVING min(hour) < max(hour)`;
/** In these hours and in others. To look the others up is a fraction of the work of grouping all traces. */
const IN_AND_OUT = `SELECT DISTINCT trace_hash ${OF_PROJECT} AND NOT (${IN_HOURS})
  AND trace_hash IN (SELECT trace_hash ${OF_PROJECT} AND ${IN_HOURS})`;

/** Of the traces that are moved by `roots`, and of those that they are moved to. */
function hashesOfMoved(roots: string): string {
  return `SELECT DISTINCT cityHash64(substring(key, position(key, '|') + 1)) AS trace_hash
    FROM (SELECT arrayJoin([child, root]) AS key FROM (${roots}))`;
}

/**
 * The traces with rows in one of the hours and in another one, and those that are moved by `roots`, as a statement that
 * gives their hashes; `undefined`: there are none. Few traces last over the end of an hour, so the hashes travel: as text,
 * because numbers here end at 2^53.
 */
export async function spreadTraces(
  store: StoreReader,
  project: ProjectId,
  hours: Hours | undefined,
  aliases: { readonly roots: string | undefined; readonly params: QueryParams },
): Promise<{ readonly hashes: string | undefined; readonly params: QueryParams }> {
  const statement = [
    ...(hours === undefined ? [severalOf('1')] : [severalOf(IN_HOURS), IN_AND_OUT]),
    ...(aliases.roots === undefined ? [] : [hashesOfMoved(aliases.roots)]),
  ].join(' UNION ALL ');
  const rows = await store.recall<{ hash: string }>(
    `SELECT toString(trace_hash) AS hash FROM (${statement}) LIMIT ${carriedTracesMax + 1}`,
    { ...aliases.params, project, ...hours },
  );
  if (rows.length === 0) return { hashes: undefined, params: {} };
  if (rows.length > carriedTracesMax) return { hashes: statement, params: {} };
  return {
    hashes: 'SELECT toUInt64(arrayJoin({spread:Array(String)})) AS trace_hash',
    params: { spread: rows.map((row) => row.hash) },
  };
}

/** Condition on a row; `spread` is a statement that gives hashes. */
export function isSpread(spread: string): string {
  return `cityHash64(trace_id) IN (${spread})`;
}

/** What the table's key finds of it, and other traces of these hours. */
export function isInHoursOfSpread(spread: string): string {
  return `hour IN (SELECT hour ${OF_PROJECT} AND trace_hash IN (${spread}))`;
}
