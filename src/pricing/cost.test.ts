import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRICED_PARTS, pricedParts, type Usage } from '../canonical/usage.ts';
import { costOf } from './cost.ts';
import type { Price } from './price.ts';
import { tablePrices } from './price-table.ts';

function published(model: string): Price {
  const price = tablePrices(model, undefined).at(-1)?.price;
  if (price === undefined) throw new Error(`no price for ${model}`);
  return price;
}

describe('costOf', () => {
  it('adds up the parts', () => {
    const cost = costOf({ input: 1000, output: 200, cacheRead: 400 }, published('gpt-4o'));
    expect(cost).toEqual({
      picoUsd: 4_000_000_000n,
      costUsd: 0.004,
      promptTokens: 1000,
      tierPromptTokensOver: null,
      parts: [
        { part: 'input', tokens: 600, usdPerMillion: 2.5, picoUsd: 1_500_000_000n, costUsd: 0.0015 },
        { part: 'cacheRead', tokens: 400, usdPerMillion: 1.25, picoUsd: 500_000_000n, costUsd: 0.0005 },
        { part: 'output', tokens: 200, usdPerMillion: 10, picoUsd: 2_000_000_000n, costUsd: 0.002 },
      ],
    });
  });

  it("counts Anthropic's cache next to the input, writes for an hour at twice its price", () => {
    const usage: Usage = {
      input: 100,
      output: 10,
      cacheRead: 1000,
      cacheWrite: 300,
      cacheWrite1h: 100,
      cacheOutsideInput: true,
    };
    // 100 × 3 + 1000 × 0.3 + 200 × 3.75 + 100 × 6 + 10 × 15, in millionths of a dollar
    expect(costOf(usage, published('claude-3-5-sonnet-20241022'))?.picoUsd).toBe(2_100_000_000n);
  });

  it('takes the tier of the whole prompt, the cached part too, from the first token over it', () => {
    const gemini = published('gemini-2.5-pro');
    const cost = (input: number) => costOf({ input, cacheRead: 150_000, output: 1 }, gemini);
    expect(cost(200_000)).toMatchObject({
      tierPromptTokensOver: null,
      picoUsd: 50_000n * 1_250_000n + 150_000n * 125_000n + 10_000_000n,
    });
    expect(cost(200_001)).toMatchObject({
      tierPromptTokensOver: 200_000,
      picoUsd: 50_001n * 2_500_000n + 150_000n * 250_000n + 15_000_000n,
    });
  });

  it('says nothing without usage, and 0 for no tokens', () => {
    expect(costOf({}, published('gpt-4o'))).toBeUndefined();
    expect(costOf({ cacheRead: 5 }, published('gpt-4o'))).toBeUndefined();
    expect(costOf({ input: 0, output: 0 }, published('gpt-4o'))).toMatchObject({ picoUsd: 0n, costUsd: 0, parts: [] });
  });

  const seed = Date.now() % 1_000_000_007;
  const count = fc.option(fc.oneof(fc.nat(400_000), fc.constant(Number.MAX_SAFE_INTEGER)), { nil: -1 });
  const amounts = fc.tuple(...PRICED_PARTS.map(() => fc.nat(600_000_000)));
  const perToken = amounts.map((list) =>
    Object.fromEntries(PRICED_PARTS.map((part, i) => [part, list[i] ?? 0])),
  ) as fc.Arbitrary<Price['perToken']>;
  const tier = fc.record({ promptTokensOver: fc.nat(500_000), perToken });
  const anyPrice = fc
    .record({ id: fc.constant('x'), perToken, tiers: fc.array(tier, { maxLength: 3 }) })
    .map((price) => ({ ...price, tiers: price.tiers.toSorted((a, b) => a.promptTokensOver - b.promptTokensOver) }));
  const anyUsage = fc
    .tuple(count, count, count, count, count, count, count, count, count, fc.boolean(), fc.boolean())
    .map(
      ([
        input,
        output,
        cacheRead,
        cacheWrite,
        reasoning,
        total,
        cacheWrite1h,
        audioInput,
        audioOutput,
        outside,
        apart,
      ]) => {
        const counts = {
          input,
          output,
          cacheRead,
          cacheWrite,
          reasoning,
          total,
          cacheWrite1h,
          audioInput,
          audioOutput,
        };
        const said = Object.fromEntries(Object.entries(counts).filter(([, value]) => value >= 0));
        return {
          ...said,
          ...(outside && { cacheOutsideInput: true }),
          ...(apart && { reasoningOutsideOutput: true }),
        } as Usage;
      },
    );

  it(`is exact and never negative, whatever the client says (seed ${seed})`, () => {
    fc.assert(
      fc.property(anyUsage, anyPrice, (usage, price) => {
        const cost = costOf(usage, price);
        const parts = pricedParts(usage);
        expect(cost === undefined).toBe(parts === undefined);
        if (cost === undefined || parts === undefined) return;
        const row =
          price.tiers.filter((one) => cost.promptTokens > one.promptTokensOver).at(-1)?.perToken ?? price.perToken;
        const expected = PRICED_PARTS.reduce((sum, part) => sum + BigInt(parts[part]) * BigInt(row[part]), 0n);
        expect(cost.picoUsd).toBe(expected);
        expect(cost.parts.reduce((sum, part) => sum + part.picoUsd, 0n)).toBe(expected);
        expect(cost.parts.every((part) => part.tokens > 0 && part.picoUsd >= 0n)).toBe(true);
      }),
      { seed, numRuns: 2000 },
    );
  });
});
