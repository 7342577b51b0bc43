/** An input against everything that must hold for it. A property that does not hold is thrown (`finding.ts`). */

import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import type { EventDraft } from '../../src/canonical/event.ts';
import { nestingDepth } from '../../src/canonical/json-text.ts';
import { dialects } from '../../src/dialects/all.ts';
import type {
  Claim,
  DecodedItem,
  EventRoute,
  IntakeRequest,
  ResourceRoute,
  StoredEvent,
} from '../../src/dialects/dialect.ts';
import { eventsPerRequestMax, nestingDepthMax } from '../../src/limits.ts';
import type { LoadedEvent } from '../../src/loader/batch.ts';
import { decodeRecord, routeTable } from '../../src/loader/decode-record.ts';
import { decodeFrame, encodeFrame, plainMark } from '../../src/log/disk/frame.ts';
import { eventIdAt, fromRecord, textOf, toRecord } from '../../src/log/request.ts';
import { checkDraft } from './check-drafts.ts';
import { checkReply } from './check-replies.ts';
import { checkRows } from './check-rows.ts';
import { Finding, must } from './finding.ts';
import type { GrowthInput } from './growth.ts';
import type { HttpInput, Input, RequestInput } from './inputs.ts';
import { PARSERS } from './parsers.ts';
import type { Target } from './seeds.ts';
import { DIRECTORY, PROJECT, READER, RECEIVED_AT } from './stand-ins.ts';

const ROUTES = routeTable(dialects);
const TARGETS = new Map(
  dialects.flatMap((dialect) => dialect.routes.map((route) => [route.id, { dialect, route } as Target])),
);
const POSITION = 1000;
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

/** Whatever an input says on the way: how it was answered, for the totals of a run. */
export type Outcome = 'accepted' | 'refused' | 'read' | 'parsed' | 'grown' | 'not utf-8' | 'too deep';

export async function check(input: Exclude<Input, HttpInput>): Promise<Outcome> {
  if (input.kind === 'parser') {
    const parser = PARSERS[input.parser];
    if (parser === undefined) throw new Error(`no parser is called ${input.parser}`);
    await parser.check(input.text);
    return 'parsed';
  }
  if (input.kind === 'growth') return checkGrowth(input);
  return checkRequest(input);
}

async function checkRequest(input: RequestInput): Promise<Outcome> {
  const target = TARGETS.get(input.routeId);
  if (target === undefined) throw new Error(`no route is called ${input.routeId}`);
  const { dialect, route } = target;
  if (!isUtf8(input.body)) return 'not utf-8';
  if (nestingDepth(input.body, nestingDepthMax + 1) > nestingDepthMax) return 'too deep';
  const head = {
    method: route.method,
    params: input.params,
    query: new URLSearchParams(input.query),
    headers: input.headers,
  };
  const request: IntakeRequest = { head, text: textOf(input.body), receivedAt: RECEIVED_AT };
  const claim = route.credential(head);
  checkClaim(claim);
  const sent = `${JSON.stringify([input.params, input.query, input.headers])}${request.text}`;
  if (claim.by === 'none') await checkReply(dialect.name, refusalOf(route, claim.fault, request), sent);
  if (route.kind === 'events') return checkEvents({ dialect, route }, request, input.body, sent);
  const context = { directory: DIRECTORY, reader: READER, projectId: PROJECT };
  await checkReply(dialect.name, await route.handle(request, context), sent);
  return 'read';
}

function refusalOf(
  route: EventRoute | ResourceRoute,
  fault: Parameters<EventRoute['refused']>[0],
  request: IntakeRequest,
) {
  return route.kind === 'events' ? route.refused(fault, request) : route.refused(fault);
}

function checkClaim(claim: Claim): void {
  if (claim.by === 'key') must(claim.key !== '', 'claim: an empty key');
  if (claim.by === 'none') must(claim.fault.message !== '', 'claim: a fault without words');
}

async function checkEvents(
  { dialect, route }: Target<EventRoute>,
  request: IntakeRequest,
  body: Buffer,
  sent: string,
): Promise<Outcome> {
  const bodyClaim = route.bodyClaim?.(request);
  if (bodyClaim !== undefined) checkClaim(bodyClaim);
  const decoded = route.decode(request);
  if (!decoded.ok) {
    must(decoded.fault.message !== '', 'decode: a fault without words');
    await checkReply(dialect.name, route.refused(decoded.fault, request), sent);
    return 'refused';
  }
  const { items } = decoded;
  must(items.length <= eventsPerRequestMax, 'decode: too many events are taken');
  const context = { directory: DIRECTORY, reader: READER, projectId: PROJECT };
  const admitted = (await route.admit?.(request, items, context)) ?? { ok: true, value: request.head };
  if (!admitted.ok) {
    await checkReply(dialect.name, route.refused(admitted.fault, request), sent);
    // What the registry of today refuses, that of tomorrow may take.
    return 'refused';
  }
  const logged: IntakeRequest = { ...request, head: admitted.value };
  const count = items.reduce((sum, item) => sum + (item.ok ? 1 : 0), 0);
  const newEventId = (index: number) => eventIdAt(PROJECT, POSITION + index);
  const drafts = count === 0 ? [] : route.events(logged, items, { receivedAt: RECEIVED_AT, newEventId });
  must(drafts.length === count, 'events: not one for each that is accepted', () => [drafts.length, count]);
  checkDrafts(route, drafts, items);
  const stored = route.answersAfter === 'store' ? { stored: drafts.map(storedOf) } : {};
  await checkReply(dialect.name, route.accepted({ request: logged, items, newEventId, ...stored }), sent);
  if (count > 0) checkLogged(route, logged, body, drafts);
  return count > 0 ? 'accepted' : 'refused';
}

function checkDrafts({ method }: EventRoute, drafts: readonly EventDraft[], items: readonly DecodedItem[]): void {
  const accepted = items.filter((item) => item.ok);
  // What a deletion keeps is what it deleted.
  for (const [i, draft] of drafts.entries()) checkDraft(draft, method === 'DELETE' ? undefined : accepted[i]);
}

function storedOf({ eventId, spanId }: EventDraft, index: number): StoredEvent {
  return { eventId, traceId: spanId, spanId, step: index + 1, duplicate: index % 2 === 1 };
}

/** Into the log, out of it, decoded again: the same events, and rows that the store takes. */
function checkLogged(route: EventRoute, request: IntakeRequest, body: Buffer, drafts: readonly EventDraft[]): void {
  const [head, tail] = encodeFrame(toRecord(PROJECT, route, request, body, drafts.length), POSITION, plainMark);
  const reading = decodeFrame(Buffer.concat([head, tail]), 0, FRAME_BYTES_MAX, plainMark);
  if (reading.kind !== 'frame') throw new Finding('log: a frame cannot be read again', reading.kind);
  const again = fromRecord(reading.record).request;
  must(again.text === request.text, 'log: another text');
  const { events } = decodeRecord(reading.record, ROUTES);
  const repeated = events.map((event) => event.draft);
  must(isDeepStrictEqual(repeated, drafts), 'log: decoded to something else', () => [drafts, repeated]);
  for (const event of events) event.traceId = traceOf(event);
  checkRows(events);
}

function traceOf({ draft }: LoadedEvent): string {
  const { placement } = draft;
  if (placement.by === 'trace') return placement.traceId;
  return placement.by === 'parent' ? (placement.parentSpanId ?? draft.spanId) : draft.spanId;
}

const GROWN_BYTES = 128 * 1024;
const GROWN_CHARS = 8 * 1024;
/** Below it, a quotient of two times is noise. */
const GROWN_MS_MIN = 40;
/** Linear is 2, quadratic is 4. */
const GROWTH_MAX = 3.5;
const GROWTH_ROUNDS = 12;
const PARSE_TIMES_MAX = 12;

/** Twice the input in less than four times the time. The best times of several rounds count: other programs run here, too. */
async function checkGrowth(input: GrowthInput): Promise<Outcome> {
  const isText = Object.hasOwn(PARSERS, input.of) && PARSERS[input.of]?.takes === 'text';
  const length = isText ? GROWN_CHARS : GROWN_BYTES;
  let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < GROWTH_ROUNDS; round += 1) {
    small = Math.min(small, await msOf(input, length));
    large = Math.min(large, await msOf(input, length * 2));
    if (large < GROWN_MS_MIN || large / small < GROWTH_MAX) return 'grown';
    // Mostly the engine's own parsing and garbage: 130 000 lists are that slow when others use the machine.
    if (large < PARSE_TIMES_MAX * parseMsOf(input.make(length * 2))) return 'grown';
  }
  throw new Finding(
    `growth: ${input.of}, ${input.shape}`,
    `${(large / small).toFixed(1)} times the time for twice the input, ${large.toFixed(0)} ms`,
  );
}

function parseMsOf(text: string): number {
  const startedAt = performance.now();
  try {
    JSON.parse(text);
  } catch {
    return 0;
  }
  return performance.now() - startedAt;
}

async function msOf(input: GrowthInput, length: number): Promise<number> {
  const text = input.make(length);
  const grown: Exclude<Input, HttpInput> = Object.hasOwn(PARSERS, input.of)
    ? { kind: 'parser', parser: input.of, text }
    : {
        kind: 'events',
        routeId: input.of,
        params: { id: 'a', clientId: 'a' },
        query: '',
        headers: {},
        body: Buffer.from(text),
      };
  const startedAt = performance.now();
  await check(grown);
  return performance.now() - startedAt;
}
