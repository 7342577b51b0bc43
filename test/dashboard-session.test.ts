/** What a browser gets from the server: the pages' document and files, and the API behind a cookie. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Sending, send } from './support/http.ts';
import { TestServer } from './support/server.ts';

const OWN_PAGE = { 'x-tributary-dashboard': '1' };
const UNKNOWN_PROJECT = '00000000-0000-4000-8000-000000000000';

let server: TestServer;
let other: { id: string; key: string };
beforeAll(async () => {
  server = await TestServer.start();
  other = await server.createProject('other');
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

const get = (path: string, headers: Sending['headers'] = {}) => send(server.url, { method: 'GET', path, headers });

function signIn(body: unknown, headers: Sending['headers'] = OWN_PAGE): Promise<Answer> {
  return send(server.url, {
    path: '/p/sign-in',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** As a browser sends it back. */
async function cookieOf(key: string): Promise<string> {
  const answer = await signIn({ key });
  expect(answer.status).toBe(200);
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

const codeOf = ({ text }: Answer): string => (JSON.parse(text) as { error: { code: string } }).error.code;

describe('the document', () => {
  it.each(['/', '/sign-in', '/traces/some%2Fid', '/p/anything', '/p/anything/traces/%2e%2e?view=tree'])(
    'is served at %s and allows nothing from elsewhere',
    async (path) => {
      const { status, headers, text } = await get(path);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      const policy = String(headers['content-security-policy']);
      const nonce = /'nonce-([\w+/=]{20,})'/.exec(policy)?.[1] ?? 'none';
      expect(text).toContain(`nonce="${nonce}"`);
      expect(text).not.toContain('__CSP_NONCE__');
      expect(policy.replaceAll(nonce, '…')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-…'; img-src 'self' data:; font-src 'self'; " +
          "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      // Every script is a file of this origin.
      expect(
        [...text.matchAll(/<script[^>]*>([^<]*)/g)].map(([tag, inside]) => [/ src="\//.test(tag), inside]),
      ).toEqual(expect.arrayContaining([[true, '']]));
      expect(text).not.toMatch(/<script(?![^>]* src=)/);
    },
  );

  it('has a nonce of its own each time', async () => {
    const [one, two] = await Promise.all([get('/'), get('/')]);
    expect(one.headers['content-security-policy']).not.toBe(two.headers['content-security-policy']);
  });
});

describe('files', () => {
  it('are kept for good by browsers and sent compressed', async () => {
    const script = /src="(\/assets\/[^"]+\.js)"/.exec((await get('/')).text)?.[1] ?? '';
    const plain = await get(script);
    const small = await get(script, { 'accept-encoding': 'gzip, br' });
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(small.headers['content-encoding']).toBe('br');
    expect(small.text.length).toBeLessThan(plain.text.length / 2);
  });

  it.each(['/assets/..%2f..%2f..%2fpackage.json', '/assets/%2e%2e/index.html', '/assets/nothing.js', '/assets/.br'])(
    '%s is not one',
    async (path) => expect((await get(path)).status).toBe(404),
  );
});

describe('signing in', () => {
  it('keeps the key in a cookie that scripts and other sites do not get', async () => {
    const { status, headers, text } = await signIn({ key: ` ${server.key}\n` });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ id: server.projectId, scopes: expect.arrayContaining(['read']) });
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(new RegExp(`; Path=/p/${server.projectId}/; HttpOnly; SameSite=Strict$`));
    expect(cookie).not.toContain(server.key);
    expect(
      (await signIn({ key: server.key }, { ...OWN_PAGE, 'x-forwarded-proto': 'https' })).headers['set-cookie']?.[0],
    ).toContain('; Secure');
  });

  it.each([
    ['no key', {}, 400, 'invalid-event'],
    ['an unknown key', { key: 'nobody' }, 401, 'unknown-credential'],
    ['more than a key', { key: 'x', project: 'y' }, 400, 'invalid-event'],
    ['a key that is too long', { key: 'x'.repeat(5000) }, 400, 'invalid-event'],
    ['a body that is too large', { key: 'x'.repeat(50_000) }, 413, 'too-large'],
  ])('is refused with %s', async (_, body, status, code) => {
    const answer = await signIn(body);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it.each(['two words of a key', 'ключ_не_латинскими_буквами'])(
    'is refused with %j, which no header can carry',
    async (key) => {
      await server.importKey(key);
      const answer = await signIn({ key });
      expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid-event']);
      const cookie = `tributary_key=${Buffer.from(key).toString('base64url')}`;
      expect((await get(`/p/${server.projectId}/api/key`, { cookie })).status).toBe(401);
    },
  );

  it('needs the scope read, and is for the own pages only', async () => {
    const { secret } = await server.post<{ secret: string }>('/keys', { name: 'writer', scopes: ['ingest'] });
    expect(codeOf(await signIn({ key: secret }))).toBe('scope-missing');
    expect((await signIn({ key: server.key }, {})).status).toBe(403);
  });
});

describe('the API behind the cookie', () => {
  const api = (id: string, path: string) => `/p/${id}/api${path}`;

  it('answers for the project of the key, and only under its path', async () => {
    const [own, others] = [await cookieOf(server.key), await cookieOf(other.key)];
    const own200 = await get(api(other.id, '/projects'), { cookie: others });
    expect((JSON.parse(own200.text) as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([other.id]);
    for (const [id, cookie] of [
      [other.id, own],
      [server.projectId, others],
      [UNKNOWN_PROJECT, own],
    ] as const)
      expect(codeOf(await get(api(id, '/traces'), { cookie }))).toBe('missing-credential');
    expect((await get(api(server.projectId, '/traces?limit=1'), { cookie: own })).status).toBe(200);
  });

  it('takes no key from anywhere else', async () => {
    const authorization = `Bearer ${server.key}`;
    expect((await get(api(server.projectId, '/traces'), { authorization })).status).toBe(401);
    expect((await get('/api/tributary/v1/traces', { cookie: await cookieOf(server.key) })).status).toBe(401);
    for (const cookie of ['tributary_key=', 'tributary_key=%00', 'tributary_key=!!!', 'other=1'])
      expect((await get(api(server.projectId, '/traces'), { cookie })).status).toBe(401);
  });

  it('refuses bad questions as the API does', async () => {
    const cookie = await cookieOf(server.key);
    expect(codeOf(await get(api(server.projectId, '/traces?nothing=1'), { cookie }))).toBe('invalid-event');
    expect(codeOf(await get(api(server.projectId, '/no-such-thing'), { cookie }))).toBe('not-found');
    expect((await get(api(server.projectId, '/../../../metrics'), { cookie })).status).not.toBe(500);
  });

  it('leads nowhere else', async () => {
    const cookie = await cookieOf(server.key);
    const up = (levels: number, to: string) => api(server.projectId, `${'/%2e%2e'.repeat(levels)}${to}`);
    const reads = (path: string) =>
      send(server.url, { method: 'POST', path, headers: { cookie, ...OWN_PAGE }, body: '{}' });
    // Paths are resolved before anything looks at them: these are requests without a key.
    for (const path of [up(3, '/api/tributary/v1/keys'), up(2, `/${other.id}/api/keys`)])
      expect([path, (await reads(path)).status]).toEqual([path, 401]);
    expect((await reads(up(3, '/v1/runs/ingest'))).status).toBe(404);
    for (const path of ['..%2f..%2fmetrics', '%5c..%5cmetrics', '//traces', '..%2fkey'])
      expect([path, (await get(api(server.projectId, `/${path}`), { cookie })).status]).toEqual([path, 404]);
    expect((await get(api(`${server.projectId}x`, '/key'), { cookie })).status).toBe(401);
    expect((await get(api(server.projectId.toUpperCase(), '/key'), { cookie })).status).toBe(401);
  });

  it.each(['OPTIONS', 'TRACE'])('knows no %s, and lets no other origin ask', async (method) => {
    const headers = { cookie: await cookieOf(server.key), origin: 'https://elsewhere.example', ...OWN_PAGE };
    const answer = await send(server.url, { method, path: api(server.projectId, '/traces'), headers });
    expect(answer.status).toBe(404);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('answers for the key of the cookie, whatever else is sent, and writes down who and from where', async () => {
    const headers = {
      ...{ cookie: await cookieOf(server.key), ...OWN_PAGE, 'content-type': 'application/json' },
      ...{ authorization: `Bearer ${other.key}`, 'x-forwarded-for': '6.6.6.6' },
    };
    const path = api(server.projectId, '/keys');
    const made = await send(server.url, { path, headers, body: JSON.stringify({ name: 'whose', scopes: ['read'] }) });
    expect(JSON.parse(made.text)).toMatchObject({ projectId: server.projectId });
    const { keyId } = await server.get<{ keyId: string }>('/key');
    const { data } = await server.get<{ data: unknown[] }>('/audit?action=keys&limit=1');
    expect(data[0]).toMatchObject({
      ...{ projectId: server.projectId, action: 'POST /keys', status: 201, address: '127.0.0.1' },
      ...{ actor: { keyId }, subject: { name: 'whose' } },
    });
  });

  it('changes things only for the own pages', async () => {
    const cookie = await cookieOf(server.key);
    const create = (headers: Sending['headers']) =>
      send(server.url, {
        path: api(server.projectId, '/keys'),
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ name: 'made in a browser', scopes: ['read'] }),
      });
    const before = (await server.all('/keys')).length;
    expect((await create({})).status).toBe(403);
    expect((await create({ origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await server.all('/keys')).length).toBe(before);
    expect((await create(OWN_PAGE)).status).toBe(201);
  });

  it('bounds bodies before they are read', async () => {
    const answer = await send(server.url, {
      path: api(server.projectId, '/keys'),
      headers: { cookie: await cookieOf(server.key), 'content-type': 'application/json', ...OWN_PAGE },
      body: JSON.stringify({ name: 'x'.repeat(100_000) }),
    });
    expect(answer.status).toBe(413);
  });

  it('ends with the key, and with signing out', async () => {
    const { id, secret } = await server.post<{ id: string; secret: string }>('/keys', {
      name: 'short',
      scopes: ['read'],
    });
    const cookie = await cookieOf(secret);
    expect((await get(api(server.projectId, '/traces'), { cookie })).status).toBe(200);
    await send(server.url, {
      method: 'DELETE',
      path: `/api/tributary/v1/keys/${id}`,
      headers: { authorization: `Bearer ${server.key}` },
    });
    expect((await get(api(server.projectId, '/traces'), { cookie })).status).toBe(401);
    const out = await send(server.url, { path: `/p/${server.projectId}/sign-out`, headers: OWN_PAGE });
    expect(out.headers['set-cookie']?.[0]).toMatch(/^tributary_key=; Max-Age=0; Path=\/p\//);
  });
});
