/** Intake over real connections, with a vendor that needs what only some vendors have: streams, deletions, trusted headers. */

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import { ok, refuse } from '../canonical/outcome.ts';
import type {
  Claim,
  Dialect,
  EventRoute,
  Reply,
  RequestHead,
  ResourceRoute,
  RouteContext,
} from '../dialects/dialect.ts';
import { QuestionTooExpensive, type Reader } from '../dialects/reader.ts';
import { logBacklogBytesMax, refusedBodyMsMax } from '../limits.ts';
import { MemoryLog, MemoryLogReader } from '../log/memory-log.ts';
import { fromRecord } from '../log/request.ts';
import { SqliteRegistry } from '../registry/sqlite/sqlite-registry.ts';
import type { Signal } from '../telemetry/telemetry.ts';
import { Intake } from './intake.ts';

let folder: string;
let registry: SqliteRegistry;
let project: ProjectId;
let key: string;
let reading: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-intake-'));
  registry = await SqliteRegistry.open(join(folder, 'registry.db'));
  project = (await registry.createProject('ours')).id;
  key = (await registry.createKey(project, 'all', ['ingest', 'read', 'admin'])).secret;
  reading = (await registry.createKey(project, 'read', ['read'])).secret;
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

function credential({ headers }: RequestHead): Claim {
  const trusted = headers['x-project'];
  if (trusted !== undefined) return { by: 'trusted-header', projectId: trusted };
  return { by: 'key', key: headers['x-key'] ?? '' };
}

function eventRoute(more: Partial<EventRoute>): EventRoute {
  return {
    kind: 'events',
    id: 'voker.test',
    method: 'POST',
    path: '/test',
    answersAfter: 'log',
    loggedHeaders: ['x-found'],
    credential,
    decode: ({ text }) => ({ ok: true, items: [{ ok: true, value: { text } }] }),
    events: () => [],
    accepted: ({ request: { head } }) => ({
      status: 200,
      body: { params: head.params, found: head.headers['x-found'] },
    }),
    refused: ({ code }) => ({ status: code === 'overloaded' ? 503 : 400, body: { code } }),
    ...more,
  };
}

function resource(handle: (context: RouteContext) => Promise<Reply>): ResourceRoute {
  return {
    kind: 'resource',
    id: 'voker.read',
    method: 'GET',
    path: '/read',
    scope: 'read',
    credential,
    handle: (_, context) => handle(context),
    refused: ({ code }) => ({ status: code === 'internal' ? 500 : code === 'overloaded' ? 503 : 400, body: { code } }),
  };
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serving(
  routes: Dialect['routes'],
  trustsProjectHeaders = false,
  { memoryBytesMax = Number.POSITIVE_INFINITY, backlogBytes = 0 } = {},
) {
  const log = new MemoryLog(0);
  const signals: Signal[] = [];
  const asked: string[] = [];
  const intake = new Intake({
    dialects: [{ name: 'voker', routes }],
    log,
    loader: { backlogBytes, result: () => Promise.resolve(undefined), settled: () => Promise.resolve() },
    registry,
    telemetry: { emit: (signal) => signals.push(signal) },
    readerFor: (projectId, dialect) => {
      asked.push(`${projectId} ${dialect}`);
      // Routes of these tests ask the reader nothing.
      return {} as Reader;
    },
    trustsProjectHeaders,
    memoryBytesMax,
  });
  const server = createServer((incoming, outgoing) => {
    if (!intake.handle(incoming, outgoing)) outgoing.writeHead(404).end();
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const send = async (
    method: string,
    path: string,
    headers: Record<string, string> = { 'x-key': key },
    body?: string,
  ) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...(body && { body }) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const records = async () =>
    (await new MemoryLogReader(log, 0).read(log.head, { eventsMax: 100, bytesMax: 1e6 })).map(fromRecord);
  return { intake, send, records, signals, asked, port };
}

it('logs what `admit` found, with the body as it came', async () => {
  const { send, records, asked } = await serving([
    eventRoute({
      path: '/runs/:id',
      admit: async ({ head }) =>
        head.params.id === 'gone'
          ? refuse('not-found', 'no such run')
          : ok({
              ...head,
              params: { ...head.params, run: 'found' },
              headers: { ...head.headers, 'x-found': 'yes' },
            }),
    }),
  ]);
  const answer = await send('POST', '/runs/r1', { 'x-key': key, 'x-found': 'forged' }, 'as it came');
  expect(JSON.parse(answer.text)).toEqual({ params: { id: 'r1', run: 'found' }, found: 'yes' });
  expect((await send('POST', '/runs/gone', { 'x-key': key }, 'x')).status).toBe(400);
  expect(await records()).toMatchObject([
    { request: { text: 'as it came', head: { params: { id: 'r1', run: 'found' }, headers: { 'x-found': 'yes' } } } },
  ]);
  expect(new Set(asked)).toEqual(new Set([`${project} voker`]));
});

it('takes events by DELETE and PATCH, for keys with the scope of the route', async () => {
  const { send, records } = await serving([
    eventRoute({ id: 'voker.delete', method: 'DELETE', path: '/runs/:id', scope: 'admin' }),
    eventRoute({ id: 'voker.patch', method: 'PATCH', path: '/runs/:id', scope: 'read' }),
    eventRoute({}),
  ]);
  const codes = async (method: string, path: string, secret: string) => {
    const { status, text } = await send(method, path, { 'x-key': secret });
    return [status, JSON.parse(text).code];
  };
  expect(await codes('DELETE', '/runs/r', key)).toEqual([200, undefined]);
  expect(await codes('DELETE', '/runs/r', reading)).toEqual([400, 'scope-missing']);
  expect(await codes('PATCH', '/runs/r', reading)).toEqual([200, undefined]);
  expect(await codes('POST', '/test', reading)).toEqual([400, 'scope-missing']);
  expect((await records()).map(({ routeId, request: { head } }) => [routeId, head.method])).toEqual([
    ['voker.delete', 'DELETE'],
    ['voker.patch', 'PATCH'],
  ]);
});

it('trusts a header that names the project only when it is told to', async () => {
  const routes = [
    eventRoute({}),
    eventRoute({ id: 'voker.delete', method: 'DELETE', path: '/test', scope: 'admin' }),
    resource(() => Promise.resolve({ status: 200, body: {} })),
  ];
  const outcomes = async (trusts: boolean, headers: Record<string, string>) => {
    const { send } = await serving(routes, trusts);
    const answers = [
      await send('POST', '/test', headers),
      await send('GET', '/read', headers),
      await send('DELETE', '/test', headers),
    ];
    return answers.map(({ text }) => (JSON.parse(text) as { code?: string }).code);
  };
  const missing = 'missing-credential';
  expect(await outcomes(false, { 'x-project': project })).toEqual([missing, missing, missing]);
  expect(await outcomes(true, { 'x-project': project })).toEqual([undefined, undefined, 'scope-missing']);
  expect(await outcomes(true, { 'x-project': project.toUpperCase() })).toEqual([undefined, undefined, 'scope-missing']);
  const unknown = 'unknown-credential';
  for (const id of ['7b0e8f2a-0c3d-4c55-9d7e-000000000000', 'ours', '', key])
    expect(await outcomes(true, { 'x-project': id })).toEqual([unknown, unknown, unknown]);
});

async function* pieces(count: number, piece: string, onEnd: () => void = () => undefined, failAt = -1) {
  try {
    for (let i = 0; i < count; i += 1) {
      if (i === failAt) throw new Error('the store is gone');
      yield piece;
    }
  } finally {
    onEnd();
  }
}
const streaming = (stream: () => AsyncIterable<string>) =>
  resource(() => Promise.resolve({ status: 200, headers: { 'content-type': 'text/csv' }, stream: stream() }));

it('sends a stream piece by piece', async () => {
  const { send } = await serving([streaming(() => pieces(1000, 'a,b\n'))]);
  const { status, headers, text } = await send('GET', '/read');
  expect([status, headers.get('content-type'), text]).toEqual([200, 'text/csv', 'a,b\n'.repeat(1000)]);
  const empty = await serving([streaming(() => pieces(0, ''))]);
  expect(await empty.send('GET', '/read')).toMatchObject({ status: 200, text: '' });
});

it('answers with a fault when a stream fails before it began, and breaks it off when it fails later', async () => {
  const early = await serving([streaming(() => pieces(3, 'x', undefined, 0))]);
  const { status, text } = await early.send('GET', '/read');
  expect([status, JSON.parse(text)]).toEqual([500, { code: 'internal' }]);
  const late = await serving([streaming(() => pieces(3, 'x', undefined, 2))]);
  await expect(late.send('GET', '/read')).rejects.toThrow();
  await late.intake.drained();
  expect(late.signals.map(({ name }) => name)).toEqual(['stream_failed']);
});

it('makes no more pieces than the client takes, and ends when it goes', async () => {
  let made = 0;
  let hasEnded = false;
  const piece = 'x'.repeat(64 * 1024);
  async function* counted() {
    for await (const one of pieces(10_000, piece, () => {
      hasEnded = true;
    })) {
      made += 1;
      yield one;
    }
  }
  const { port, intake } = await serving([streaming(counted)]);
  const outgoing = request({ port, path: '/read', headers: { 'x-key': key }, agent: false });
  outgoing.on('error', () => undefined).end();
  const [incoming] = await once(outgoing, 'response');
  incoming.on('error', () => undefined).pause();
  // What the two ends of the connection hold is some megabytes; all pieces would be 640.
  for (let before = -1; before !== made; await delay(200)) before = made;
  expect(made).toBeLessThan(1000);
  expect(hasEnded).toBe(false);
  outgoing.destroy();
  await intake.drained();
  expect(hasEnded).toBe(true);
});

it('says that a question is too expensive instead of failing', async () => {
  const { send, signals } = await serving([resource(() => Promise.reject(new QuestionTooExpensive(undefined)))]);
  const { status, headers, text } = await send('GET', '/read');
  expect([status, headers.get('retry-after'), JSON.parse(text)]).toEqual([503, '2', { code: 'overloaded' }]);
  expect(signals).toEqual([]);
});

it('takes no body when memory is nearly full, and asks to come back', async () => {
  const routes = [eventRoute({}), resource(() => Promise.resolve({ status: 200, body: {} }))];
  const { send, records } = await serving(routes, false, { memoryBytesMax: 1 });
  const { status, headers, text } = await send('POST', '/test', { 'x-key': key }, 'x');
  expect([status, headers.get('retry-after'), JSON.parse(text)]).toEqual([503, '2', { code: 'overloaded' }]);
  expect(await records()).toEqual([]);
  expect((await send('GET', '/read')).status).toBe(200);
});

it('takes no event while too much waits to be stored', async () => {
  const full = await serving([eventRoute({})], false, { backlogBytes: logBacklogBytesMax + 1 });
  const { status, headers } = await full.send('POST', '/test', { 'x-key': key }, 'x');
  expect([status, headers.get('retry-after')]).toEqual([503, '2']);
  expect(await full.records()).toEqual([]);
  const nearly = await serving([eventRoute({})], false, { backlogBytes: logBacklogBytesMax });
  expect((await nearly.send('POST', '/test', { 'x-key': key }, 'x')).status).toBe(200);
});

it('reads on for some seconds after a refusal, then hangs up', async () => {
  const { port } = await serving([eventRoute({})]);
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (part) => {
    received += String(part);
  });
  socket.write('POST /test HTTP/1.1\r\nHost: x\r\nX-Key: unknown\r\nContent-Length: 100\r\n\r\nx');
  const startedAt = performance.now();
  const drip = setInterval(() => socket.write('x'), 500);
  await expect.poll(() => received).toContain('unknown-credential');
  expect(performance.now() - startedAt).toBeLessThan(refusedBodyMsMax - 1000);
  await once(socket, 'close');
  clearInterval(drip);
  expect(performance.now() - startedAt).toBeGreaterThan(refusedBodyMsMax - 100);
});
