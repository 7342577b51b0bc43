import { expect, it } from 'vitest';
import { nextSorting, readSorting, sortedRows } from './sorted.ts';

it('is read from the URL', () => {
  expect(readSorting('-cost')).toEqual({ column: 'cost', isDescending: true });
  expect(readSorting('name')).toEqual({ column: 'name', isDescending: false });
  expect(readSorting('-')).toBeUndefined();
  expect(readSorting(undefined)).toBeUndefined();
});

it('goes round with each press', () => {
  const cost = { column: 'cost', startsDescending: true };
  expect(nextSorting(cost, undefined)).toBe('-cost');
  expect(nextSorting(cost, readSorting('name'))).toBe('-cost');
  expect(nextSorting(cost, readSorting('-cost'))).toBe('cost');
  expect(nextSorting(cost, readSorting('cost'))).toBeUndefined();
});

it('puts what is not known last, either way, and keeps equals in place', () => {
  const rows = [
    { v: 2, n: 'a' },
    { v: null, n: 'b' },
    { v: 10, n: 'c' },
    { v: 2, n: 'd' },
  ];
  const names = (isDescending: boolean) =>
    sortedRows(rows, ({ v }) => v, isDescending)
      .map(({ n }) => n)
      .join('');
  expect(names(true)).toBe('cadb');
  expect(names(false)).toBe('adcb');
  expect(sortedRows(['v10', 'v9'], (row) => row, false)).toEqual(['v9', 'v10']);
});
