/**
 * Two projects that use the same ids for everything, through every dialect: neither sees, changes or counts anything of
 * the other. The routes of the own API come from its description, those of the vendors from their dialects, so that new
 * ones are asked as well.
 */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dialects } from '../src/dialects/all.ts';
import type { Dialect } from '../src/dialects/dialect.ts';
import { type Answer, send } from './support/http.ts';
import { chosen, filtered, type GetRoute, getRoutes } from './support/own-api.ts';
import { expectAccepted, expectNoInternals, expectRefusal, post, storedEvents } from './support/refusals.ts';
import { TestServer } from './support/server.ts';
import { newFingerprint, newSender, type Sender, vendorNamed } from './support/vendors.ts';

const VENDORS = ['weflayr', 'lunary', 'vellum', 'voker', 'whyops'].map(vendorNamed);
const SHARED_IDS = ['one', 'two', "it's; -- |"];
/** Ids, names and words that only the second project has. */
const SECRET = 'secret-of-b';
/** Nobody has it. */
const UNKNOWN = 'never used';
const AT_ONCE = 4;
/** Hundreds of questions, on a machine that has other things to do. */
const MS_MAX = 240_000;
vi.setConfig({ testTimeout: MS_MAX, hookTimeout: MS_MAX });

let server: TestServer;
let a: Sender;
let b: Sender;
let routes: GetRoute[];
const receipts = new Map<Sender, string[]>();
/** What the first project is told, by question, before the second one does anything. */
let before: Map<string, string>;
let vendorsBefore: Map<string, string>;

beforeAll(async () => {
  server = await TestServer.start();
  a = await newSender(server);
  b = await newSender(server);
  routes = await getRoutes(server);
  await postAll(a, SHARED_IDS, 'shared name', 'words of a');
  before = await answers(a);
  vendorsBefore = await vendorAnswers(a);
  await postAll(b, SHARED_IDS, 'shared name', SECRET);
  await postAll(b, [SECRET, `${SECRET} 2`], `${SECRET} name`, SECRET);
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

async function postAll(sender: Sender, ids: readonly string[], name: string, words: string): Promise<void> {
  for (const vendor of VENDORS) {
    for (const id of ids) {
      const parts = { id: JSON.stringify(id), name: JSON.stringify(name), data: JSON.stringify(words) };
      const more = '"tags":{"tier":"gold"},"session":"s","session_id":"s","parentStepId":1';
      const answer = await post(server, vendor, sender, vendor.body([vendor.event(sender, { ...parts, more })]));
      expectAccepted(vendor, answer);
      const receipt = String(answer.headers['x-tributary-receipt']);
      receipts.set(sender, [...(receipts.get(sender) ?? []), receipt]);
    }
  }
  await server.settle();
}

/** A few at a time: the server answers as many side by side. */
async function inTurns<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE)
    results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(run))));
  return results;
}

/** What a slow machine had no time to look at is looked at when it is asked again. */
async function answered(path: string, sender: Sender): Promise<string> {
  for (;;) {
    const { status, text } = await get(path, sender);
    if (!text.includes('"isSample":true')) return `${status} ${text}`;
  }
}

/** The first project's answer. It may repeat what was asked for. */
const ask =
  (values: readonly string[]) =>
  async (path: string): Promise<[string, string]> => {
    const text = await answered(path, a);
    // The longest first: one is part of another.
    const ordered = [...values].sort((one, other) => other.length - one.length);
    return [path, ordered.reduce((rest, value) => rest.replaceAll(value, ''), text)];
  };

const get = (path: string, { key }: Sender): Promise<Answer> =>
  send(server.url, { method: 'GET', path, headers: { authorization: `Bearer ${key}` } });
const call = (method: string, path: string, { key }: Sender, body: unknown, headers = {}) =>
  send(server.url, {
    method,
    path,
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify(body),
  });

/** They tell what the project itself was refused or changed lately, which it goes on with here. */
const LATELY = ['/audit', '/refused-requests', '/intake', '/retention'];

/** Every question of the own API about everything that both projects have. */
async function answers(sender: Sender): Promise<Map<string, string>> {
  await server.settle();
  const [first = '', , quoted = ''] = SHARED_IDS;
  const values = [first, quoted, 'shared name', 's', 'tier:gold', ...(receipts.get(a) ?? []).slice(0, 1)];
  const lasting = routes.filter(({ path }) => !LATELY.some((name) => path.endsWith(name)));
  const paths = lasting.flatMap((route) => [...filtered(route, values), ...chosen(route)]);
  return new Map(await inTurns(paths, async (path) => [path, await answered(path, sender)] as const));
}

interface VendorRoute {
  readonly vendor: (typeof VENDORS)[number];
  readonly route: Dialect['routes'][number];
}

/** All that need a credential. */
const VENDOR_ROUTES: readonly VendorRoute[] = dialects.flatMap((dialect) =>
  dialect.routes
    .filter((route) => !(route.kind === 'resource' && route.scope === 'public'))
    .map((route) => ({ vendor: vendorNamed(dialect.name), route })),
);

/** Under the vendor's own prefix, where no other vendor's path is in the way. */
function pathOf({ vendor, route }: VendorRoute, { projectId }: Sender, value: string): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) =>
    name === 'clientId' ? projectId : encodeURIComponent(value),
  );
  return `/${vendor.dialect}${path}`;
}

/** Reading has shapes of its own with two vendors. */
const READ_SHAPES: Readonly<Record<string, unknown>> = {
  lunary: { error: expect.any(String), message: expect.any(String) },
  whyops: { success: false, error: expect.any(String) },
};

function isRefusalOf(vendor: VendorRoute['vendor'], body: unknown): boolean {
  return [vendor.errorShape, READ_SHAPES[vendor.dialect]].some((shape) => {
    try {
      expect(body).toEqual(shape);
      return true;
    } catch {
      return false;
    }
  });
}

/** Names that vendors' filters have; each route takes of them what it knows. */
const QUERY_NAMES = [
  'search',
  'user',
  'users',
  'userId',
  'externalUserId',
  'sessionId',
  'traceId',
  'agentName',
  'parentRunId',
  'name',
];

function vendorQuestions(sender: Sender, value: string): VendorQuestion[] {
  const query = new URLSearchParams(Object.fromEntries(QUERY_NAMES.map((name) => [name, value]))).toString();
  return VENDOR_ROUTES.filter(({ route }) => route.method === 'GET').flatMap((one) => {
    const path = pathOf(one, sender, value);
    return [path, `${path}?${query}`].map((text) => ({ path: text, headers: one.vendor.headers(sender.key) }));
  });
}

interface VendorQuestion {
  readonly path: string;
  readonly headers: Record<string, string>;
}

async function vendorAnswered({ path, headers }: VendorQuestion): Promise<string> {
  const { status, text } = await send(server.url, { method: 'GET', path, headers });
  return `${status} ${text}`;
}

/** Every question of the vendors' read routes about what both projects have. */
async function vendorAnswers(sender: Sender): Promise<Map<string, string>> {
  await server.settle();
  const all = [...SHARED_IDS.slice(0, 1), 'shared name'].flatMap((value) => vendorQuestions(sender, value));
  // A route without an id in its path is the same question for every value.
  const questions = [...new Map(all.map((question) => [question.path, question])).values()];
  return new Map(
    await inTurns(questions, async (question) => [question.path, await vendorAnswered(question)] as const),
  );
}

describe('the routes of the vendors', () => {
  it('find nothing by what only the other project has', async () => {
    const plain = new Set(vendorQuestions(a, SECRET).map(({ path }) => path));
    const unknown = new Map(
      await inTurns([...vendorQuestions(a, UNKNOWN).entries()], async ([i, question]) => {
        // Without an id and without a filter it is the same question; vendorAnswers asks it.
        if (plain.has(question.path)) return [i, undefined] as const;
        return [i, (await vendorAnswered(question)).replaceAll(UNKNOWN, '')] as const;
      }),
    );
    for (const value of [SECRET, `${SECRET} name`]) {
      const pairs = vendorQuestions(a, value).flatMap((question, i) => {
        const expected = unknown.get(i);
        return expected === undefined ? [] : [{ question, expected }];
      });
      expect(pairs.length).toBeGreaterThan(50);
      await inTurns(pairs, async ({ question, expected }) => {
        const answer = (await vendorAnswered(question)).replaceAll(value, '');
        expect([question.path, answer]).toEqual([question.path, expected]);
      });
    }
  });

  it.each<[string, (vendor: VendorRoute['vendor']) => Record<string, string>]>([
    ['a missing key', () => ({})],
    ['an unknown key', (vendor) => vendor.headers('a key that nobody has')],
  ])('refuse %s as their vendor does', async (_, headersOf) => {
    await inTurns(VENDOR_ROUTES, async (one) => {
      const { vendor, route } = one;
      // This route has its key in the body.
      const isByBody = route.kind === 'events' && route.bodyClaim !== undefined;
      const answer = await send(server.url, {
        method: route.method,
        path: pathOf(one, a, SHARED_IDS[0] ?? ''),
        headers: { ...headersOf(vendor), 'content-type': 'application/json' },
        ...(route.method === 'GET' ? {} : { body: isByBody ? '{"events":[{"app":"a key that nobody has"}]}' : '{}' }),
      });
      expect([route.id, answer.status]).toEqual([
        route.id,
        expect.toSatisfy((status) => [401, 402, 403].includes(status)),
      ]);
      const body: unknown = JSON.parse(answer.text);
      expect([route.id, body, isRefusalOf(vendor, body)]).toEqual([route.id, body, true]);
      expectNoInternals(answer);
      expect(answer.headers['x-tributary-receipt']).toBeUndefined();
    });
  });

  it('change nothing of the other project by its ids', async () => {
    const writes = VENDOR_ROUTES.filter(({ route }) => route.method === 'DELETE' || route.method === 'PATCH');
    expect(writes.length).toBeGreaterThan(5);
    const told = await newSender(server);
    for (const one of writes) {
      for (const value of [...SHARED_IDS, 'shared name']) {
        const body = JSON.stringify({
          thumb: 'down',
          comment: SECRET,
          label: SECRET,
          value: 0,
          tags: [SECRET],
          visibility: 'public',
          samplingRate: 0.1,
        });
        const answer = await send(server.url, {
          method: one.route.method,
          path: pathOf(one, told, value),
          headers: { ...one.vendor.headers(told.key), 'content-type': 'application/json' },
          body,
        });
        expect([one.route.id, answer.status < 500]).toEqual([one.route.id, true]);
      }
    }
  });
});

describe('the own API', () => {
  it('finds nothing by what only the other project has', async () => {
    const eventsOfB = await storedEvents(server, b);
    const keysOfB = JSON.parse((await get('/api/tributary/v1/keys', b)).text) as { data: { id: string }[] };
    const values = [
      ...[SECRET, `${SECRET} 2`, `${SECRET} name`, b.projectId, b.fingerprint, b.key],
      ...eventsOfB.slice(0, 1).map((event) => event.eventId),
      ...(receipts.get(b) ?? []).slice(-1),
      ...keysOfB.data.map((key) => key.id),
    ];
    const nobodys = values.map(() => UNKNOWN);
    const asked = routes.flatMap((route) => {
      const unknown = filtered(route, nobodys);
      return filtered(route, values).map((path, i) => ({ path, unknown: unknown[i] ?? '' }));
    });
    const expected = new Map(await inTurns([...new Set(asked.map(({ unknown }) => unknown))], ask([UNKNOWN])));
    await inTurns(asked, async ({ path, unknown }) => {
      const [, answer] = await ask(values)(path);
      expect([path, answer]).toEqual([path, expected.get(unknown)]);
    });
  });

  it('gives each project its own and nothing else', async () => {
    for (const [sender, count] of [
      [a, SHARED_IDS.length],
      [b, SHARED_IDS.length + 2],
    ] as const) {
      const events = await storedEvents(server, sender);
      expect(events).toHaveLength(count * VENDORS.length);
      expect(events.filter(({ text }) => text.includes(SECRET))).toHaveLength(sender === a ? 0 : events.length);
      const traces = await server.all<{ traceId: string }>('/traces', sender.key);
      expect(traces).toHaveLength(count * VENDORS.length);
    }
  });

  it('knows only the receipts of the own project', async () => {
    for (const [sender, other] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const receipt of receipts.get(sender) ?? []) {
        const path = `/api/tributary/v1/receipts/${receipt}`;
        expect((await get(path, sender)).status).toBe(200);
        expect((await get(path, other)).status).toBe(404);
      }
    }
  });

  it('lets an admin of one project do nothing to the other', async () => {
    const { data: keys } = JSON.parse((await get('/api/tributary/v1/keys', b)).text) as { data: { id: string }[] };
    const [key] = keys;
    const projects = await server.all<{ id: string; name: string }>('/projects', b.key);
    expect(projects.map((project) => project.id)).toEqual([b.projectId]);
    for (const project of [b.projectId, b.projectId.toUpperCase(), projects[0]?.name ?? '']) {
      const query = `?project=${encodeURIComponent(project)}`;
      const tries = [
        await get(`/api/tributary/v1/keys${query}`, a),
        await call('DELETE', `/api/tributary/v1/keys/${key?.id}${query}`, a, undefined),
        await call('POST', '/api/tributary/v1/keys', a, { name: 'x', project }, JSON_TYPE),
        await call('POST', '/api/tributary/v1/keys/import', a, { secret: 'a new one', project }, JSON_TYPE),
      ];
      expect(tries.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    }
    expect((await call('DELETE', `/api/tributary/v1/keys/${key?.id}`, a, undefined)).status).toBe(404);
    expect((await call('POST', '/api/tributary/v1/projects', a, { name: 'mine' }, JSON_TYPE)).status).toBe(403);
    const stolen = await call('POST', '/api/tributary/v1/keys/import', a, { secret: b.key }, JSON_TYPE);
    expect(stolen.status).toBe(409);
    expect((await get('/api/tributary/v1/traces', b)).status).toBe(200);
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };

describe('intake', () => {
  it('of Weflayr takes no key in the path of another project', async () => {
    const weflayr = vendorNamed('weflayr');
    const event = weflayr.event(a, { id: '"crossed"', data: '"x"' });
    for (const [path, key] of [
      [b.projectId, a.key],
      [a.projectId, b.key],
      [b.projectId.toUpperCase(), a.key],
    ] as const) {
      const answer = await send(server.url, { path: `/${path}/`, headers: weflayr.headers(key), body: event });
      expectRefusal(weflayr, answer, 'wrong-project');
    }
  });

  it('goes by the credential, whatever the body, the query or a header says', async () => {
    const others = [
      'app',
      'appId',
      'app_id',
      'projectId',
      'project_id',
      'userId',
      'environmentId',
      'client_id',
      'orgId',
    ];
    const more = others.map((name) => `"${name}":"${a.projectId}"`).join(',');
    const headers = { 'x-project-id': a.projectId, 'x-user-id': a.projectId, 'x-environment-id': a.projectId };
    const count = (await storedEvents(server, b)).length;
    for (const vendor of VENDORS) {
      const body = vendor.body([vendor.event(b, { id: `"${SECRET} claim"`, data: `"${SECRET}"`, more })]);
      const path = `${vendor.path(b)}?projectId=${a.projectId}&project=${a.projectId}&api_key=${a.key}`;
      expectAccepted(vendor, await send(server.url, { path, headers: { ...vendor.headers(b.key), ...headers }, body }));
    }
    const legacy = vendorNamed('lunary report');
    const events = [b, a].map((sender, i) => legacy.event(sender, { id: `"${SECRET} legacy ${i}"` }));
    // The first event names the project, for all of them.
    expectAccepted(legacy, await send(server.url, { path: '/api/report', body: legacy.body(events) }));
    expect(await storedEvents(server, b)).toHaveLength(count + VENDORS.length + 2);
  });

  it('never ends, changes or rates what another project has begun', async () => {
    const [id] = SHARED_IDS;
    const time = '"timestamp":"2030-01-01T00:00:00Z"';
    const bodies: readonly (readonly [string, string])[] = [
      ...['end', 'error', 'update', 'feedback', 'start'].map((event): [string, string] => [
        'lunary',
        `{"events":[{"event":"${event}","type":"llm","runId":"${id}","parentRunId":"${SECRET}","output":"${SECRET}",
          "error":{"message":"${SECRET}"},"metadata":{"x":"${SECRET}"},"extra":{"thumb":"down"},"tags":["${SECRET}"],${time}}]}`,
      ]),
      ['weflayr', `{"event_id":"${id}","event_type":"chat.error","error_message":"${SECRET}","elapsed_ms":5}`],
      ['weflayr', `{"event_id":"${id}","event_type":"chat.after","output":"${SECRET}","trace_id":"${SECRET}"}`],
      [
        'vellum',
        `{"id":"e","trace_id":"t","span_id":"${id}",${time},"name":"workflow.execution.fulfilled",
          "body":{"workflow_definition":{"name":"${SECRET}"},"outputs":{"x":"${SECRET}"}},
          "parent":{"type":"WORKFLOW","span_id":"${SECRET}","workflow_definition":{"name":"x"}}}`,
      ],
      [
        'whyops',
        `{"eventType":"error","traceId":"${id}","spanId":"${id}","agentName":"x","content":"${SECRET}","stepId":9,${time}}`,
      ],
    ];
    for (const [name, body] of bodies) {
      const vendor = vendorNamed(name);
      expect((await post(server, vendor, b, body)).status).toBe(vendor.acceptedStatus);
    }
  });

  it('of WhyOps counts steps and compares idempotency keys within the project', async () => {
    const sync = vendorNamed('whyops sync');
    const [c, d] = [await newSender(server), await newSender(server)];
    const results = [];
    for (const sender of [c, d, c, d]) {
      const event = sync.event(sender, { id: '"steps"', more: '"idempotencyKey":"k"' });
      const [result] = JSON.parse((await post(server, sync, sender, sync.body([event]))).text) as object[];
      results.push(result);
    }
    expect(results).toMatchObject(
      ['saved', 'saved', 'skipped', 'skipped'].map((status) => ({ status, stepId: 1, spanId: 'steps' })),
    );
  });
});

describe('named things', () => {
  it('of Voker are unknown in the other project', async () => {
    const made = [
      await call('PUT', '/api/v1/people', b, { person_id: SECRET, properties: { plan: SECRET } }),
      await call('PUT', '/api/v1/agents', b, { agent_name: SECRET, description: SECRET }),
      await call('PUT', `/api/v1/agents/${SECRET}/agent-versions`, b, { agent_version_name: SECRET }),
    ];
    expect(made.map(({ status }) => status)).toEqual([200, 200, 200]);
    const paths = [`people/${SECRET}`, `agents/${SECRET}`, `agents/${SECRET}/agent-versions/${SECRET}`];
    for (const path of paths) {
      expect((await get(`/api/v1/${path}`, b)).status).toBe(200);
      expect((await get(`/api/v1/${path}`, a)).status).toBe(404);
    }
    const changed = [
      await call('PUT', `/api/v1/people/${SECRET}`, a, { properties: { plan: 'a' } }),
      await call('PUT', `/api/v1/agents/${SECRET}/agent-versions`, a, { agent_version_name: 'x' }),
    ];
    expect(changed.map(({ status }) => status)).toEqual([404, 404]);
    expect((await get(`/api/v1/people/${SECRET}`, b)).text).toContain(`"plan":"${SECRET}"`);
    expect(await newFingerprint(server, a.key)).not.toBe(b.fingerprint);
    const voker = vendorNamed('voker');
    const borrowed = voker.event({ ...a, fingerprint: b.fingerprint }, { id: '"borrowed"' });
    expect((await post(server, voker, a, borrowed)).status).toBe(404);
  });

  it('of WhyOps are made once per project', async () => {
    const agent = { agentName: 'the same', metadata: { systemPrompt: 'You are', tools: [] } };
    const [first, second] = [
      JSON.parse((await call('POST', '/api/entities/init', await newSender(server), agent)).text) as Agent,
      JSON.parse((await call('POST', '/api/entities/init', b, agent)).text) as Agent,
    ];
    expect([first.status, second.status]).toEqual(['created', 'created']);
    expect(first.agentId).not.toBe(second.agentId);
    expect(first.versionHash).toBe(second.versionHash);
  });
});

interface Agent {
  readonly status: string;
  readonly agentId: string;
  readonly versionHash: string;
}

describe('two dialects in one project', () => {
  it('do not share traces, spans or events of one id', async () => {
    const both = await newSender(server);
    for (const vendor of VENDORS) {
      const event = vendor.event(both, { id: '"the same id"', data: `"said in ${vendor.name}"` });
      expectAccepted(vendor, await post(server, vendor, both, vendor.body([event])));
    }
    await server.settle();
    const traces = await server.all<{ traceId: string; dialect: string; spanCount: number }>('/traces', both.key);
    expect(traces.map(({ dialect }) => dialect).sort()).toEqual(VENDORS.map(({ dialect }) => dialect).sort());
    expect(traces).toEqual(traces.map((trace) => ({ ...trace, traceId: 'the same id', spanCount: 1 })));
    for (const { dialect } of VENDORS) {
      const { text } = await get(`/api/tributary/v1/traces/the%20same%20id?dialect=${dialect}`, both);
      expect(VENDORS.map((vendor) => text.includes(`said in ${vendor.name}`))).toEqual(
        VENDORS.map((vendor) => vendor.dialect === dialect),
      );
    }
  });
});

describe('after all that', () => {
  it('the own API answers the first project as if it were alone', async () => {
    const found = [...before.values()].filter((answer) => answer.startsWith('200 '));
    expect(found.length).toBeGreaterThan(routes.length);
    expect(found.filter((answer) => answer.includes('words of a')).length).toBeGreaterThan(5);
    expect(Object.fromEntries(await answers(a))).toEqual(Object.fromEntries(before));
  });

  it('the vendors answer the first project as if it were alone', async () => {
    const found = [...vendorsBefore.values()].filter((answer) => answer.startsWith('200 '));
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter((answer) => answer.includes('words of a')).length).toBeGreaterThan(1);
    expect(Object.fromEntries(await vendorAnswers(a))).toEqual(Object.fromEntries(vendorsBefore));
  });
});
