/**
 * Dead letters of a running server. The log begins with records of routes that this version does not know; "the upgrade"
 * is that it does, and then they can be retried.
 */

import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../src/canonical/ids.ts';
import { receiptOf } from '../src/canonical/receipt.ts';
import { DiskLog } from '../src/log/disk/disk-log.ts';
import { eventIdAt } from '../src/log/request.ts';
import type { DeadLetterBody, ShownDeadLetterBody } from '../src/query/dead-letters.ts';
import type { IntakeBody } from '../src/query/intake-health.ts';
import { PROGRAM, TestServer } from './support/server.ts';

const A = '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e' as ProjectId;
const B = '9c0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6f' as ProjectId;
const API = '/api/tributary/v1';
const SECRET = 'sk-secret-of-the-client';
/** Arrived long before it was stored. */
const ARRIVED = Date.UTC(2026, 0, 2) * 1000;
const BULK = 6;

let server: TestServer;
let dataDir: string;
let keyOfB: string;
let readKey: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-dead-letters-'));
  await fillLog();
  server = await TestServer.start({ dataDir });
  keyOfB = (await server.createProject('b', B)).key;
  readKey = (await server.post<{ secret: string }>('/keys', { name: 'reader', scopes: ['read'] })).secret;
  await server.settle();
});
afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function fillLog(): Promise<void> {
  const log = await DiskLog.open(join(dataDir, 'log'));
  const HEADERS = { 'x-api-key': SECRET, 'idempotency-key': 'chosen' };
  const meta = (project: string, route: string, headers: object = HEADERS) =>
    JSON.stringify({
      ...{ version: 1, project, route, receivedAt: ARRIVED, method: 'POST', params: {} },
      query: `api_key=${SECRET}&page=1`,
      headers,
      userAgent: 'test/1',
    });
  const start = (id: string) =>
    Buffer.from(
      JSON.stringify({ events: [{ type: 'agent', event: 'start', runId: id, name: 'ñ', timestamp: ARRIVED / 1000 }] }),
    );
  const voker = Buffer.from(JSON.stringify({ event_name: 'llm', fingerprint_id: 'f', properties: {} }));
  await log.append({ meta: meta(A, 'lunary.ingest-next'), body: start('one'), count: 1 });
  await log.append({ meta: meta(A, 'voker.events-next', {}), body: voker, count: 1 });
  await log.append({ meta: 'not JSON', body: Buffer.from([255, 0, 1]), count: 1 });
  await log.append({ meta: meta(B, 'lunary.ingest-next'), body: start("of b's"), count: 1 });
  for (let i = 0; i < BULK; i += 1)
    await log.append({ meta: meta(A, 'lunary.ingest-bulk'), body: start(`bulk ${i}`), count: 1 });
  await log.close();
  // A write that was torn by the end of a process: it is put aside.
  const [segment = ''] = (await readdir(join(dataDir, 'log'))).filter((name) => name.endsWith('.log'));
  await appendFile(join(dataDir, 'log', segment), 'torn');
}

function upgrade(route: string): void {
  const database = new Database(join(dataDir, 'registry.db'));
  database.pragma('busy_timeout = 10000');
  database
    .prepare('UPDATE dead_letters SET meta = replace(meta, ?, ?) WHERE route = ?')
    .run(`"${route}"`, `"${route.replace(/-(next|bulk)$/, '')}"`, route);
  database.close();
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  key = server.key,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(server.url + API + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const receiptStatus = (position: number, key = server.key, project = A) =>
  server.get<{ status: string }>(`/receipts/${receiptOf(project, position)}`, key);
const letters = (query = '', key = server.key) => server.all<DeadLetterBody>(`/dead-letters${query}`, key);
const positions = async (query = '', key = server.key) => (await letters(query, key)).map(({ position }) => position);

async function cli(...args: string[]): Promise<{ out: string; code: number }> {
  const env = { PATH: process.env.PATH, TRIBUTARY_URL: server.url, TRIBUTARY_KEY: server.key };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { env, cwd: tmpdir() });
    return { out: stdout, code: 0 };
  } catch (error) {
    const { stdout = '', stderr = '', code = -1 } = error as { stdout?: string; stderr?: string; code?: number };
    return { out: stdout + stderr, code };
  }
}

describe('a dead letter', () => {
  it("is listed with its reason for its project, nobody's for the instance, page by page", async () => {
    const own = [9, 8, 7, 6, 5, 4, 1, 0];
    expect(await positions()).toEqual([9, 8, 7, 6, 5, 4, 2, 1, 0]);
    expect(await positions('', readKey)).toEqual(own);
    expect(await positions('', keyOfB)).toEqual([3]);
    expect(await positions('?reason=ingest-next')).toEqual([0]);
    expect(await positions('?state=discarded')).toEqual([]);
    expect((await ask('GET', '/dead-letters?limit=3')).body).toMatchObject({
      data: [{ position: 9 }, { position: 8 }, { position: 7 }],
      nextCursor: expect.any(String) as unknown,
    });
    expect((await ask('GET', '/dead-letters?cursor=strange')).status).toBe(400);
    expect((await letters()).at(-1)).toMatchObject({
      ...{ receipt: receiptOf(A, 0), projectId: A, route: 'lunary.ingest-next', state: 'dead', events: 1 },
      ...{ reason: 'no route is called lunary.ingest-next', failedRetries: 0, retriedAt: null, discarded: null },
    });
    expect((await letters()).find(({ position }) => position === 2)).toMatchObject({
      ...{ receipt: null, projectId: null, route: '' },
    });
  });

  it('is shown as it came, with its secrets masked', async () => {
    const shown = await server.get<ShownDeadLetterBody>('/dead-letters/0', readKey);
    expect(shown.request).toEqual({
      ...{ method: 'POST', receivedAt: '2026-01-02T00:00:00.000000Z', userAgent: 'test/1', params: {} },
      query: { api_key: '********', page: '1' },
      headers: { 'x-api-key': '********', 'idempotency-key': 'chosen' },
    });
    expect(shown.body).toMatchObject({ encoding: 'text', isWhole: true });
    expect(JSON.parse(shown.body?.data ?? '')).toMatchObject({ events: [{ runId: 'one', name: 'ñ' }] });
    const cut = await server.get<ShownDeadLetterBody>('/dead-letters/0?bodyBytes=10', readKey);
    expect(cut.body).toEqual({ encoding: 'text', data: shown.body?.data.slice(0, 10), isWhole: false });
    const nobodys = await server.get<ShownDeadLetterBody>('/dead-letters/2');
    expect(nobodys).toMatchObject({ request: null, body: { encoding: 'base64', data: '/wAB', isWhole: true } });
  });

  it("is nobody else's business", async () => {
    const refused = async (method: string, path: string, key: string, body?: object) =>
      (await ask(method, path, body, key)).status;
    for (const position of [0, 2]) {
      expect(await refused('GET', `/dead-letters/${position}`, keyOfB)).toBe(404);
      expect(await refused('POST', `/dead-letters/${position}/retry`, keyOfB)).toBe(404);
      expect(await refused('POST', `/dead-letters/${position}/discard`, keyOfB, {})).toBe(404);
    }
    expect(await refused('POST', '/dead-letters/0/retry', readKey)).toBe(403);
    expect(await refused('POST', '/dead-letters/discard', readKey, { all: true })).toBe(403);
    expect(await refused('GET', '/dead-letters/2', readKey)).toBe(404);
    for (const strange of ['x', '-1', '1e99', '1.5'])
      expect(await refused('GET', `/dead-letters/${strange}`, server.key)).toBe(400);
    expect(await refused('GET', '/dead-letters/77', server.key)).toBe(404);
    // A filter that somebody forgot does not mean everything.
    expect(await refused('POST', '/dead-letters/discard', server.key, {})).toBe(400);
    expect(await positions()).toHaveLength(9);
  });

  it('that fails again is the same letter, and its receipt says so', async () => {
    expect(await receiptStatus(0)).toMatchObject({ status: 'dead-letter' });
    const { status, body } = await ask('POST', '/dead-letters/0/retry');
    expect([status, body]).toEqual([202, { position: 0, receipt: receiptOf(A, 0), state: 'retrying' }]);
    await server.settle();
    expect(await server.get('/dead-letters/0')).toMatchObject({
      ...{ state: 'dead', failedRetries: 1, retriedAt: expect.any(String) as unknown },
    });
    expect(await receiptStatus(0)).toMatchObject({
      status: 'dead-letter',
      reason: 'no route is called lunary.ingest-next',
    });
    expect(await positions()).toHaveLength(9);
  });

  it('is stored once when it can be, as what it was, and its receipt says so', async () => {
    upgrade('lunary.ingest-next');
    upgrade('voker.events-next');
    const answers = await Promise.all([0, 0, 1].map((position) => ask('POST', `/dead-letters/${position}/retry`)));
    expect(answers.map(({ status }) => status).filter((status) => ![202, 404].includes(status))).toEqual([]);
    await server.settle();
    expect(await receiptStatus(0)).toEqual({ receipt: receiptOf(A, 0), status: 'stored' });
    const events = await server.all<{ eventId: string; dialect: string; receivedAt: string }>('/events');
    expect(events.map(({ dialect }) => dialect).sort()).toEqual(['lunary', 'voker']);
    expect(events.find(({ dialect }) => dialect === 'voker')).toMatchObject({
      ...{ eventId: eventIdAt(A, 1), receivedAt: '2026-01-02T00:00:00.000000Z' },
    });
    expect((await ask('POST', '/dead-letters/0/retry')).status).toBe(404);
    expect(await positions()).toEqual([9, 8, 7, 6, 5, 4, 2]);
  });

  it("that is nobody's can only be discarded, and who did that is kept", async () => {
    expect((await ask('POST', '/dead-letters/2/retry')).status).toBe(409);
    const { status, body } = await ask('POST', '/dead-letters/2/discard', { note: 'from a load test' });
    expect(status).toBe(200);
    const discarded = { keyName: 'first key', note: 'from a load test' };
    expect(body).toMatchObject({ state: 'discarded', bodyBytes: 0, discarded });
    expect(await server.get('/dead-letters/2')).toMatchObject({ request: null, body: null, discarded });
    expect((await ask('POST', '/dead-letters/2/retry')).status).toBe(409);
  });

  it('is stored exactly once however often the process dies', async () => {
    upgrade('lunary.ingest-bulk');
    const retryAll = () => ask('POST', '/dead-letters/retry', { reason: 'ingest-bulk' });
    // Killed before the answer, and when the loader may be at it.
    const unanswered = retryAll().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await server.kill();
    await unanswered;
    server = await TestServer.start({ dataDir });
    expect((await retryAll()).status).toBe(202);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.kill();
    server = await TestServer.start({ dataDir });
    expect((await retryAll()).status).toBe(202);
    await server.settle();
    expect(await positions('?state=dead')).toEqual([]);
    const traces = await server.all<{ traceId: string }>('/traces?from=2026-01-01');
    const bulk = traces.map(({ traceId }) => traceId).filter((id) => id.startsWith('bulk'));
    expect(bulk.sort()).toEqual(Array.from({ length: BULK }, (_, i) => `bulk ${i}`));
    const events = await server.all<{ spanId: string }>('/events?type=start');
    expect(events.filter(({ spanId }) => spanId.startsWith('bulk'))).toHaveLength(BULK);
    for (let position = 4; position < 4 + BULK; position += 1)
      expect(await receiptStatus(position)).toMatchObject({ status: 'stored' });
  });

  it('is a number in the metrics, and a line of the CLI', async () => {
    const metric = async (name: string) =>
      Number(
        new RegExp(`^tributary_${name} (\\S+)`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())?.[1],
      );
    expect(await metric('dead_letters_now')).toBe(1);
    const discard = () => ask('POST', '/dead-letters/discard', { all: true, note: 'done' }, keyOfB);
    const listed = await cli('dead-letters', 'list', '--state', 'discarded', '--json');
    expect(JSON.parse(listed.out)).toMatchObject([{ position: 2 }]);
    expect((await cli('dead-letters', 'show', '2')).out).toContain('from a load test');
    expect((await cli('dead-letters', 'retry', '2')).code).toBe(64);
    expect((await cli('dead-letters', 'retry', '77')).code).toBe(66);
    expect((await cli('dead-letters', 'discard')).code).toBe(64);
    expect((await cli('dead-letters', 'retry', '--all')).out).toContain('0 letters are in the log again');
    expect((await discard()).body).toEqual({ discarded: 1, nextCursor: null });
    expect(await receiptStatus(3, keyOfB, B)).toMatchObject({ status: 'discarded', note: 'done' });
    expect([await metric('dead_letters_now'), await metric('dead_letters_discarded_total')]).toEqual([0, 1]);
  });
});

describe('intake health', () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

  it('shows refused requests to their own project, without secrets', async () => {
    const of = (key: string) => ({ authorization: `Bearer ${key}`, 'x-more': `a ${key} b`, cookie: 'session=1' });
    await post('/v1/runs/ingest', `{"events": [{"broken": "${keyOfB}"`, of(keyOfB));
    await post('/v1/runs/ingest', '{"events": []}', of('an-unknown-key-of-nobody'));
    type Refused = { data: { fault: string; projectId: string | null; body: string | null; headers: object }[] };
    const seenByB = await server.get<Refused>('/refused-requests', keyOfB);
    expect(seenByB.data).toMatchObject([
      {
        ...{ projectId: B, dialect: 'lunary', fault: 'malformed-json', method: 'POST', path: '/v1/runs/ingest' },
        headers: { authorization: '********', cookie: '********', 'x-more': 'a ******** b' },
        body: '{"events": [{"broken": "********"',
      },
    ]);
    expect(JSON.stringify(seenByB)).not.toContain(keyOfB);
    const seenByInstance = await server.get<Refused>('/refused-requests');
    expect(seenByInstance.data).toMatchObject([{ projectId: null, fault: 'unknown-credential' }]);
    expect(JSON.stringify(seenByInstance)).not.toContain('an-unknown-key-of-nobody');
    expect((await server.get<Refused>('/refused-requests', readKey)).data).toEqual([]);
    expect((await ask('GET', '/refused-requests?cursor=x')).status).toBe(400);
  });

  it('adds up for a project, and for the server with the instance scope', async () => {
    const ofB = await server.get<IntakeBody>('/intake', keyOfB);
    expect(ofB).toEqual({
      project: { accepted: [], refused: [{ dialect: 'lunary', fault: 'malformed-json', requests: 1 }], deadLetters: 0 },
      server: null,
    });
    const { project, server: all } = await server.get<IntakeBody>('/intake');
    expect(project.deadLetters).toBe(0);
    expect(all).toMatchObject({ backlogBytes: 0, oldestWaitingSeconds: 0, deadLettersMax: 100_000 });
    expect(all?.quarantinedRegions).toBeGreaterThanOrEqual(1);
    for (const bytes of Object.values(all?.disk ?? {})) expect(bytes).toBeGreaterThan(0);
  });

  it('lists what was put aside of the log, for the instance scope', async () => {
    const { data } = await server.get<{ data: { bytes: number; segment: string }[] }>('/quarantine');
    expect(data).toContainEqual(
      expect.objectContaining({ bytes: 4, segment: expect.stringMatching(/\.log$/) as unknown }),
    );
    expect((await ask('GET', '/quarantine', undefined, keyOfB)).status).toBe(403);
    expect((await cli('quarantine')).out).toContain('.bad');
  });
});
