/**
 * Published prices: the data of the package genai-prices, as it was installed (nothing is fetched). Which row a model's
 * name means is decided here, more strictly than the package does (model-match.ts).
 */

import {
  type ConditionalPrice,
  findProvider,
  type ModelInfo,
  type ModelPrice,
  type Provider,
} from '@pydantic/genai-prices';
import { type Micros, microsFromIso } from '../canonical/time.ts';
import { PRICED_PARTS, type PricedPart } from '../canonical/usage.ts';
import { picoPerToken } from './amounts.ts';
import { matches } from './model-match.ts';
import { type ModelPlace, placesOf } from './model-places.ts';
import type { Price } from './price.ts';

/** The installed version; `price-table.test.ts` compares it with package.json. */
export const TABLE_VERSION = '0.1.8';
/** As answers name the table. */
export const TABLE_NAME = `genai-prices ${TABLE_VERSION}`;
/** Grows when the rules of this folder give another price for the same table. Below 10. */
const RULES_EDITION = 1;

/** Grows with every version of the table and of the rules. */
export const TABLE_EDITION = editionOf(TABLE_VERSION);

function editionOf(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return ((major * 100 + minor) * 100 + patch) * 10 + RULES_EDITION;
}

/** A price of the table and the day, UTC, from which it holds; without one it holds for all time that the table knows. */
export interface TablePrice {
  readonly price: Price;
  readonly from: Micros | undefined;
  readonly fromDay: string | undefined;
  readonly providerId: string;
  readonly modelId: string;
  /** Pages where the provider publishes its prices. */
  readonly urls: readonly string[];
}

/** The prices of a model over time, oldest first; empty when the table does not know it. */
export function tablePrices(model: string, provider: string | undefined): readonly TablePrice[] {
  for (const place of placesOf(model, provider)) {
    const found = rowOf(place);
    if (found !== undefined) return pricesOf(found.provider, found.model);
  }
  return [];
}

function rowOf({ providerId, name }: ModelPlace): { provider: Provider; model: ModelInfo } | undefined {
  const provider = providerOf(providerId);
  if (provider === undefined) return undefined;
  for (const spelling of new Set([name, withDashedDate(name)])) {
    for (const one of [provider, ...(provider.fallback_model_providers ?? []).map(providerOf)]) {
      const model = one?.models.find((candidate) => matches(candidate.match, spelling) && hasTokenPrice(candidate));
      if (one !== undefined && model !== undefined) return { provider: one, model };
    }
  }
  return undefined;
}

/** The package would also accept text that merely contains an id. */
function providerOf(id: string): Provider | undefined {
  const found = findProvider({ providerId: id });
  return found?.id === id ? found : undefined;
}

/** `gpt-4o-20240806` as the table has it. */
function withDashedDate(name: string): string {
  return name.replace(/-(20\d\d)([01]\d)([0-3]\d)(?=$|[-:])/, '-$1-$2-$3');
}

function pricesOf(provider: Provider, model: ModelInfo): TablePrice[] {
  return periodsOf(model)
    .map(({ prices, fromDay }) => ({
      price: {
        id: `${provider.id}/${model.id}${fromDay === undefined ? '' : `@${fromDay}`}`,
        ...toAmounts(prices, isClaude(model)),
      },
      from: fromDay === undefined ? undefined : microsFromIso(`${fromDay}T00:00:00Z`),
      fromDay,
      providerId: provider.id,
      modelId: model.id,
      urls: provider.pricing_urls ?? [],
    }))
    .sort((a, b) => (a.from ?? Number.NEGATIVE_INFINITY) - (b.from ?? Number.NEGATIVE_INFINITY));
}

interface Period {
  readonly prices: ModelPrice;
  readonly fromDay: string | undefined;
}

const DAY_HOURS = 24;

/** Where the price depends on the hour (DeepSeek), the one that holds for most of the day counts all day. */
function periodsOf(model: ModelInfo): Period[] {
  if (!Array.isArray(model.prices)) return [{ prices: model.prices, fromDay: undefined }];
  const most = model.prices.find((one) => hoursOf(one) > DAY_HOURS / 2);
  if (most !== undefined) return [{ prices: most.prices, fromDay: undefined }];
  return model.prices.flatMap(({ prices, constraint }): Period[] => {
    if (constraint === undefined) return [{ prices, fromDay: undefined }];
    return constraint.type === 'start_date' ? [{ prices, fromDay: constraint.start_date }] : [];
  });
}

function hoursOf({ constraint }: ConditionalPrice): number {
  if (constraint?.type !== 'time_of_date') return 0;
  const [start, end] = [hourOf(constraint.start_time), hourOf(constraint.end_time)];
  return (end - start + DAY_HOURS) % DAY_HOURS;
}

function hourOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map((part) => Number.parseInt(part, 10));
  return hours + minutes / 60;
}

/** The table's names, the nearest first: a part without a price of its own costs what the next one does. */
const PRICE_KEYS: Readonly<Record<PricedPart, readonly string[]>> = {
  input: ['input_mtok'],
  cacheRead: ['cache_read_mtok', 'input_mtok'],
  cacheWrite: ['cache_write_mtok', 'input_mtok'],
  cacheWrite1h: ['cache_write_1h_mtok', 'cache_write_mtok', 'input_mtok'],
  output: ['output_mtok'],
  audioInput: ['input_audio_mtok', 'input_mtok'],
  audioOutput: ['output_audio_mtok', 'output_mtok'],
};
/** Anthropic's rule for every model, wherever it is hosted; the table states the result only for Anthropic's own API. */
const CLAUDE_HOUR_WRITE = 2;

type Tier = Exclude<ModelPrice[string], number | undefined>['tiers'][number];

function toAmounts(prices: ModelPrice, isOfClaude: boolean): Omit<Price, 'id'> {
  const starts = new Set(PRICED_PARTS.flatMap((part) => tiersOf(prices, part)).map((tier) => tier.start));
  const at = (promptTokens: number) => perToken((part) => usdAt(prices, part, promptTokens, isOfClaude));
  return {
    perToken: at(0),
    tiers: [...starts].sort((a, b) => a - b).map((start) => ({ promptTokensOver: start, perToken: at(start + 1) })),
  };
}

function perToken(usd: (part: PricedPart) => number): Record<PricedPart, number> {
  const amount = (part: PricedPart) => picoPerToken(usd(part));
  return {
    input: amount('input'),
    cacheRead: amount('cacheRead'),
    cacheWrite: amount('cacheWrite'),
    cacheWrite1h: amount('cacheWrite1h'),
    output: amount('output'),
    audioInput: amount('audioInput'),
    audioOutput: amount('audioOutput'),
  };
}

/** Embeddings have no output, and free models no prices: 0. */
function usdAt(prices: ModelPrice, part: PricedPart, promptTokens: number, isOfClaude: boolean): number {
  const keys = PRICE_KEYS[part];
  if (part === 'cacheWrite1h' && isOfClaude && prices.cache_write_1h_mtok === undefined)
    return CLAUDE_HOUR_WRITE * usdAt(prices, 'input', promptTokens, isOfClaude);
  const stated = keys.map((key) => prices[key]).find((price) => price !== undefined);
  if (stated === undefined) return 0;
  if (typeof stated === 'number') return stated;
  return (
    stated.tiers
      .filter((tier) => promptTokens > tier.start)
      .sort(byStart)
      .at(-1)?.price ?? stated.base
  );
}

function tiersOf(prices: ModelPrice, part: PricedPart): readonly Tier[] {
  const stated = prices[PRICE_KEYS[part][0] ?? ''];
  return typeof stated === 'object' ? stated.tiers : [];
}

function byStart(a: Tier, b: Tier): number {
  return a.start - b.start;
}

function isClaude(model: ModelInfo): boolean {
  return model.id.includes('claude');
}

/** Some rows price hours, pages or requests alone. `:free` ones have no prices because they cost nothing. */
function hasTokenPrice(model: ModelInfo): boolean {
  const all = Array.isArray(model.prices) ? model.prices.map(({ prices }) => prices) : [model.prices];
  return model.id.endsWith(':free') || all.some((prices) => prices.input_mtok !== undefined);
}
