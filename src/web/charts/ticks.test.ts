import { describe, expect, it } from 'vitest';
import { bucketLabel, tickLabels } from './ticks.ts';

/** In the reader's own zone, whichever the test runs in. */
const local = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();
const HOUR_S = 3600;

describe('the time below a chart', () => {
  it('says the day where it begins', () => {
    const places = [local(20, 12), local(20, 18), local(21, 0), local(21, 6)].map((ms) => ms / 1000);
    expect(tickLabels(places, 6 * HOUR_S)).toEqual(['12:00\n20 Nov', '18:00', '00:00\n21 Nov', '06:00']);
  });

  it('of days is the day alone', () => {
    expect(tickLabels([local(20, 0) / 1000, local(21, 0) / 1000], 24 * HOUR_S)).toEqual(['20 Nov', '21 Nov']);
  });

  it('of a bucket is from when to when', () => {
    expect(bucketLabel(local(21, 14), HOUR_S * 1000)).toBe('21 Nov 2026, 14:00 – 15:00');
    expect(bucketLabel(local(21, 0), 24 * HOUR_S * 1000)).toBe('21 Nov 2026');
    expect(bucketLabel(local(21, 2), 24 * HOUR_S * 1000)).toBe('21 Nov 2026, 02:00 – 22 Nov, 02:00');
  });
});
