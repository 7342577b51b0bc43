/**
 * Deleting a run with everything below it, a thread with its messages, or a user with all of their runs
 * (`protocols/lunary.md` 2.5, 3.1, 3.3). What goes is looked up when the request comes, and logged with it.
 */

import type { EventDraft } from '../../canonical/event.ts';
import { asTextList, type JsonValue } from '../../canonical/json.ts';
import { type Outcome, ok, refuse } from '../../canonical/outcome.ts';
import { bodyBytesMax, erasedSpansMax } from '../../limits.ts';
import type { Decoded, EventRoute, IntakeRequest, LoadContext, RouteContext } from '../dialect.ts';
import type { Reader } from '../reader.ts';
import { allSpans } from './all-pages.ts';
import { headClaim } from './credential.ts';
import { findAny, ofThread, RUN_NOT_FOUND, withDescendants } from './get-run.ts';
import { externalIds } from './people.ts';
import { forbidden } from './reply.ts';
import { namesOf, withFacts } from './write-back.ts';

const ERASED = 'erased';
/** Their ids are logged next to the body, and both have to fit into one record. */
const ERASED_CHARS_MAX = bodyBytesMax / 4;
const BODY_CHARS_MAX = 16_384;

export const erasures: readonly EventRoute[] = [
  erasure('delete', '/v1/runs/:id', idsOfRun, { status: 200, body: {} }),
  erasure('delete-user', '/v1/external-users/:id', idsOfUser, { status: 204 }),
];

function erasure(
  type: string,
  path: string,
  find: (request: IntakeRequest, context: RouteContext) => Promise<Outcome<readonly string[]>>,
  reply: { readonly status: number; readonly body?: unknown },
): EventRoute {
  return {
    kind: 'events',
    id: `lunary.${type}`,
    method: 'DELETE',
    path,
    scope: 'admin',
    answersAfter: 'log',
    loggedHeaders: [],
    credential: headClaim,
    decode,
    admit: async (request, _items, context) => {
      await context.directory.settled();
      const first = await find(request, context);
      // With much to load, waiting ends before everything is there; what seems to be missing is worth a second wait.
      if (!first.ok) await context.directory.settled();
      const ids = first.ok ? first : await find(request, context);
      if (!ids.ok) return ids;
      const erased = JSON.stringify(ids.value);
      return ids.value.length > erasedSpansMax || erased.length > ERASED_CHARS_MAX
        ? refuse('too-large', `These are more than ${erasedSpansMax} runs: delete some of them by their own ids first`)
        : ok(withFacts(request, { [ERASED]: erased }));
    },
    events: (request, _items, context) => [draftOf(type, request, context)],
    accepted: () => reply,
    refused: forbidden,
  };
}

/** The path says it all; a body, which some clients send with every request, says nothing, and is logged all the same. */
function decode({ text }: IntakeRequest): Decoded {
  return text.length > BODY_CHARS_MAX
    ? refuse('too-large', 'A deletion has no body')
    : { ok: true, items: [{ ok: true, value: {} }] };
}

function draftOf(type: string, request: IntakeRequest, context: LoadContext): EventDraft {
  const { params } = request.head;
  const erased: JsonValue = JSON.parse(params[ERASED] ?? '[]');
  const erases = asTextList(erased);
  return {
    eventId: context.newEventId(0),
    type,
    timestamp: request.receivedAt,
    placement: { by: 'span' },
    spanId: erases[0] ?? params.id ?? '',
    erases,
    payload: JSON.stringify({ id: params.id ?? '', erases }),
    fragments: [],
  };
}

/** The run itself first. */
async function idsOfRun(request: IntakeRequest, { reader }: RouteContext): Promise<Outcome<readonly string[]>> {
  const [id, key] = namesOf(request);
  const found = await findAny(reader, id, key);
  if (found === undefined) return RUN_NOT_FOUND;
  const spans =
    'run' in found ? await withDescendants(reader, [found.run], erasedSpansMax) : await ofThread(reader, found.thread);
  const first = 'run' in found ? found.run.spanId : found.thread.id;
  return ok([...new Set([first, ...spans.map((span) => span.spanId)])]);
}

/** Their properties are wiped as well. Nothing is an answer, too: a user without runs is gone. */
async function idsOfUser(request: IntakeRequest, context: RouteContext): Promise<Outcome<readonly string[]>> {
  const [id] = namesOf(request);
  const users = await externalIds(context.directory, id);
  const ids = await idsOfUsers(context.reader, users);
  for (const user of users) await context.directory.updatePerson(user, {});
  return ok(ids);
}

async function idsOfUsers(reader: Reader, users: readonly string[]): Promise<readonly string[]> {
  const ids = new Set<string>();
  for await (const page of allSpans(reader, { field: 'userId', in: users })) {
    for (const span of await withDescendants(reader, page, erasedSpansMax)) ids.add(span.spanId);
    if (ids.size > erasedSpansMax) break;
  }
  return [...ids];
}
