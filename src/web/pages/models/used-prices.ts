/** Which prices the calls of a model were given, as far as the server can still tell. */

import type { z } from 'zod';
import type { OwnPriceBody, PriceAnswer, PriceBody } from '../../../query/prices.ts';

type Price = z.output<typeof PriceBody>;
type OwnPrice = z.output<typeof OwnPriceBody>;
type Answer = z.output<typeof PriceAnswer>;

export interface UsedPrice {
  readonly priceId: string;
  readonly source: 'own' | 'published';
  /** As the price names it. */
  readonly model: string;
  readonly provider: string | null;
  readonly from: string | null;
  readonly table: string | null;
  readonly urls: readonly string[];
  /** US dollars for a million tokens of each kind. */
  readonly parts: readonly (readonly [part: string, usd: number])[];
  readonly tiers: readonly { readonly promptTokensOver: number; readonly parts: UsedPrice['parts'] }[];
  /** A call that began now would have it, too. */
  readonly isCurrent: boolean;
}

export interface UsedPrices {
  readonly known: readonly UsedPrice[];
  /** The table or the own prices have changed since; only a call itself can tell what it cost. */
  readonly unknown: readonly string[];
}

export function usedPrices(priceIds: readonly string[], answer: Answer, own: readonly OwnPrice[]): UsedPrices {
  const current = answer.price;
  const all = [
    ...(current === null ? [] : [ofPrice(current, true)]),
    ...answer.published.map((price) => ofPrice(price, price.priceId === current?.priceId)),
    ...own.map((price) => ofOwn(price, price.priceId === current?.priceId)),
  ];
  const byId = new Map(all.map((price) => [price.priceId, price]));
  // The price with most to say about it is the answer's own.
  if (current !== null) byId.set(current.priceId, ofPrice(current, true));
  const known = priceIds.flatMap((priceId) => byId.get(priceId) ?? []);
  return {
    known: known.sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent) || later(a, b)),
    unknown: priceIds.filter((priceId) => !byId.has(priceId)),
  };
}

function later(a: UsedPrice, b: UsedPrice): number {
  return Date.parse(b.from ?? '1970-01-01') - Date.parse(a.from ?? '1970-01-01');
}

const PART_LABELS: Readonly<Record<keyof Price['usdPerMillion'], string>> = {
  input: 'Input',
  output: 'Output',
  cacheRead: 'Cache read',
  cacheWrite: 'Cache write',
  cacheWrite1h: 'Cache write for an hour',
  audioInput: 'Audio in',
  audioOutput: 'Audio out',
};

/** What costs the same as the part that it is nearest to needs no line of its own. */
function partsOf(amounts: Price['usdPerMillion']): UsedPrice['parts'] {
  const { input, output, cacheRead, cacheWrite, cacheWrite1h, audioInput, audioOutput } = amounts;
  const parts: (readonly [keyof Price['usdPerMillion'], number, boolean])[] = [
    ['input', input, true],
    ['output', output, true],
    ['cacheRead', cacheRead, cacheRead !== input],
    ['cacheWrite', cacheWrite, cacheWrite !== input],
    ['cacheWrite1h', cacheWrite1h, cacheWrite1h !== cacheWrite],
    ['audioInput', audioInput, audioInput !== input],
    ['audioOutput', audioOutput, audioOutput !== output],
  ];
  return parts.flatMap(([part, usd, isShown]) => (isShown ? [[PART_LABELS[part], usd] as const] : []));
}

function ofPrice(price: Price, isCurrent: boolean): UsedPrice {
  const { priceId, source, model, provider, from, table, urls } = price;
  return {
    ...{ priceId, source, model, provider, from, table, urls, isCurrent },
    parts: partsOf(price.usdPerMillion),
    tiers: price.tiers.map(({ promptTokensOver, usdPerMillion }) => ({
      promptTokensOver,
      parts: partsOf(usdPerMillion),
    })),
  };
}

function ofOwn(price: OwnPrice, isCurrent: boolean): UsedPrice {
  const { priceId, model, provider, from } = price;
  const cached: (readonly [string, number | null])[] = [
    [PART_LABELS.cacheRead, price.cacheReadUsdPerMillion],
    [PART_LABELS.cacheWrite, price.cacheWriteUsdPerMillion],
  ];
  return {
    ...{ priceId, source: 'own', model, provider, from, table: null, urls: [], tiers: [], isCurrent },
    parts: [
      [PART_LABELS.input, price.inputUsdPerMillion],
      [PART_LABELS.output, price.outputUsdPerMillion],
      ...cached.flatMap(([label, usd]) => (usd === null ? [] : [[label, usd] as const])),
    ],
  };
}

/** `$3 / $15`: input and output, for a cell. */
export function priceInShort({ parts }: UsedPrice, usd: (value: number) => string): string {
  return parts
    .slice(0, 2)
    .map(([, amount]) => usd(amount))
    .join(' / ');
}
