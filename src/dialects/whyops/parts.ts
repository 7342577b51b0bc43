/**
 * What each event type says in its content and metadata (`protocols/whyops.md` 3). Content is any JSON: shapes other
 * than the SDKs' own are kept whole instead of being rewritten, as the vendor does (3.1).
 */

import { asJsonText, asObject, asText, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import {
  errorText,
  type RegisterName,
  type SpanError,
  type SpanKind,
  type SpanStatus,
  type TextRegister,
} from '../../canonical/span.ts';
import { readUsage, type Usage } from '../../canonical/usage.ts';
import type { EventType } from './event-types.ts';
import { present } from './present.ts';
import { callsOf, RESULT_KEYS } from './tool-call.ts';

/** Listed in README.md. An answer knows better than a request; of an error, only that it happened. */
export const RANK = { failure: 40, answer: 30, result: 20, request: 10, aside: 5 } as const;

export interface Part {
  readonly rank: number;
  readonly ranks?: Partial<Record<RegisterName, number>> | undefined;
  /** `opens`: another event of the span ends it. `point`: takes no time. `closes`: ends work that took `latencyMs`. */
  readonly phase: 'opens' | 'point' | 'closes';
  readonly text: Partial<Record<TextRegister, string | undefined>> & { kind: SpanKind; status: SpanStatus };
  readonly usage?: Usage | undefined;
}

/** `isShared`: the event names its span, so that another event can join it. */
export function readPart(type: EventType, event: JsonObject, isShared: boolean): Part {
  const content = field(event, 'content');
  const metadata = asObject(field(event, 'metadata'));
  // Without a span id no answer can ever join: the request is all there is of that span.
  const asked = isShared
    ? ({ phase: 'opens', status: 'running' } as const)
    : ({ phase: 'point', status: 'ok' } as const);
  switch (type) {
    case 'user_message': {
      const text = { kind: 'message', name: type, status: 'ok', input: asJsonText(content) } as const;
      return { rank: RANK.request, phase: 'point', text: { ...text, params: paramsOf(metadata) } };
    }
    case 'llm_response':
      return modelAnswer('llm', type, content, metadata);
    case 'embedding_response':
      return modelAnswer('embedding', type, content, metadata);
    case 'embedding_request': {
      const { model, ...said } = modelOf(type, metadata);
      const text = { kind: 'embedding', status: asked.status, ...said, input: asJsonText(inputOf(content)) } as const;
      // On its own it is only what was asked: with a model it would be a second call next to its response, which is the call.
      return { rank: RANK.request, phase: asked.phase, text: isShared ? { ...text, model } : text };
    }
    case 'llm_thinking': {
      const text = { kind: 'event', name: type, status: 'ok', output: asJsonText(content) } as const;
      return { rank: RANK.aside, phase: 'closes', text };
    }
    case 'tool_call_request': {
      const text = { kind: 'tool', name: toolName(type, content, metadata), status: asked.status } as const;
      return { rank: RANK.request, phase: asked.phase, text: { ...text, input: argumentsOf(content) } };
    }
    case 'tool_call_response':
    case 'tool_call':
      return toolAnswer(type, content, metadata);
    case 'tool_result': {
      const text = { kind: 'tool', name: toolName(type, content, metadata), status: 'ok' } as const;
      return { rank: RANK.result, phase: 'closes', text: { ...text, output: resultsOf(content, ['output']) } };
    }
    case 'error':
      return failure(content, metadata);
  }
}

function modelAnswer(
  kind: 'llm' | 'embedding',
  type: EventType,
  content: JsonValue | undefined,
  metadata: JsonObject | undefined,
): Part {
  return {
    rank: RANK.answer,
    phase: 'closes',
    text: { kind, status: 'ok', output: asJsonText(content), ...modelOf(type, metadata) },
    usage: usageOf(metadata),
  };
}

/** The response repeats the calls; the request's own words win, and a lost request is not missed. */
function toolAnswer(
  type: 'tool_call_response' | 'tool_call',
  content: JsonValue | undefined,
  metadata: JsonObject | undefined,
): Part {
  return {
    rank: RANK.answer,
    ranks: type === 'tool_call' ? undefined : { input: RANK.aside },
    phase: 'closes',
    text: {
      kind: 'tool',
      name: toolName(type, content, metadata),
      status: 'ok',
      input: callsOf(content) === undefined ? undefined : argumentsOf(content),
      output: resultsOf(content, RESULT_KEYS),
    },
  };
}

/** An error may share the span of the call that failed: then that call keeps its kind, name and model. */
function failure(content: JsonValue | undefined, metadata: JsonObject | undefined): Part {
  const { model, provider } = modelOf('error', metadata);
  return {
    rank: RANK.aside,
    ranks: { status: RANK.failure, error: RANK.failure },
    phase: 'closes',
    text: { kind: 'event', name: 'error', status: 'error', error: errorOf(content), model, provider },
  };
}

/** Content that says nothing in the SDKs' terms becomes the message as it is. */
function errorOf(content: JsonValue | undefined): string {
  const status = at(content, 'status');
  const error: SpanError = present({
    message:
      asText(content) ??
      asText(at(content, 'message')) ??
      asText(at(content, 'error')) ??
      asText(at(content, 'error', 'message')),
    stack: asText(at(content, 'stack')),
    code: typeof status === 'number' || typeof status === 'string' ? String(status) : undefined,
  });
  const message = asJsonText(content);
  return errorText(error) ?? (message === undefined ? '{}' : JSON.stringify({ message }));
}

function modelOf(type: EventType, metadata: JsonObject | undefined) {
  const model = asText(field(metadata, 'model'));
  return { name: model ?? type, model, provider: asText(field(metadata, 'provider')), params: paramsOf(metadata) };
}

function paramsOf(metadata: JsonObject | undefined): string | undefined {
  const params = asObject(field(metadata, 'params'));
  return params === undefined || Object.keys(params).length === 0 ? undefined : JSON.stringify(params);
}

/** Members of the metadata that may name the provider, as the vendor looks for it (3.1). */
const PROVIDER_KEYS = ['provider', 'providerSlug', 'providerName'] as const;

/** Anthropic counts cached tokens apart from the prompt, the others count them as part of it. */
export function usageOf(metadata: JsonObject | undefined): Usage | undefined {
  const usage = readUsage(field(metadata, 'usage'));
  if (usage === undefined) return undefined;
  const isAnthropic = PROVIDER_KEYS.some((key) => asText(field(metadata, key))?.toLowerCase().includes('anthropic'));
  return isAnthropic ? { ...usage, cacheOutsideInput: true } : usage;
}

/** `metadata.tool` may be any non-null value; only a word is a name. */
function toolName(type: EventType, content: JsonValue | undefined, metadata: JsonObject | undefined): string {
  const [call] = callsOf(content) ?? [];
  return (
    asText(field(metadata, 'tool')) ??
    asText(at(content, 'toolName')) ??
    asText(at(call, 'name')) ??
    asText(at(call, 'function', 'name')) ??
    type
  );
}

/** The arguments of a lone call; several calls stay a list, names included; other content is shown as it is. */
function argumentsOf(content: JsonValue | undefined): string | undefined {
  const calls = callsOf(content);
  if (calls === undefined) return asJsonText(content);
  if (calls.length !== 1) return calls.length === 0 ? undefined : JSON.stringify(calls);
  const call = asObject(calls[0]);
  return asJsonText(field(call, 'arguments') ?? at(call, 'function', 'arguments'));
}

function inputOf(content: JsonValue | undefined): JsonValue | undefined {
  return at(content, 'input') ?? content;
}

/** The first of the named members that holds something; content of another shape is the result itself. */
function resultsOf(content: JsonValue | undefined, names: readonly string[]): string | undefined {
  const object = asObject(content);
  if (object === undefined) return asJsonText(content);
  const named = names.filter((name) => Object.hasOwn(object, name));
  if (named.length === 0) return callsOf(content) === undefined ? asJsonText(content) : undefined;
  return named.map((name) => asJsonText(field(object, name))).find((text) => text !== undefined);
}
