/** `GET /spans/{spanId}/cost`: every factor of what a span cost, or why it has no cost. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { PRICED_PARTS } from '../canonical/usage.ts';
import { amountsOf } from '../pricing/amounts.ts';
import { OWN_PRICE_PREFIX, ownCandidates } from '../pricing/own-price.ts';
import { TABLE_NAME, tablePrices } from '../pricing/price-table.ts';
import type { Registry } from '../registry/registry.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf } from './aliases.ts';
import { USAGE_SOURCES } from './cost-sql.ts';
import { type CostRegisters, type DerivedCost, deriveCost } from './derive-cost.ts';
import { findSpan, type LocatedSpan, Owner, ownerOf, SpanParams, SpanQuery } from './get-span.ts';
import { CostUsd, errorResponse, refusals, Time, UsageBody, usageBody } from './schemas.ts';
import type { SpanBody } from './span-body.ts';

const Source = z.enum(['reported', 'counted', 'estimated', 'remainder']).openapi({
  description:
    'reported by the client; counted here from the text, estimated when not exactly; remainder: what a reported total leaves',
});

const PriceBody = z
  .object({
    priceId: z.string(),
    source: z.enum(['published', 'own']),
    table: z.string().nullable().openapi({ description: 'The list that a published price is from' }),
    model: z.string().nullable().openapi({ description: 'As the table names it, or the pattern of the own price' }),
    provider: z.string().nullable(),
    from: Time.nullable().openapi({ description: 'The price holds from then on; null: always' }),
    urls: z.array(z.string()).openapi({ description: 'Where the provider publishes its prices' }),
    isCurrent: z.boolean().openapi({
      description: 'False: the table or the own prices have changed since; the span keeps its price until a re-pricing',
    }),
  })
  .openapi('SpanPrice');

export const SpanCostBody = z
  .object({
    ...Owner,
    spanId: z.string(),
    model: z.string().nullable(),
    provider: z.string().nullable(),
    startTime: Time.openapi({ description: 'Model, provider and this time have chosen the price' }),
    costUsd: CostUsd,
    costPicoUsd: z
      .string()
      .nullable()
      .openapi({ description: 'The same exactly: trillionths of a dollar, a whole number. The sum of the parts' }),
    missing: z.enum(['usage', 'model', 'price']).nullable().openapi({ description: 'Why there is no cost' }),
    price: PriceBody.nullable(),
    tier: z
      .object({
        promptTokens: z.number().openapi({ description: 'All input, cached tokens included: it chooses the tier' }),
        promptTokensOver: z.number().nullable().openapi({ description: 'The tier; null: the price for short prompts' }),
      })
      .nullable(),
    parts: z.array(
      z.object({
        part: z.enum(PRICED_PARTS),
        tokens: z.number(),
        source: Source,
        usdPerMillion: z.number(),
        costUsd: z.number(),
        costPicoUsd: z.string(),
      }),
    ),
    usage: z.object({
      reported: UsageBody.nullable().openapi({ description: 'By the client, as it was' }),
      counted: z
        .object({ inputTokens: z.number().nullable(), outputTokens: z.number().nullable(), isEstimate: z.boolean() })
        .nullable(),
      input: Source.nullable(),
      output: Source.nullable(),
      cachedTokens: z.enum(['part of input', 'next to input']).nullable(),
      reasoningTokens: z.enum(['part of output', 'next to output']).nullable(),
    }),
    countsInTotals: z.boolean(),
    notCountedBecause: z
      .enum(['repeats-descendants'])
      .nullable()
      .openapi({ description: 'Spans below it report these tokens, and sums count those' }),
  })
  .openapi('SpanCost');
export type SpanCostBody = z.infer<typeof SpanCostBody>;

export const getSpanCostRoute = createRoute({
  method: 'get',
  path: '/spans/{spanId}/cost',
  summary: 'How the cost of a span comes about',
  request: { params: SpanParams, query: SpanQuery },
  responses: {
    200: { description: 'Every factor', content: { 'application/json': { schema: SpanCostBody } } },
    404: errorResponse('The project has no such span'),
    ...refusals,
  },
});

interface Row {
  readonly counts: readonly number[];
  readonly counted: readonly [number, number, number, number];
  readonly price_id: string;
  readonly amounts: readonly number[];
}

const REGISTERS = `SELECT tupleElement(max(tokens), 3) AS counts, max(spans.counted) AS counted,
    tupleElement(max(price), 4) AS price_id, tupleElement(max(price), 5) AS amounts
  FROM tributary.spans AS spans WHERE project_id = {project:UUID} AND span_id = {span:String}
    AND trace_id IN {ids:Array(String)} AND concat(dialect, '|', trace_id) IN {members:Array(String)}`;

/** `undefined` when the project has no such span. */
export async function getSpanCost(
  { store, registry }: { readonly store: StoreReader; readonly registry: Pick<Registry, 'prices'> },
  project: ProjectId,
  spanId: string,
  query: z.infer<typeof SpanQuery>,
): Promise<SpanCostBody | undefined> {
  const found = await findSpan(store, project, spanId, query);
  if (found === undefined) return undefined;
  const [row] = await store.select<Row>(REGISTERS, {
    project,
    span: spanId,
    members: found.storedKeys,
    ids: [...new Set(found.storedKeys.map(idOf))],
  });
  const registers = {
    counts: row?.counts ?? [],
    counted: row?.counted ?? [0, 0, 0, 0],
    priceId: row?.price_id ?? '',
    amounts: row?.amounts ?? [],
  } as const;
  const price = registers.amounts.length === 0 ? null : await originOf(registry, project, registers, found.span);
  return toBody(found, registers, deriveCost(registers), price);
}

function toBody(
  found: LocatedSpan,
  registers: CostRegisters,
  { effective, cost, missing, cached, reasoning, sourceOf }: DerivedCost,
  price: SpanCostBody['price'],
): SpanCostBody {
  const { span } = found;
  return {
    ...ownerOf(found),
    spanId: span.spanId,
    model: span.model,
    provider: span.provider,
    startTime: span.startTime,
    costUsd: cost?.costUsd ?? null,
    costPicoUsd: cost === undefined ? null : String(cost.picoUsd),
    missing: missing === 'price' && span.model === null ? 'model' : (missing ?? null),
    price,
    tier: cost === undefined ? null : { promptTokens: cost.promptTokens, promptTokensOver: cost.tierPromptTokensOver },
    parts: (cost?.parts ?? []).map((part) => ({
      part: part.part,
      tokens: part.tokens,
      source: sourceOf(part),
      usdPerMillion: part.usdPerMillion,
      costUsd: part.costUsd,
      costPicoUsd: String(part.picoUsd),
    })),
    usage: {
      reported: registers.counts.length === 0 ? null : usageBody([...registers.counts.slice(0, -1), REPORTED]),
      counted: countedBody(registers.counted),
      input: effective.input ?? null,
      output: effective.output ?? null,
      cachedTokens: cached ?? null,
      reasoningTokens: reasoning ?? null,
    },
    countsInTotals: span.countsInTotals,
    notCountedBecause: span.countsInTotals ? null : 'repeats-descendants',
  };
}

const REPORTED = USAGE_SOURCES.indexOf('reported');

function countedBody([position, input, output, isEstimate]: CostRegisters['counted']) {
  if (position === 0 && input === 0 && output === 0) return null;
  const known = (count: number) => (count < 0 ? null : count);
  return { inputTokens: known(input), outputTokens: known(output), isEstimate: isEstimate === 1 };
}

/** What the price book knows of the price today; its id tells the rest. */
async function originOf(
  registry: Pick<Registry, 'prices'>,
  project: ProjectId,
  { priceId, amounts }: CostRegisters,
  { model, provider }: SpanBody,
): Promise<NonNullable<SpanCostBody['price']>> {
  if (priceId.startsWith(OWN_PRICE_PREFIX)) {
    const own = (await registry.prices.list(project)).find(({ id }) => OWN_PRICE_PREFIX + id === priceId);
    const isCurrent =
      own !== undefined &&
      ownCandidates([own], model ?? '', provider ?? undefined).some(({ price }) => isSame(amountsOf(price), amounts));
    const of = { model: own?.model ?? null, provider: own?.provider ?? null, from: own?.from ?? null };
    return { priceId, source: 'own', table: null, ...of, urls: [], isCurrent };
  }
  const published = tablePrices(model ?? '', provider ?? undefined).find(({ price }) => price.id === priceId);
  const isCurrent = published !== undefined && isSame(amountsOf(published.price), amounts);
  const [, providerId = null, modelId = null, fromDay = null] = PUBLISHED_ID.exec(priceId) ?? [];
  return {
    priceId,
    source: 'published',
    table: TABLE_NAME,
    model: modelId,
    provider: providerId,
    from: fromDay === null ? null : `${fromDay}T00:00:00.000000Z`,
    urls: [...(published?.urls ?? [])],
    isCurrent,
  };
}

/** `openai/o3@2025-06-10` */
const PUBLISHED_ID = /^([^/]+)\/(.+?)(?:@(\d{4}-\d{2}-\d{2}))?$/s;

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((amount, i) => amount === b[i]);
}
