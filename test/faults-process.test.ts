/** The process is told to end, loses a thread, or meets another one on its data directory, while all vendors send. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Faults, OUTAGES } from './support/faults/control.ts';
import { audit, Load, pause } from './support/faults/load.ts';
import { PROGRAM, TestServer } from './support/server.ts';

const SEED = 20261121;
/** Container engines kill after 10 s; a busy machine gets more. */
const STOP_MS_MAX = 20_000;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-faults-process-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe(`a server under load (seed ${SEED})`, () => {
  let faults: Faults;
  let server: TestServer;
  let load: Load;
  const dataDir = () => join(directory, 'load');

  beforeAll(async () => {
    faults = new Faults();
    server = await TestServer.start({ dataDir: dataDir(), env: faults.env });
    load = await Load.start(server, { seed: SEED, pauseMs: 20 });
  });
  afterAll(async () => {
    load.moveTo(undefined);
    await load.stop();
    await server.stop();
    faults.remove();
  });

  async function startAgain(): Promise<void> {
    faults.clear();
    server = await TestServer.start({ dataDir: dataDir(), env: faults.env });
    load.moveTo(server.url);
    await load.grow(30);
  }

  /** The exit code, and whether it was there before somebody would use force. */
  async function ended(end: () => void): Promise<[code: number | null, isInTime: boolean]> {
    const startedAt = performance.now();
    end();
    load.moveTo(undefined);
    const code = await server.exited();
    return [code, performance.now() - startedAt < STOP_MS_MAX];
  }
  const signal = (name: NodeJS.Signals) => process.kill(server.pid, name);

  it('ends with 0 at SIGTERM', async () => {
    await load.grow(30);
    expect(await ended(() => signal('SIGTERM'))).toEqual([0, true]);
    await startAgain();
  });

  it('ends with 0 while the store refuses, and keeps what it accepted in the log', async () => {
    faults.set({ store: { kind: 'refuse', message: OUTAGES.network } });
    await load.grow(30);
    expect(await ended(() => signal('SIGTERM'))).toEqual([0, true]);
    await startAgain();
  });

  it('ends with 0 at the second signal while the store hangs', async () => {
    faults.set({ store: { kind: 'hang' } });
    await load.grow(30);
    signal('SIGTERM');
    // The first one is being obeyed: no new connection is taken.
    while (await isListening(server.url)) await pause(10);
    expect(await ended(() => signal('SIGINT'))).toEqual([0, true]);
    await startAgain();
  });

  it.each([
    ['loader', 'throw'],
    ['enrich', 'exit'],
  ] as const)('does not serve on when the %s thread ends (%s)', async (thread, how) => {
    await load.grow(30);
    expect(await ended(() => faults.set({ die: { thread, how } }))).toEqual([70, true]);
    expect(faults.died).toBe(thread);
    await startAgain();
  });

  it('has lost nothing by any of it', async () => {
    await load.stop();
    await server.settle();
    expect([...load.problems]).toEqual([]);
    expect(load.acknowledged.size).toBeGreaterThan(200);
    expect(await audit(server, load)).toMatchObject({ missing: [], doubled: [] });
  });
});

async function isListening(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/healthz`, { headers: { connection: 'close' } });
    return true;
  } catch {
    return false;
  }
}

interface Starting {
  readonly child: ChildProcess;
  /** Ready with a URL, or ended with a code and what it said. */
  readonly outcome: Promise<{ readonly url?: string; readonly code?: number | null; readonly stderr: string }>;
}

function startServing(dataDir: string): Starting {
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: { PATH: process.env.PATH, TRIBUTARY_DATA_DIR: dataDir, TRIBUTARY_PORT: '0', TRIBUTARY_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ready = new Promise<{ url: string; stderr: string }>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const url = /is ready on (\S+)/.exec(chunk.toString())?.[1];
      if (url !== undefined) resolve({ url, stderr });
    });
  });
  const exit = once(child, 'exit').then(([code]: (number | null)[]) => ({ code: code ?? null, stderr }));
  return { child, outcome: Promise.race([ready, exit]) };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await gone;
}

it('ends at once at a SIGTERM while it starts, wherever it is', { timeout: 120_000 }, async () => {
  const dataDir = join(directory, 'starting');
  for (const afterMs of [100, 250, 500]) {
    const { child, outcome } = startServing(dataDir);
    await pause(afterMs);
    const gone = child.exitCode !== null ? Promise.resolve() : once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
    const { stderr } = await outcome;
    // Before the first line of the program runs, the signal itself ends it.
    expect([child.exitCode ?? child.signalCode, stderr]).toEqual([expect.toBeOneOf([0, 'SIGTERM']), '']);
  }
  const { child, outcome } = startServing(dataDir);
  expect(await outcome).toMatchObject({ url: expect.any(String) as string });
  await kill(child);
});

it('of two on one data directory exactly one serves, also after that one was killed', {
  timeout: 120_000,
}, async () => {
  const dataDir = join(directory, 'shared');
  for (let round = 1; round <= 2; round += 1) {
    const all = [startServing(dataDir), startServing(dataDir)];
    try {
      const outcomes = await Promise.all(all.map(({ outcome }) => outcome));
      const refused = outcomes.filter(({ url }) => url === undefined);
      expect(refused).toHaveLength(1);
      for (const { code, stderr } of refused)
        expect([code, stderr]).toEqual([75, expect.stringMatching(/^Another Tributary is using .+\n$/)]);
    } finally {
      for (const { child } of all) await kill(child);
    }
  }
});
