import { describe, expect, it } from 'vitest';
import { settled } from './facet-order.ts';

const counted = (text: string) =>
  text.split(' ').map((one) => ({ value: one.slice(0, 1), count: Number(one.slice(1)) }));
const shown = (rows: readonly { value: string; count: number }[]) =>
  rows.map(({ value, count }) => `${value}${count}`).join(' ');

describe('values of a facet', () => {
  it('stand by count at first', () => {
    expect(shown(settled([], counted('a9 b5 c1'), [], 8))).toBe('a9 b5 c1');
  });

  it('keep their places when counts change, and when one is gone', () => {
    expect(shown(settled(['a', 'b', 'c'], counted('c7 a2'), [], 8))).toBe('a2 b0 c7');
  });

  it('give way to others only when there is no room, empty ones first', () => {
    expect(shown(settled(['a', 'b', 'c'], counted('d7 a2'), [], 3))).toBe('a2 b0 d7');
    expect(shown(settled(['a', 'b', 'c'], counted('a1 b1 c1 d7'), [], 3))).toBe('a1 b1 c1');
  });

  it('stay when they are chosen', () => {
    expect(shown(settled(['a', 'b'], counted('c7 d3'), ['b', 'z'], 2))).toBe('b0 z0');
    expect(shown(settled([], counted('c7'), ['z'], 8))).toBe('c7 z0');
  });
});
