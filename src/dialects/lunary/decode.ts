/**
 * Body → events. The vendor takes `{events: […]}` and `{events: {…}}`; its docs promise a bare array, so that and a bare
 * event work too (`protocols/lunary.md` 1.2, 7). Events fail one by one, never the request, and stay in input order.
 */

import { field, isObject, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { elementTexts, memberText } from '../../canonical/json-text.ts';
import { type Outcome, ok, type Problem, refuse } from '../../canonical/outcome.ts';
import { eventsPerRequestMax, idCharsMax } from '../../limits.ts';
import type { Decoded, DecodedItem } from '../dialect.ts';
import { parseJson } from '../parse-json.ts';
import { ownIdOf, phaseOf, read } from './envelope.ts';

export const MISSING_EVENTS = 'Missing events payload.';
/** A body without `events` is one event when it has one of these. */
const EVENT_KEYS = ['event', 'type', 'runId', 'run_id'];

/** The raw items of a body, before any of them is looked at. */
export function readItems(text: string): Outcome<readonly JsonValue[]> {
  const parsed = parseJson(text);
  if (!parsed.ok) return text.trim() === '' ? refuse('invalid-event', MISSING_EVENTS) : parsed;
  const body = parsed.value;
  if (Array.isArray(body)) return ok(body);
  if (!isObject(body)) return refuse('invalid-event', 'invalid JSON, only supports object and array');
  const events = field(body, 'events');
  if (events !== undefined && events !== null) return ok(Array.isArray(events) ? events : [events]);
  const isEvent = events === undefined && EVENT_KEYS.some((key) => field(body, key) !== undefined);
  return isEvent ? ok([body]) : refuse('invalid-event', MISSING_EVENTS);
}

export function decode(request: { readonly text: string }): Decoded {
  const items = readItems(request.text);
  if (!items.ok) return items;
  if (items.value.length > eventsPerRequestMax)
    return refuse('too-many-events', `A request may hold ${eventsPerRequestMax} events, this one has more`);
  return { ok: true, items: items.value.map(decodeItem) };
}

/** As `decode`, for the legacy route, where an empty list is an error (1.5). */
export function decodeReport(request: { readonly text: string }): Decoded {
  const decoded = decode(request);
  return decoded.ok && decoded.items.length === 0 ? refuse('invalid-event', MISSING_EVENTS) : decoded;
}

/** The JSON texts of the same items, for the same text. */
export function itemTexts(text: string): readonly string[] {
  const list = memberText(text, 'events') ?? text;
  return (elementTexts(list) ?? [list.trim()]).map(unwrappedText);
}

function decodeItem(item: JsonValue, index: number): DecodedItem {
  const value = unwrapped(item);
  const problem = isObject(value) ? problemOf(value) : { path: '', message: 'must be a JSON object' };
  if (isObject(value) && problem === undefined) return { ok: true, value };
  const path = [`events[${index}]`, problem?.path].filter(Boolean).join('.');
  const message = problem?.message ?? '';
  return {
    ok: false,
    value,
    fault: { code: 'invalid-event', message: `${path} ${message}`, problems: [{ path, message }] },
  };
}

/** What makes an event impossible to file. Anything else that is odd about it is kept as it is. */
function problemOf(event: JsonObject): Problem | undefined {
  if (phaseOf(event) === 'log') return idProblem('parentRunId', read(event, 'parentRunId'));
  if (phaseOf(event) === 'chat' && !isObject(read(event, 'message')))
    return { path: 'message', message: 'must be an object with role and content' };
  const id = ownIdOf(event);
  if (id === undefined) return { path: 'runId', message: 'is required' };
  if (typeof id !== 'string' || id.trim() === '') return { path: 'runId', message: 'must be a non-empty string' };
  return idProblem('runId', id) ?? idProblem('parentRunId', read(event, 'parentRunId'));
}

function idProblem(path: string, id: JsonValue | undefined): Problem | undefined {
  return typeof id === 'string' && id.length > idCharsMax
    ? { path, message: `must have at most ${idCharsMax} characters` }
    : undefined;
}

/** `events: [[{…}]]` counts as `events: [{…}]` (1.2). One level only: each level costs a walk over the text. */
export function unwrapped(item: JsonValue): JsonValue {
  const [only] = Array.isArray(item) && item.length === 1 ? item : [];
  return only ?? item;
}

function unwrappedText(text: string): string {
  const elements = elementTexts(text);
  const [only] = elements?.length === 1 ? elements : [];
  return only ?? text;
}
