/**
 * One Weflayr event to one span. All events of a call share `event_id`, so it is the span's id; a point is a span of its
 * own, below the call of that id if there is one. The SDKs send no timestamp (`protocols/weflayr.md` 3): arrival time is all there is,
 * and `elapsed_ms` gives the start.
 */

import type { EventDraft, Placement } from '../../canonical/event.ts';
import { derivedUuid } from '../../canonical/ids.ts';
import { asJsonText, asText, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import type { SpanFragment, SpanKind, SpanStatus } from '../../canonical/span.ts';
import type { Micros } from '../../canonical/time.ts';
import type { LoadContext } from '../dialect.ts';
import { asElapsedMicros, asEventTime, asId, asTags, servedModel, takeError, takeUsage } from './call.ts';
import { Fields } from './fields.ts';
import { type Phase, type PhaseReading, readPhase } from './phase.ts';

/** A later phase knows more: both generations repeat in `after` what `before` said (`protocols/weflayr.md` 5). */
const RANK: Record<Phase, number> = {
  point: 5,
  before: 10,
  stream_start: 20,
  stream_pending: 20,
  after: 30,
  error: 30,
};
/** For what is concluded rather than said: any event that says it wins. */
const RANK_GUESS = 1;

/** What the call was asked, in order of preference. */
const INPUT_FIELDS = ['messages', 'input', 'prompt', 'contents'];
const OUTPUT_FIELDS = ['response', 'output'];

export function weflayrEvent(body: JsonObject, payload: string, context: LoadContext, index: number): EventDraft {
  const reading = readPhase(body);
  const callId = asText(field(body, 'event_id')) ?? '';
  const type = asText(field(body, 'event_type')) ?? '';
  const eventId = canRepeat(reading) ? context.newEventId(index) : derivedUuid('weflayr', callId, type, payload);
  const isPoint = reading.phase === 'point';
  const spanId = isPoint ? eventId : callId;

  const fields = new Fields(body);
  const sentAt = fields.take('timestamp', asEventTime);
  const traceId = fields.take('trace_id', asId);
  const parentId = fields.take('parent_id', (value) => (asId(value) === spanId ? undefined : asId(value)));
  const timestamp = sentAt ?? context.receivedAt;
  return {
    eventId,
    type,
    timestamp,
    placement: placement(traceId, parentId, isPoint ? callId : undefined),
    spanId,
    payload,
    fragments: [
      fragment(fields, reading, {
        spanId,
        parentSpanId: parentId ?? (isPoint ? callId : undefined),
        timestamp,
        sentAt,
      }),
    ],
  };
}

/**
 * Ids are shared by all events of a call, so only equal bytes of `before`, `after` and the like count as the same event
 * delivered twice. Pending events and points repeat themselves legitimately (`protocols/weflayr.md` 7), and so do the
 * phases that a call's own `event_type` hides.
 */
function canRepeat({ phase, isSpelled }: PhaseReading): boolean {
  return phase === 'point' || phase === 'stream_pending' || !isSpelled;
}

/** A point names its trace rather than its parent: mostly there is no call of that id, and nothing has to be looked up. */
function placement(traceId: string | undefined, parentId: string | undefined, pointOf: string | undefined): Placement {
  if (traceId !== undefined) return { by: 'trace', traceId };
  if (parentId !== undefined) return { by: 'parent', parentSpanId: parentId };
  return pointOf === undefined ? { by: 'self' } : { by: 'trace', traceId: pointOf };
}

interface Position {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly timestamp: Micros;
  readonly sentAt: Micros | undefined;
}

function fragment(fields: Fields, { phase, operation }: PhaseReading, position: Position): SpanFragment {
  const { spanId, parentSpanId, timestamp, sentAt } = position;
  const rank = RANK[phase];
  const ends = phase === 'after' || phase === 'error';
  if (phase !== 'point') fields.take('method', asText);
  const durationMicros = ends ? fields.take('elapsed_ms', asElapsedMicros) : undefined;
  const input = fields.takeFirst(INPUT_FIELDS, asJsonText);
  const response = fields.takeFirst(OUTPUT_FIELDS, (value) => value ?? undefined);
  const requested = fields.take('model', asText);
  const provider = fields.take('provider', asText);
  const served = servedModel(response);
  const error = takeError(fields, phase === 'error');
  const usage = takeUsage(fields, response);
  const tags = fields.take('tags', asTags);
  const tag = (name: string) => asId(field(tags?.object, name));
  const sessionId = fields.take('session_id', asId) ?? tag('session_id');
  const metadata = {
    ...tags?.object,
    ...(served === undefined || served === requested ? {} : { servedModel: served }),
  };
  const text: SpanFragment['text'] = dropAbsent({
    name: operation,
    kind: kindOf(phase, operation),
    status: statusOf(phase, error),
    parentSpanId,
    model: requested ?? served,
    provider,
    input,
    output: asJsonText(response),
    error,
    userId: tag('user_id') ?? tag('user'),
    sessionId,
    params: asJsonText(fields.rest()),
  });
  return {
    spanId,
    rank,
    ranks: {
      // A failure is not undone by an `after` of the same call.
      ...(error === undefined ? {} : { status: rank + 1 }),
      ...(requested === undefined ? { model: RANK_GUESS } : {}),
      ...(operation === undefined ? { kind: RANK_GUESS } : {}),
    },
    time: sentAt ?? 0,
    start: timestamp - (durationMicros ?? 0),
    ...(ends || phase === 'point' ? { end: timestamp } : {}),
    // Sent when the iteration begins (`protocols/weflayr.md` 5.3); without a time of the sender it is the arrival.
    ...(phase === 'stream_start' ? { firstToken: timestamp } : {}),
    text,
    ...(usage === undefined ? {} : { usage }),
    ...(durationMicros === undefined ? {} : { durationMicros }),
    ...(tags === undefined ? {} : { tags: tags.list }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata: JSON.stringify(metadata) }),
  };
}

function statusOf(phase: Phase, error: string | undefined): SpanStatus {
  if (error !== undefined) return 'error';
  return phase === 'after' || phase === 'point' ? 'ok' : 'running';
}

function kindOf(phase: Phase, operation: string | undefined): SpanKind {
  if (phase === 'point') return 'event';
  return operation !== undefined && /(^|\.)embed/.test(operation) ? 'embedding' : 'llm';
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function dropAbsent<T extends Readonly<Record<string, JsonValue | undefined>>>(object: T): Present<T> {
  // `fromEntries` forgets the names; the filter takes away nothing but absent values.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>;
}
