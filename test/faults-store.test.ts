/** The store refuses, is slow, or hangs while all vendors send. `npm run test:faults` does the same for minutes. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EngineFault, Faults, OUTAGES } from './support/faults/control.ts';
import { type Audit, audit, CLIENTS, Load, pause } from './support/faults/load.ts';
import { TestServer } from './support/server.ts';

const SEED = 20261121;
const OUTAGE_MS = 300;

const metric = async (server: TestServer, name: string): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^tributary_${name} (\\S+)`, 'm').exec(text)?.[1]);
};
const whole = (acknowledged: number): Audit => ({
  acknowledged,
  stored: expect.any(Number) as number,
  missing: [],
  doubled: [],
});

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

const outages: [string, EngineFault][] = [
  ['refuses, because the disk is full', { kind: 'refuse', message: OUTAGES.full }],
  ['cannot be reached', { kind: 'refuse', message: OUTAGES.network }],
  ['calls every row bad', { kind: 'refuse', message: OUTAGES.confused }],
  ['refuses to write only', { kind: 'refuse', message: OUTAGES.unheardOf, only: 'insert' }],
  ['hangs', { kind: 'hang' }],
  ['is slow', { kind: 'slow', ms: 150 }],
];

it.each(outages)(`intake goes on while the store %s (seed ${SEED})`, async (_, store) => {
  await load.grow(20);
  faults.set({ store });
  const until = performance.now() + OUTAGE_MS;
  await load.grow(40);
  await pause(until - performance.now());
  await load.grow(1);
  expect(load.refusals).toBe(0);
  faults.clear();
  await load.grow(20);
});

it('nothing of it is missing, doubled or a dead letter afterwards', async () => {
  await load.stop();
  await server.settle();
  expect(await audit(server, load)).toEqual(whole(load.acknowledged.size));
  expect([...load.problems, ...load.unanswered]).toEqual([]);
  expect(await metric(server, 'dead_letters_total')).toBe(0);
  expect(await metric(server, 'store_waiting_seconds')).toBe(0);
});

it('refuses in the shape of each vendor at the high-water mark, drains, and takes events again', async () => {
  const small = new Faults({ logBacklogBytesMax: 200_000 });
  const full = await TestServer.start({ env: small.env });
  try {
    const clients = await Load.start(full, { seed: SEED, padChars: 10_000, pauseMs: 20 });
    await clients.grow(20);
    small.set({ store: { kind: 'refuse', message: OUTAGES.network } });
    while (clients.refused.size < CLIENTS.length || (await metric(full, 'store_waiting_seconds')) === 0)
      await pause(20);
    const ready = await fetch(`${full.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, expect.objectContaining({ ready: false })]);
    small.clear();
    await clients.grow(50);
    await clients.stop();
    await full.settle();
    expect([...clients.problems]).toEqual([]);
    expect(await audit(full, clients)).toEqual(whole(clients.acknowledged.size));
    expect((await fetch(`${full.url}/readyz`)).status).toBe(200);
  } finally {
    await full.stop();
    small.remove();
  }
});
