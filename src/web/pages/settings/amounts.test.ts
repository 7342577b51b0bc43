import { expect, test } from 'vitest';
import { amountOf } from './amounts.ts';

test('dollars are read, and nothing else', () => {
  expect(['0.5', '$2', ' .15 ', '1000000', ''].map(amountOf)).toEqual([0.5, 2, 0.15, 1_000_000, null]);
  for (const bad of ['1,5', '-1', '1e3', 'free', '1.2.3', '0x10']) expect(amountOf(bad)).toBeUndefined();
});
