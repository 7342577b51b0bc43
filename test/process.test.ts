/** The program as an operator meets it: first start, restart, wrong configuration, second process, SIGTERM, kill -9. */

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROGRAM, TestServer } from './support/server.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-process-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const weflayr = (server: TestServer, event: object) =>
  fetch(`${server.url}/${server.projectId}/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });

async function run(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
      timeout: 20_000,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    // execFile rejects with the child's output on the error.
    const failed = error as { code: number; stdout: string; stderr: string };
    return failed;
  }
}

describe('first start', () => {
  it('prints a project, a key and a curl that works as printed; the CLI then shows the trace without a key', async () => {
    const dataDir = join(directory, 'first');
    const child = spawn(process.execPath, [PROGRAM, 'serve'], {
      env: { PATH: process.env.PATH, TRIBUTARY_DATA_DIR: dataDir, TRIBUTARY_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      let output = '';
      await new Promise<void>((resolve) => {
        child.stdout.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          if (output.includes('npx tributary traces')) resolve();
        });
      });
      const url = /is ready on (\S+)/.exec(output)?.[1] ?? '';
      const curl = /^ {2}(curl .+)$/m.exec(output)?.[1] ?? '';
      const { stdout } = await promisify(execFile)('sh', ['-c', `${curl} -s -w ' %{http_code}'`]);
      expect(stdout).toBe('{"ok":true} 200');
      const traces = await visible(async () => {
        const { stdout: json } = await run(['traces', '--json'], { TRIBUTARY_URL: url, TRIBUTARY_DATA_DIR: dataDir });
        return JSON.parse(json) as { traceId: string }[];
      });
      expect(traces).toMatchObject([{ traceId: 'my-first-call', status: 'ok' }]);
      expect((await stat(join(dataDir, 'cli.json'))).mode & 0o077).toBe(0);
      const key = /^ {2}key\s+(\S+)$/m.exec(output)?.[1] ?? '';
      expect((await readFile(join(dataDir, 'registry.db'))).includes(key)).toBe(false);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

async function visible<T>(ask: () => Promise<T[]>): Promise<T[]> {
  for (let i = 0; i < 50; i += 1) {
    const items = await ask();
    if (items.length > 0) return items;
  }
  return [];
}

describe('a running server', () => {
  it('shows an accepted event within a second', async () => {
    const server = await TestServer.start();
    try {
      const waits: number[] = [];
      for (let i = 0; i < 5; i += 1) {
        await weflayr(server, { event_id: `e${i}`, event_type: 'x.after' });
        const answeredAt = performance.now();
        while ((await server.get<{ data: unknown[] }>('/traces')).data.length <= i);
        waits.push(performance.now() - answeredAt);
      }
      // Other tests run beside this one, and the machine pauses: the second best of five.
      expect(waits.sort((a, b) => a - b)[1]).toBeLessThan(1000);
    } finally {
      await server.stop();
    }
  });

  it('stores what it accepted before SIGTERM ends it with 0, and has it after a restart', async () => {
    const dataDir = join(directory, 'sigterm');
    const first = await TestServer.start({ dataDir });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => weflayr(first, { event_id: `e${i}`, event_type: 'x.after' })),
    );
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    expect(await first.terminate()).toBe(0);
    const second = await TestServer.start({ dataDir });
    try {
      expect(await second.all('/events')).toHaveLength(200);
      expect(await second.all('/traces')).toHaveLength(200);
      const receipt = answers[0]?.headers.get('x-tributary-receipt') ?? '';
      await second.settle();
      expect(await second.get(`/receipts/${receipt}`)).toEqual({ receipt, status: 'stored' });
    } finally {
      await second.stop();
    }
  });

  it('keeps its data directory to itself, and lets go of it when killed', async () => {
    const dataDir = join(directory, 'locked');
    const server = await TestServer.start({ dataDir });
    const second = await run(['serve'], { TRIBUTARY_DATA_DIR: dataDir, TRIBUTARY_PORT: '0' });
    expect(second.code).toBe(75);
    expect(second.stderr).toMatch(/^Another Tributary is using .+\n$/);
    await server.kill();
    const third = await TestServer.start({ dataDir });
    await third.stop();
  });

  it('says in one sentence that the port is taken', async () => {
    const server = await TestServer.start();
    const { code, stderr } = await run(['serve'], {
      TRIBUTARY_DATA_DIR: join(directory, 'port'),
      TRIBUTARY_PORT: new URL(server.url).port,
    });
    await server.stop();
    expect(code).toBe(75);
    expect(stderr).toMatch(/address is taken.*TRIBUTARY_PORT/);
  });
});

describe('configuration', () => {
  it.each([
    [{ TRIBUTARY_PORT: 'abc' }, 'TRIBUTARY_PORT'],
    [{ TRIBUTARY_PROT: '1' }, 'There is no setting TRIBUTARY_PROT'],
    [{ TRIBUTARY_INIT_PROJECT_ID: 'me' }, 'TRIBUTARY_INIT_PROJECT_ID'],
    [{ TRIBUTARY_LOG_LEVEL: 'loud' }, 'TRIBUTARY_LOG_LEVEL'],
  ])('%o stops the start', async (env, sentence) => {
    const { code, stderr } = await run(['serve'], { TRIBUTARY_DATA_DIR: join(directory, 'config'), ...env });
    expect(code).toBe(78);
    expect(stderr).toContain(sentence);
  });
});
