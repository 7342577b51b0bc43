/** `GET /v1/analytics/…`: one figure over time (`protocols/lunary.md` 3.4). Buckets with nothing in them are there with 0. */

import { type Outcome, ok } from '../../canonical/outcome.ts';
import { isoFromMicros, type Micros } from '../../canonical/time.ts';
import { bucketsMax, reportRowsMax } from '../../limits.ts';
import type { Condition, Dimension, Tally } from '../reader.ts';
import { allGroups } from './all-pages.ts';
import { bucketStarts, GRANULARITIES, UNITS } from './buckets.ts';
import { filtersOf } from './filters.ts';
import { TYPE_MARK } from './marks.ts';
import { instant, oneOf, textOf, timeZone } from './query.ts';
import type { Answer, Asked } from './read-route.ts';
import { json } from './read-route.ts';
import { IN_THREAD } from './threads.ts';
import { hasType, typeOfKind } from './types.ts';
import { invalid } from './write-back-body.ts';

const HAS_USER: Condition = { not: { field: 'userId', in: [''] } };

interface Point {
  readonly date: string;
  readonly value: number;
  readonly name: string | null;
}

/** What a question is about: a stretch of time in buckets, and runs that match. */
interface Stretch {
  readonly from: Micros;
  readonly to: Micros;
  readonly interval: { readonly unit: (typeof UNITS)[keyof typeof UNITS]; readonly timeZone: string };
  /** Starts of the buckets. */
  readonly dates: readonly string[];
  readonly filters: Condition;
  /** The filters, within the time. */
  readonly where: Condition;
  /** The filters name a type of runs. */
  readonly hasType: boolean;
}

type Series = (
  asked: Asked,
  stretch: Stretch,
) => Promise<{ readonly points: readonly Point[]; readonly stat?: number }>;

/** Paths below `/v1/analytics`. */
export const SERIES: Readonly<Record<string, Answer>> = {
  tokens: series((asked, stretch) => summed(asked, stretch, 'name', ({ totalTokens }) => totalTokens)),
  costs: series((asked, stretch) => summed(asked, stretch, 'name', ({ costUsd }) => costUsd ?? 0)),
  errors: series((asked, stretch) => counted(asked, stretch, 'error', ({ errors }) => errors)),
  runs: series((asked, stretch) => counted(asked, stretch, 'Runs', ({ count }) => count)),
  'run-types': series(async (asked, stretch) => {
    const { points, stat } = await summed(asked, stretch, 'kind', ({ count }) => count);
    const typed = points.map((point) => (point.value === 0 ? point : { ...point, name: typeOfKind(point.name) }));
    return { points: typed, stat };
  }),
  'custom-events': series((asked, stretch) => {
    const isEvent: Condition = { metadata: TYPE_MARK, equals: 'custom-event' };
    return summed(asked, narrowed(stretch, isEvent), 'name', ({ count }) => count);
  }),
  latency: series(latency),
  threads: series((asked, stretch) => begun(asked, stretch, 'sessionId', IN_THREAD)),
  'users/new': series((asked, stretch) => begun(asked, stretch, 'userId', HAS_USER)),
  'users/active': series(async (asked, stretch) => {
    const ofUsers = narrowed(stretch, HAS_USER);
    const { points } = await counted(asked, ofUsers, 'Count', ({ users }) => users);
    return { points, stat: (await sumOf(asked, ofUsers))?.users ?? 0 };
  }),
  'users/average-cost': series(async (asked, stretch) => {
    const ofUsers = narrowed(stretch, HAS_USER);
    const { points } = await counted(asked, ofUsers, 'Cost', averageCost);
    return { points, stat: averageCost(await sumOf(asked, ofUsers)) };
  }),
  'feedback/thumb/up': series((asked, stretch) => thumbs(asked, stretch, 'up')),
  'feedback/thumb/down': series((asked, stretch) => thumbs(asked, stretch, 'down')),
  'feedback-ratio': series(async (asked, stretch) => {
    const [up, down] = await Promise.all([thumbs(asked, stretch, 'up'), thumbs(asked, stretch, 'down')]);
    const downs = new Map(down.points.map(({ date, value }) => [date, value]));
    const points = up.points.map(({ date, value }) => ({
      date,
      value: ratio(value, downs.get(date) ?? 0),
      name: 'Ratio',
    }));
    return { points, stat: ratio(up.stat ?? 0, down.stat ?? 0) };
  }),
};

function series(read: Series): Answer {
  return async (asked) => {
    const stretch = await stretchOf(asked);
    if (!stretch.ok) return stretch;
    const { points, stat } = await read(asked, stretch.value);
    return json({ data: points, ...(stat === undefined ? {} : { stat }) });
  };
}

async function stretchOf(asked: Asked): Promise<Outcome<Stretch>> {
  const { query } = asked;
  const from = instant(query, 'startDate');
  if (!from.ok) return from;
  const to = instant(query, 'endDate');
  if (!to.ok) return to;
  const zone = timeZone(query);
  if (!zone.ok) return zone;
  const granularity = oneOf(query, 'granularity', GRANULARITIES);
  if (!granularity.ok) return granularity;
  const unit = UNITS[granularity.value];
  const until = Math.min(to.value, asked.reader.now());
  const starts = bucketStarts(from.value / 1000, until / 1000, unit, zone.value, bucketsMax);
  if (starts === undefined) return invalid(`At most ${bucketsMax} buckets are possible, choose a larger "granularity"`);
  const { where: filters, hasType: isTyped } = await analyticsFilters(asked);
  return ok({
    from: from.value,
    to: to.value,
    interval: { unit, timeZone: zone.value },
    dates: starts.map((ms) => new Date(ms).toISOString()),
    filters,
    where: { all: [filters, between(from.value, to.value)] },
    hasType: isTyped,
  });
}

/** In the query itself, or as one text in `checks`; the vendor's versions differ. */
export async function analyticsFilters(asked: Asked): Promise<{ where: Condition; hasType: boolean }> {
  const checks = textOf(asked.query, 'checks');
  const own = await filtersOf(asked.query, asked);
  const more = checks === undefined ? undefined : await filtersOf(new URLSearchParams(checks), asked);
  const parts = more === undefined ? [own] : [own, more];
  return {
    where: { all: parts.flatMap(({ where, wantsThreads }) => (wantsThreads ? [where, IN_THREAD] : [where])) },
    hasType: parts.some((part) => part.hasType),
  };
}

export function between(from: Micros, to: Micros): Condition {
  return {
    all: [
      { field: 'start', op: 'gte', value: from },
      { field: 'start', op: 'lte', value: to },
    ],
  };
}

function narrowed(stretch: Stretch, condition: Condition): Stretch {
  return { ...stretch, where: { all: [stretch.where, condition] } };
}

/** One point per bucket. */
async function counted({ reader }: Asked, stretch: Stretch, name: string, figureOf: (tally: Tally) => number) {
  const groups = await allGroups(
    reader,
    { where: stretch.where, by: ['time'], interval: stretch.interval },
    reportRowsMax,
  );
  const points = groups.map((tally) => ({ date: dateOf(tally), value: figureOf(tally), name }));
  return { points: filled(points, stretch, name), stat: total(points) };
}

/** One point per bucket and name, of those with something to show. */
async function summed({ reader }: Asked, stretch: Stretch, by: Dimension, figureOf: (tally: Tally) => number) {
  const question = { where: stretch.where, by: ['time', by], interval: stretch.interval } as const;
  const groups = await allGroups(reader, question, reportRowsMax);
  const points = groups
    .map((tally) => ({ date: dateOf(tally), value: figureOf(tally), name: tally.group[1] ?? null }))
    .filter(({ value }) => value !== 0);
  return { points: filled(points, stretch, null), stat: total(points) };
}

/** Users or threads by the bucket in which they were seen for the first time. */
async function begun(asked: Asked, stretch: Stretch, by: 'userId' | 'sessionId', condition: Condition) {
  const where: Condition = { all: [stretch.filters, condition, { field: 'start', op: 'lte', value: stretch.to }] };
  const question = { where, by: [by], orderBy: { field: 'firstSeen', direction: 'desc' } } as const;
  const from = isoFromMicros(stretch.from);
  const groups = await allGroups(asked.reader, question, reportRowsMax, (tally) => tally.firstSeen < from);
  const counts = new Map<string, number>();
  for (const { firstSeen } of groups) {
    const date = stretch.dates.findLast((start) => Date.parse(start) <= Date.parse(firstSeen)) ?? stretch.dates[0];
    if (firstSeen >= from && date !== undefined) counts.set(date, (counts.get(date) ?? 0) + 1);
  }
  const points = [...counts].map(([date, value]) => ({ date, value, name: 'Count' }));
  return { points: filled(points, stretch, 'Count'), stat: total(points) };
}

const LEVELS = ['p50', 'p75', 'p90', 'p95', 'p99'] as const;

/** Seconds, of calls to models unless another type is asked for. */
async function latency(asked: Asked, stretch: Stretch) {
  const timed = stretch.hasType ? stretch : narrowed(stretch, hasType('llm'));
  const groups = await allGroups(
    asked.reader,
    { where: timed.where, by: ['time'], interval: timed.interval },
    reportRowsMax,
  );
  const byDate = new Map(groups.map((tally) => [dateOf(tally), tally.durationMs]));
  const dates = [...new Set([...stretch.dates, ...byDate.keys()])].sort();
  const points = dates.flatMap((date) =>
    LEVELS.map((name) => ({ date, value: (byDate.get(date)?.[name] ?? 0) / 1000, name })),
  );
  return { points, stat: ((await sumOf(asked, timed))?.durationMs?.avg ?? 0) / 1000 };
}

function thumbs(asked: Asked, stretch: Stretch, thumb: 'up' | 'down') {
  return counted(asked, narrowed(stretch, { feedback: 'thumb', equals: thumb }), 'Count', ({ count }) => count);
}

/** From -1, nobody is content, to 1. */
function ratio(up: number, down: number): number {
  return up + down === 0 ? 0 : (up - down) / (up + down);
}

function averageCost(tally: Tally | undefined): number {
  return tally === undefined || tally.users === 0 ? 0 : (tally.costUsd ?? 0) / tally.users;
}

async function sumOf({ reader }: Asked, { where }: Stretch): Promise<Tally | undefined> {
  const { groups } = await reader.tally({ where, by: [], limit: 1, offset: 0 });
  return groups[0];
}

function dateOf({ group: [time] }: Tally): string {
  return new Date(Date.parse(time ?? '')).toISOString();
}

function total(points: readonly Point[]): number {
  return points.reduce((sum, { value }) => sum + value, 0);
}

function filled(points: readonly Point[], { dates }: Stretch, name: string | null): readonly Point[] {
  const known = new Set(points.map(({ date }) => date));
  const empty = dates.filter((date) => !known.has(date)).map((date) => ({ date, value: 0, name }));
  return [...points, ...empty].sort(
    (a, b) => a.date.localeCompare(b.date) || (a.name ?? '').localeCompare(b.name ?? ''),
  );
}
