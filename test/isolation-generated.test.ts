/**
 * Every route of the own API, as its description lists them, against a neighbour who uses the same ids for everything: an
 * admin of one project calls all of them with the ids of the other, and the other is told the same as before.
 */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiDescription, type ApiRequest, type Operation, type Values } from './support/api-requests.ts';
import { type Answer, send } from './support/http.ts';
import { expectAccepted, post } from './support/refusals.ts';
import { TestServer } from './support/server.ts';
import { newSender, type Sender, vendorNamed } from './support/vendors.ts';

const MS_MAX = 240_000;
vi.setConfig({ testTimeout: MS_MAX, hookTimeout: MS_MAX });

const VENDORS = ['weflayr', 'lunary', 'vellum', 'voker', 'whyops'].map(vendorNamed);
const SHARED_ID = 'one';
const SECRET = 'words-of-the-victim';

let server: TestServer;
let attacker: Sender;
let victim: Sender;
let api: ApiDescription;
const receipts = new Map<Sender, string>();
/** Ids in answers that only one of them was given, by the name of the member. */
const idsOf = new Map<Sender, Map<string, Set<string>>>();

/** Routes for which a project's key has no right, whatever its scopes. They say so, and do nothing. */
const INSTANCE_ONLY = [
  'POST /api/tributary/v1/projects',
  'POST /api/tributary/v1/backups',
  'GET /api/tributary/v1/quarantine',
];
/** Nothing of the kind exists in this test; `dead-letters.test.ts` has some. */
const NEVER_FOUND = ['/api/tributary/v1/dead-letters/{position}', '/api/tributary/v1/backups/{backupId}'];

/** What is put under each name. `owner`: whose ids; `data`: what the two have in common, or nobody has. */
function valuesFor(owner: Sender, data: string): Values {
  const own = (name: string) => [...(idsOf.get(owner)?.get(name) ?? []), `no-${name}`].slice(0, 2);
  return {
    traceId: [data],
    spanId: [data],
    eventId: [data],
    sessionId: [data === SHARED_ID ? 's' : data],
    userId: [data === SHARED_ID ? 'shared name' : data],
    agentName: ['shared name'],
    agent: ['shared name'],
    receipt: [receipts.get(owner) ?? 'none'],
    position: [7],
    after: [0],
    project: [owner.projectId],
    id: [owner.projectId],
    // Its own key would be imported with other scopes.
    secret: [data === SHARED_ID ? owner.key : `imported-by-${owner.projectId}`],
    ...Object.fromEntries(
      ['keyId', 'priceId', 'repricingId', 'ruleId', 'deletionId', 'backupId'].map((name) => [name, own(name)]),
    ),
    scopes: ['ingest'],
    name: ['generated'],
    model: ['model-of-nobody'],
    provider: ['openai'],
    kind: ['field'],
    target: ['generated.member'],
    sample: ['{"generated":{"member":1}}'],
    action: ['mask', 'key.created'],
    reason: ['nothing like it'],
    note: ['generated'],
    directory: ['/nowhere/backup'],
    q: ['words'],
    prefix: ['s'],
    type: ['chat.after'],
    tag: ['gold'],
    environment: ['production'],
    cursor: ['bm90IGEgY3Vyc29y'],
    from: ['2020-01-01T00:00:00Z'],
    to: ['2030-01-01T00:00:00Z'],
    at: ['2026-01-01T00:00:00Z'],
    retentionDays: [36_500],
    limit: [50],
    rate: [1],
  };
}

const ask = ({ method, path, body }: ApiRequest, { key }: Sender): Promise<Answer> =>
  send(server.url, {
    method,
    path,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
const operationOf = ({ operation }: ApiRequest) => operation.path.split('/').at(-1);
const isRead = ({ method }: Operation) => method === 'GET';

async function inTurns<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += 4) results.push(...(await Promise.all(items.slice(i, i + 4).map(run))));
  return results;
}

/** Notes every `…Id` of an answer, and the `id` of keys. */
function noteIds(owner: Sender, value: unknown): void {
  if (Array.isArray(value)) for (const item of value) noteIds(owner, item);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'string') noteIds(owner, member);
    else if (/^(?:id|\w+Id)$/.test(name)) {
      const ids = idsOf.get(owner) ?? new Map<string, Set<string>>();
      idsOf.set(owner, ids);
      const kind = name === 'id' && 'prefix' in value ? 'keyId' : name;
      ids.set(kind, new Set([...(ids.get(kind) ?? []), member]));
    }
  }
}

/** The operations that have answered with a 2xx. */
const succeeded = new Set<string>();

/** What a project is told about itself: every question that can be asked without a filter, and with its own ids. */
async function told(owner: Sender): Promise<Map<string, string>> {
  await server.settle();
  const values = valuesFor(owner, SHARED_ID);
  const requests = api.operations
    .filter((operation) => isRead(operation) && !operation.isStream)
    .flatMap((operation) => {
      const all = api.requests(operation, values);
      return all.filter(({ path }, i) => i === 0 || !path.includes('?'));
    });
  return new Map(
    await inTurns(requests, async (one) => {
      const { status, text } = await ask(one, owner);
      if (status < 300) succeeded.add(nameOf(one.operation));
      return [one.path, text] as const;
    }),
  );
}

beforeAll(async () => {
  server = await TestServer.start();
  attacker = await newSender(server);
  victim = await newSender(server);
  api = await ApiDescription.of(server);
  for (const sender of [attacker, victim]) {
    for (const vendor of VENDORS) {
      const words = JSON.stringify(sender === victim ? SECRET : 'words of the attacker');
      const parts = { id: JSON.stringify(SHARED_ID), name: '"shared name"', data: words };
      const more = '"tags":{"tier":"gold"},"session":"s","session_id":"s","parentStepId":1';
      const answer = await post(server, vendor, sender, vendor.body([vendor.event(sender, { ...parts, more })]));
      expectAccepted(vendor, answer);
      receipts.set(sender, String(answer.headers['x-tributary-receipt']));
    }
  }
  await server.settle();
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

describe('every route', () => {
  it('can be asked for by what the description says', async () => {
    expect(api.operations.length).toBeGreaterThan(40);
    for (const sender of [victim, attacker]) {
      // First what makes things, then what reads them: reading tells their ids. Nothing is deleted yet.
      const making = api.operations.filter(({ method }) => method !== 'GET' && method !== 'DELETE');
      for (const operation of [...making, ...api.operations.filter(isRead)]) {
        if (operation.isStream) continue;
        for (const request of api
          .requests(operation, valuesFor(sender, 'nobody-has-this'))
          .slice(0, isRead(operation) ? 2 : 8)) {
          const { status, text, headers } = await ask(request, sender);
          expect([nameOf(operation), request.body, status < 500]).toEqual([nameOf(operation), request.body, true]);
          if (status < 300) succeeded.add(nameOf(operation));
          // Files have no ids that another answer does not tell.
          const isJson = String(headers['content-type']).startsWith('application/json');
          if (status < 300 && isJson && text !== '') noteIds(sender, JSON.parse(text));
        }
      }
    }
  });

  it('tells the neighbour the same as before, whatever an admin calls with its ids', async () => {
    const before = await told(victim);
    const again = await told(victim);
    // Ages and the like: they change by themselves, and are no answer to what somebody else did.
    const steady = [...before].filter(([path, text]) => again.get(path) === text);
    const shaky = [...before.keys()].filter((path) => again.get(path) !== before.get(path));
    expect(shaky.filter((path) => !/\/(intake|quarantine|backups)\b/.test(path))).toEqual([]);
    expect(steady.filter(([, text]) => text.includes(SECRET)).length).toBeGreaterThan(2);

    const attacks = api.operations
      .filter((operation) => !isRead(operation))
      .flatMap((operation) => [
        ...api.requests(operation, valuesFor(victim, SHARED_ID)),
        ...api.requests(operation, {
          ...valuesFor(victim, SHARED_ID),
          project: [victim.projectId.toUpperCase(), 'sender 2'],
        }),
      ]);
    const victims = new Set(
      [...(idsOf.get(victim) ?? [])].flatMap(([name, ids]) =>
        [...ids].filter((id) => !idsOf.get(attacker)?.get(name)?.has(id)),
      ),
    );
    expect(victims.size).toBeGreaterThan(4);
    for (const attack of attacks) {
      const { status, text } = await ask(attack, attacker);
      const what = [nameOf(attack.operation), attack.path, attack.body];
      expect([...what, status]).toEqual([...what, expect.toSatisfy((code: number) => code < 500)]);
      expect([...what, text.includes(SECRET)]).toEqual([...what, false]);
      // By an id that only the victim has, or by naming its project, nothing is done.
      const isCrossing =
        attack.given.some((value) => victims.has(value)) ||
        /project=/.test(attack.path) ||
        ['project', 'secret'].some((name) => Object.hasOwn(Object(attack.body) as object, name));
      if (isCrossing) expect([...what, status]).toEqual([...what, expect.toBeOneOf([400, 403, 404, 409])]);
      else if (status < 300) succeeded.add(nameOf(attack.operation));
    }
    await server.settle();
    const after = await told(victim);
    expect(Object.fromEntries(steady.map(([path]) => [path, after.get(path)]))).toEqual(Object.fromEntries(steady));
  });

  it('shows nothing of the neighbour by its ids, in its project, or to a filter', async () => {
    const values = { ...valuesFor(victim, SHARED_ID), model: ['model-of-nobody', SECRET], q: [SECRET] };
    const reads = api.operations.filter((operation) => isRead(operation) && !operation.isStream);
    const requests = reads.flatMap((operation) => api.requests(operation, values));
    await inTurns(requests, async (request) => {
      const { status, text } = await ask(request, attacker);
      const victimsKeys = [...(idsOf.get(victim)?.get('keyId') ?? [])];
      // The attacker's own audit log says what it has tried, with the ids that it named.
      const secrets = operationOf(request) === 'audit' ? [SECRET] : [SECRET, ...victimsKeys];
      const found = secrets.filter((secret) => text.includes(secret));
      // An answer may repeat what was asked.
      const repeated = found.filter((secret) => !decodeURIComponent(request.path).includes(secret));
      expect([request.path, status < 500, repeated]).toEqual([request.path, true, []]);
      if (/[?&]project=/.test(request.path))
        expect([request.path, status]).toEqual([request.path, expect.toBeOneOf([403, 404])]);
    });
  });

  it('has been seen to work: what is never accepted proves nothing', async () => {
    // Each deletes something of its own, which it was told the id of.
    const deleting = api.operations.filter(({ method }) => method === 'DELETE');
    // What belongs to a key before the key.
    for (const operation of deleting.sort((one, other) => other.path.length - one.path.length)) {
      for (const request of api.requests(operation, valuesFor(attacker, 'nobody-has-this'))) {
        const { status } = await ask(request, attacker);
        if (status < 300) succeeded.add(nameOf(operation));
        // Its own key comes last, and must not be the one that it asks with.
        if (status === 401) throw new Error(`${nameOf(operation)} took the key away`);
      }
    }
    const never = api.operations.filter((operation) => !succeeded.has(nameOf(operation)) && !operation.isStream);
    const unexplained = never.filter(
      (operation) =>
        !INSTANCE_ONLY.includes(nameOf(operation)) && !NEVER_FOUND.some((path) => operation.path.startsWith(path)),
    );
    expect(unexplained.map(nameOf)).toEqual([]);
  });
});
