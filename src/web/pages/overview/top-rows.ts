/** The few that stand out, of lists and of series. */

import type { Point } from '../../charts/series.ts';

export interface TopRow {
  /** What the traces are filtered by. */
  readonly name: string;
  /** Requests or calls. */
  readonly count: number;
  readonly costUsd: number | null;
}

const TOP_ROWS = 6;
/** What the server calls all groups beyond the largest. */
const FOLDED = 'other';

/** The most expensive first; those without a price by their count. */
export function topByCost(rows: readonly TopRow[]): TopRow[] {
  return [...rows].sort((a, b) => (b.costUsd ?? 0) - (a.costUsd ?? 0) || b.count - a.count).slice(0, TOP_ROWS);
}

export function topByCount(rows: readonly TopRow[]): TopRow[] {
  return [...rows].sort((a, b) => b.count - a.count || (b.costUsd ?? 0) - (a.costUsd ?? 0)).slice(0, TOP_ROWS);
}

/** Pairs of model and provider are one model to those who filter traces by it. */
export function byName(rows: readonly TopRow[]): TopRow[] {
  const found = new Map<string, TopRow>();
  for (const row of rows) {
    const before = found.get(row.name);
    found.set(row.name, before === undefined ? row : joined(before, row));
  }
  return [...found.values()];
}

function joined(a: TopRow, b: TopRow): TopRow {
  const isKnown = a.costUsd !== null || b.costUsd !== null;
  return { ...a, count: a.count + b.count, costUsd: isKnown ? (a.costUsd ?? 0) + (b.costUsd ?? 0) : null };
}

/** Groups of a series of counts. Costs are another series, with other groups left out of it. */
export function rowsOfSeries(points: readonly Point[]): TopRow[] {
  const counts = new Map<string, number>();
  for (const { group, value } of points)
    if (group !== null && group !== FOLDED) counts.set(group, (counts.get(group) ?? 0) + value);
  return [...counts].map(([name, count]) => ({ name, count, costUsd: null }));
}

/** Of everything, also of what names no group. */
export function totalOf(points: readonly Point[]): number {
  return points.reduce((sum, { value }) => sum + value, 0);
}
