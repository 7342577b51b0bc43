/**
 * Feedback, scores, tags and visibility, written back to a run (`protocols/lunary.md` 3.1). Each is an event about the
 * run's span. A thread, which is put together from its messages, gets a span of its own for what is said about it. A run that is not stored yet takes it when it comes: SDKs queue a run's events for half a second, and
 * score it at once.
 */

import { tagAnnotation } from '../../canonical/annotations.ts';
import type { EventDraft } from '../../canonical/event.ts';
import { asText, asTextList, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { ok } from '../../canonical/outcome.ts';
import { microsFromIso } from '../../canonical/time.ts';
import type { EventRoute, IntakeRequest, LoadContext, RequestHead, RouteContext } from '../dialect.ts';
import { credentialOfHead, headClaim } from './credential.ts';
import { feedbackPatch } from './feedback.ts';
import { futureIdOf } from './find-run.ts';
import { fragmentOf, type Statement } from './fragment.ts';
import { type Found, findAny } from './get-run.ts';
import { PUBLIC_MARK, scoreMark } from './marks.ts';
import { forbidden, privateOnly } from './reply.ts';
import { typeMark } from './run.ts';
import { checkFeedback, checkScore, checkTags, checkVisibility, decodeWith, saysNothing } from './write-back-body.ts';

/** What a write-back says about the run. */
type Saying = (body: JsonObject, request: IntakeRequest) => Pick<Statement, 'feedback' | 'marks' | 'tags'>;

/** Found out when the request comes, and logged with it. */
const RUN = 'run';
const START = 'start';
const THREAD = 'thread';
const TAKEN_TAGS = 'takenTags';

export const writeBacks: readonly EventRoute[] = [
  writeBack('feedback', decodeWith(checkFeedback, saysNothing), sayFeedback, { refused: forbidden }),
  writeBack('score', decodeWith(checkScore), sayScore),
  writeBack('tags', decodeWith(checkTags), sayTags, { factsOf: takenTags }),
  writeBack('visibility', decodeWith(checkVisibility), sayVisibility),
];

/** The stored run, or thread, that is meant. */
interface Target {
  readonly spanId: string;
  readonly startTime: string;
  readonly tags: readonly string[];
  readonly isThread: boolean;
}

function targetOf(found: Found): Target {
  if ('run' in found) return { ...found.run, isThread: false };
  const { id, spans, own } = found.thread;
  const all = own === undefined ? spans : [own, ...spans];
  return {
    spanId: id,
    startTime: all.map((span) => span.startTime).sort()[0] ?? '',
    tags: [...new Set(all.flatMap((span) => span.tags))],
    isThread: true,
  };
}

interface Peculiarities {
  /** What else the stored run tells; asking for it waits until everything accepted is stored. */
  readonly factsOf?: (run: Target, body: JsonObject) => Readonly<Record<string, string>>;
  readonly refused?: EventRoute['refused'];
}

function writeBack(
  type: string,
  decode: EventRoute['decode'],
  say: Saying,
  { factsOf, ...more }: Peculiarities = {},
): EventRoute {
  return {
    kind: 'events',
    id: `lunary.${type}`,
    method: 'PATCH',
    path: `/v1/runs/:id/${type}`,
    // The vendor asks for a private key, and a key that may read is one: public keys only send.
    scope: 'read',
    answersAfter: 'log',
    loggedHeaders: [],
    credential: headClaim,
    decode,
    admit: async (request, [item], context) => {
      const run = await runOf(request, context, factsOf !== undefined);
      if (run === undefined) return ok(withFacts(request, { [RUN]: futureIdOf(...namesOf(request)) }));
      const facts = item?.ok === true ? factsOf?.(run, item.value) : undefined;
      const thread = run.isThread ? { [THREAD]: run.spanId } : {};
      return ok(withFacts(request, { [RUN]: run.spanId, [START]: run.startTime, ...thread, ...facts }));
    },
    events: (request, items, context) =>
      items.flatMap((item) => (item.ok ? [draftOf(type, request, context, say(item.value, request))] : [])),
    accepted: () => ({ status: 200, body: {} }),
    refused: privateOnly,
    ...more,
  };
}

export function namesOf({ head }: IntakeRequest): [id: string, key: string | undefined, userAgent: string | undefined] {
  return [head.params.id ?? '', credentialOfHead(head)?.value, head.headers['user-agent']];
}

export function withFacts({ head }: IntakeRequest, facts: Readonly<Record<string, string>>): RequestHead {
  return { ...head, params: { ...head.params, ...facts } };
}

/** Everything accepted before is looked at, but only waited for when it matters. */
async function runOf(
  request: IntakeRequest,
  { reader, directory }: RouteContext,
  needsLatest: boolean,
): Promise<Target | undefined> {
  const [id, key] = namesOf(request);
  if (needsLatest) await directory.settled();
  let found = await findAny(reader, id, key);
  if (found === undefined && !needsLatest) {
    await directory.settled();
    found = await findAny(reader, id, key);
  }
  return found === undefined ? undefined : targetOf(found);
}

function draftOf(
  type: string,
  { head: { params }, receivedAt, text }: IntakeRequest,
  context: LoadContext,
  saying: ReturnType<Saying>,
): EventDraft {
  const spanId = params[RUN] ?? params.id ?? '';
  const said: Statement = {
    spanId,
    placement: { by: 'span' },
    kind: 'event',
    isTyped: false,
    status: 'running',
    ...saying,
    ...(params[THREAD] === undefined
      ? {}
      : { kind: 'chain', text: { sessionId: spanId }, marks: { ...saying.marks, ...typeMark('thread') } }),
  };
  // A run of a client whose clock is ahead began later than this came, and is not to begin earlier for it.
  const start = Math.max(receivedAt, microsFromIso(params[START] ?? '') ?? 0);
  return {
    eventId: context.newEventId(0),
    type,
    timestamp: receivedAt,
    placement: said.placement,
    spanId,
    payload: text,
    // The moment of a write-back is when it comes: nobody sends another one.
    fragments: [fragmentOf(said, 'feedback', start, receivedAt)],
  };
}

function sayFeedback({ thumb, thumbs, comment }: JsonObject): ReturnType<Saying> {
  const parts = Object.entries({ thumb, thumbs, comment }).filter(([, value]) => value !== undefined);
  return { feedback: feedbackPatch([Object.fromEntries(parts)], false) };
}

function sayScore(body: JsonObject): ReturnType<Saying> {
  const label = asText(field(body, 'label')) ?? '';
  const score: JsonObject = { value: field(body, 'value') ?? null, comment: field(body, 'comment') ?? null };
  return { marks: { [scoreMark(label)]: score } };
}

function sayTags(body: JsonObject, { head }: IntakeRequest): ReturnType<Saying> {
  const given = givenTags(body);
  const taken: JsonValue = JSON.parse(head.params[TAKEN_TAGS] ?? '[]');
  const changes = [
    ...asTextList(taken).map((tag) => [tagAnnotation(tag), false] as const),
    ...given.map((tag) => [tagAnnotation(tag), true] as const),
  ];
  return { tags: given, marks: Object.fromEntries(changes) };
}

function sayVisibility(body: JsonObject): ReturnType<Saying> {
  return { marks: { [PUBLIC_MARK]: field(body, 'visibility') === true } };
}

/** Tags that the run has and the new list has not. */
function takenTags(run: Target, body: JsonObject): Readonly<Record<string, string>> {
  const given = givenTags(body);
  return { [TAKEN_TAGS]: JSON.stringify(run.tags.filter((tag) => !given.includes(tag))) };
}

function givenTags(body: JsonObject): readonly string[] {
  return asTextList(field(body, 'tags') ?? undefined);
}
