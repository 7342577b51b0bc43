/**
 * What fuzzing has found stays fixed, and a short run of new inputs. `FUZZ_SEED=<n>` takes other inputs; the long run is
 * `npm run test:fuzz` (docs/fuzzing.md).
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { propertyOf } from './finding.ts';
import { HttpFuzzer } from './http-run.ts';
import { inputOf } from './inputs.ts';
import { readRegressions } from './regressions.ts';
import { readSeeds } from './seeds.ts';
import type { Found } from './worker.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 20261121);
const INPUTS = 1500;
const HTTP_INPUTS = 800;
/** A machine with other work; alone, each part takes two seconds. */
const TEST_MS_MAX = 180_000;
/** What was quadratic took seconds. */
const REGRESSION_MS_MAX = 1000;

const regressions = readRegressions();

describe('findings stay fixed', () => {
  for (const { name, finding, input } of regressions) {
    if (input.kind === 'request') continue;
    it(`${name}: ${finding}`, async () => {
      // The first attempt may load code; the best one counts.
      const times: number[] = [];
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const startedAt = performance.now();
        await check(input);
        times.push(performance.now() - startedAt);
      }
      expect(Math.min(...times)).toBeLessThan(REGRESSION_MS_MAX);
    });
  }
});

it(
  `holds for ${INPUTS} inputs of seed ${SEED}`,
  async () => {
    const seeds = readSeeds();
    const found: Found[] = [];
    const outcomes = new Map<string, number>();
    for (let n = 0; n < INPUTS; n += 1) {
      const input = inputOf(SEED, n, seeds);
      // Times of growing inputs are measured when nothing else runs.
      if (input.kind === 'http' || input.kind === 'growth') continue;
      try {
        const outcome = await check(input);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      } catch (error) {
        found.push({ n, property: propertyOf(error), detail: String(error).slice(0, 500) });
      }
    }
    expect(found).toEqual([]);
    // Inputs that are all refused would prove little.
    expect(outcomes.get('accepted')).toBeGreaterThan(INPUTS / 10);
  },
  TEST_MS_MAX,
);

it('makes input n again from the seed and n alone', () => {
  const [one, other] = [readSeeds(), readSeeds()];
  const text = (n: number, seeds: typeof one) => JSON.stringify(inputOf(SEED, n, seeds));
  for (const n of [0, 5, 11, 13, 4711, 999_998]) expect(text(n, one)).toBe(text(n, other));
});

describe('over HTTP', () => {
  let http: HttpFuzzer;
  beforeAll(async () => {
    http = await HttpFuzzer.start();
  });
  afterAll(() => http.stop());

  for (const { name, finding, input } of regressions) {
    if (input.kind !== 'request') continue;
    it(`${name}: ${finding}`, () => http.checkOne(http.withKey(input.request), 0));
  }

  it(
    `holds for requests of seed ${SEED}`,
    async () => {
      const found: Found[] = [];
      await http.run(SEED, 0, HTTP_INPUTS, (one) => found.push(one));
      expect([...found, ...(await http.finish())]).toEqual([]);
      expect(http.totals.acceptedEvents).toBeGreaterThan(10);
    },
    TEST_MS_MAX,
  );
});
