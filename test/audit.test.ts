/** Every route that changes something leaves an entry. The routes come from the description, so that new ones are asked, too. */

import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntryBody } from '../src/query/audit.ts';
import { PROGRAM, TestServer } from './support/server.ts';

const API = '/api/tributary/v1';
const QUESTIONS = ['get', 'head', 'options', 'parameters'];

let server: TestServer;
let b: { id: string; key: string };
const TRIAL = '/redaction-rules/test';
let actions: { method: string; path: string }[];
beforeAll(async () => {
  server = await TestServer.start();
  b = await server.createProject('b');
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  actions = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => !QUESTIONS.includes(method))
      .map((method) => ({ method: method.toUpperCase(), path: path.slice(API.length) })),
  );
});
afterAll(() => server.stop());

async function ask(
  method: string,
  path: string,
  body?: unknown,
  key = server.key,
): Promise<{ status: number; text: string }> {
  const response = await fetch(server.url + API + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

const entries = (query = '', key = server.key) => server.all<AuditEntryBody>(`/audit${query}`, key);
async function latest(key = server.key): Promise<AuditEntryBody | undefined> {
  return (await server.get<{ data: AuditEntryBody[] }>('/audit?limit=1', key)).data[0];
}

describe('the audit log', () => {
  it('begins with the first start', async () => {
    expect((await entries()).at(-1)).toMatchObject({
      ...{ action: 'first start', actor: null, address: null, projectId: server.projectId, status: 201 },
    });
  });

  it('has no entry of a trial of redaction rules: it changes nothing, and its sample is a secret', async () => {
    const before = (await latest())?.id;
    expect((await ask('POST', TRIAL, { sample: 'a@b.example' })).status).toBe(200);
    expect((await latest())?.id).toBe(before);
  });

  it('has an entry of every action that the description knows, with the key and the address', async () => {
    expect(actions.length).toBeGreaterThan(15);
    const me = (await latest())?.actor;
    expect(me).toMatchObject({ keyName: 'first key', keyPrefix: server.key.slice(0, me?.keyPrefix.length) });
    for (const { method, path } of actions) {
      if (path === TRIAL) continue;
      const before = (await latest())?.id ?? 0;
      // Ids of nothing, and a body that says nothing: whatever becomes of it, it was tried.
      const { status } = await ask(method, path.replace(/\{[^}]+\}/g, '4711'), {});
      const entry = await latest();
      expect(entry).toMatchObject({ action: `${method} ${path}`, status, actor: me, projectId: server.projectId });
      expect(entry?.id).toBe(before + 1);
      expect(entry?.address).toMatch(/127\.0\.0\.1$/);
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
      for (const name of named) expect(entry?.subject[name]).toBe('4711');
    }
  });

  it('names what was made and what was asked for, and no secret', async () => {
    const made = JSON.parse((await ask('POST', '/keys', { name: 'checkout', project: 'b' })).text) as Record<
      string,
      string
    >;
    expect(await latest()).toMatchObject({
      ...{ action: 'POST /keys', status: 201, projectId: b.id },
      subject: { id: made.id, name: 'checkout' },
      detail: { name: 'checkout', project: 'b' },
    });
    const secret = 'a-secret-that-a-client-has';
    await ask('POST', '/keys/import', { secret, name: 'imported' });
    expect(await latest()).toMatchObject({ detail: { secret: '********', name: 'imported' } });
    await ask('DELETE', `/keys/${made.id}?project=b`);
    expect(await latest()).toMatchObject({
      ...{ action: 'DELETE /keys/{keyId}', subject: { keyId: made.id }, detail: { project: 'b' }, status: 200 },
    });
    await ask('POST', '/projects', { name: 'x'.repeat(5000) });
    expect(JSON.stringify((await latest())?.detail).length).toBeLessThan(2200);
    await ask('PATCH', '/settings', { deep: JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`) as unknown });
    expect((await latest())?.status).toBe(400);
    const all = JSON.stringify(await entries());
    for (const word of [secret, made.secret ?? '', server.key, b.key]) expect(all).not.toContain(word);
  });

  it('has attempts of keys that may not, a few of them', async () => {
    const reader = JSON.parse((await ask('POST', '/keys', { name: 'reader', scopes: ['read'] })).text) as {
      secret: string;
    };
    for (let i = 0; i < 40; i += 1) expect((await ask('PATCH', '/settings', {}, reader.secret)).status).toBe(403);
    const refused = (await entries('?action=settings')).filter(({ status }) => status === 403);
    expect(refused).toHaveLength(30);
    expect(refused[0]).toMatchObject({ actor: { keyName: 'reader' } });
    const before = await latest();
    expect((await ask('PATCH', '/settings', {}, 'nobody-knows-this-key')).status).toBe(401);
    expect((await ask('POST', '/no/such/route', {})).status).toBe(404);
    expect(await latest()).toEqual(before);
  });

  it('shows a project its own and nothing else, by action and time, page by page', async () => {
    expect((await entries('', b.key)).map(({ action }) => action)).toEqual(['DELETE /keys/{keyId}', 'POST /keys']);
    await ask('PATCH', '/settings', {}, b.key);
    expect((await latest(b.key))?.action).toBe('PATCH /settings');
    expect(await entries('?action=SETTINGS', b.key)).toHaveLength(1);
    expect(await entries('?to=2020-01-01', b.key)).toEqual([]);
    // A project is not told apart from one that is not there by what somebody else may read.
    await ask('POST', '/keys', { name: 'x', project: server.projectId }, b.key);
    expect(await latest(b.key)).toMatchObject({ projectId: b.id, status: 404 });
    const first = await server.get<{ data: AuditEntryBody[]; nextCursor: string }>('/audit?limit=2', b.key);
    const second = await server.get<{ data: AuditEntryBody[] }>(`/audit?limit=2&cursor=${first.nextCursor}`, b.key);
    expect([...first.data, ...second.data].map(({ action }) => action)).toEqual([
      'POST /keys',
      'PATCH /settings',
      'DELETE /keys/{keyId}',
      'POST /keys',
    ]);
    expect((await ask('GET', '/audit?cursor=x')).status).toBe(400);
  });

  it('cannot be changed or deleted by a route, nor by a statement', async () => {
    expect(actions.filter(({ path }) => path.startsWith('/audit'))).toEqual([]);
    const database = new Database(join(server.dataDir, 'registry.db'));
    database.pragma('busy_timeout = 10000');
    expect(() => database.exec('DELETE FROM audit')).toThrow('is kept');
    expect(() => database.exec("UPDATE audit SET key_name = 'somebody else'")).toThrow('is not changed');
    expect(() => database.exec('UPDATE audit SET status = 200')).toThrow('is not changed');
    database.close();
  });

  it('is a command', () => {
    const env = { PATH: process.env.PATH, TRIBUTARY_URL: server.url, TRIBUTARY_KEY: server.key };
    const run = (...args: string[]) => spawnSync(process.execPath, [PROGRAM, 'audit', ...args], { env, cwd: tmpdir() });
    const { status, stdout } = run('--action', 'keys', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout.toString())).toContainEqual(expect.objectContaining({ action: 'POST /keys/import' }));
    expect(run('--limit', '3').stdout.toString()).toContain('reader (trib_');
  });
});
