/**
 * How far back a question goes that counts all traces of a range: as far as it can answer at once. It ends where an hour
 * ends, because whole hours are what the table's key finds; a single hour that has too much is cut at a moment.
 */

import type { ProjectId } from '../canonical/ids.ts';
import type { Micros } from '../canonical/time.ts';
import { facetRowsMax, facetSearchedRowsMax } from '../limits.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { hoursOf, IN_HOURS, type TimeRange } from './hours.ts';

const HOUR: Micros = 3_600_000_000;

export interface Narrowing {
  /** Conditions on rows; only traces with a row for each are asked about. */
  readonly tracesWith: readonly string[];
  readonly params: QueryParams;
}

export interface Window extends Narrowing {
  /** No trace that started before it is counted. */
  readonly from: Micros | undefined;
  /** Nothing of the range is left out. */
  readonly isComplete: boolean;
}

export interface WindowBounds {
  /** Of the traces that are asked about. */
  readonly rowsMax: number;
  /** Among which they are looked for. */
  readonly searchedRowsMax: number;
}
const FACET_BOUNDS: WindowBounds = { rowsMax: facetRowsMax, searchedRowsMax: facetSearchedRowsMax };

export async function newestRows(
  store: StoreReader,
  project: ProjectId,
  range: TimeRange,
  narrowing: Narrowing,
  { rowsMax, searchedRowsMax } = FACET_BOUNDS,
): Promise<Window> {
  const isNarrowed = narrowing.tracesWith.length > 0;
  const searched = await cut(store, project, range, isNarrowed ? searchedRowsMax : rowsMax);
  if (!isNarrowed) return searched;
  const counted = await cut(store, project, { from: searched.from, to: range.to }, rowsMax, {
    tracesWith: [...narrowing.tracesWith, ...searched.tracesWith],
    params: { ...narrowing.params, ...searched.params },
  });
  return {
    from: counted.from,
    isComplete: searched.isComplete && counted.isComplete,
    tracesWith: [...searched.tracesWith, ...counted.tracesWith],
    params: { ...searched.params, ...counted.params },
  };
}

const ANY: Narrowing = { tracesWith: [], params: {} };

async function cut(
  store: StoreReader,
  project: ProjectId,
  range: TimeRange,
  rowsMax: number,
  { tracesWith, params }: Narrowing = ANY,
): Promise<Window> {
  const hours = hoursOf(range);
  const inHours = hours === undefined ? '1' : IN_HOURS;
  const ofTraces = tracesWith.map(
    (condition) => `AND (dialect, trace_id) IN (SELECT dialect, trace_id FROM tributary.spans
       WHERE project_id = {project:UUID} AND ${inHours} AND ${condition})`,
  );
  const where = `WHERE project_id = {project:UUID} AND ${inHours} ${ofTraces.join(' ')}`;
  const asked = { ...params, ...hours, project };
  const perHour = await store.select<{ hour: number; rows: number }>(
    `SELECT hour, count() AS rows FROM tributary.spans ${where} GROUP BY hour ORDER BY hour DESC`,
    asked,
  );
  let rows = 0;
  for (const [i, one] of perHour.entries()) {
    rows += one.rows;
    if (rows <= rowsMax) continue;
    if (i > 0) return { from: (one.hour + 1) * HOUR, isComplete: false, ...ANY };
    const [last] = await store.select<{ start: number }>(
      `SELECT toUnixTimestamp64Micro(start_time) AS start FROM tributary.spans ${where} AND hour = {fullHour:Int32}
       ORDER BY start DESC LIMIT 1 OFFSET {rowsMax:UInt64}`,
      { ...asked, fullHour: one.hour, rowsMax },
    );
    const from = last?.start ?? one.hour * HOUR;
    return {
      from,
      isComplete: false,
      tracesWith: ['start_time >= fromUnixTimestamp64Micro({windowStart:Int64})'],
      params: { windowStart: from },
    };
  }
  return { from: range.from, isComplete: true, ...ANY };
}
