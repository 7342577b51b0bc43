/** Readers for the parts of a call: failure, tokens, tags, time spent. */

import { asNumber, asObject, asText, asTextList, at, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { errorText } from '../../canonical/span.ts';
import { type Micros, readTimestamp } from '../../canonical/time.ts';
import { asTokenCount, readUsage, type Usage, usageOfResponse } from '../../canonical/usage.ts';
import { idCharsMax } from '../../limits.ts';
import type { Fields } from './fields.ts';

/** Counts that stand at the top level. Bare `input` or `total` are not among them: a custom event means something else. */
const TOKEN_FIELDS = [
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'audio_tokens',
  'promptTokens',
  'completionTokens',
  'totalTokens',
  'inputTokens',
  'outputTokens',
  'cachedTokens',
  'cachedInputTokens',
  'reasoningTokens',
];
/** No model call is older. Below it stand epoch seconds, an argument of the call that is named alike, or an empty date. */
const EVENT_TIME_MIN: Micros = Date.UTC(2001, 0, 1) * 1000;
/** Longer than any call runs; above it `elapsed_ms` is not a duration in milliseconds. */
const ELAPSED_MS_MAX = 366 * 24 * 3_600_000;

/** An id that can be looked up: text or a number, not empty, within the limit. */
export function asId(value: JsonValue | undefined): string | undefined {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : asText(value);
  return text === undefined || text.length > idCharsMax ? undefined : text;
}

/** The optional `timestamp` of a direct integration. */
export function asEventTime(value: JsonValue | undefined): Micros | undefined {
  const time = readTimestamp(value);
  return time === undefined || time < EVENT_TIME_MIN ? undefined : time;
}

export function asElapsedMicros(value: JsonValue | undefined): Micros | undefined {
  const ms = asNumber(value);
  return ms === undefined || ms < 0 || ms > ELAPSED_MS_MAX ? undefined : Math.round(ms * 1000);
}

/**
 * The error register of a failed event. Generation 2 has no error phase: there a non-null `error_type` is the failure
 * (`protocols/weflayr.md` 4). Empty text and `false` say "no error".
 */
export function takeError(fields: Fields, isErrorPhase: boolean): string | undefined {
  const type = fields.take('error_type', (value) => (value === false ? undefined : asWords(value)));
  if (type === undefined && !isErrorPhase) return undefined;
  const message = fields.take('error_message', asWords);
  const code = fields.take('status_code', asWords);
  return (
    errorText({
      ...(message === undefined ? {} : { message }),
      ...(type === undefined ? {} : { type }),
      ...(code === undefined ? {} : { code }),
    }) ?? '{}'
  );
}

/** Text as it is, anything else that is not null as JSON. */
function asWords(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? asText(value) : JSON.stringify(value);
}

/**
 * Each count from the first place that has it (`protocols/weflayr.md` 8.5): top level, usage block, provider's response.
 * What a place says about its layout goes with the counts that it is about: a middleware may have lifted other ones.
 */
export function takeUsage(fields: Fields, response: JsonValue | undefined): Usage | undefined {
  const counts: Record<string, number> = {};
  for (const name of TOKEN_FIELDS) {
    const count = fields.take(name, asTokenCount);
    if (count !== undefined) counts[name] = count;
  }
  const places = [readUsage(counts), fields.take('usage', readUsage), usageOfResponse(response)];
  const [top, block, answer] = places;
  const { cacheOutsideInput: _, reasoningOutsideOutput: __, ...usage }: Usage = { ...answer, ...block, ...top };
  if (Object.keys(usage).length === 0) return undefined;
  const isOutside = (flag: 'cacheOutsideInput' | 'reasoningOutsideOutput', side: 'input' | 'output') =>
    places.some((place) => place?.[flag] === true && place[side] === usage[side]);
  return {
    ...usage,
    ...(isOutside('cacheOutsideInput', 'input') ? { cacheOutsideInput: true } : {}),
    ...(isOutside('reasoningOutsideOutput', 'output') ? { reasoningOutsideOutput: true } : {}),
  };
}

/** The model that answered, where the provider's result tells (`protocols/weflayr.md` 8.6). */
export function servedModel(response: JsonValue | undefined): string | undefined {
  return asText(at(response, 'model')) ?? asText(at(response, 'modelId'));
}

export interface Tags {
  /** `key:value` of the scalars, to filter by. */
  readonly list: readonly string[];
  /** As sent, without nulls; nested values live only here (`protocols/weflayr.md` 8.7). */
  readonly object: JsonObject;
}

/** Documented as string keys and string values, "no schema enforced": any type is taken. */
export function asTags(value: JsonValue | undefined): Tags | undefined {
  if (value === undefined || value === null) return undefined;
  const object = asObject(value);
  if (object === undefined) return { list: asTextList(value), object: {} };
  const entries = Object.entries(object).filter(([, tag]) => tag !== null);
  return {
    list: entries.flatMap(([key, tag]) =>
      Array.isArray(tag) ? [] : asTextList(tag).flatMap((text) => asText(`${key}:${text}`) ?? []),
    ),
    object: Object.fromEntries(entries),
  };
}
