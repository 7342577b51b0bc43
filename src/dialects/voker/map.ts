/**
 * One Voker event is one call: one span, which is its own trace. Events name no parent and no trace, and a later event
 * never adds to an earlier one, so every register is written once, at rank 1.
 */

import type { EventDraft } from '../../canonical/event.ts';
import { asJsonText, asObject, asText, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import type { SpanFragment, SpanKind, SpanStatus, TextRegister } from '../../canonical/span.ts';
import { readTimestamp } from '../../canonical/time.ts';
import type { IntakeRequest, LoadContext } from '../dialect.ts';
import { senderEventId } from './event-id.ts';
import { type Failure, readFailure } from './failure.ts';
import { outputMessages, toolCallsOf } from './messages.ts';
import { type ProviderCall, readProviderCall } from './provider-shapes.ts';

/** The vendor makes a default agent and, per agent, a default version; it does not say their names. */
export const DEFAULT_NAME = 'default';

const RANK = 1;

/** What a model was asked, by provider: chat, responses, Gemini, completions. */
const ASKED = ['messages', 'input', 'contents', 'prompt', 'prompts'] as const;
/** Members of `properties` that have a place of their own in a span. */
const PLACED = new Set(['inputs', 'input', 'output']);

export function vokerEvent(body: JsonObject, request: IntakeRequest, context: LoadContext, index: number): EventDraft {
  const sent = senderEventId(body, request.head);
  const eventId = sent ?? context.newEventId(index);
  const sentAt = readTimestamp(field(body, 'timestamp'));
  const timestamp = sentAt ?? context.receivedAt;
  const agent = asText(field(body, 'agent'));
  const version = asText(field(body, 'agent_version')) ?? DEFAULT_NAME;
  const person = asText(field(body, 'person'));
  return {
    eventId,
    ...(sent === undefined ? {} : { isIdempotencyKey: true }),
    type: asText(field(body, 'event_name')) ?? '',
    timestamp,
    placement: { by: 'trace', traceId: eventId },
    spanId: eventId,
    mentions: {
      agent: { name: agent ?? DEFAULT_NAME, version, ...(agent === undefined ? { isDefault: true } : {}) },
      ...(person === undefined ? {} : { person: { id: person } }),
    },
    payload: request.text,
    fragments: [fragment(body, { spanId: eventId, time: sentAt ?? 0, start: timestamp })],
  };
}

function fragment(body: JsonObject, position: Pick<SpanFragment, 'spanId' | 'time' | 'start'>): SpanFragment {
  const eventName = asText(field(body, 'event_name')) ?? '';
  const properties = asObject(field(body, 'properties')) ?? {};
  const call = eventName === 'llm' ? readProviderCall(properties) : undefined;
  const failure = readFailure(eventName, properties);
  const status = statusOf(properties, failure);
  const toolCalls = call === undefined ? [] : toolCallsOf(outputMessages(properties));
  const asked = call === undefined ? readGenericInput(properties) : readCallInput(properties);
  const text: Registers = {
    name: nameOf(eventName, properties, call),
    model: call?.model,
    provider: call?.provider,
    input: asked.input,
    params: asked.params,
    output: asJsonText(field(properties, 'output')),
    error: failure?.error,
    userId: asText(field(body, 'person')),
    sessionId: asText(field(body, 'session')),
    agentName: asText(field(body, 'agent')) ?? DEFAULT_NAME,
    agentVersion: asText(field(body, 'agent_version')) ?? DEFAULT_NAME,
  };
  return {
    ...position,
    rank: RANK,
    ...(status === 'running' ? {} : { end: position.start, isMoment: true }),
    text: { ...present(text), kind: kindOf(eventName, call), status },
    ...(call?.usage === undefined ? {} : { usage: call.usage }),
    metadata: JSON.stringify({
      fingerprintId: field(body, 'fingerprint_id'),
      // Wherever the provider puts them; they are requests, whose results stand in the next call's messages.
      ...(toolCalls.length === 0 ? {} : { toolCalls }),
    }),
  };
}

type Registers = Partial<Record<TextRegister, string | undefined>>;

function present(registers: Registers): Partial<Record<TextRegister, string>> {
  return Object.fromEntries(Object.entries(registers).filter(([, value]) => value !== undefined));
}

function kindOf(eventName: string, call: ProviderCall | undefined): SpanKind {
  if (call !== undefined) return call.isEmbedding ? 'embedding' : 'llm';
  return eventName === 'tool' ? 'tool' : 'event';
}

/** A public client reports a call as two unrelated events, the first one with `phase: "start"` and inputs only. */
function statusOf(properties: JsonObject, failure: Failure | undefined): SpanStatus {
  if (failure !== undefined) return 'error';
  const output = field(properties, 'output');
  const onlyStarted = field(properties, 'phase') === 'start' && (output === undefined || output === null);
  return onlyStarted ? 'running' : 'ok';
}

function nameOf(eventName: string, properties: JsonObject, call: ProviderCall | undefined): string {
  if (call !== undefined) return call.model ?? eventName;
  const tool = eventName === 'tool' ? asText(field(properties, 'tool')) : undefined;
  return tool ?? eventName;
}

interface Asked {
  readonly input: string | undefined;
  readonly params: string | undefined;
}

/** A request body of a provider: the messages are the input, the other arguments the parameters. */
function readCallInput(properties: JsonObject): Asked {
  const whole = field(properties, 'inputs') ?? field(properties, 'input');
  const inputs = asObject(whole);
  const name = ASKED.find((candidate) => asJsonText(field(inputs, candidate)) !== undefined);
  if (inputs === undefined || name === undefined) return { input: asJsonText(whole), params: undefined };
  const isModelName = typeof field(inputs, 'model') === 'string';
  return {
    input: asJsonText(field(inputs, name)),
    params: restOf(inputs, (key) => key === name || (key === 'model' && isModelName)),
  };
}

function readGenericInput(properties: JsonObject): Asked {
  return {
    input: asJsonText(field(properties, 'inputs')) ?? asJsonText(field(properties, 'input')),
    params: restOf(properties, (key) => PLACED.has(key)),
  };
}

function restOf(object: JsonObject, isTaken: (key: string) => boolean): string | undefined {
  const rest = Object.entries(object).filter(
    (entry): entry is [string, JsonValue] => !isTaken(entry[0]) && entry[1] !== undefined && entry[1] !== null,
  );
  return rest.length === 0 ? undefined : JSON.stringify(Object.fromEntries(rest));
}
