import { describe, expect, it } from 'vitest';
import { barIn } from '../rows/bar.ts';
import { clampedTo } from '../timeline/use-zoom.ts';
import { aSpan } from './outline.test-support.ts';
import { axisMarks, isOpen, msOf, stretchOf, wholeStretch } from './times.ts';

const START = Date.UTC(2026, 0, 31, 9, 30);
const now = START + 10_000;

describe('times', () => {
  it('keep their microseconds', () => {
    expect(msOf('2026-01-31T09:30:00.123456Z') - START).toBeCloseTo(123.456, 3);
    expect(msOf('2026-01-31T09:30:00Z')).toBe(START);
  });

  it('of a span end where it ended, where its duration ends, now, or where it began', () => {
    const open = { endTime: null, durationMs: null };
    expect(stretchOf(aSpan({}), now)).toEqual({ fromMs: START, toMs: START + 1000 });
    expect(stretchOf(aSpan({ endTime: null, durationMs: 5 }), now).toMs).toBe(START + 5);
    expect(stretchOf(aSpan({ ...open, status: 'running' }), now).toMs).toBe(now);
    expect(stretchOf(aSpan({ ...open, status: 'running' }), START - 5).toMs).toBe(START);
    expect(stretchOf(aSpan({ ...open, status: 'ok' }), now).toMs).toBe(START);
    expect(stretchOf(aSpan({ ...open, status: 'unknown', timeToFirstTokenMs: 390 }), now).toMs).toBe(START + 390);
    expect(isOpen(aSpan({ ...open, status: 'running' }))).toBe(true);
    expect(isOpen(aSpan({ status: 'running' }))).toBe(false);
  });

  it('of a trace reach from its first start to its last end and are never nothing', () => {
    const early = aSpan({ startTime: '2026-01-31T09:29:59.000000Z', endTime: '2026-01-31T09:29:59.500000Z' });
    expect(wholeStretch([aSpan({}), early], now)).toEqual({ fromMs: START - 1000, toMs: START + 1000 });
    const moment = aSpan({ endTime: aSpan({}).startTime, durationMs: 0 });
    expect(wholeStretch([moment], now)).toEqual({ fromMs: START, toMs: START + 1 });
    expect(wholeStretch([], now)).toEqual({ fromMs: 0, toMs: 1 });
  });
});

describe('the marks of an axis', () => {
  const marks = (lengthMs: number, fromMs = 0, count = 8) => axisMarks({ fromMs, toMs: fromMs + lengthMs }, 0, count);
  it('are round', () => {
    expect(marks(1000, 0, 4)).toEqual([0, 500, 1000]);
    expect(marks(4200)).toEqual([0, 1000, 2000, 3000, 4000]);
    expect(marks(60_000, 0, 6)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    expect(marks(7_200_000, 0, 4)).toEqual([0, 1_800_000, 3_600_000, 5_400_000, 7_200_000]);
    expect(marks(100, 130, 5)).toEqual([140, 160, 180, 200, 220]);
    expect(marks(0.002, 0, 8)).toEqual([0, 0.001, 0.002]);
  });
  it('are few at any length, from a microsecond to centuries', () => {
    for (let lengthMs = 0.001; lengthMs < 1e13; lengthMs *= 3) {
      const found = marks(lengthMs, lengthMs / 7);
      expect(found.length).toBeLessThanOrEqual(10);
      expect(found.length).toBeGreaterThan(0);
      expect(found).toEqual([...found].sort((a, b) => a - b));
    }
  });
});

describe('a bar', () => {
  const seen = { fromMs: 100, toMs: 200 };
  it('stands where its span was', () => {
    expect(barIn({ fromMs: 110, toMs: 150 }, seen)).toEqual({ left: 10, width: 40, isBefore: false, isAfter: false });
  });
  it('is cut at the edges', () => {
    expect(barIn({ fromMs: -1e12, toMs: 1e12 }, seen)).toMatchObject({ left: -1, width: 102 });
    expect(barIn({ fromMs: 0, toMs: 50 }, seen)).toMatchObject({ isBefore: true, width: 0 });
    expect(barIn({ fromMs: 300, toMs: 350 }, seen)).toMatchObject({ isAfter: true, width: 0 });
  });
});

describe('a zoom', () => {
  const whole = { fromMs: 0, toMs: 100 };
  it('stays within the whole', () => {
    expect(clampedTo(whole, { fromMs: -20, toMs: 20 })).toEqual({ fromMs: 0, toMs: 40 });
    expect(clampedTo(whole, { fromMs: 90, toMs: 130 })).toEqual({ fromMs: 60, toMs: 100 });
  });
  it('is over when all is seen', () => expect(clampedTo(whole, { fromMs: -1, toMs: 101 })).toBeUndefined());
  it('does not become nothing', () => {
    const { fromMs, toMs } = clampedTo(whole, { fromMs: 50, toMs: 50 }) ?? whole;
    expect(toMs - fromMs).toBeCloseTo(0.01, 6);
  });
});
