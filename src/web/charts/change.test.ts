import { describe, expect, it } from 'vitest';
import { AMOUNT, changeOf, changeOfRate, FAULTS, ratio, SPEED } from './change.ts';

describe('a change', () => {
  it('is said in words, with a verdict where there is one', () => {
    expect(changeOf(112, 100, SPEED)).toEqual({ text: '12% slower', verdict: 'worse' });
    expect(changeOf(88, 100, SPEED)).toEqual({ text: '12% faster', verdict: 'better' });
    expect(changeOf(88, 100, AMOUNT)).toEqual({ text: '12% less' });
    expect(changeOf(1.013, 1, AMOUNT)).toEqual({ text: '1.3% more' });
    expect(changeOf(450, 100, FAULTS)).toEqual({ text: '4.5× before', verdict: 'worse' });
  });

  it('knows nothing, no change, and a beginning', () => {
    expect(changeOf(null, 3, AMOUNT)).toBeUndefined();
    expect(changeOf(3, undefined, AMOUNT)).toBeUndefined();
    expect(changeOf(100.1, 100, SPEED)).toEqual({ text: 'as before' });
    expect(changeOf(0, 0, FAULTS)).toEqual({ text: 'as before' });
    expect(changeOf(2, 0, FAULTS)).toEqual({ text: 'none before', verdict: 'worse' });
    expect(changeOf(0, 4, FAULTS)).toEqual({ text: '100% less', verdict: 'better' });
  });

  it('of a rate is in points', () => {
    expect(changeOfRate(0.075, 0.05, 'less')).toEqual({ text: '2.5 points higher', verdict: 'worse' });
    expect(changeOfRate(0.01, 0.25, 'less')).toEqual({ text: '24 points lower', verdict: 'better' });
    expect(changeOfRate(0.05, 0.0501, 'less')).toEqual({ text: 'as before' });
    expect(changeOfRate(null, 0.5, 'less')).toBeUndefined();
  });

  it('never divides by nothing', () => {
    expect(ratio(3, 0)).toBeNull();
    expect(ratio(null, 4)).toBeNull();
    expect(ratio(1, 4)).toBe(0.25);
  });
});
