/** `GET /intake/unmapped` and `GET /key` on the real server. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { version } from '../src/version.ts';
import { send } from './support/http.ts';
import { TestServer } from './support/server.ts';

interface Field {
  readonly dialect: string;
  readonly sdk: string | null;
  readonly path: string;
  readonly eventCount: number;
  readonly eventTypes: readonly string[];
  readonly lastSeen: string;
  readonly example: { readonly eventId: string; readonly traceId: string; readonly value: string };
}
interface Unmapped {
  readonly data: readonly Field[];
  readonly sampledEvents: number;
  readonly isSample: boolean;
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

async function post(key: string, path: string, body: unknown, userAgent = ''): Promise<void> {
  const { status, text } = await send(server.url, {
    method: 'POST',
    path,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify(body),
  });
  expect([path, status, text]).toEqual([path, expect.toBeOneOf([200, 201, 202]), text]);
}

const noted = (id: string) => ({
  ...{ id, trace_id: 't', span_id: `s-${id}`, timestamp: '2026-01-01T00:00:00Z', api_version: '2024-10-25' },
  name: 'node.execution.initiated',
  note: 'n'.repeat(500),
  body: { node_definition: { id: 'd', name: 'Node', module: ['m'] }, inputs: {}, hue: { of: id } },
});

/** A slow machine looks at fewer in the time there is. What it learnt of their forms it keeps, and is asked again. */
async function lookedAt(events: number, path: string, key: string): Promise<Unmapped> {
  for (;;) {
    const answer = await server.get<Unmapped>(path, key);
    if (answer.sampledEvents >= events) return answer;
  }
}

it('tells which fields of what arrived no span shows, by who sent them, and nothing of a neighbour', async () => {
  const { id, key } = await server.createProject('unmapped');
  const neighbour = await server.createProject('neighbour');
  await post(neighbour.key, '/monitoring/v1/events', { ...noted('x'), secret: 1 });
  await post(key, '/monitoring/v1/events', [noted('a'), noted('b')], 'vellum-ai/1.14.7 (linux) node/20');
  await post(key, '/monitoring/v1/events', noted('c'));
  const run = { type: 'llm', event: 'start', runId: 'r', name: 'gpt-4o', metadata: { any: 1 }, runtime: 'lunary-py' };
  const events = [run, { ...run, event: 'end', colour: null, color: 'red' }];
  await post(key, '/v1/runs/ingest', { events }, 'python-requests/2.34.2');
  await post(key, `/weflayr/${id}/`, { event_id: 'w', event_type: 'chat.after', usage: { extra: 7, input_tokens: 1 } });
  await server.settle();

  const { data, sampledEvents, isSample } = await lookedAt(6, '/intake/unmapped', key);
  expect([sampledEvents, isSample]).toEqual([6, false]);
  const told = data.map(({ dialect, sdk, path, eventCount }) => [dialect, sdk, path, eventCount]);
  expect(told).toEqual([
    ['vellum', 'vellum-ai/1.14.7', 'api_version', 2],
    ['vellum', 'vellum-ai/1.14.7', 'body.hue', 2],
    ['vellum', 'vellum-ai/1.14.7', 'note', 2],
    ['lunary', 'lunary-py', 'color', 1],
    ['vellum', null, 'api_version', 1],
    ['vellum', null, 'body.hue', 1],
    ['vellum', null, 'note', 1],
    ['weflayr', null, 'usage.extra', 1],
  ]);
  const [, hue, note] = data;
  expect(hue).toMatchObject({
    eventTypes: ['node.execution.initiated'],
    lastSeen: expect.stringMatching(/^20\d\d-.*Z$/),
    example: { eventId: expect.stringMatching(/^[ab]$/), value: expect.stringMatching(/^\{"of":"[ab]"\}$/) },
  });
  expect(note?.example.value).toBe(`"${'n'.repeat(199)}`);
  expect(hue?.example.traceId).toBe(`s-${hue?.example.eventId}`);

  const only = await lookedAt(2, '/intake/unmapped?dialect=lunary&limit=1', key);
  expect([only.data.map(({ path }) => path), only.sampledEvents]).toEqual([['color'], 2]);
  const before = await server.get<Unmapped>('/intake/unmapped?to=2026-01-01T00:00:00Z', key);
  expect(before).toEqual({ data: [], sampledEvents: 0, isSample: false });
  const many = Array.from({ length: 400 }, (_, i) => ({ ...run, runId: `r${i}`, flavour: { [`f${i}`]: i } }));
  await post(key, '/v1/runs/ingest', { events: many });
  await server.settle();
  const sample = await lookedAt(300, '/intake/unmapped?dialect=lunary', key);
  expect([sample.sampledEvents, sample.isSample]).toEqual([300, true]);
  expect(sample.data.map(({ path, eventCount }) => [path, eventCount])).toEqual([['flavour', 300]]);
});

it('a key is told about itself, whatever it may do', async () => {
  const project = await server.createProject('keys');
  const made = await server.post<{ id: string; secret: string; prefix: string }>(
    '/keys',
    { name: 'sender', scopes: ['ingest'] },
    project.key,
  );
  const expected = {
    keyId: made.id,
    keyName: 'sender',
    keyPrefix: made.prefix,
    scopes: ['ingest'],
    project: { id: project.id, name: 'keys', createdAt: expect.stringMatching(/^20\d\d-.*Z$/) },
    serverVersion: version,
    hasEvents: false,
  };
  expect(await server.get('/key', made.secret)).toEqual(expected);
  await post(made.secret, `/weflayr/${project.id}/`, { event_id: 'w', event_type: 'chat.after' });
  await server.settle();
  expect(await server.get('/key', made.secret)).toEqual({ ...expected, hasEvents: true });
  const { status } = await send(server.url, { method: 'GET', path: '/api/tributary/v1/key', headers: {} });
  expect(status).toBe(401);
});
