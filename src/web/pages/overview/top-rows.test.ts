import { describe, expect, it } from 'vitest';
import { byName, rowsOfSeries, topByCost, topByCount, totalOf } from './top-rows.ts';

const row = (name: string, count: number, costUsd: number | null) => ({ name, count, costUsd });

describe('what stands out', () => {
  it('is first what costs most, then what happens most', () => {
    const rows = [row('free', 50, null), row('dear', 1, 9), row('free too', 60, null), row('cheap', 90, 1)];
    expect(topByCost(rows).map(({ name }) => name)).toEqual(['dear', 'cheap', 'free too', 'free']);
    expect(topByCount(rows).map(({ name }) => name)).toEqual(['cheap', 'free too', 'free', 'dear']);
    expect(topByCount(Array.from({ length: 30 }, (_, n) => row(`${n}`, n, null))).length).toBe(6);
  });

  it('is one row for a model of several providers', () => {
    expect(byName([row('m', 2, null), row('n', 1, 1), row('m', 3, 0.5)])).toEqual([row('m', 5, 0.5), row('n', 1, 1)]);
    expect(byName([row('m', 2, null), row('m', 3, null)])).toEqual([row('m', 5, null)]);
  });

  it('is added up over all buckets, and leaves out what has no name', () => {
    const point = (time: string, group: string | null, value: number) => ({ time, group, value });
    const counts = [
      point('a', 'u', 1),
      point('a', null, 7),
      point('b', 'u', 2),
      point('b', 'other', 9),
      point('b', 'v', 4),
    ];
    expect(rowsOfSeries(counts)).toEqual([row('u', 3, null), row('v', 4, null)]);
    expect(totalOf(counts)).toBe(23);
  });
});
