/** Tokens and cost of spans in the words of Vellum's usage results. */

import type { JsonObject, JsonValue } from '../../canonical/json.ts';
import type { ReadSpan } from '../reader.ts';

export function usageResult(span: ReadSpan): JsonValue {
  if (span.usage === null) return null;
  return { usage: [modelUsage(span)], cost: costOf(span.costUsd ?? 0, span.costUsd !== null) };
}

/** Of a whole execution: a span that repeats what one below it reports does not count again. */
export function usageResults(spans: readonly ReadSpan[]): JsonValue {
  const parents = new Map(spans.map((span) => [span.spanId, span.parentSpanId]));
  const repeats = new Set<string>();
  const reporting = spans.filter((span) => span.usage !== null);
  for (const { spanId } of reporting) {
    for (let parent = parents.get(spanId); parent && !repeats.has(parent); parent = parents.get(parent))
      repeats.add(parent);
  }
  const counted = reporting.filter((span) => !repeats.has(span.spanId));
  if (counted.length === 0) return null;
  const cost = counted.reduce((sum, span) => sum + (span.costUsd ?? 0), 0);
  const isPriced = counted.some((span) => span.costUsd !== null);
  return [{ usage: counted.map(modelUsage), cost: costOf(cost, isPriced) }];
}

function costOf(usd: number, isPriced: boolean): JsonValue[] {
  return isPriced ? [{ value: usd, unit: 'USD' }] : [];
}

function modelUsage({ model, usage }: ReadSpan): JsonObject {
  return {
    ml_model_name: model ?? '',
    ml_model_usage: {
      input_token_count: usage?.inputTokens ?? null,
      output_token_count: usage?.outputTokens ?? null,
      cache_read_input_tokens: usage?.cacheReadTokens ?? null,
      cache_creation_input_tokens: usage?.cacheWriteTokens ?? null,
    },
  };
}
