/**
 * One WhyOps event to one span. Events that share a `spanId` in a trace are one span (a tool's request and response);
 * an event without one is a span of its own, whose id is its event id. `parts.ts` reads content and metadata by type;
 * this file adds what all types have in common.
 */

import type { EventDraft, StepRequest } from '../../canonical/event.ts';
import { derivedUuid } from '../../canonical/ids.ts';
import { asObject, asText, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import type { SpanFragment } from '../../canonical/span.ts';
import { clampMicros, type Micros, readTimestamp } from '../../canonical/time.ts';
import type { RequestHead } from '../dialect.ts';
import { contextId } from './context.ts';
import { type EventType, readEventType } from './event-types.ts';
import { type Part, readPart } from './parts.ts';
import { present } from './present.ts';
import { samplingPoint } from './sampling.ts';
import { TOOL_CALL_STEPS } from './tool-call.ts';

export interface EventContext {
  readonly payload: string;
  readonly context: { readonly receivedAt: Micros; newEventId(index: number): string };
  readonly index: number;
  /** For ids that the body leaves out. */
  readonly head: RequestHead;
  /** The version of each agent that was current when the request came. */
  readonly versions: ReadonlyMap<string, string>;
  readonly forced: EventType | undefined;
}

/**
 * Only an explicit key makes two events the same, within their trace. Equal content does not: an agent that repeats
 * itself is what people come here to see (the vendor drops it, `protocols/whyops.md` 4.5).
 */
export function eventIdOf(event: JsonObject, context: { newEventId(index: number): string }, index: number): string {
  const key = asText(field(event, 'idempotencyKey'));
  if (key === undefined) return context.newEventId(index);
  return derivedUuid('whyops', asText(field(event, 'traceId')) ?? '', key);
}

/** A list of one; empty for an event that `decode` would not have let through. */
export function whyopsEvent(
  event: JsonObject,
  { payload, context, index, head, versions, forced }: EventContext,
): EventDraft[] {
  const type = forced ?? readEventType(field(event, 'eventType'));
  const traceId = asText(field(event, 'traceId'));
  const agentName = asText(field(event, 'agentName'));
  if (type === undefined || traceId === undefined || agentName === undefined) return [];
  const eventId = eventIdOf(event, context, index);
  const sharedSpanId = asText(field(event, 'spanId'));
  const spanId = sharedSpanId ?? eventId;
  const sentAt = readTimestamp(asText(field(event, 'timestamp')));
  const timestamp = sentAt ?? context.receivedAt;
  const environment = contextId(event, head, 'environment');
  const ownerId = contextId(event, head, 'user');
  const steps = readSteps(event);
  const part = readPart(type, event, sharedSpanId !== undefined);
  const who = {
    userId: contextId(event, head, 'externalUser'),
    sessionId: traceId,
    agentName,
    agentVersion: versions.get(agentName),
    environment,
  };
  return [
    {
      eventId,
      ...(asText(field(event, 'idempotencyKey')) === undefined ? {} : { isIdempotencyKey: true }),
      type,
      timestamp,
      placement: { by: 'trace', traceId },
      spanId,
      ...present({ environment }),
      steps: type === 'tool_call' ? { ...steps, span: TOOL_CALL_STEPS } : steps,
      mentions: { agent: { name: agentName } },
      sampling: {
        agentName,
        point: samplingPoint({ traceId, agentName, userId: ownerId ?? '', environmentId: environment ?? '' }),
      },
      payload,
      fragments: [
        {
          spanId,
          rank: part.rank,
          ...present({ ranks: part.ranks }),
          time: sentAt ?? 0,
          ...timesOf(part, timestamp, asObject(field(event, 'metadata'))),
          text: present({ ...part.text, ...who }),
          ...present({ usage: part.usage, metadata: metadataOf(event, head) }),
          ...steps,
        },
      ],
    },
  ];
}

/** The sender's, whole, and the stored provider that the event names: analytics are asked for by it. */
function metadataOf(event: JsonObject, head: RequestHead): string | undefined {
  const sent = asObject(field(event, 'metadata'));
  const metadata = { ...present({ providerId: contextId(event, head, 'provider') }), ...sent };
  return Object.keys(metadata).length === 0 ? undefined : JSON.stringify(metadata);
}

/** As sent. Missing numbers are given in log order when the event is loaded (`protocols/whyops.md` 4.3). */
function readSteps(event: JsonObject): StepRequest {
  return present({ step: readStep(field(event, 'stepId')), parentStep: readStep(field(event, 'parentStepId')) });
}

function readStep(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** `timestamp` is the moment after the work: its latency tells when it began. A request's latency is not its own. */
function timesOf(
  part: Part,
  timestamp: Micros,
  metadata: JsonObject | undefined,
): Pick<SpanFragment, 'start' | 'end' | 'durationMicros' | 'isMoment'> {
  if (part.phase === 'opens') return { start: timestamp };
  const durationMicros = part.phase === 'closes' ? readLatency(at(metadata, 'latencyMs')) : undefined;
  if (durationMicros === undefined) return { start: timestamp, end: timestamp, isMoment: true };
  return { start: clampMicros(timestamp - durationMicros), end: timestamp, durationMicros };
}

const LATENCY = /^(\d+(?:\.\d+)?) ?(ms|s)?$/;
/** Longer is no measurement, and the sum with a timestamp would lose its microseconds. */
const LATENCY_MS_MAX = 366 * 24 * 3_600_000;

/** Milliseconds as a number or text: `12.5`, `"820"`, `"820ms"`, `"1.2s"`. Anything else stays in the metadata only. */
export function readLatency(value: JsonValue | undefined): Micros | undefined {
  const match = typeof value === 'string' ? LATENCY.exec(value.trim()) : null;
  const sent = match === null ? value : Number(match[1]) * (match[2] === 's' ? 1000 : 1);
  return typeof sent === 'number' && sent >= 0 && sent <= LATENCY_MS_MAX ? Math.round(sent * 1000) : undefined;
}
