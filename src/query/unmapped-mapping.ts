/**
 * How a stored event becomes a span again. Of its request only the payload is kept, and that is enough to know which of
 * its fields count: headers and paths add to a span, they do not decide what of a body is read.
 */

import type { EventDraft } from '../canonical/event.ts';
import { asObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { Micros } from '../canonical/time.ts';
import type { Dialect, EventRoute, IntakeRequest } from '../dialects/dialect.ts';

export interface StoredPayload {
  readonly type: string;
  readonly payload: string;
  readonly receivedAt: Micros;
}

export interface Mapping {
  readonly event: JsonObject;
  /** The event as it is. */
  readonly draft: EventDraft;
  /** Of the event with other fields: all that becomes of it, apart from the payload itself. */
  said(event: JsonObject): string;
}

/** `undefined` when no route of the dialect makes of the payload alone what is stored, or nothing is said about a span. */
export function mappingOf(dialect: Dialect, stored: StoredPayload): Mapping | undefined {
  const event = parsed(stored.payload);
  if (event === undefined) return undefined;
  const request: IntakeRequest = {
    head: { method: 'POST', params: {}, query: new URLSearchParams(), headers: {} },
    text: stored.payload,
    receivedAt: stored.receivedAt,
  };
  for (const route of dialect.routes) {
    if (route.kind !== 'events' || !takes(route, request)) continue;
    const draft = draftOf(route, request, event);
    if (draft?.type !== stored.type || draft.fragments.length === 0) continue;
    return { event, draft, said: (changed) => saidOf(route, request, changed) };
  }
  return undefined;
}

function parsed(payload: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(payload);
    return asObject(value);
  } catch {
    // The store holds what was accepted, but a rule of redaction may have cut into it.
    return undefined;
  }
}

/** The same payload could have been sent to it, alone. */
function takes(route: EventRoute, request: IntakeRequest): boolean {
  const decoded = route.decode(request);
  return decoded.ok && decoded.items.length === 1 && decoded.items[0]?.ok === true;
}

/** The text of the request stays: ids that are made of it must not change with every field. */
function draftOf(route: EventRoute, request: IntakeRequest, event: JsonObject): EventDraft | undefined {
  const context = { receivedAt: request.receivedAt, newEventId: () => 'new' };
  const [draft] = route.events(request, [{ ok: true, value: event }], context);
  return draft;
}

function saidOf(route: EventRoute, request: IntakeRequest, event: JsonObject): string {
  try {
    const draft = draftOf(route, request, event);
    return draft === undefined ? 'nothing' : JSON.stringify({ ...draft, payload: '' });
  } catch (error) {
    // `events` may count on what `decode` has checked: without this field it is another event.
    return String(error);
  }
}
