/** The store's arithmetic against the program's, on whatever counts, prices and tiers there may be. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProjectId } from '../canonical/ids.ts';
import { PRICED_PARTS, totalTokens, USAGE_FIELDS, type Usage, usageCounts } from '../canonical/usage.ts';
import { priceOfAmounts } from '../pricing/amounts.ts';
import { costOf } from '../pricing/cost.ts';
import { openChdbWriter } from '../store/chdb/chdb.ts';
import { migrate } from '../store/schema/schema.ts';
import type { StoreWriter } from '../store/store.ts';
import { COUNT_COLUMNS, USAGE_SOURCES } from './cost-sql.ts';
import { type CostRegisters, deriveCost, effectiveUsage } from './derive-cost.ts';
import { joinedSpans, joinedTraces, openScope, USAGE_SUMS } from './joined.ts';
import { usdOrNull } from './schemas.ts';

const SEED = Number(process.env.COST_SEED ?? Date.now() % 1_000_000_007);
const ROWS = 3000;

let directory: string;
let store: StoreWriter;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-cost-'));
  store = await openChdbWriter(directory);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const tokens = fc.oneof(
  { weight: 4, arbitrary: fc.nat(1000) },
  { weight: 1, arbitrary: fc.nat(1_000_000) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_000_000_000_000 }) },
);
const said = fc.option(tokens, { nil: -1, freq: 2 });
const counts = fc.oneof(
  { weight: 1, arbitrary: fc.constant([] as number[]) },
  {
    weight: 9,
    arbitrary: fc
      .tuple(fc.array(said, { minLength: USAGE_FIELDS.length, maxLength: USAGE_FIELDS.length }), fc.nat(3))
      .map(([some, layout]) => [...some, layout]),
  },
);
const counted = fc.oneof(
  fc.constant([0, 0, 0, 0] as const),
  fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), said, said, fc.nat(1)),
) as fc.Arbitrary<CostRegisters['counted']>;
const perToken = fc.array(fc.nat(600_000_000), { minLength: PRICED_PARTS.length, maxLength: PRICED_PARTS.length });
const amounts = fc.oneof(
  { weight: 1, arbitrary: fc.constant([] as number[]) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(perToken, fc.array(fc.tuple(fc.nat(2000), perToken), { maxLength: 3 }))
      .map(([base, tiers]) => [
        ...base,
        ...tiers.sort((a, b) => a[0] - b[0]).flatMap(([over, tier]) => [over, ...tier]),
      ]),
  },
);
const anyRegisters: fc.Arbitrary<CostRegisters & { readonly repeats: number }> = fc.record({
  counts,
  counted,
  priceId: fc.constant('table/model'),
  amounts,
  repeats: fc.nat(1),
});

/** As a reader sees it, by the program's own arithmetic. */
function expected(registers: CostRegisters) {
  const { usage, source } = effectiveUsage(registers);
  const price = priceOfAmounts(registers.priceId, registers.amounts);
  const cost = price === undefined ? undefined : costOf(usage, price);
  return {
    counts: [
      ...USAGE_FIELDS.map((field) => (field === 'total' ? totalTokens(usage) : usage[field]) ?? -1),
      USAGE_SOURCES.indexOf(source),
    ],
    cost: cost === undefined ? null : String(cost.picoUsd),
  };
}

describe(`usage and cost in SQL (COST_SEED=${SEED})`, () => {
  const sample = fc.sample(anyRegisters, { seed: SEED, numRuns: ROWS });
  const project = newProjectId();

  beforeAll(async () => {
    const columns = [
      'project_id',
      'trace_id',
      'dialect',
      'span_id',
      'start_time',
      'tokens',
      'counted',
      'price',
      'repeats',
    ];
    // Two rows for each span, so that they have to be joined.
    const rows = sample.flatMap(({ counts: said, counted: found, priceId, amounts: prices, repeats }, i) => [
      [
        project,
        `t${i % 7}`,
        'lunary',
        `s${i}`,
        1,
        [1, 5, said],
        [0, 0, 0, 0],
        [1, 5, 1, 'older', []],
        [9, 1 - repeats],
      ],
      [project, `t${i % 7}`, 'lunary', `s${i}`, 1, [0, 0, []], found, [1, 5, 2, priceId, prices], [10, repeats]],
    ]);
    for (const half of [0, 1]) {
      const lines = rows.filter((_, i) => i % 2 === half).map((row) => `${JSON.stringify(row)}\n`);
      await store.insert('tributary.spans', columns, Buffer.from(lines.join('')));
    }
  });

  it('is the same as in the program, span by span', async () => {
    const { scope, params } = await openScope(store, project, undefined);
    const found = await store.select<{ span_id: string; counts: number[]; cost: string | null }>(
      `SELECT span_id, [${COUNT_COLUMNS.map((column) => `ifNull(${column}, -1)`).join(', ')}, usage_source] AS counts,
         toString(cost_pico) AS cost FROM (${joinedSpans(scope, [])})`,
      params,
    );
    expect(found.length).toBe(ROWS);
    const silent = { counts: [...USAGE_FIELDS.map(() => -1), 0], cost: null };
    let costs = 0;
    for (const { span_id: id, ...row } of found) {
      const registers = sample[Number(id.slice(1))];
      if (registers === undefined) throw new Error(`${id} was never written`);
      // What only repeats its descendants adds nothing to sums.
      const wanted = registers.repeats === 1 ? silent : expected(registers);
      expect(row, JSON.stringify(registers)).toEqual(wanted);
      if (row.cost !== null) costs += 1;
    }
    expect(costs).toBeGreaterThan(ROWS / 4);
  });

  it('adds up exactly, over traces as over spans', async () => {
    const { scope, params } = await openScope(store, project, undefined);
    const costs = sample.flatMap((one) => (one.repeats === 1 ? [] : (expected(one).cost ?? [])));
    const wanted = costs.reduce((sum, cost) => sum + BigInt(cost), 0n);
    for (const table of [joinedSpans(scope, []), joinedTraces(scope)]) {
      const [row] = await store.select<{ cost: string; counts: number[] }>(
        `SELECT ${USAGE_SUMS} FROM (${table})`,
        params,
      );
      expect(row?.cost).toBe(String(wanted));
      const totals = sample.map((one) => (one.repeats === 1 ? -1 : (expected(one).counts[5] ?? -1)));
      expect(row?.counts[5]).toBe(totals.filter((total) => total >= 0).reduce((a, b) => a + b, 0));
    }
  });

  it('is derived from the same parts', () => {
    for (const registers of sample) {
      const { cost, missing } = deriveCost(registers);
      const { cost: wanted } = expected(registers);
      expect(cost === undefined ? null : String(cost.picoUsd)).toBe(wanted);
      expect(cost?.parts.reduce((sum, part) => sum + part.picoUsd, 0n) ?? null).toBe(
        wanted === null ? null : BigInt(wanted),
      );
      expect(missing === undefined).toBe(wanted !== null);
      expect(cost?.costUsd ?? null).toBe(usdOrNull(wanted));
    }
  });
});

describe('what was left out', () => {
  const with_ = (usage: Usage, found: CostRegisters['counted']) =>
    effectiveUsage({ counts: usageCounts(usage), counted: found });

  it('is filled with what was counted, and only that', () => {
    expect(with_({ output: 7 }, [1, 40, 99, 1])).toEqual({
      usage: { input: 40, output: 7 },
      source: 'estimated',
      input: 'estimated',
      output: 'reported',
    });
    expect(with_({ input: 3, output: 7 }, [1, 40, 99, 0]).usage).toEqual({ input: 3, output: 7 });
  });

  it('counted input holds the cached tokens, though the client counts them apart', () => {
    const { usage } = with_({ output: 1, cacheRead: 30, cacheOutsideInput: true }, [1, 40, -1, 0]);
    expect(usage).toEqual({ input: 40, output: 1, cacheRead: 30 });
    expect(totalTokens(usage)).toBe(41);
  });

  it('is the rest of a reported total', () => {
    expect(with_({ total: 50, output: 20 }, [0, 0, 0, 0])).toMatchObject({ input: 'remainder', output: 'reported' });
  });
});
