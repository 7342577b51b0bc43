/** Calls as Weflayr's SDK reports them, with the optional time of the direct API: without it all would be of today. */

import type { JsonObject, JsonValue } from '../canonical/json.ts';
import type { Model } from './models.ts';
import { type DemoRequest, post } from './request.ts';
import { iso } from './timeline.ts';

/** Any word will do: the key decides the project. */
const PATH = '/weflayr/larkfell/';

export interface WatchedCall {
  readonly id: string;
  readonly model: Model;
  readonly startMs: number;
  /** Absent when the end never came. */
  readonly durationMs?: number;
  /** Of a stream. */
  readonly firstTokenMs?: number;
  readonly messages: JsonValue;
  readonly params?: JsonObject;
  readonly tags: JsonObject;
  readonly response?: JsonObject;
  readonly failure?: { readonly error_type: string; readonly error_message: string; readonly status_code: number };
}

/** Each event repeats the arguments of the call, as the SDK's do. */
export function callEvents({
  id,
  model,
  startMs,
  durationMs,
  firstTokenMs,
  messages,
  params,
  tags,
  response,
  failure,
}: WatchedCall): DemoRequest[] {
  const isStream = firstTokenMs !== undefined;
  const event = (phase: string, atMs: number, more: JsonObject = {}) =>
    post('weflayr', PATH, {
      ...{ event_id: id, event_type: phase, timestamp: iso(atMs), tags, method: 'chat.completions.create' },
      ...{
        provider: model.provider,
        model: model.name,
        messages,
        ...params,
        ...(isStream ? { stream: true } : {}),
        ...more,
      },
    });
  return [
    event('before', startMs),
    ...(isStream ? [event('stream_start', startMs + firstTokenMs)] : []),
    ...(durationMs === undefined
      ? []
      : [
          event('after', startMs + durationMs, {
            elapsed_ms: durationMs,
            ...(response === undefined ? {} : { response }),
            ...failure,
          }),
        ]),
  ];
}

export function completion(model: Model, content: string | null, usage: JsonObject, finishReason = 'stop'): JsonObject {
  const choices = [{ index: 0, finish_reason: finishReason, message: { role: 'assistant', content } }];
  return { object: 'chat.completion', model: model.name, choices, usage };
}

export function usageOf(prompt: number, completionTokens: number, details: JsonObject = {}): JsonObject {
  return {
    prompt_tokens: prompt,
    completion_tokens: completionTokens,
    total_tokens: prompt + completionTokens,
    ...details,
  };
}
