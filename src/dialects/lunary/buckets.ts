/** Buckets of a time series in a time zone, so that the empty ones are there, too. */

export const GRANULARITIES = ['hourly', 'daily', 'weekly', 'monthly'] as const;
export type Granularity = (typeof GRANULARITIES)[number];
type Unit = 'hour' | 'day' | 'week' | 'month';
export const UNITS: Readonly<Record<Granularity, Unit>> = {
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Days from a Monday to 1970-01-01. */
const MONDAY_SHIFT = 3;

/**
 * Starts of the buckets from the one with `fromMs` to the one with `toMs`, in milliseconds; `undefined` when there are
 * more than `max`. Weeks begin on Mondays.
 */
export function bucketStarts(
  fromMs: number,
  toMs: number,
  unit: Unit,
  timeZone: string,
  max: number,
): readonly number[] | undefined {
  const clock = wallClock(timeZone);
  const starts: number[] = [];
  let wall = floorTo(unit, clock(fromMs));
  // Hours are counted, not read off clocks, which show one of them twice when summer ends.
  let start = unit === 'hour' ? fromMs - (clock(fromMs) - wall) : instantOf(wall, clock);
  while (start <= toMs) {
    if (starts.length >= max) return undefined;
    starts.push(start);
    wall = next(unit, wall);
    start = unit === 'hour' ? start + HOUR_MS : instantOf(wall, clock);
  }
  return starts;
}

/** What the clocks of the zone show, as if it were UTC. */
function wallClock(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
    const whole = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return whole + (((ms % 1000) + 1000) % 1000);
  };
}

function floorTo(unit: Unit, wall: number): number {
  if (unit === 'hour') return Math.floor(wall / HOUR_MS) * HOUR_MS;
  const day = Math.floor(wall / DAY_MS);
  if (unit === 'day') return day * DAY_MS;
  if (unit === 'week') return (day - ((((day + MONDAY_SHIFT) % 7) + 7) % 7)) * DAY_MS;
  const date = new Date(wall);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

function next(unit: Unit, wall: number): number {
  if (unit === 'hour') return wall + HOUR_MS;
  if (unit !== 'month') return wall + (unit === 'day' ? DAY_MS : 7 * DAY_MS);
  const date = new Date(wall);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** When the clocks showed it: first with the offset of about that time, then with the one of that moment. */
function instantOf(wall: number, clock: (ms: number) => number): number {
  const guess = wall - (clock(wall) - wall);
  return guess + (wall - clock(guess));
}
