import { describe, expect, it } from 'vitest';
import { parseAmount, printAmount, type Unit } from './amounts.ts';

describe('amounts', () => {
  it.each<[Unit, string, number]>([
    ['ms', '500ms', 500],
    ['ms', '2s', 2000],
    ['ms', '2', 2000],
    ['ms', '1.1s', 1100],
    ['ms', '1.5m', 90_000],
    ['ms', '2 min', 120_000],
    ['ms', '1h', 3_600_000],
    ['usd', '$0.05', 0.05],
    ['usd', '.5', 0.5],
    ['usd', '12', 12],
    ['count', '10k', 10_000],
    ['count', '1.5M', 1_500_000],
    ['count', '10,000', 10_000],
    ['count', '0', 0],
  ])('of %s: %s is %d', (unit, text, amount) => {
    expect(parseAmount(unit, text)).toBe(amount);
  });

  it.each<[Unit, string]>([
    ['ms', ''],
    ['ms', 'fast'],
    ['ms', '-2s'],
    ['ms', '$2'],
    ['ms', '2constructor'],
    ['usd', '5k'],
    ['count', '10s'],
    ['count', '1e3'],
    ['count', '9'.repeat(400)],
  ])('of %s: %j is none', (unit, text) => {
    expect(parseAmount(unit, text)).toBeUndefined();
  });

  it.each<[Unit, number, string]>([
    ['ms', 500, '500ms'],
    ['ms', 0.5, '0.5ms'],
    ['ms', 1500, '1.5s'],
    ['ms', 60_000, '1m'],
    ['ms', 90_000, '90s'],
    ['ms', 7_200_000, '2h'],
    ['usd', 0.0000001, '$0.0000001'],
    ['usd', 0.1, '$0.1'],
    ['count', 999, '999'],
    ['count', 1234, '1234'],
    ['count', 1500, '1.5k'],
    ['count', 2_500_000, '2.5M'],
  ])('of %s: %d is printed as %s', (unit, amount, text) => {
    expect(printAmount(unit, amount)).toBe(text);
    expect(parseAmount(unit, text)).toBe(amount);
  });
});
