import { describe, expect, it } from 'vitest';
import { coloursOf, knownKeys } from './colours.ts';
import {
  bucketsOf,
  isBlank,
  NONE_KEY,
  OTHER_KEY,
  type Point,
  prepare,
  singleLine,
  stacked,
  sumOf,
  zoomed,
  zoomedOut,
} from './series.ts';

const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);
const HOURS = bucketsOf({ fromMs: at('10:30:00'), toMs: at('13:00:01'), interval: 'hour' });
const point = (hour: number, group: string | null, value: number): Point => ({
  time: `2026-11-21T${hour}:00:00.000000Z`,
  group,
  value,
});
const options = { buckets: HOURS, absent: 0, groupsMax: 7, noneLabel: 'no agent' } as const;

describe('buckets', () => {
  it('are all that have a moment of the range in them', () => {
    expect(HOURS.starts.map((start) => new Date(start).toISOString().slice(11, 13))).toEqual(['10', '11', '12', '13']);
    expect(bucketsOf({ fromMs: at('10:00:00'), toMs: at('11:00:00'), interval: 'hour' }).starts.length).toBe(1);
    expect(bucketsOf({ fromMs: at('10:00:00'), toMs: at('11:00:00'), interval: 'minute' }).starts.length).toBe(60);
  });

  it('are bounded, whatever a URL says', () => {
    expect(bucketsOf({ fromMs: 0, toMs: 8e15, interval: 'minute' }).starts.length).toBe(2001);
  });
});

describe('a series', () => {
  const points = [point(10, 'small', 1), point(11, 'large', 5), point(12, 'small', 2), point(12, null, 4)];

  it('has zeros where a count is absent, the largest group first, what says no group last', () => {
    const { lines } = prepare(points, options);
    expect(lines.map(({ key, values }) => [key, values])).toEqual([
      ['large', [0, 5, 0, 0]],
      ['small', [1, 0, 2, 0]],
      [NONE_KEY, [0, 0, 4, 0]],
    ]);
    expect(lines.at(-1)?.label).toBe('no agent');
  });

  it('has gaps where a duration is absent', () => {
    const { lines } = prepare(points, { ...options, absent: null });
    expect(lines.map(({ key, values }) => [key, values])).toEqual([
      ['small', [1, null, 2, null]],
      ['large', [null, 5, null, null]],
      [NONE_KEY, [null, null, 4, null]],
    ]);
  });

  it('folds small groups into the rest, and loses nothing', () => {
    const many = Array.from({ length: 12 }, (_, group) => point(11, `group ${group}`, group + 1));
    const all = [...many, point(11, 'other', 100), point(12, null, 7)];
    const { lines } = prepare(all, { ...options, groupsMax: 3 });
    expect(lines.map(({ key }) => key)).toEqual(['group 11', 'group 10', 'group 9', OTHER_KEY, NONE_KEY]);
    expect(lines[3]?.values[1]).toBe(100 + 45);
    expect(lines.reduce((sum, { values }) => sum + sumOf(values), 0)).toBe(78 + 100 + 7);
  });

  it('does not add up durations of groups', () => {
    const many = Array.from({ length: 5 }, (_, group) => point(11, `group ${group}`, 10));
    const { lines } = prepare([...many, point(11, 'other', 3)], { ...options, absent: null, groupsMax: 2 });
    expect(lines.map(({ key }) => key)).toEqual(['group 0', 'group 1']);
  });

  it('leaves out what lies outside of the range', () => {
    expect(prepare([point(15, 'late', 1)], options).lines).toEqual([]);
  });

  it('takes names for names', () => {
    const { lines } = prepare([point(10, '__proto__', 1), point(11, 'constructor', 2)], options);
    expect(lines.map(({ key, values }) => [key, sumOf(values)])).toEqual([
      ['constructor', 2],
      ['__proto__', 1],
    ]);
  });

  it('without groups is one line, also when there is nothing', () => {
    expect(singleLine([point(11, null, 3)], HOURS, 0, 'traces').values).toEqual([0, 3, 0, 0]);
    const empty = singleLine([], HOURS, null, 'p50');
    expect(empty.values).toEqual([null, null, null, null]);
    expect(isBlank({ lines: [empty] }, null)).toBe(true);
  });

  it('of nothing but zeros is blank, unless a zero is a measurement', () => {
    const instant = singleLine([point(11, null, 0)], HOURS, null, 'p50');
    expect(isBlank({ lines: [instant] }, null)).toBe(false);
    expect(isBlank({ lines: [singleLine([], HOURS, 0, 'traces')] }, 0)).toBe(true);
  });

  it('is stacked layer by layer', () => {
    expect(
      stacked([
        [1, 2],
        [null, 3],
        [4, 0],
      ]),
    ).toEqual([
      [1, 2],
      [1, 5],
      [5, 5],
    ]);
  });
});

describe('a zoom', () => {
  it('goes from the earlier to the later end, a minute at least', () => {
    expect(zoomed(at('11:00:00'), at('10:00:00'))).toEqual({
      from: '2026-11-21T10:00:00.000Z',
      to: '2026-11-21T11:00:00.000Z',
    });
    expect(zoomed(at('10:00:00'), at('10:00:01')).to).toBe('2026-11-21T10:01:00.000Z');
  });

  it('out shows twice as much, nothing of the future', () => {
    const range = { fromMs: at('10:00:00'), toMs: at('12:00:00') };
    expect(zoomedOut(range, at('20:00:00'))).toEqual({
      from: '2026-11-21T09:00:00.000Z',
      to: '2026-11-21T13:00:00.000Z',
    });
    expect(zoomedOut(range, at('12:00:00'))).toEqual({
      from: '2026-11-21T08:00:00.000Z',
      to: '2026-11-21T12:00:00.000Z',
    });
  });
});

describe('colours', () => {
  const lines = (...keys: string[]) => keys.map((key) => ({ key, isRest: false }));

  it('are the same for a group in all charts', () => {
    const known = knownKeys([lines('a', 'b', 'c'), lines('c', 'd')]);
    expect(known).toEqual(['a', 'b', 'c', 'd']);
    expect(knownKeys([lines('e', 'a')], known)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(coloursOf(lines('a', 'b', 'c'), known)).toEqual(['--series-1', '--series-2', '--series-3']);
    expect(coloursOf(lines('d', 'c', 'a'), known)).toEqual(['--series-4', '--series-3', '--series-1']);
  });

  it('are different within a chart, also when more groups are known than there are colours', () => {
    const known = Array.from({ length: 20 }, (_, place) => `g${place}`);
    const found = coloursOf(lines('g0', 'g8', 'g16', 'unknown'), known);
    expect(new Set(found).size).toBe(4);
    expect(found[0]).toBe('--series-1');
  });

  it('of the rest are none of the series', () => {
    expect(coloursOf([...lines('a'), { key: OTHER_KEY, isRest: true }, { key: NONE_KEY, isRest: true }], [])).toEqual([
      '--series-1',
      '--text-faint',
      '--line-strong',
    ]);
  });
});
