/** Keys and scopes on every route, as the description and the dialects list them, and what every answer says about itself. */

import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dialects } from '../src/dialects/all.ts';
import { ApiDescription, type Operation, type Values } from './support/api-requests.ts';
import { filesHolding } from './support/files.ts';
import { send } from './support/http.ts';
import { expectAccepted, expectNoInternals, post } from './support/refusals.ts';
import { TestServer } from './support/server.ts';
import { newSender, type Sender, vendorNamed } from './support/vendors.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: TestServer;
let sender: Sender;
let api: ApiDescription;
const keys: Record<'ingest' | 'read' | 'admin' | 'gone', { id: string; secret: string }> = {
  ...{ ingest: NO_KEY(), read: NO_KEY(), admin: NO_KEY(), gone: NO_KEY() },
};

function NO_KEY(): { id: string; secret: string } {
  return { id: '', secret: '' };
}

beforeAll(async () => {
  server = await TestServer.start();
  sender = await newSender(server);
  api = await ApiDescription.of(server);
  for (const scope of ['ingest', 'read', 'admin'] as const)
    keys[scope] = await server.post('/keys', { name: scope, scopes: [scope] }, sender.key);
  keys.gone = await server.post('/keys', { name: 'gone', scopes: ['ingest', 'read', 'admin'] }, sender.key);
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

/** Any text will do: who asks is looked at before what is asked. */
const ANYTHING = new Proxy<Values>(
  {},
  {
    get: () => ['anything'],
    has: () => true,
    getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: ['anything'] }),
  },
);

const own = (operation: Operation, key?: string) => {
  const [one] = api.requests(operation, ANYTHING);
  return send(server.url, {
    method: operation.method,
    path: one?.path ?? operation.path,
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    ...(one?.body === undefined ? {} : { body: JSON.stringify(one.body) }),
  });
};
const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
/** Tells a key about itself, whatever it may do. */
const FOR_ANY_KEY = 'GET /api/tributary/v1/key';

describe('every route of the own API', () => {
  it.each<[string, () => string | undefined, number, string]>([
    ['without a key', () => undefined, 401, 'missing-credential'],
    ['with an unknown key', () => 'a-key-that-nobody-has', 401, 'unknown-credential'],
    ['with a key that is almost right', () => sender.key.slice(0, -1), 401, 'unknown-credential'],
    ['with a key that may only send', () => keys.ingest.secret, 403, 'scope-missing'],
  ])('refuses to answer %s', async (_, key, status, code) => {
    expect(api.operations.length).toBeGreaterThan(40);
    for (const operation of api.operations) {
      if (status === 403 && nameOf(operation) === FOR_ANY_KEY) continue;
      const answer = await own(operation, key());
      expect([nameOf(operation), answer.status, answer.text]).toEqual([
        nameOf(operation),
        status,
        expect.stringContaining(`"code":"${code}"`),
      ]);
    }
  });

  it('changes nothing for a key that may only read', async () => {
    const changing = api.operations.filter(({ method }) => method !== 'GET');
    expect(changing.length).toBeGreaterThan(15);
    for (const operation of changing)
      expect([nameOf(operation), (await own(operation, keys.read.secret)).status]).toEqual([nameOf(operation), 403]);
  });

  it('tells what a route is for admins in its description', async () => {
    // A stream has no end that could be waited for; what it is refused for is asked above.
    for (const operation of api.operations.filter(({ method, isStream }) => method === 'GET' && !isStream)) {
      const { status } = await own(operation, keys.read.secret);
      const isForAdmins = status === 403;
      if (isForAdmins)
        expect([nameOf(operation), operation.summary]).toEqual([
          nameOf(operation),
          expect.stringMatching(/admin|instance|keys|projects/i),
        ]);
    }
  });
});

describe('every route of the vendors', () => {
  const routes = dialects.flatMap((dialect) => dialect.routes.map((route) => ({ dialect: dialect.name, route })));
  const ask = (dialect: string, { method, path }: { method: string; path: string }, key: string) =>
    send(server.url, {
      method,
      path: `/${dialect}${path.replace(/:\w+/g, 'anything')}`,
      headers: { ...vendorNamed(dialect).headers(key), 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: '{}' }),
    });

  it('that reads or deletes takes no key that may only send', async () => {
    const guarded = routes.filter(({ route }) => route.scope === 'read' || route.scope === 'admin');
    expect(guarded.length).toBeGreaterThan(20);
    for (const { dialect, route } of guarded) {
      const answer = await ask(dialect, route, keys.ingest.secret);
      expect([route.id, answer.status]).toEqual([route.id, expect.toBeOneOf([401, 403])]);
      expectNoInternals(answer);
    }
  });

  it('that takes events or deletes takes no key that may only read', async () => {
    for (const { dialect, route } of routes) {
      const isRead = route.scope === 'read' || route.scope === 'public';
      // This one has its key in the body.
      if (isRead || (route.kind === 'events' && route.bodyClaim !== undefined)) continue;
      expect([route.id, (await ask(dialect, route, keys.read.secret)).status]).toEqual([
        route.id,
        expect.toBeOneOf([401, 403]),
      ]);
    }
  });
});

describe('a key', () => {
  const list = () =>
    send(server.url, {
      method: 'GET',
      path: '/api/tributary/v1/keys',
      headers: { authorization: `Bearer ${sender.key}` },
    });

  it('is shown once, when it is made', async () => {
    const { text } = await list();
    expect(text).toContain(keys.read.id);
    for (const { secret } of Object.values(keys)) expect(text).not.toContain(secret);
    const audit = await send(server.url, {
      method: 'GET',
      path: '/api/tributary/v1/audit',
      headers: { authorization: `Bearer ${sender.key}` },
    });
    for (const { secret } of Object.values(keys)) expect(audit.text).not.toContain(secret);
  });

  it('is in no file, nor is anything that it could be read from', async () => {
    const imported = 'lunary-key-of-before-0123456789';
    await server.post('/keys/import', { secret: imported }, sender.key);
    const holding = (text: string) => filesHolding(server.dataDir, text);
    // The ids are there, so the search would find the keys, too.
    expect(holding(keys.read.id).length).toBeGreaterThan(0);
    for (const secret of [...Object.values(keys).map((key) => key.secret), sender.key, imported])
      for (const text of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')])
        expect([text, holding(text)]).toEqual([text, []]);
  });

  it('that is revoked works nowhere from then on, also on a connection that is open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { hostname, port } = new URL(server.url);
    const statusOf = (method: string, path: string, headers: Record<string, string>, body?: string) =>
      new Promise<number>((resolve, reject) => {
        const outgoing = httpRequest({ hostname, port, method, path, headers, agent }, (incoming) => {
          incoming.resume().on('end', () => resolve(incoming.statusCode ?? 0));
        });
        outgoing.on('error', reject).end(body);
      });
    const { secret, id } = keys.gone;
    const bearer = { authorization: `Bearer ${secret}` };
    expect(await statusOf('GET', '/api/tributary/v1/traces', bearer)).toBe(200);
    expect(
      await statusOf('POST', '/v1/runs/ingest', bearer, '{"events":[{"type":"llm","event":"start","runId":"r"}]}'),
    ).toBe(200);
    expect(await statusOf('DELETE', `/api/tributary/v1/keys/${id}`, { authorization: `Bearer ${sender.key}` })).toBe(
      200,
    );
    expect(await statusOf('GET', '/api/tributary/v1/traces', bearer)).toBe(401);
    expect(await statusOf('POST', '/v1/runs/ingest', bearer, '{"events":[]}')).toBe(401);
    agent.destroy();
    for (const operation of api.operations)
      expect([nameOf(operation), (await own(operation, secret)).status]).toEqual([nameOf(operation), 401]);
    for (const name of [
      'weflayr',
      'lunary',
      'vellum',
      'voker',
      'whyops',
      'whyops sync',
      'whyops tool-result',
      'lunary report',
    ]) {
      const vendor = vendorNamed(name);
      const stranger = { ...sender, key: secret };
      const answer = await post(server, vendor, stranger, vendor.body([vendor.event(stranger, { id: '"late"' })]));
      expect([name, answer.status]).toEqual([name, vendor.status('unknown-credential')]);
    }
  });

  it('is not what it was made of: its hash opens nothing', async () => {
    const registry = readdirSync(server.dataDir).filter((name) => name.startsWith('registry'));
    const bytes = registry.map((name) => readFileSync(join(server.dataDir, name)).toString('latin1')).join('');
    const hashes = [...new Set(bytes.match(/[0-9a-f]{64}/g) ?? [])];
    expect(hashes.length).toBeGreaterThan(4);
    for (const hash of hashes) {
      const headers = { authorization: `Bearer ${hash}` };
      expect((await send(server.url, { method: 'GET', path: '/api/tributary/v1/traces', headers })).status).toBe(401);
    }
  });
});

describe('every answer', () => {
  const ORIGIN = 'https://attacker.example';
  const paths = [
    '/',
    '/healthz',
    '/readyz',
    '/metrics',
    '/openapi.json',
    '/traces/x',
    '/nothing',
    '/api/tributary/v1/traces',
    '/api/tributary/v1/nothing',
  ];
  const vendorPaths = [
    '/v1/runs/ingest',
    '/v1/health',
    '/monitoring/v1/events',
    '/api/v1/events',
    '/api/events/ingest',
    '/api/threads',
  ];

  it('is not to be guessed at, and not to be kept', async () => {
    for (const path of [...paths, ...vendorPaths])
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const { headers } = await send(server.url, { method, path, ...(method === 'POST' ? { body: '{}' } : {}) });
        expect([method, path, headers['x-content-type-options'], headers['cache-control']]).toEqual([
          method,
          path,
          'nosniff',
          'no-store',
        ]);
        expect([path, headers['x-powered-by'], headers.server]).toEqual([path, undefined, undefined]);
      }
  });

  it('that is a page runs nothing, whatever its address says', async () => {
    for (const id of ['<script>alert(1)</script>', '"onload="x', '%00', '..%2f..', "'><img src=x>"]) {
      const path = `/traces/${id.startsWith('%') || id.startsWith('..') ? id : encodeURIComponent(id)}`;
      const { status, headers, text } = await send(server.url, {
        method: 'GET',
        path,
        headers: { host: 'evil"><script>x</script>' },
      });
      expect([path, text]).toEqual([path, expect.not.stringMatching(/<script|<img|"onload=/)]);
      if (status === 200) expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
  });

  it('lets pages of others read only what a vendor lets them', async () => {
    for (const path of paths)
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const answer = await send(server.url, {
          method,
          path,
          headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
        });
        const allowing = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
        expect([method, path, allowing]).toEqual([method, path, []]);
      }
    for (const dialect of dialects) {
      const route = dialect.routes.find(({ kind }) => kind === 'events');
      const path = `/${dialect.name}${route?.path.replace(/:\w+/g, sender.projectId)}`;
      const { headers } = await send(server.url, { method: 'OPTIONS', path, headers: { origin: ORIGIN } });
      expect([dialect.name, headers['access-control-allow-origin']]).toEqual([
        dialect.name,
        dialect.cors === undefined ? undefined : ORIGIN,
      ]);
    }
  });

  it('to a method that nobody asked for gives nothing away', async () => {
    for (const path of [...paths, ...vendorPaths])
      for (const method of ['TRACE', 'PROPFIND', 'PURGE', 'LINK']) {
        const headers = { authorization: 'Bearer echo-me-not', cookie: 'echo-me-not' };
        const { status, text } = await send(server.url, { method, path, headers });
        expect([method, path, status]).toEqual([method, path, expect.toBeOneOf([400, 401, 402, 404, 405])]);
        expect(text).not.toContain('echo-me-not');
      }
    for (const path of paths) {
      const [head, get] = [
        await send(server.url, { method: 'HEAD', path }),
        await send(server.url, { method: 'GET', path }),
      ];
      expect([path, head.status, head.text]).toEqual([path, get.status, '']);
    }
  });

  it('goes by no name that the caller gives the server', async () => {
    const weflayr = vendorNamed('weflayr');
    for (const host of ['evil.example', '127.0.0.1@evil', '[::1', 'localhost:99999', '']) {
      const headers = {
        ...weflayr.headers(sender.key),
        host,
        'x-forwarded-host': 'evil.example',
        forwarded: 'host=evil.example',
      };
      const body = weflayr.event(sender, { id: JSON.stringify(`by a host of ${host.length}`) });
      expectAccepted(weflayr, await send(server.url, { path: weflayr.path(sender), headers, body }));
      for (const path of ['/healthz', '/openapi.json', '/api/tributary/v1/traces']) {
        const answer = await send(server.url, { method: 'GET', path, headers });
        expect([host, path, answer.status, answer.text.includes('evil.example')]).toEqual([
          host,
          path,
          expect.toBeOneOf([200, 400]),
          false,
        ]);
        expect(answer.headers.location).toBeUndefined();
      }
    }
  });
});
