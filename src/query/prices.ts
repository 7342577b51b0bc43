/** Prices: what a model costs and why, and the prices that a project sets itself. US dollars per million tokens. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros, type Micros } from '../canonical/time.ts';
import { PRICED_PARTS, type PricedPart } from '../canonical/usage.ts';
import { idCharsMax, ownPricesMax } from '../limits.ts';
import { type PerToken, usdPerMillion } from '../pricing/amounts.ts';
import type { Price } from '../pricing/price.ts';
import type { FoundPrice, ReloadablePriceBook } from '../pricing/price-book.ts';
import { TABLE_NAME, tablePrices } from '../pricing/price-table.ts';
import type { OwnPrice } from '../registry/prices.ts';
import { errorResponse, refusals, Time, TimeParam } from './schemas.ts';

const Name = z.string().trim().min(1).max(idCharsMax);
/** A million dollars for a million tokens: more is a mistake in the unit. */
const Usd = z.number().min(0).max(1_000_000);

const Amounts = z
  .object({
    input: z.number(),
    cacheRead: z.number(),
    cacheWrite: z.number(),
    cacheWrite1h: z.number(),
    output: z.number(),
    audioInput: z.number(),
    audioOutput: z.number(),
  } satisfies Record<PricedPart, z.ZodType>)
  .openapi('UsdPerMillionTokens');

export const PriceBody = z
  .object({
    priceId: z.string(),
    source: z.enum(['own', 'published']),
    model: z.string().openapi({ description: 'As the price names it: an own one may end with `*`' }),
    provider: z.string().nullable(),
    from: Time.nullable().openapi({ description: 'Calls from then on; null: always' }),
    usdPerMillion: Amounts,
    tiers: z
      .array(z.object({ promptTokensOver: z.number(), usdPerMillion: Amounts }))
      .openapi({ description: 'Prices of the whole call when its prompt, with its cached part, is longer' }),
    table: z.string().nullable().openapi({ description: 'The list that a published price is from' }),
    urls: z.array(z.string()).openapi({ description: 'Where its provider publishes it' }),
  })
  .openapi('Price');
export type PriceBody = z.infer<typeof PriceBody>;

export const PriceAnswer = z
  .object({
    model: z.string(),
    provider: z.string().nullable(),
    price: PriceBody.nullable().openapi({ description: 'What a call costs then; null: no price is known' }),
    published: z.array(PriceBody).openapi({ description: 'The published prices of the model, oldest first' }),
  })
  .openapi('PriceAnswer');
export type PriceAnswer = z.infer<typeof PriceAnswer>;

export const OwnPriceBody = z
  .object({
    priceId: z.string(),
    model: z.string(),
    provider: z.string().nullable(),
    from: Time.nullable(),
    inputUsdPerMillion: z.number(),
    outputUsdPerMillion: z.number(),
    cacheReadUsdPerMillion: z.number().nullable(),
    cacheWriteUsdPerMillion: z.number().nullable(),
    createdAt: z.string(),
  })
  .openapi('OwnPrice');
export type OwnPriceBody = z.infer<typeof OwnPriceBody>;

/** A `*` anywhere else would look like a pattern and be none. */
const ModelPattern = Name.refine((text) => /^[^*]+\*?$/.test(text), 'a * may only be the last of several characters');

export const NewOwnPrice = z
  .strictObject({
    model: ModelPattern.openapi({ description: 'The name of a model, or its beginning and `*`; case does not matter' }),
    provider: Name.nullable().default(null).openapi({ description: 'Only calls that name this provider' }),
    from: TimeParam.nullable().default(null).openapi({ description: 'Only calls from then on' }),
    inputUsdPerMillion: Usd,
    outputUsdPerMillion: Usd,
    cacheReadUsdPerMillion: Usd.nullable().default(null).openapi({ description: 'As input, if absent' }),
    cacheWriteUsdPerMillion: Usd.nullable().default(null).openapi({ description: 'As input, if absent' }),
  })
  .openapi('NewOwnPrice');
export type NewOwnPrice = z.infer<typeof NewOwnPrice>;

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

export const getPriceRoute = createRoute({
  method: 'get',
  path: '/prices',
  summary: 'What a model costs, and why',
  description: 'The price of a call of the model at a time: an own one of the project, else the published one.',
  request: {
    query: z.object({
      model: Name,
      provider: Name.optional(),
      at: TimeParam.optional().openapi({ description: 'When the call starts; now, if absent' }),
    }),
  },
  responses: { 200: json(PriceAnswer, 'The price'), ...refusals },
});

export const listOwnPricesRoute = createRoute({
  method: 'get',
  path: '/prices/own',
  summary: 'The prices that the project has set itself',
  responses: { 200: json(z.object({ data: z.array(OwnPriceBody), nextCursor: z.null() }), 'The prices'), ...refusals },
});

export const setOwnPriceRoute = createRoute({
  method: 'put',
  path: '/prices/own',
  summary: 'Set the price of a model (scope: admin)',
  description: `Replaces the price for the same model, provider and time. It counts for calls that arrive from now on;
    past ones get it by a re-pricing. At most ${ownPricesMax} per project.`,
  request: { body: { content: { 'application/json': { schema: NewOwnPrice } }, required: true } },
  responses: { 200: json(OwnPriceBody, 'The price'), ...refusals },
});

export const removeOwnPriceRoute = createRoute({
  method: 'delete',
  path: '/prices/own/{priceId}',
  summary: 'Remove an own price (scope: admin)',
  request: { params: z.object({ priceId: z.string().openapi({ param: { name: 'priceId', in: 'path' } }) }) },
  responses: {
    200: json(z.object({ removed: z.literal(true) }), 'Removed'),
    404: errorResponse('The project has no such price'),
    ...refusals,
  },
});

export function getPrice(
  book: ReloadablePriceBook,
  projectId: ProjectId,
  { model, provider, at }: { model: string; provider: string | undefined; at: Micros },
): PriceAnswer {
  const found = book.explain({ projectId, model, provider, at });
  return {
    model,
    provider: provider ?? null,
    price: found === undefined ? null : priceBody(found),
    published: tablePrices(model, provider).map((published) => priceBody({ price: published.price, published })),
  };
}

function priceBody(found: FoundPrice): PriceBody {
  const { price } = found;
  const amounts = { usdPerMillion: amountsBody(price.perToken), tiers: tiersBody(price) };
  if ('own' in found) {
    const { model, provider, from } = found.own;
    return { priceId: price.id, source: 'own', model, provider, from, ...amounts, table: null, urls: [] };
  }
  const { modelId, providerId, from, urls } = found.published;
  return {
    priceId: price.id,
    source: 'published',
    model: modelId,
    provider: providerId,
    from: from === undefined ? null : isoFromMicros(from),
    ...amounts,
    table: TABLE_NAME,
    urls: [...urls],
  };
}

function tiersBody({ tiers }: Price): PriceBody['tiers'] {
  return tiers.map(({ promptTokensOver, perToken }) => ({ promptTokensOver, usdPerMillion: amountsBody(perToken) }));
}

function amountsBody(perToken: PerToken): PriceBody['usdPerMillion'] {
  const body = Object.fromEntries(PRICED_PARTS.map((part) => [part, usdPerMillion(perToken[part])]));
  // `fromEntries` forgets the keys; they are those of the parts.
  return body as PriceBody['usdPerMillion'];
}

export function ownPriceBody(price: OwnPrice): OwnPriceBody {
  return {
    priceId: price.id,
    model: price.model,
    provider: price.provider,
    from: price.from,
    inputUsdPerMillion: price.inputPerMillion,
    outputUsdPerMillion: price.outputPerMillion,
    cacheReadUsdPerMillion: price.cacheReadPerMillion,
    cacheWriteUsdPerMillion: price.cacheWritePerMillion,
    createdAt: price.createdAt,
  };
}
