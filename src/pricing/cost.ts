/**
 * What a call costs, and how that is derived. The sums that reads show are made in SQL from the same numbers
 * (`query/cost-sql.ts`); both count whole pico-dollars, so they agree to the last digit.
 */

import { PRICED_PARTS, type PricedPart, pricedParts, type Usage } from '../canonical/usage.ts';
import { type PerToken, usdPerMillion } from './amounts.ts';
import { PICO_USD_PER_USD, type Price } from './price.ts';

export interface CostPart {
  readonly part: PricedPart;
  readonly tokens: number;
  readonly usdPerMillion: number;
  /** Exact. A big integer: a made-up token count times a price exceeds what a number holds. */
  readonly picoUsd: bigint;
  readonly costUsd: number;
}

export interface Cost {
  readonly picoUsd: bigint;
  readonly costUsd: number;
  /** Without the parts that have no tokens. */
  readonly parts: readonly CostPart[];
  /** All tokens that went in, the cached ones too: they choose the tier. */
  readonly promptTokens: number;
  /** The tier that applies; null is the price for short prompts. */
  readonly tierPromptTokensOver: number | null;
}

/** `undefined` when the usage says too little: a cost of 0 would be a claim. */
export function costOf(usage: Usage, price: Price): Cost | undefined {
  const tokens = pricedParts(usage);
  if (tokens === undefined) return undefined;
  const promptTokens = tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.cacheWrite1h + tokens.audioInput;
  const tier = price.tiers.findLast((one) => promptTokens > one.promptTokensOver);
  const parts = PRICED_PARTS.filter((part) => tokens[part] > 0).map((part) =>
    costPart(part, tokens[part], tier?.perToken ?? price.perToken),
  );
  const picoUsd = parts.reduce((sum, part) => sum + part.picoUsd, 0n);
  return {
    picoUsd,
    costUsd: usdOf(picoUsd),
    parts,
    promptTokens,
    tierPromptTokensOver: tier?.promptTokensOver ?? null,
  };
}

function costPart(part: PricedPart, tokens: number, perToken: PerToken): CostPart {
  const picoUsd = BigInt(tokens) * BigInt(perToken[part]);
  return { part, tokens, usdPerMillion: usdPerMillion(perToken[part]), picoUsd, costUsd: usdOf(picoUsd) };
}

/** The nearest number to the exact amount. */
export function usdOf(picoUsd: bigint): number {
  return Number(picoUsd) / PICO_USD_PER_USD;
}
