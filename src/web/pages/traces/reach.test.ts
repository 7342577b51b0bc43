import { describe, expect, it } from 'vitest';
import { longerRange, rangeAround } from './reach.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('other times', () => {
  it('are longer ones', () => {
    expect(longerRange({ fromMs: NOW - HOUR, toMs: NOW })).toBe('6h');
    expect(longerRange({ fromMs: NOW - 24 * HOUR, toMs: NOW + 60_000 })).toBe('7d');
    expect(longerRange({ fromMs: NOW - 90 * 24 * HOUR, toMs: NOW })).toBeUndefined();
  });

  it('have the moment in them', () => {
    expect(rangeAround(NOW - 60_000, NOW)).toEqual({ range: '15m' });
    expect(rangeAround(NOW - 15 * 60_000 + 1000, NOW)).toEqual({ range: '1h' });
    expect(rangeAround(NOW - 10 * 24 * HOUR, NOW)).toEqual({ range: '30d' });
    expect(rangeAround(Date.parse('2025-01-01T12:00:00Z'), NOW)).toEqual({
      ...{ from: '2025-01-01T00:00:00.000Z', to: '2025-01-02T00:00:00.000Z' },
    });
  });
});
