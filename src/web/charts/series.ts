/** Points of `GET /metrics/series` made ready for a chart: every bucket of the range, each group in its place. */

export interface Point {
  /** Where the bucket starts, ISO-8601. */
  readonly time: string;
  readonly group: string | null;
  readonly value: number;
}

export type Interval = 'minute' | 'hour' | 'day';

const STEP_MS: Readonly<Record<Interval, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** As the server's `bucketsMax`: it refuses to answer more. */
const BUCKETS_MAX = 2000;

export interface Buckets {
  /** Where they start, in UTC, as milliseconds. */
  readonly starts: readonly number[];
  readonly stepMs: number;
}

export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
  readonly interval: Interval;
}

/** All buckets that have a moment of the range in them. */
export function bucketsOf({ fromMs, toMs, interval }: Range): Buckets {
  const stepMs = STEP_MS[interval];
  const first = Math.floor(fromMs / stepMs) * stepMs;
  const count = Math.max(1, Math.min(Math.ceil((toMs - first) / stepMs), BUCKETS_MAX + 1));
  return { starts: Array.from({ length: count }, (_, place) => first + place * stepMs), stepMs };
}

/** One line, or one layer of a stack. */
export interface Line {
  /** Its identity: of two charts, lines with the same key are about the same thing. */
  readonly key: string;
  readonly label: string;
  /** One for each bucket. `null`: there is no value, which is not 0. */
  readonly values: readonly (number | null)[];
  /** Several groups together, or things that do not say their group. */
  readonly isRest: boolean;
}

export interface Prepared extends Buckets {
  readonly lines: readonly Line[];
}

/** Of the rest and of what says no group. No group of an event can have these keys: they begin with a NUL. */
export const OTHER_KEY = '\u0000other';
export const NONE_KEY = '\u0000none';
/** What the server calls the groups beyond the largest. */
const FOLDED = 'other';

interface Preparing {
  readonly buckets: Buckets;
  /** What stands where the server says nothing: 0 for counts, `null` for durations (docs/guide/api.md, "Series"). */
  readonly absent: 0 | null;
  /** Beyond so many, groups that can be added up become one. */
  readonly groupsMax: number;
  /** What a group is called that nobody named: "no agent". */
  readonly noneLabel: string;
}

/** Lines by size, the rest last. */
export function prepare(points: readonly Point[], { buckets, absent, groupsMax, noneLabel }: Preparing): Prepared {
  const place = new Map(buckets.starts.map((start, index) => [start, index]));
  const found = new Map<string, { values: (number | null)[]; weight: number }>();
  for (const { time, group, value } of points) {
    const index = place.get(Date.parse(time));
    if (index === undefined) continue;
    const key = group === null ? NONE_KEY : group === FOLDED ? OTHER_KEY : group;
    const line = found.get(key) ?? { values: buckets.starts.map(() => absent as number | null), weight: 0 };
    line.values[index] = value;
    // Durations cannot be added up; the group that is there in most buckets is the one to look at.
    line.weight += absent === null ? 1 : value;
    found.set(key, line);
  }
  const groups = [...found].filter(([key]) => key !== OTHER_KEY && key !== NONE_KEY);
  groups.sort(([a, one], [b, two]) => two.weight - one.weight || (a < b ? -1 : 1));
  const shown = groups.slice(0, groupsMax).map(([key, { values }]) => ({ key, label: key, values, isRest: false }));
  const folded = [...groups.slice(groupsMax).map(([, line]) => line.values), ...valuesAt(found, OTHER_KEY)];
  const rest = absent === null ? [] : added(folded, OTHER_KEY, 'all others');
  const none = valuesAt(found, NONE_KEY).map((values) => ({ key: NONE_KEY, label: noneLabel, values, isRest: true }));
  return { ...buckets, lines: [...shown, ...rest, ...none] };
}

function valuesAt(found: ReadonlyMap<string, { readonly values: (number | null)[] }>, key: string) {
  const line = found.get(key);
  return line === undefined ? [] : [line.values];
}

function added(all: readonly (readonly (number | null)[])[], key: string, label: string): Line[] {
  const [first] = all;
  if (first === undefined) return [];
  const values = first.map((_, index) => all.reduce((sum, values) => sum + (values[index] ?? 0), 0));
  return [{ key, label, values, isRest: true }];
}

/** A series without groups, as a line with a name. */
export function singleLine(points: readonly Point[], buckets: Buckets, absent: 0 | null, label: string): Line {
  const { lines } = prepare(points, { buckets, absent, groupsMax: 1, noneLabel: label });
  return { key: label, label, values: lines[0]?.values ?? buckets.starts.map(() => absent), isRest: false };
}

/** Each layer on top of those before it: where its upper edge is. */
export function stacked(layers: readonly (readonly (number | null)[])[]): number[][] {
  const edges: number[][] = [];
  for (const values of layers) {
    const below = edges.at(-1);
    edges.push(values.map((value, index) => (value ?? 0) + (below?.[index] ?? 0)));
  }
  return edges;
}

export function sumOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** A count of 0 is nothing; a duration of 0 is one. */
export function isNothing(value: number | null | undefined, absent: 0 | null): boolean {
  return value === null || value === undefined || (absent === 0 && value === 0);
}

/** Nothing in any bucket: there is no chart to draw. */
export function isBlank({ lines }: Pick<Prepared, 'lines'>, absent: 0 | null): boolean {
  return lines.every(({ values }) => values.every((value) => isNothing(value, absent)));
}

const ZOOM_MS_MIN = 60_000;

/** What somebody selected, as a time range of whole seconds that is long enough to show something. */
export function zoomed(aMs: number, bMs: number): { from: string; to: string } {
  const from = Math.floor(Math.min(aMs, bMs) / 1000) * 1000;
  const to = Math.max(Math.ceil(Math.max(aMs, bMs) / 1000) * 1000, from + ZOOM_MS_MIN);
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** Twice as long around the same middle, and not beyond now. */
export function zoomedOut(
  { fromMs, toMs }: { fromMs: number; toMs: number },
  nowMs: number,
): { from: string; to: string } {
  const length = toMs - fromMs;
  const to = Math.max(Math.min(toMs + length / 2, nowMs), toMs);
  return zoomed(to - 2 * length, to);
}
