/**
 * Time is microseconds since the epoch, UTC, as an integer number (exact until the year 2255). Vendors send
 * milliseconds, ISO-8601 with 0 to 9 fraction digits, with `Z`, with an offset, or without any zone (read as UTC).
 */

export type Micros = number;

const MICROS_PER_MS = 1000;
/** What ClickHouse's DateTime64(6) holds: 1900-01-01 to 2261-12-31. Times outside are clamped, never refused. */
const MICROS_MIN: Micros = Date.UTC(1900, 0, 1) * MICROS_PER_MS;
const MICROS_MAX: Micros = Date.UTC(2261, 11, 31) * MICROS_PER_MS;

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;

export function clampMicros(micros: number): Micros {
  return Math.min(MICROS_MAX, Math.max(MICROS_MIN, Math.round(micros)));
}

export function microsFromMs(ms: number): Micros | undefined {
  return Number.isFinite(ms) ? clampMicros(ms * MICROS_PER_MS) : undefined;
}

export function microsNow(): Micros {
  return Date.now() * MICROS_PER_MS;
}

/** ISO-8601 text to microseconds; `undefined` when it is not a time that exists. Leap seconds and 24:00:00 exist. */
export function microsFromIso(text: string): Micros | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const midnightMs = dayMs(Number(year), Number(month), Number(day));
  const dayMinutes = Number(hour) * 60 + Number(minute);
  const offset = offsetMinutes(zone);
  if (midnightMs === undefined || offset === undefined || Number(minute) > 59 || Number(second) > 60) return undefined;
  const micros = Number(second) * MICROS_PER_MS * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
  if (dayMinutes > 1440 || (dayMinutes === 1440 && micros > 0)) return undefined;
  return clampMicros((midnightMs + (dayMinutes - offset) * 60_000) * MICROS_PER_MS + micros);
}

/** Midnight of a day in the calendar. `Date.UTC` would take the year 50 for 1950 and the 13th month for January. */
function dayMs(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}

/** `+02`, `+0230`, `+02:30`; nothing means UTC. */
function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 23 || minutes > 59) return undefined;
  const size = hours * 60 + minutes;
  return zone.startsWith('-') ? -size : size;
}

/** A wire timestamp of any spelling: epoch milliseconds as a number, or ISO-8601 text. */
export function readTimestamp(value: unknown): Micros | undefined {
  if (typeof value === 'number') return microsFromMs(value);
  return typeof value === 'string' ? microsFromIso(value) : undefined;
}

const MICROS_PER_MINUTE = 60_000_000;
/** The moments of one answer are mostly close together, and the calendar is what takes the time. */
let lastMinute = { minute: Number.NaN, text: '' };

/** `2026-01-31T09:30:00.000001Z`: always six fraction digits, so that text order is time order. */
export function isoFromMicros(micros: Micros): string {
  const minute = Math.floor(micros / MICROS_PER_MINUTE);
  if (minute !== lastMinute.minute) {
    const zero = new Date((minute * MICROS_PER_MINUTE) / MICROS_PER_MS).toISOString();
    lastMinute = { minute, text: zero.slice(0, -'00.000Z'.length) };
  }
  const digits = String(micros - minute * MICROS_PER_MINUTE).padStart(8, '0');
  return `${lastMinute.text}${digits.slice(0, 2)}.${digits.slice(2)}Z`;
}
