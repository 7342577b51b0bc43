/** Times to look at when there is nothing in this one. */

import { RANGES, type RangeName, type RangeSearch, type TimeRange } from '../../api/time-range.ts';

const HOUR = 3_600_000;

/** `Object.keys` forgets which they are. */
const NAMES = Object.keys(RANGES) as RangeName[];

/** The next one that is at least twice as long; `undefined` at the end. */
export function longerRange({ fromMs, toMs }: Pick<TimeRange, 'fromMs' | 'toMs'>): RangeName | undefined {
  return NAMES.find((name) => RANGES[name].ms >= (toMs - fromMs) * 1.9);
}

/** The shortest range until now that has this moment in it, else the hours around it. */
export function rangeAround(moment: number, now: number): RangeSearch {
  const range = NAMES.find((name) => now - RANGES[name].ms < moment - RANGES[name].stepMs);
  if (range !== undefined) return { range };
  return { from: new Date(moment - 12 * HOUR).toISOString(), to: new Date(moment + 12 * HOUR).toISOString() };
}
