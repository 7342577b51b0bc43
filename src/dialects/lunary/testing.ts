/** Requests, and the spans that come out of them, for the tests of this folder. */

import type { EventDraft } from '../../canonical/event.ts';
import type { JsonObject, JsonValue } from '../../canonical/json.ts';
import { emptySpan, joinFragment, type TextTuple } from '../../canonical/merge.ts';
import type { TextRegister } from '../../canonical/span.ts';
import { USAGE_FIELDS } from '../../canonical/usage.ts';
import type { EventRoute, IntakeRequest } from '../dialect.ts';
import { lunary } from './lunary.ts';

export const RECEIVED_AT = Date.UTC(2026, 0, 31, 9, 30) * 1000;

export function request(body: unknown, headers: Record<string, string> = {}): IntakeRequest {
  const head = { method: 'POST', params: {}, query: new URLSearchParams(), headers };
  return { head, text: typeof body === 'string' ? body : JSON.stringify(body), receivedAt: RECEIVED_AT };
}

export function route(path: string): EventRoute {
  const found = lunary.routes.find((candidate) => candidate.path === path);
  if (found?.kind !== 'events') throw new Error(`no event route ${path}`);
  return found;
}

/** What the server answers once a credential has been accepted. */
export function reply(path: string, body: unknown) {
  const sent = request(body);
  const decoded = route(path).decode(sent);
  if (!decoded.ok) return route(path).refused(decoded.fault, sent);
  return route(path).accepted({ request: sent, items: decoded.items, newEventId });
}

/** The drafts of a body; nothing for one that is refused. */
export function drafts(body: unknown): readonly EventDraft[] {
  const sent = request(body);
  const ingest = route('/v1/runs/ingest');
  const decoded = ingest.decode(sent);
  return decoded.ok ? ingest.events(sent, decoded.items, { receivedAt: RECEIVED_AT, newEventId }) : [];
}

export function draft(event: JsonObject): EventDraft {
  const [only] = drafts(event);
  if (only === undefined) throw new Error('refused');
  return only;
}

function newEventId(index: number): string {
  return `event-${index}`;
}

const JSON_REGISTERS: readonly TextRegister[] = ['input', 'output', 'params', 'error'];

/** The spans that drafts fold into, flat and readable, by span id. */
export function spansOf(events: readonly EventDraft[]): Record<string, JsonObject> {
  const spans = new Map<string, ReturnType<typeof emptySpan>>();
  for (const fragment of events.flatMap((event) => event.fragments)) {
    const span = spans.get(fragment.spanId) ?? emptySpan();
    spans.set(fragment.spanId, span);
    joinFragment(span, fragment);
  }
  return Object.fromEntries([...spans].map(([id, span]) => [id, flat(span)]));
}

function flat(span: ReturnType<typeof emptySpan>): JsonObject {
  const counts = span.tokens?.[2] ?? [];
  const text = Object.entries(span.text).map(([name, [, , value]]): [string, JsonValue] => [
    name,
    (JSON_REGISTERS as readonly string[]).includes(name) ? JSON.parse(value) : value,
  ]);
  return {
    start: span.start,
    ...(span.end === undefined ? {} : { end: span.end }),
    ...Object.fromEntries(text),
    ...(counts.length === 0
      ? {}
      : { usage: Object.fromEntries(USAGE_FIELDS.map((name, i) => [name, counts[i] ?? -1])) }),
    tags: [...span.tags].sort(),
    metadata: Object.assign({}, ...patches(span.metadata)),
    feedback: patches(span.feedback),
  };
}

/** In the order in which a reader applies them. */
function patches(from: ReadonlyMap<string, TextTuple>): JsonValue[] {
  return [...from.values()]
    .sort(([rankA, timeA, a], [rankB, timeB, b]) => rankA - rankB || timeA - timeB || (a < b ? -1 : 1))
    .map(([, , text]) => JSON.parse(text));
}

export function span(...events: readonly JsonObject[]): JsonObject {
  const [only] = Object.values(spansOf(drafts(events)));
  if (only === undefined) throw new Error('no span');
  return only;
}
