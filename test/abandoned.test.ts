/** Clients that go away before their answer: their questions end, and those of others do not wait for them. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from './support/crash-harness.ts';
import { TestServer } from './support/server.ts';

const SEED = Number(process.env.SEED ?? 7);
/** Many times what the store answers side by side. */
const CROWD = 30;
const HASTY = 60;
const ROUNDS = 40;
const API = '/api/tributary/v1';
/** Planned for a good while, whatever is stored. */
const SLOW = ['/agents', '/sessions', '/metrics/series?metric=cost&groupBy=agent', '/models', '/traces/facets'];

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  console.log(`seed ${SEED}`);
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

const ask = (path: string, signal: AbortSignal): Promise<Response | undefined> =>
  fetch(server.url + API + path, { headers: { authorization: `Bearer ${server.key}` }, signal }).catch(() => undefined);

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

describe('questions of clients that have gone', () => {
  it('keep nobody waiting', async () => {
    const never = new AbortController();
    const crowd = (signal: AbortSignal) =>
      Promise.all(Array.from({ length: CROWD }, (_, i) => ask(SLOW[i % SLOW.length] ?? '', signal)));
    const answeredMs = await elapsedMs(() => crowd(never.signal));
    const gone = new AbortController();
    const left = crowd(gone.signal);
    await server.get('/traces?limit=1');
    gone.abort();
    await left;
    const waitedMs = await elapsedMs(() => server.get('/agents'));
    expect(waitedMs).toBeLessThan(answeredMs / 3);
  });

  it('empty nobody else’s answer', async () => {
    const event = { type: 'agent', event: 'start', runId: 'there', name: 'there', timestamp: new Date().toISOString() };
    const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ events: [event] });
    await fetch(`${server.url}/lunary/v1/runs/ingest`, { method: 'POST', headers, body });
    await server.settle();
    const next = random(SEED);
    for (let round = 0; round < ROUNDS; round += 1) {
      const leaving = new AbortController();
      const left = [...SLOW, '/traces/there', '/events?traceId=there'].map((path) => ask(path, leaving.signal));
      await new Promise((resolve) => setTimeout(resolve, next() * 250));
      leaving.abort();
      expect(await server.get('/traces/there?bodies=none')).toMatchObject({ spans: [{ spanId: 'there' }] });
      await Promise.all(left);
    }
  });

  it('may be left at any moment', async () => {
    const next = random(SEED);
    const asked = Array.from({ length: HASTY }, async (_, i) => {
      const leaving = new AbortController();
      setTimeout(() => leaving.abort(), next() * 2_000);
      await ask(SLOW[i % SLOW.length] ?? '', leaving.signal);
    });
    await Promise.all(asked);
    for (const path of SLOW) expect(await server.get(path)).toMatchObject({ data: expect.any(Array) as unknown });
  });
});
