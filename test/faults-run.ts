/**
 * `npm run test:faults -- --outage-minutes 10 --seed 7`: the store away for minutes, the log at its high-water mark, and
 * full disks, each while clients of all five vendors send. Ends with 1 when anything is missing, doubled, refused in a wrong
 * shape, or a dead letter. `--only outage,high-water,disk,log-disk,store-disk` runs a part of it.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type EngineFault, Faults, OUTAGES } from './support/faults/control.ts';
import { audit, CLIENTS, Load, pause } from './support/faults/load.ts';
import { SmallDisk } from './support/faults/small-disk.ts';
import { TestServer } from './support/server.ts';

const { values } = parseArgs({
  options: {
    'outage-minutes': { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const outageMs = Number(values['outage-minutes']) * 60_000;
const DRAIN_MS_MAX = 10 * 60_000;
const MiB = 1024 * 1024;

/** The store away in every way, one after the other; the last one is the longest. */
const OUTAGE: readonly (readonly [share: number, fault: EngineFault])[] = [
  [0.1, { kind: 'hang' }],
  [0.1, { kind: 'slow', ms: 2_000 }],
  [0.1, { kind: 'refuse', message: OUTAGES.full }],
  [0.1, { kind: 'refuse', message: OUTAGES.confused }],
  [0.1, { kind: 'refuse', message: OUTAGES.unheardOf }],
  [0.5, { kind: 'refuse', message: OUTAGES.network }],
];

interface Finding {
  readonly scenario: string;
  readonly [figure: string]: unknown;
}

const SCENARIOS: Readonly<Record<string, (dataDir: string) => Promise<Finding | string>>> = {
  outage,
  'high-water': highWater,
  disk: (dataDir) => fullDisk('disk', dataDir, '', 160),
  'log-disk': (dataDir) => fullDisk('log-disk', dataDir, 'log', 16),
  'store-disk': (dataDir) => fullDisk('store-disk', dataDir, 'store', 64),
};

async function outage(dataDir: string): Promise<Finding> {
  const faults = new Faults();
  const server = await TestServer.start({ dataDir, env: faults.env });
  try {
    const load = await Load.start(server, { seed, pauseMs: 50 });
    await load.grow(200);
    for (const [share, store] of OUTAGE) {
      faults.set({ store });
      console.log(`  ${store.kind} for ${Math.round((share * outageMs) / 1000)} s`);
      const before = load.acknowledged.size;
      await pause(share * outageMs);
      if (load.acknowledged.size === before)
        load.problems.add(`nothing was accepted while the store did this: ${store.kind}`);
    }
    if (load.refusals > 0) load.problems.add(`${load.refusals} requests were refused below the high-water mark`);
    const backlogBytes = await backlog(server);
    faults.clear();
    return await settled('outage', server, load, { outageSeconds: outageMs / 1000, backlogBytes });
  } finally {
    await server.stop();
    faults.remove();
  }
}

/** The bound is a 32nd of the real one, and reached with events of 128 KiB. */
async function highWater(dataDir: string): Promise<Finding> {
  const faults = new Faults({ logBacklogBytesMax: 64 * MiB });
  const server = await TestServer.start({ dataDir, env: faults.env });
  try {
    const load = await Load.start(server, { seed, padChars: MiB / 8 });
    await load.grow(20);
    faults.set({ store: { kind: 'refuse', message: OUTAGES.network } });
    while (load.refused.size < CLIENTS.length) await pause(100);
    const backlogBytes = await backlog(server);
    faults.clear();
    await load.grow(20);
    return await settled('high-water', server, load, { backlogBytes });
  } finally {
    await server.stop();
    faults.remove();
  }
}

/** Several rounds, so that now the log, now the store, now the registry is the first to find no room. */
async function fullDisk(scenario: string, dataDir: string, part: string, megabytes: number): Promise<Finding | string> {
  const disk = SmallDisk.mount(join(dataDir, part), megabytes);
  if (disk === undefined) return `${scenario}: SKIPPED, mounting a tmpfs is not allowed here (it needs root)`;
  let server: TestServer | undefined;
  try {
    server = await TestServer.start({ dataDir });
    const load = await Load.start(server, { seed, pauseMs: 20, padChars: 500 });
    const rounds: string[] = [];
    for (const leaveBytes of [0, 100 * 1024, MiB, 4 * MiB]) {
      await load.grow(200);
      while ((await newest(server)).length === 0) await pause(50);
      disk.fill(leaveBytes);
      const before = load.refusals;
      const until = performance.now() + 20_000;
      while (load.refusals < before + 20 && performance.now() < until) await pause(50);
      if ((await newest(server)).length === 0)
        load.problems.add(`questions are not answered with ${leaveBytes} bytes left`);
      rounds.push(`${leaveBytes} left: ${load.refusals - before} refused`);
      disk.empty();
    }
    return await settled(scenario, server, load, { rounds });
  } finally {
    await server?.stop();
    disk.unmount();
  }
}

async function newest(server: TestServer): Promise<readonly unknown[]> {
  const { data } = await server.get<{ data: unknown[] }>('/events?limit=10');
  return data;
}

async function backlog({ url }: TestServer): Promise<number> {
  const { backlogBytes } = (await (await fetch(`${url}/readyz`)).json()) as { backlogBytes: number };
  return backlogBytes;
}

async function settled(scenario: string, server: TestServer, load: Load, more: object): Promise<Finding> {
  await load.grow(100);
  await load.stop();
  const startedAt = performance.now();
  await server.settle(DRAIN_MS_MAX);
  const drainSeconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const deadLetters = Number(/^tributary_dead_letters_total (\S+)/m.exec(metrics)?.[1]);
  const { missing, doubled, ...counts } = await audit(server, load);
  const refused = load.refusals;
  const exitCode = await server.terminate();
  const bad = { missing: missing.length, doubled: doubled.length, deadLetters, problems: [...load.problems], exitCode };
  if (missing.length + doubled.length + deadLetters + bad.problems.length + (exitCode ?? 1) > 0) {
    process.exitCode = 1;
    console.error({ missing: missing.slice(0, 20), doubled: doubled.slice(0, 20), stderr: server.stderr.slice(-20) });
  }
  return { scenario, ...counts, ...bad, refused, unanswered: load.unanswered.size, drainSeconds, ...more };
}

console.log(`seed ${seed}`);
for (const [name, run] of Object.entries(SCENARIOS)) {
  if (values.only !== undefined && !values.only.split(',').includes(name)) continue;
  const dataDir = await mkdtemp(join(tmpdir(), `tributary-faults-${name}-`));
  const startedAt = performance.now();
  console.log(`${name} …`);
  try {
    const finding = await run(dataDir);
    console.log(finding, `${Math.round((performance.now() - startedAt) / 1000)} s`);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
