import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from '../../search.ts';
import { LOOKS } from './cells.tsx';
import {
  COLUMNS,
  isUsual,
  movedColumn,
  printColumns,
  readColumns,
  USUAL_COLUMNS,
  WIDTH_MAX,
  WIDTH_MIN,
  withColumn,
  withWidth,
} from './column-state.ts';

describe('columns', () => {
  it('go through the URL and back', () => {
    const state = withWidth({ shown: ['name', 'cost', 'time'], widths: {} }, 'cost', 120.4);
    const search = parseSearch(stringifySearch({ columns: printColumns(state) }));
    expect(search).toEqual({ columns: ['name', 'cost.120', 'time'] });
    expect(readColumns(search.columns as string[])).toEqual({ shown: ['name', 'cost', 'time'], widths: { cost: 120 } });
  });

  it('are read only where they exist, once, and always with the name', () => {
    expect(readColumns(undefined)).toBeUndefined();
    expect(readColumns([])).toBeUndefined();
    expect(readColumns(['constructor', ''])).toBeUndefined();
    expect(readColumns(['cost', 'nothing', 'cost.300'])).toEqual({ shown: ['name', 'cost'], widths: {} });
    expect(readColumns(['name.1', 'cost.9999', 'time.-5', 'user.1e3'])).toEqual({
      ...{ shown: ['name', 'cost', 'time', 'user'], widths: { name: WIDTH_MIN, cost: WIDTH_MAX } },
    });
  });

  it('are shown, hidden and moved', () => {
    const state = { shown: ['time', 'name', 'cost'] as const, widths: {} };
    expect(withColumn(state, 'tags', true).shown).toEqual(['time', 'name', 'cost', 'tags']);
    expect(withColumn(state, 'time', false).shown).toEqual(['name', 'cost']);
    expect(withColumn(state, 'name', false)).toBe(state);
    expect(withColumn(state, 'cost', true)).toBe(state);
    expect(movedColumn(state, 'cost', -1).shown).toEqual(['time', 'cost', 'name']);
    expect(movedColumn(state, 'cost', 1)).toBe(state);
    expect(movedColumn(state, 'time', -1)).toBe(state);
    expect(movedColumn(state, 'tags', 1)).toBe(state);
  });

  it('are the usual ones until somebody changes them', () => {
    expect(isUsual(USUAL_COLUMNS)).toBe(true);
    expect(isUsual(withWidth(USUAL_COLUMNS, 'name', 300))).toBe(false);
    expect(isUsual(withColumn(USUAL_COLUMNS, 'tags', true))).toBe(false);
    expect(Object.keys(LOOKS).sort()).toEqual([...COLUMNS].sort());
  });
});
