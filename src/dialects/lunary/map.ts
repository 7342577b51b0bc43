/** One Lunary event to one span. The event's kind picks who reads it; `fragment.ts` says how much each reading counts. */

import type { EventDraft, Mentions } from '../../canonical/event.ts';
import { derivedUuid } from '../../canonical/ids.ts';
import { asJsonText, asObject, asText, field, type JsonObject } from '../../canonical/json.ts';
import type { Micros } from '../../canonical/time.ts';
import { ownIdOf, type Phase, phaseOf, read, sentAtOf } from './envelope.ts';
import { fragmentOf, type Statement } from './fragment.ts';
import { vendorUuid } from './ids.ts';
import { logStatement } from './log-line.ts';
import { THREAD_UUID_MARK, UUID_MARK } from './marks.ts';
import { bareStatement, runStatement } from './run.ts';
import { chatStatement, customEventStatement } from './thread.ts';

export function lunaryEvent(event: JsonObject, payload: string, receivedAt: Micros): EventDraft {
  const phase = phaseOf(event);
  const sentAt = sentAtOf(event);
  const timestamp = sentAt ?? receivedAt;
  const eventId = eventIdOf(event, payload);
  const plain = statementOf(event, phase, eventId);
  const said: Statement = { ...plain, marks: { ...uuidMarks(plain), ...plain.marks } };
  return {
    eventId,
    type: asText(read(event, 'event')) ?? asText(read(event, 'type')) ?? 'unknown',
    timestamp,
    placement: said.placement,
    spanId: said.spanId,
    payload,
    fragments: [fragmentOf(said, phase, timestamp, sentAt)],
    ...mentionsOf(event),
  };
}

/** Clients resend whole batches with the same times and bytes: that is the same event again (7, rule 4). */
function eventIdOf(event: JsonObject, payload: string): string {
  const sentAt = JSON.stringify(field(event, 'timestamp') ?? null);
  return derivedUuid('lunary', asText(ownIdOf(event)) ?? '', asText(read(event, 'event')) ?? '', sentAt, payload);
}

function statementOf(event: JsonObject, phase: Phase, eventId: string): Statement {
  // `decode` lets only logs pass without an id.
  const spanId = asText(ownIdOf(event)) ?? eventId;
  switch (phase) {
    case 'log':
      return logStatement(event, eventId);
    case 'chat':
      return chatStatement(event, spanId);
    case 'custom-event':
      return customEventStatement(event, spanId);
    case 'feedback':
    case 'other':
      return bareStatement(event, phase, spanId);
    default:
      return runStatement(event, phase, spanId);
  }
}

/** The vendor's API names runs and threads by UUIDs; by these they are found again (2.2). */
function uuidMarks({ spanId, text }: Statement): JsonObject {
  const thread = text?.sessionId;
  return {
    ...(vendorUuid(spanId) === spanId ? {} : { [UUID_MARK]: vendorUuid(spanId) }),
    ...(thread === undefined || vendorUuid(thread) === thread ? {} : { [THREAD_UUID_MARK]: vendorUuid(thread) }),
  };
}

/** Absent properties say nothing; the vendor's server wipes stored ones then (2.6, 6.2). */
function mentionsOf(event: JsonObject): { mentions?: Mentions } {
  const id = asText(read(event, 'userId'));
  if (id === undefined) return {};
  const properties = asJsonText(asObject(read(event, 'userProps')));
  return { mentions: { person: properties === undefined ? { id } : { id, properties } } };
}
