import { describe, expect, it } from 'vitest';
import { filterValuesMax } from '../../limits.ts';
import { readTraceSearch, TRACE_BOUNDS, TRACE_FILTERS } from '../pages/traces/trace-search.ts';
import { parseSearch, stringifySearch } from '../search.ts';
import { FIELDS } from './fields.ts';
import {
  added,
  chipsOf,
  FILTER_VALUES_MAX,
  filtersOf,
  hasFilters,
  isSame,
  namesOf,
  toggled,
  withFilters,
  without,
} from './filters.ts';

describe('filters', () => {
  it('are all that the URL has', () => {
    const names = FIELDS.flatMap(namesOf);
    expect([...names].sort()).toEqual([...TRACE_FILTERS, ...TRACE_BOUNDS, 'q'].sort());
    expect(FILTER_VALUES_MAX).toBe(filterValuesMax);
  });

  it('go through the URL and back', () => {
    const filters = {
      ...{ status: ['error', 'running'], model: ['a b', 'ü,"&=+'], name: ['x'], q: 'refund & order' },
      ...{ durationMsMin: '2000', costUsdMax: '0.05', errorsMin: '1' },
    };
    const search = { ...filters, columns: ['name', 'time'], live: '1' as const };
    const back = readTraceSearch(parseSearch(stringifySearch(search)));
    expect(back).toEqual(search);
    expect(filtersOf(back)).toEqual(filters);
  });

  it('join values and words, and replace bounds', () => {
    const before = { model: ['a'], durationMsMin: '1', q: 'refund' };
    expect(added(before, { model: ['b', 'a'], durationMsMin: '2', durationMsMax: '3', q: 'order' })).toEqual({
      ...{ model: ['a', 'b'], durationMsMin: '2', durationMsMax: '3', q: 'refund order' },
    });
    expect(added({ q: 'refund' }, { q: 'refund' })).toEqual({ q: 'refund' });
    expect(before).toEqual({ model: ['a'], durationMsMin: '1', q: 'refund' });
  });

  it('have no more values than the API takes', () => {
    const many = Array.from({ length: FILTER_VALUES_MAX + 5 }, (_, n) => `m${n}`);
    expect(added({}, { model: many }).model).toHaveLength(FILTER_VALUES_MAX);
  });

  it('are taken away with all that belongs to them', () => {
    const filters = { durationMsMin: '1', durationMsMax: '2', model: ['a'] };
    expect(without(filters, 'duration')).toEqual({ model: ['a'] });
    expect(without(filters, 'model')).toEqual({ durationMsMin: '1', durationMsMax: '2' });
    expect(toggled({ model: ['a'] }, 'model', 'b')).toEqual({ model: ['a', 'b'] });
    expect(toggled({ model: ['a', 'b'] }, 'model', 'a')).toEqual({ model: ['b'] });
    expect(toggled({ model: ['a'], q: 'x' }, 'model', 'a')).toEqual({ q: 'x' });
  });

  it('leave the rest of the URL alone', () => {
    const search = { columns: ['name'], live: '1' as const, q: 'old', status: ['ok'] };
    expect(withFilters(search, { model: ['a'] })).toEqual({ columns: ['name'], live: '1', model: ['a'] });
  });

  it('are compared by what they say', () => {
    expect(isSame({ q: 'a', status: ['ok'] }, { status: ['ok'], q: 'a' })).toBe(true);
    expect(isSame({ status: ['ok'] }, { status: ['ok', 'error'] })).toBe(false);
    expect(isSame({ name: ['a,b'] }, { name: ['a', 'b'] })).toBe(false);
    expect(hasFilters({})).toBe(false);
    expect(hasFilters({ errorsMin: '1' })).toBe(true);
  });

  it('are shown as chips, one for each field', () => {
    const filters = {
      model: ['a', 'b'],
      status: ['error'],
      durationMsMin: '2000',
      durationMsMax: '10000',
      costUsdMax: '0.05',
      q: 'refund',
    };
    expect(chipsOf(filters).map(({ field, operator, values }) => [field, operator, ...values])).toEqual([
      ['status', 'is', 'error'],
      ['model', 'is any of', 'a', 'b'],
      ['duration', 'between', '2s – 10s'],
      ['cost', '≤', '$0.05'],
      ['q', 'contain', 'refund'],
    ]);
  });
});
