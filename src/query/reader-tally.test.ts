import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isoFromMicros, microsFromIso } from '../canonical/time.ts';
import { type Condition, type Reader, readTimeZone } from '../dialects/reader.ts';
import { at, ReaderBench, SAMPLE } from './reader-testing.ts';

let bench: ReaderBench;
let reader: Reader;
beforeAll(async () => {
  bench = await ReaderBench.open();
  const project = await bench.project('ours');
  reader = bench.reader(project);
  for (const batch of SAMPLE) await bench.load(project, batch);
});
afterAll(() => bench.close());

const ALL: Condition = { all: [] };
const page = { limit: 100, offset: 0 };

describe('tally', () => {
  it('counts by what is asked for, with the total of groups', async () => {
    const { groups, total } = await reader.tally({ where: ALL, by: ['kind', 'userId'], limit: 2, offset: 0 });
    expect(total).toBe(5);
    expect(groups.map(({ group }) => group)).toEqual([
      [null, 'eve'],
      ['llm', 'bob'],
    ]);
    const rest = await reader.tally({ where: ALL, by: ['kind', 'userId'], limit: 100, offset: 2 });
    expect(rest.groups.map(({ group }) => group)).toEqual([
      ['agent', 'ada'],
      ['llm', 'ada'],
      ['tool', null],
    ]);
  });

  it('adds up tokens, cost, durations and people', async () => {
    const { groups, total } = await reader.tally({ where: ALL, by: [], limit: 10, offset: 0 });
    expect(total).toBe(1);
    expect(groups).toEqual([
      {
        group: [],
        count: 5,
        errors: 1,
        inputTokens: 1_000_007,
        outputTokens: 500_003,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        totalTokens: 1_500_010,
        costUsd: 2,
        durationMs: {
          avg: expect.closeTo((10_000 + 2000 + 500) / 3, 6),
          p50: 2000,
          p75: 10_000,
          p90: 10_000,
          p95: 10_000,
          p99: 10_000,
        },
        users: 3,
        traces: 3,
        firstSeen: isoFromMicros(at(0)),
        lastSeen: isoFromMicros(at(30)),
      },
    ]);
    const none = await reader.tally({
      where: { field: 'userId', in: ['nobody'] },
      by: ['model'],
      limit: 10,
      offset: 0,
    });
    expect(none).toEqual({ groups: [], total: 0 });
  });

  it('orders by what is asked for, what has no cost last', async () => {
    const by = async (field: 'count' | 'costUsd' | 'firstSeen' | 'lastSeen', direction: 'asc' | 'desc') =>
      (
        await reader.tally({ where: ALL, by: ['model'], orderBy: { field, direction }, limit: 10, offset: 0 })
      ).groups.map(({ group }) => group[0]);
    expect(await by('count', 'desc')).toEqual([null, 'priced', 'unpriced']);
    expect((await by('costUsd', 'desc'))[0]).toBe('priced');
    expect((await by('costUsd', 'asc'))[0]).toBe('priced');
    expect(await by('firstSeen', 'asc')).toEqual([null, 'priced', 'unpriced']);
    expect(await by('lastSeen', 'desc')).toEqual([null, 'unpriced', 'priced']);
  });

  it.each([
    // The clock goes forward at 01:00 UTC: a day of 23 hours.
    ['Europe/Berlin', 'day', ['2025-03-28T23:00', '2025-03-29T23:00', '2025-03-30T22:00']],
    ['Europe/Berlin', 'week', ['2025-03-23T23:00', '2025-03-30T22:00']],
    ['Europe/Berlin', 'month', ['2025-02-28T23:00']],
    ['UTC', 'day', ['2025-03-29T00:00', '2025-03-30T00:00']],
    ['UTC', 'month', ['2025-03-01T00:00']],
    ['Asia/Kolkata', 'hour', ['2025-03-29T22:30', '2025-03-30T00:30', '2025-03-30T21:30', '2025-03-30T22:30']],
    ['America/Los_Angeles', 'day', ['2025-03-29T07:00', '2025-03-30T07:00']],
  ] as const)('puts time in %s into buckets of a %s', async (timeZone, unit, expected) => {
    const times = [
      '2025-03-29T22:59:59.999999Z',
      '2025-03-30T00:59:00Z',
      '2025-03-30T21:59:59Z',
      '2025-03-30T22:30:00Z',
    ];
    const own = await bench.project(`${timeZone} ${unit}`);
    await bench.load(
      own,
      times.map((time, i) => ({ spanId: `${i}`, traceId: `${i}`, start: microsFromIso(time) ?? 0 })),
    );
    const orderBy = { field: 'firstSeen', direction: 'asc' } as const;
    const interval = { unit, timeZone };
    const { groups } = await bench.reader(own).tally({ where: ALL, by: ['time'], interval, orderBy, ...page });
    expect(groups.map(({ group }) => group[0])).toEqual(expected.map((time) => `${time}:00.000000Z`));
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
  });

  it('puts times far away into buckets, too', async () => {
    const own = await bench.project('far away');
    const times = ['1901-02-03T04:05:06Z', '2215-05-18T10:40:00Z'];
    await bench.load(
      own,
      times.map((time, i) => ({ spanId: `${i}`, traceId: `${i}`, start: microsFromIso(time) ?? 0 })),
    );
    const bucketed = (unit: 'day' | 'month') =>
      bench.reader(own).tally({ where: ALL, by: ['time'], interval: { unit, timeZone: 'UTC' }, ...page });
    expect((await bucketed('day')).groups.map(({ group }) => group[0])).toEqual([
      '2215-05-18T00:00:00.000000Z',
      '1901-02-03T00:00:00.000000Z',
    ]);
    expect((await bucketed('month')).groups.map(({ group }) => group[0])).toEqual([
      '2215-05-01T00:00:00.000000Z',
      '1901-02-01T00:00:00.000000Z',
    ]);
  });

  it('takes the name of a zone as it is known, and no other', () => {
    expect(readTimeZone('europe/berlin')).toBe('Europe/Berlin');
    expect(['', 'Mars/Base', "UTC'; --", '../etc/passwd'].map(readTimeZone)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
