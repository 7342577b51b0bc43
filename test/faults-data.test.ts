/** What the data directory may hold: records that cannot be stored among others, and everything of an earlier version. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskLog } from '../src/log/disk/disk-log.ts';
import { Faults, OUTAGES } from './support/faults/control.ts';
import { EARLIER, makeEarlierVersion } from './support/faults/earlier-version.ts';
import { TestServer } from './support/server.ts';

const PROJECT = '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-faults-data-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const meta = (more: object = {}) =>
  JSON.stringify({ version: 1, project: PROJECT, route: 'weflayr.event', receivedAt: 1_790_000_000_000_000, ...more });
const call = (id: string) => ({ meta: meta(), body: JSON.stringify({ event_id: id, event_type: 'chat.after' }) });

async function metric(server: TestServer, name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^tributary_${name} (\\S+)`, 'm').exec(text)?.[1]);
}

it('records that nothing can be made of become dead letters, and all others are stored', async () => {
  const dataDir = join(directory, 'poison');
  const poison = [
    { meta: meta({ route: 'no.such.route' }), body: '{}' },
    { meta: 'no JSON', body: '{}' },
    { meta: meta({ project: undefined }), body: '{}' },
    { meta: meta(), body: 'no JSON' },
    { meta: meta({ route: 'whyops.ingest' }), body: '[[[' },
    call('the engine refuses me'),
  ];
  const log = await DiskLog.open(join(dataDir, 'log'));
  const append = (record: { meta: string; body: string }) =>
    log.append({ ...record, body: Buffer.from(record.body), count: 1 });
  for (const [i, record] of poison.entries()) {
    await append(call(`good ${i}`));
    await append(record);
  }
  await append(call('the last'));
  await log.close();
  const faults = new Faults();
  faults.set({
    store: { kind: 'refuse', message: OUTAGES.confused, only: 'insert', match: 'the engine refuses me' },
  });
  const server = await TestServer.start({ dataDir, env: faults.env });
  try {
    await server.settle();
    expect(await metric(server, 'dead_letters_total')).toBe(poison.length);
    const traces = await server.all<{ traceId: string }>('/traces');
    const good = [...poison.map((_, i) => `good ${i}`), 'the last'];
    expect(traces.map(({ traceId }) => traceId).sort()).toEqual(good.sort());
    expect(await server.all('/events')).toHaveLength(good.length);
    // It may come again, and is the same letter then.
    await server.kill();
    const again = await TestServer.start({ dataDir, env: faults.env });
    await again.settle();
    expect(await again.all('/events')).toHaveLength(good.length);
    await again.stop();
  } finally {
    await server.stop();
    faults.remove();
  }
});

describe('a data directory of an earlier version', () => {
  let server: TestServer;
  beforeAll(async () => {
    const dataDir = join(directory, 'earlier');
    await makeEarlierVersion(dataDir);
    server = await TestServer.start({ dataDir, projectId: EARLIER.projectId, key: EARLIER.key });
  });
  afterAll(() => server.stop());

  it('has every event and trace after the upgrade, those that only the log held as well, each once', async () => {
    await server.settle();
    const events = await server.all<{ position: number; payload: { output: string } }>('/events');
    const numbers = events
      .map(({ position, payload }) => [position, payload.output])
      .sort(([a], [b]) => Number(a) - Number(b));
    expect(numbers).toEqual(Array.from({ length: EARLIER.accepted }, (_, i) => [i, `said ${i}`]));
    const traces = await server.all<{ traceId: string }>('/traces');
    expect(new Set(traces.map(({ traceId }) => traceId)).size).toBe(EARLIER.accepted);
    expect(traces).toHaveLength(EARLIER.accepted);
    expect(await metric(server, 'log_position')).toBe(EARLIER.accepted);
    expect(await metric(server, 'dead_letters_total')).toBe(0);
  });

  it.each([
    ['stored and let go of', EARLIER.released - 1],
    ['stored and still in the log', EARLIER.released],
    ['only in the log', EARLIER.stored],
  ])('opens a trace that was %s', async (_, position) => {
    const { spans } = await server.get<{ spans: object[] }>(`/traces/call-${position}`);
    expect(spans).toMatchObject([{ spanId: `call-${position}`, status: 'ok', model: 'm', output: `said ${position}` }]);
  });

  it('has its project, key, settings and dead letters', async () => {
    const get = async (path: string) =>
      (await fetch(server.url + path, { headers: { authorization: `Bearer ${EARLIER.key}` } })).text();
    expect(await get('/api/tributary/v1/projects')).toContain('earlier');
    expect(await get('/api/tributary/v1/settings')).toContain('"strictAgentVersions":true');
    expect(await get('/api/tributary/v1/dead-letters')).toContain('"reason":"why"');
  });

  it('takes events and is opened again', async () => {
    const response = await fetch(`${server.url}/${EARLIER.projectId}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${EARLIER.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ event_id: 'new', event_type: 'chat.after' }),
    });
    expect(response.status).toBe(200);
    expect(await server.terminate()).toBe(0);
    const again = await TestServer.start({ dataDir: server.dataDir, projectId: EARLIER.projectId, key: EARLIER.key });
    expect(await again.all('/events')).toHaveLength(EARLIER.accepted + 1);
    await again.stop();
  });
});
