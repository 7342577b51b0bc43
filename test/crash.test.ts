/** The crash smoke; `npm run test:crash -- --cycles 200 --seed N` is the long one. */

import { expect, it } from 'vitest';
import { crash } from './support/crash-harness.ts';

const SEED = 20261121;
const CYCLES = 4;

it(`keeps every acknowledged event exactly once under kill -9 (seed ${SEED}, ${CYCLES} cycles)`, {
  timeout: 180_000,
}, async () => {
  const report = await crash(CYCLES, SEED);
  expect(report.acknowledged).toBeGreaterThan(100);
  expect(report).toMatchObject({ missing: [], doubled: [], repeatedSteps: [], missingSpans: [] });
});
