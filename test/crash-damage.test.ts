/** A log that was damaged while the server was down: it starts, stores the rest, and says what it could not read. */

import { mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DiskLog } from '../src/log/disk/disk-log.ts';
import { TestServer } from './support/server.ts';

const PROJECT = '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e';
const META = JSON.stringify({
  version: 1,
  project: PROJECT,
  route: 'weflayr.event',
  receivedAt: 1_790_000_000_000_000,
});
const CALLS = 60;
/** Ten calls each. */
const SEGMENT_BYTES = 2_200;

const nameOf = (i: number) => `call ${String(i).padStart(2, '0')}`;

async function writeLog(directory: string): Promise<string[]> {
  const log = await DiskLog.open(directory, { segmentBytesMax: SEGMENT_BYTES });
  for (let i = 0; i < CALLS; i += 1) {
    const body = JSON.stringify({ event_id: nameOf(i), event_type: 'chat.after' });
    await log.append({ meta: META, body: Buffer.from(body), count: 1 });
  }
  await log.close();
  return (await readdir(directory)).filter((name) => name.endsWith('.log')).sort();
}

/** The calls in a segment, as far as they can be read in it. */
async function callsIn(path: string): Promise<string[]> {
  return [...(await readFile(path, 'latin1')).matchAll(/call \d\d/g)].map(([name]) => name);
}

it('starts with a damaged log, stores the rest, and counts and keeps what is damaged', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-damage-'));
  const directory = join(dataDir, 'log');
  const segments = await writeLog(directory);
  expect(segments.length).toBeGreaterThanOrEqual(5);
  const path = (i: number) => join(directory, segments.at(i) ?? '');
  // In the middle of a segment, one bit of a record.
  const middle = await readFile(path(1));
  const hit = middle.indexOf('call', middle.length / 2);
  const hurt = middle.toString('latin1', hit, hit + 'call 00'.length);
  middle[hit] = (middle[hit] ?? 0) ^ 0x20;
  await writeFile(path(1), middle);
  // A whole segment.
  const missing = await callsIn(path(2));
  await unlink(path(2));
  // The end of the last one: zeros instead of its last record, and more of them, as a file system leaves them.
  const last = await callsIn(path(-1));
  const { length } = await readFile(path(-1));
  await truncate(path(-1), length - 20);
  await truncate(path(-1), length + 5_000);
  // The checkpoint, too.
  await writeFile(join(directory, 'checkpoint.json'), '{"position":7000000,"crc32":1}');
  const lost = new Set([hurt, ...missing, ...last.slice(-1)]);

  const server = await TestServer.start({ dataDir, projectId: PROJECT });
  try {
    await server.settle(60_000);
    const traces = await server.all<{ traceId: string }>('/traces');
    const all = Array.from({ length: CALLS }, (_, i) => nameOf(i));
    expect(traces.map(({ traceId }) => traceId).sort()).toEqual(all.filter((name) => !lost.has(name)));
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const metric = (name: string) => Number(new RegExp(`^tributary_log_${name} (\\S+)`, 'm').exec(metrics)?.[1]);
    expect(metric('quarantined_regions_total')).toBe(2);
    expect(metric('quarantined_bytes_total')).toBeGreaterThan(5_000);
    expect(metric('missing_segments_total')).toBe(1);
    const kept = await readdir(join(directory, 'quarantine'));
    expect(kept).toHaveLength(2);
    expect(server.stderr.filter((line) => line.includes('log_damaged'))).toHaveLength(3);
    // And it goes on: a new event gets a position that was never used.
    const response = await fetch(`${server.url}/${PROJECT}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ event_id: 'new', event_type: 'chat.after' }),
    });
    expect(response.status).toBe(200);
    await server.settle(60_000);
    const [event] = await server.all<{ position: number }>('/events?traceId=new');
    expect(event?.position).toBeGreaterThanOrEqual(CALLS);
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
