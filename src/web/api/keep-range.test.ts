import { describe, expect, it } from 'vitest';
import { keepRange } from './keep-range.ts';
import type { RangeSearch } from './time-range.ts';

const zoom = { from: '2026-11-21T10:00:00Z', to: '2026-11-21T11:00:00Z' };
const go = (search: RangeSearch, wanted: RangeSearch & { by?: string }) => keepRange({ search, next: () => wanted });

describe('the time of a link', () => {
  it('is that of the page, where it names none', () => {
    expect(go({ range: '7d' }, { by: 'model' })).toEqual({ range: '7d', by: 'model' });
    expect(go(zoom, { by: 'model' })).toEqual({ ...zoom, by: 'model' });
    expect(go({}, {})).toEqual({});
  });

  it('is its own, and nothing of the old one stays beside it', () => {
    expect(go({ range: '7d' }, zoom)).toEqual(zoom);
    expect(go(zoom, { range: '1h' })).toEqual({ range: '1h' });
  });
});
