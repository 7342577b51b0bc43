/**
 * The time that all pages of a project look at. It is in the URL, as `range=24h` or as `from` and `to`, and every link
 * keeps it: a zoom into a chart goes along to the list of traces.
 */

import { useNavigate, useSearch } from '@tanstack/react-router';
import { useNow } from './now.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Length in ms, and how often "now" moves on. */
export const RANGES = {
  '15m': { label: 'Last 15 minutes', ms: 15 * MINUTE, stepMs: 10_000 },
  '1h': { label: 'Last hour', ms: HOUR, stepMs: 15_000 },
  '6h': { label: 'Last 6 hours', ms: 6 * HOUR, stepMs: 30_000 },
  '24h': { label: 'Last 24 hours', ms: DAY, stepMs: MINUTE },
  '7d': { label: 'Last 7 days', ms: 7 * DAY, stepMs: 5 * MINUTE },
  '30d': { label: 'Last 30 days', ms: 30 * DAY, stepMs: 10 * MINUTE },
  '90d': { label: 'Last 90 days', ms: 90 * DAY, stepMs: 30 * MINUTE },
} as const;
export type RangeName = keyof typeof RANGES;
export const RANGE_DEFAULT: RangeName = '24h';

/** Of the URL. */
export interface RangeSearch {
  readonly range?: RangeName;
  /** ISO-8601, both or none. */
  readonly from?: string;
  readonly to?: string;
}

export interface TimeRange {
  /** For questions: `to` is absent while the range ends now. */
  readonly from: string;
  readonly to: string | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  /** Its name, or `undefined` for one that somebody chose. */
  readonly name: RangeName | undefined;
  readonly isLive: boolean;
  /** Buckets for a series of this length: at most some hundred. */
  readonly interval: 'minute' | 'hour' | 'day';
}

export function isRange(name: unknown): name is RangeName {
  return typeof name === 'string' && Object.hasOwn(RANGES, name);
}

/** What a URL says, or nothing where it makes no sense. */
export function readRangeSearch(search: Readonly<Record<string, unknown>>): RangeSearch {
  const { range, from, to } = search;
  if (typeof from === 'string' && typeof to === 'string' && Date.parse(from) < Date.parse(to)) return { from, to };
  return isRange(range) ? { range } : {};
}

function intervalOf(lengthMs: number): TimeRange['interval'] {
  if (lengthMs <= 3 * HOUR) return 'minute';
  return lengthMs <= 8 * DAY ? 'hour' : 'day';
}

export function useTimeRange(): TimeRange {
  // The route above all pages of a project reads them; other routes have none of these.
  const search = useSearch({ strict: false }) as RangeSearch;
  const name = search.range ?? RANGE_DEFAULT;
  const now = useNow(RANGES[name].stepMs);
  if (search.from !== undefined && search.to !== undefined) {
    const [fromMs, toMs] = [Date.parse(search.from), Date.parse(search.to)];
    const interval = intervalOf(toMs - fromMs);
    return { from: search.from, to: search.to, fromMs, toMs, name: undefined, isLive: false, interval };
  }
  const fromMs = now - RANGES[name].ms;
  return {
    ...{ from: new Date(fromMs).toISOString(), to: undefined, fromMs, toMs: now + RANGES[name].stepMs },
    ...{ name, isLive: true, interval: intervalOf(RANGES[name].ms) },
  };
}

/** Changes the range of this page and, because links keep it, of those that follow. */
export function useSetTimeRange(): (next: RangeSearch) => void {
  const navigate = useNavigate();
  return (next) =>
    void navigate({
      to: '.',
      search: (before) => {
        const { range: _range, from: _from, to: _to, ...others } = before as Record<string, unknown>;
        return { ...others, ...next };
      },
    });
}
