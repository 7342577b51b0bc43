/** A stored event in the vendor's words (`protocols/whyops.md` 1.4). A legacy `tool_call` is shown as the two it stands for. */

import { asObject, asText, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { isoFromMicros, type Micros, microsFromIso } from '../../canonical/time.ts';
import { readUsage, type Usage } from '../../canonical/usage.ts';
import type { ReadEvent } from '../reader.ts';
import { NEEDS_MODEL, readEventType } from './event-types.ts';
import { readLatency } from './map.ts';
import { responseId, toolCallHalf } from './tool-call.ts';

export interface EventView {
  readonly id: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly stepId: number | null;
  readonly parentStepId: number | null;
  readonly eventType: string;
  readonly at: Micros;
  readonly userId: string | null;
  readonly providerId: string | null;
  readonly createdAt: string;
  /** As sent: the vendor rewrites it by provider (3.1). */
  readonly content: JsonValue;
  readonly metadata: JsonObject | undefined;
}

export function viewsOf(event: ReadEvent): EventView[] {
  const payload = asObject(event.payload);
  const whole: EventView = {
    id: event.eventId,
    traceId: event.traceId,
    spanId: event.spanId,
    stepId: event.step,
    parentStepId: event.parentStep,
    eventType: event.type,
    at: microsFromIso(event.timestamp) ?? 0,
    userId: asText(field(payload, 'userId')) ?? null,
    providerId: asText(field(payload, 'providerId')) ?? null,
    createdAt: event.receivedAt,
    content: field(payload, 'content') ?? null,
    metadata: asObject(field(payload, 'metadata')),
  };
  return event.type === 'tool_call' ? halvesOf(whole) : [whole];
}

/** The call began when its latency says. Without one it takes no time: the vendor's guess is the step before (3.2). */
function halvesOf(whole: EventView): EventView[] {
  const { content, metadata, stepId } = whole;
  const latency = readLatency(field(metadata, 'latencyMs')) ?? 0;
  return [
    {
      ...whole,
      ...toolCallHalf(content, metadata, 'request'),
      eventType: 'tool_call_request',
      at: whole.at - latency,
    },
    {
      ...whole,
      ...toolCallHalf(content, metadata, 'response'),
      id: responseId(whole.id),
      eventType: 'tool_call_response',
      stepId: stepId === null ? null : stepId + 1,
      parentStepId: stepId,
    },
  ];
}

/** `include` may name `content` and `metadata`. */
export function eventReply(view: EventView, include: ReadonlySet<string>) {
  return {
    id: view.id,
    traceId: view.traceId,
    spanId: view.spanId,
    stepId: view.stepId,
    parentStepId: view.parentStepId,
    eventType: view.eventType,
    timestamp: isoFromMicros(view.at),
    userId: view.userId,
    providerId: view.providerId,
    createdAt: view.createdAt,
    ...(include.has('content') ? { content: view.content } : {}),
    ...(include.has('metadata') ? { metadata: view.metadata ?? null } : {}),
  };
}

/** What the vendor keeps in columns of their own. Counts are those that the client reported. */
export interface EventFacts {
  readonly model: string | null;
  readonly usage: Usage | undefined;
  readonly latencyMs: number | null;
  readonly finishReason: string | null;
  readonly toolName: string | null;
}

export function factsOf({ eventType, content, metadata }: EventView): EventFacts {
  const latency = readLatency(field(metadata, 'latencyMs'));
  const type = readEventType(eventType);
  return {
    model: asText(field(metadata, 'model')) ?? asText(at(content, 'model')) ?? null,
    usage: type !== undefined && NEEDS_MODEL.has(type) ? readUsage(field(metadata, 'usage')) : undefined,
    latencyMs: latency === undefined ? null : latency / 1000,
    finishReason: asText(at(content, 'finishReason')) ?? asText(field(metadata, 'finishReason')) ?? null,
    toolName: asText(field(metadata, 'tool')) ?? asText(at(content, 'toolName')) ?? null,
  };
}
