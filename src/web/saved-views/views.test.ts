import { describe, expect, it } from 'vitest';
import { readRangeSearch } from '../api/time-range.ts';
import { readTraceSearch } from '../pages/traces/trace-search.ts';
import {
  BUILT_IN,
  cleanName,
  isOpen,
  NAME_CHARS_MAX,
  parseViews,
  renamed,
  VIEWS_MAX,
  type View,
  viewSearch,
  withView,
} from './views.ts';

const read = (search: Readonly<Record<string, unknown>>) => ({
  ...readTraceSearch(search),
  ...readRangeSearch(search),
});
const view = (id: string, search: View['search'] = { status: ['error'] }): View => ({ id, name: `View ${id}`, search });

describe('views', () => {
  it('are kept and read again', () => {
    const views = [
      view('1', { model: ['a b'], columns: ['name', 'cost.90'], range: '7d' }),
      view('2', { q: 'x', durationMsMin: '5' }),
    ];
    expect(parseViews(JSON.stringify(views), read)).toEqual(views);
  });

  it.each([
    null,
    '',
    '{',
    '7',
    'null',
    '{"id":"1"}',
    '[null,7,[]]',
    '[{"id":1,"name":"a","search":{}}]',
    '[{"id":"1","name":"a","search":null}]',
  ])('are none where %j is kept', (stored) => {
    expect(parseViews(stored, read)).toEqual([]);
  });

  it('lose what no URL could have', () => {
    const stored = [
      {
        id: '1',
        name: ' a ',
        search: { status: ['error'], durationMsMin: '-1', range: 'ever', evil: 'x', columns: [5] },
      },
    ];
    expect(parseViews(JSON.stringify(stored), read)).toEqual([{ id: '1', name: 'a', search: { status: ['error'] } }]);
  });

  it('are added, replaced, renamed, and never too many', () => {
    expect(withView([view('1')], view('2')).map(({ id }) => id)).toEqual(['1', '2']);
    expect(withView([view('1'), view('2')], view('1', { q: 'new' }))[0]?.search).toEqual({ q: 'new' });
    expect(renamed([view('1'), view('2')], '2', '  New  ').map(({ name }) => name)).toEqual(['View 1', 'New']);
    const many = Array.from({ length: VIEWS_MAX }, (_, n) => view(`${n}`));
    expect(withView(many, view('more'))).toHaveLength(VIEWS_MAX);
    expect(parseViews(JSON.stringify([...many, view('more')]), read)).toHaveLength(VIEWS_MAX);
    expect(cleanName('x'.repeat(500))).toHaveLength(NAME_CHARS_MAX);
  });

  it('are open when the page shows them', () => {
    const own = view('1', { status: ['error'], range: '7d' });
    expect(isOpen(own, { status: ['error'], range: '7d' }, false)).toBe(true);
    expect(isOpen(own, { status: ['error'], range: '1h' }, false)).toBe(false);
    expect(isOpen(own, { status: ['error', 'ok'], range: '7d' }, false)).toBe(false);
    const [failed] = BUILT_IN;
    expect(failed !== undefined && isOpen(failed, { status: ['error'], range: '1h', columns: ['name'] }, true)).toBe(
      true,
    );
    expect(viewSearch({ q: 'a', live: '1', range: '7d' })).toEqual({ q: 'a', range: '7d' });
  });

  it('that come along are valid URLs', () => {
    for (const { search } of BUILT_IN) expect(read({ ...search })).toEqual(search);
  });
});
