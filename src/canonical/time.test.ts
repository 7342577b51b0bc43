import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clampMicros, isoFromMicros, microsFromIso, microsFromMs, readTimestamp } from './time.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`time.test.ts: PROPERTY_SEED=${seed}`);

const SECOND = 1_000_000;
const NOON = Date.UTC(2026, 0, 31, 12) * 1000;
const FIRST = Date.UTC(1900, 0, 1) * 1000;
const LAST = Date.UTC(2261, 11, 31) * 1000;
/** Where every microsecond is an exact number. */
const LAST_EXACT = Number.MAX_SAFE_INTEGER;

describe('microsFromIso', () => {
  test.each([
    ['2026-01-31T12:00:00Z', NOON],
    ['2026-01-31t12:00:00Z', undefined],
    ['2026-01-31 12:00:00', NOON],
    ['2026-01-31T12:00', NOON],
    ['2026-01-31', NOON - 12 * 3600 * SECOND],
    ['  2026-01-31T12:00:00z  ', NOON],
    ['2026-01-31T12:00:00.5Z', NOON + SECOND / 2],
    ['2026-01-31T12:00:00,000001Z', NOON + 1],
    ['2026-01-31T12:00:00.123456789Z', NOON + 123_456],
    ['2026-01-31T12:00:00.1234567891234Z', NOON + 123_456],
    ['2026-01-31T14:00:00+02:00', NOON],
    ['2026-01-31T14:00:00+0200', NOON],
    ['2026-01-31 14:00:00.000000+02', NOON],
    ['2026-01-31T06:30:00-05:30', NOON],
    ['2026-01-30T24:00:00Z', NOON - 12 * 3600 * SECOND],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29) * 1000],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1) * 1000],
    ['0001-01-01T00:00:00Z', FIRST],
    ['0099-06-01T00:00:00Z', FIRST],
    ['9999-12-31T23:59:59Z', LAST],
  ])('%s', (text, expected) => {
    expect(microsFromIso(text)).toBe(expected);
  });

  test.each([
    '',
    'yesterday',
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-31T25:00:00Z',
    '2026-01-31T24:00:01Z',
    '2026-01-31T24:30:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:61Z',
    '2026-01-31T12:00:00+24:00',
    '2026-01-31T12:00:00+02:60',
    '2026-01-31T12:00:00 CET',
    '1700000000000',
    'NaN',
  ])('refuses %s', (text) => {
    expect(microsFromIso(text)).toBeUndefined();
  });

  test('equals Date for every time that Date can write', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(FIRST / 1000), max: new Date(LAST / 1000), noInvalidDate: true }), (date) => {
        expect(microsFromIso(date.toISOString())).toBe(date.getTime() * 1000);
      }),
      { seed },
    );
  });

  test('an offset moves the clock, not the time', () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), offset, (ms, minutes) => {
        const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1);
        const two = (n: number) => String(n).padStart(2, '0');
        const size = Math.abs(minutes);
        const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        expect(microsFromIso(local + zone)).toBe(ms * 1000);
      }),
      { seed },
    );
  });
});

describe('isoFromMicros', () => {
  test.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
    [NOON + 1, '2026-01-31T12:00:00.000001Z'],
    [FIRST, '1900-01-01T00:00:00.000000Z'],
    [LAST, '2261-12-31T00:00:00.000000Z'],
  ])('%d', (micros, expected) => {
    expect(isoFromMicros(micros)).toBe(expected);
  });

  const micros = fc.integer({ min: FIRST, max: LAST_EXACT });

  test('round trip', () => {
    fc.assert(
      fc.property(micros, (time) => {
        expect(microsFromIso(isoFromMicros(time))).toBe(time);
      }),
      { seed, numRuns: 1000 },
    );
  });

  test('text order is time order', () => {
    fc.assert(
      fc.property(micros, micros, (a, b) => {
        expect(isoFromMicros(a) < isoFromMicros(b)).toBe(a < b);
      }),
      { seed },
    );
  });
});

describe('numbers', () => {
  test.each([
    [0, 0],
    [1.5, 1500],
    [1_769_860_800_000, NOON],
    [1e300, LAST],
    [-1e300, FIRST],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
  ])('microsFromMs(%d)', (ms, expected) => {
    expect(microsFromMs(ms)).toBe(expected);
  });

  test('clampMicros gives whole microseconds in range', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (micros) => {
        const clamped = clampMicros(micros);
        expect(Number.isInteger(clamped) && clamped >= FIRST && clamped <= LAST).toBe(true);
      }),
      { seed },
    );
  });
});

test.each([
  [1_769_860_800_000, NOON],
  ['2026-01-31T12:00:00Z', NOON],
  ['1769860800000', undefined],
  ['NaN', undefined],
  [null, undefined],
  [true, undefined],
  [[1], undefined],
])('readTimestamp(%j)', (value, expected) => {
  expect(readTimestamp(value)).toBe(expected);
});

test('no reader throws, and what is read can be written', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string(), fc.double()), (value) => {
      const micros = readTimestamp(value);
      if (micros !== undefined) expect(() => isoFromMicros(micros)).not.toThrow();
    }),
    { seed, numRuns: 1000 },
  );
});
