/** Prices as numbers in a row: what the store keeps with a span, `query/cost-sql.ts` multiplies with its tokens. */

import { PRICED_PARTS, type PricedPart } from '../canonical/usage.ts';
import { PICO_USD_PER_USD, type Price } from './price.ts';

export type PerToken = Readonly<Record<PricedPart, number>>;

const TOKENS_PER_PRICE = 1e6;
const PICO_PER_MILLIONTH = PICO_USD_PER_USD / TOKENS_PER_PRICE;
const PARTS = PRICED_PARTS.length;

/** Dollars per million tokens, as prices are published, to pico-dollars per token. Less than one millionth is rounded. */
export function picoPerToken(usdPerMillion: number): number {
  return Math.round(usdPerMillion * PICO_PER_MILLIONTH);
}

export function usdPerMillion(picoUsdPerToken: number): number {
  return picoUsdPerToken / PICO_PER_MILLIONTH;
}

/** The parts in their order, then for each tier its `promptTokensOver` and again the parts. */
export function amountsOf(price: Price): number[] {
  return [
    ...PRICED_PARTS.map((part) => price.perToken[part]),
    ...price.tiers.flatMap((tier) => [tier.promptTokensOver, ...PRICED_PARTS.map((part) => tier.perToken[part])]),
  ];
}

/** The inverse of `amountsOf`. `undefined` for the empty row, which says that no price was known. */
export function priceOfAmounts(id: string, amounts: readonly number[]): Price | undefined {
  if (amounts.length < PARTS) return undefined;
  const tiers: { promptTokensOver: number; perToken: PerToken }[] = [];
  for (let i = PARTS; i + PARTS < amounts.length; i += PARTS + 1)
    tiers.push({ promptTokensOver: amounts[i] ?? 0, perToken: perTokenAt(amounts, i + 1) });
  return { id, perToken: perTokenAt(amounts, 0), tiers };
}

function perTokenAt(amounts: readonly number[], start: number): PerToken {
  const at = (offset: number) => amounts[start + offset] ?? 0;
  return {
    input: at(0),
    cacheRead: at(1),
    cacheWrite: at(2),
    cacheWrite1h: at(3),
    output: at(4),
    audioInput: at(5),
    audioOutput: at(6),
  };
}
