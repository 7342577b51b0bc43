/** The crash smoke; `npm run test:crash -- --cycles 200 --seed N` is the long one. */

import { expect, it } from 'vitest';
import { crash } from './support/crash-harness.ts';
import { failuresOf } from './support/crash-report.ts';

const SEED = 20261121;
const CYCLES = 4;

it(`keeps every acknowledged event exactly once under kill -9 (seed ${SEED}, ${CYCLES} cycles)`, {
  timeout: 300_000,
}, async () => {
  const report = await crash({ cycles: CYCLES, seed: SEED, comparedGroups: 6 });
  expect(report.acknowledged).toBeGreaterThan(100);
  expect(report.comparedSpans).toBeGreaterThan(20);
  expect(failuresOf(report)).toEqual([]);
});
