import { describe, expect, it } from 'vitest';
import { bucketStarts } from './buckets.ts';

const starts = (from: string, to: string, unit: 'hour' | 'day' | 'week' | 'month', zone: string, max = 1000) =>
  bucketStarts(Date.parse(from), Date.parse(to), unit, zone, max)?.map((ms) => new Date(ms).toISOString());

describe('buckets', () => {
  it('days of a zone begin at its midnight, on both sides of a change of clocks', () => {
    expect(starts('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z', 'day', 'Europe/Berlin')).toEqual([
      '2026-03-27T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
  });

  it('hours go on when the clocks are put back', () => {
    expect(starts('2026-10-25T00:30:00Z', '2026-10-25T02:10:00Z', 'hour', 'Europe/Berlin')).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
    expect(starts('2026-01-31T09:40:00Z', '2026-01-31T10:00:00Z', 'hour', 'Asia/Kolkata')).toEqual([
      '2026-01-31T09:30:00.000Z',
    ]);
  });

  it('weeks begin on Mondays, months on their first', () => {
    expect(starts('2026-01-31T00:00:00Z', '2026-02-09T00:00:00Z', 'week', 'UTC')).toEqual([
      '2026-01-26T00:00:00.000Z',
      '2026-02-02T00:00:00.000Z',
      '2026-02-09T00:00:00.000Z',
    ]);
    expect(starts('2025-12-31T23:30:00Z', '2026-02-01T00:00:00Z', 'month', 'Europe/Berlin')).toEqual([
      '2025-12-31T23:00:00.000Z',
      '2026-01-31T23:00:00.000Z',
    ]);
  });

  it('are bounded, and none when the end comes first', () => {
    expect(starts('1970-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'hour', 'UTC')).toBeUndefined();
    expect(starts('2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z', 'day', 'UTC')).toEqual([]);
  });
});
