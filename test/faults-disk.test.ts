/** The disk is full, in turn for the log, for the checkpoint and for the registry. `npm run test:faults` uses a real one. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Faults } from './support/faults/control.ts';
import { audit, CLIENTS, Load, pause } from './support/faults/load.ts';
import { TestServer } from './support/server.ts';

const SEED = 20261121;

let faults: Faults;
let server: TestServer;
let load: Load;
beforeAll(async () => {
  faults = new Faults();
  server = await TestServer.start({ env: faults.env });
  load = await Load.start(server, { seed: SEED, pauseMs: 20 });
});
afterAll(async () => {
  await load.stop();
  await server.stop();
  faults.remove();
});

const put = (path: string, body: object, method = 'PUT') =>
  fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

it.each(['ENOSPC', 'EIO'] as const)(
  `the log cannot be written (%s): refused in each vendor's shape, questions are answered (seed ${SEED})`,
  async (code) => {
    await load.grow(30);
    while ((await server.get<{ data: unknown[] }>('/traces?limit=1')).data.length === 0) await pause(20);
    faults.set({ disk: { code, part: '/log/' } });
    load.refused.clear();
    while (load.refused.size < CLIENTS.length) await pause(20);
    const { data } = await server.get<{ data: unknown[] }>('/events');
    expect(data.length).toBeGreaterThan(0);
    expect((await server.get<{ data: unknown[] }>('/traces')).data.length).toBeGreaterThan(0);
    faults.clear();
    await load.grow(30);
  },
);

it('the checkpoint cannot be written: everything else goes on', async () => {
  faults.set({ disk: { code: 'ENOSPC', part: 'checkpoint' } });
  const { refusals } = load;
  await load.grow(50);
  await pause(1_100);
  expect(load.refusals).toBe(refusals);
  faults.clear();
});

it('the registry cannot be written: what needs it is refused with 503, events are taken and wait', async () => {
  faults.set({ registry: { code: 'SQLITE_FULL' } });
  const { refusals } = load;
  const fingerprint = await put('/api/v1/fingerprints', { language: 'go', language_version: '1.25', system: 'linux' });
  const body: unknown = await fingerprint.json();
  expect([fingerprint.status, fingerprint.headers.get('retry-after')]).toEqual([503, '2']);
  expect(body).toMatchObject({ message: expect.any(String) as string });
  const project = await put('/api/tributary/v1/projects', { name: 'later' }, 'POST');
  expect([project.status, project.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await project.json()).toMatchObject({ error: { code: 'overloaded' } });
  const mention = { type: 'llm', event: 'start', runId: 'mentions', userId: 'new user', userProps: { plan: 'pro' } };
  const accepted = await put('/v1/runs/ingest', { events: [{ ...mention, input: 'm~mentions~' }] }, 'POST');
  expect(accepted.status).toBe(200);
  await load.grow(50);
  // The enrich stage saves how far it is once a second.
  await pause(1_200);
  expect(load.refusals).toBe(refusals);
  faults.clear();
  await load.grow(20);
  expect((await put('/api/tributary/v1/projects', { name: 'later' }, 'POST')).status).toBe(201);
});

it('nothing that was accepted is missing, doubled or a dead letter; who was named meanwhile is known', async () => {
  await load.stop();
  await server.settle();
  expect(await audit(server, load)).toMatchObject({ missing: [], doubled: [] });
  expect([...load.problems, ...load.unanswered]).toEqual([]);
  const users = await fetch(`${server.url}/v1/external-users`, { headers: { authorization: `Bearer ${server.key}` } });
  expect(await users.text()).toContain('new user');
  expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(/^tributary_dead_letters_total 0$/m);
});

it('a start after it has all of it', async () => {
  expect(await server.terminate()).toBe(0);
  const again = await TestServer.start({ dataDir: server.dataDir });
  try {
    expect(await audit(again, load)).toMatchObject({ missing: [], doubled: [] });
  } finally {
    await again.stop();
  }
});
