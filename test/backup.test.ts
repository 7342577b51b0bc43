/** A backup that is taken while events come in holds everything that was accepted before it began, once. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BackupError } from '../src/backup/manifest.ts';
import { takeOfflineBackup } from '../src/backup/offline-backup.ts';
import { restoreBackup, verifyBackup } from '../src/backup/restore.ts';
import { DataDirectoryInUse } from '../src/data-directory.ts';
import type { BackupBody } from '../src/query/backups.ts';
import { PROGRAM, TestServer } from './support/server.ts';

/** Several servers after one another, on a machine that has other things to do. */
const MS_MAX = 240_000;
vi.setConfig({ testTimeout: MS_MAX, hookTimeout: MS_MAX });

/** Enough posts that some are under way at every moment. */
const SENDERS = 6;
const EVENTS_PER_POST = 5;

let root: string;
let server: TestServer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tributary-backup-'));
  server = await TestServer.start({ dataDir: join(root, 'data') });
});
afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function tributary(...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH, TRIBUTARY_URL: server.url, TRIBUTARY_KEY: server.key },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Sends until `stop`; knows what was answered with a 2xx. */
class Load {
  readonly accepted = new Set<string>();
  readonly #senders: Promise<void>[];
  #isStopping = false;
  #posts = 0;

  constructor(name: string) {
    this.#senders = Array.from({ length: SENDERS }, async () => {
      while (!this.#isStopping) await this.#post(`${name}-${this.#posts++}`);
    });
  }

  async #post(name: string): Promise<void> {
    const ids = Array.from({ length: EVENTS_PER_POST }, (_, i) => `${name}-${i}`);
    const events = ids.map((id) => ({
      ...{ type: 'llm', event: 'start', runId: id, name: 'gpt-4o', input: `hello ${id}`, userId: 'u' },
      timestamp: new Date().toISOString(),
    }));
    const response = await fetch(`${server.url}/v1/runs/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.key}` },
      body: JSON.stringify({ events }),
    });
    await response.text();
    if (response.ok) for (const id of ids) this.accepted.add(id);
  }

  async until(count: number): Promise<void> {
    while (this.accepted.size < count) await sleep(5);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#senders);
  }
}

async function backedUp(directory: string): Promise<BackupBody> {
  let job = await server.post<BackupBody>('/backups', { directory });
  while (job.state === 'running') {
    await sleep(20);
    job = await server.get<BackupBody>(`/backups/${job.backupId}`);
  }
  return job;
}

/** Events and spans by run, as the restored server tells them. */
async function stored(restored: TestServer): Promise<{ events: Map<string, number>; traces: Map<string, number> }> {
  await restored.settle();
  const count = (ids: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  };
  const events = await restored.all<{ spanId: string }>('/events');
  const traces = await restored.all<{ traceId: string; spanCount: number }>('/traces');
  return { events: count(events.map(({ spanId }) => spanId)), traces: count(traces.map(({ traceId }) => traceId)) };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('a backup under load', () => {
  it('is restored with everything that was accepted before it began, nothing twice', async () => {
    const load = new Load('load');
    try {
      await load.until(200);
      const before = new Set(load.accepted);
      const directory = join(root, 'under-load');
      const job = await backedUp(directory);
      const during = load.accepted.size - before.size;
      await load.stop();
      expect(job).toMatchObject({ state: 'done', reason: null });
      expect(during).toBeGreaterThan(0);

      const verified = await tributary('backup', 'verify', directory, '--json');
      expect(verified).toMatchObject({ code: 0, err: '' });
      expect(JSON.parse(verified.out)).toMatchObject({ files: job.files, bytes: job.bytes });
      const dataDir = join(root, 'restored');
      expect(await tributary('restore', directory, '--data-dir', dataDir)).toMatchObject({ code: 0, err: '' });

      const restored = await TestServer.start({ dataDir });
      const { events, traces } = await stored(restored);
      await restored.kill();
      const missing = [...before].filter((id) => !events.has(id) || !traces.has(id));
      const doubled = [...events, ...traces].filter(([, count]) => count > 1);
      expect({ missing, doubled }).toEqual({ missing: [], doubled: [] });
      // No half of anything that came in meanwhile.
      expect([...traces.keys()].sort()).toEqual([...events.keys()].sort());
      expect([...events.keys()].filter((id) => !load.accepted.has(id))).toEqual([]);
      expect(restored.stderr).toEqual([]);
    } finally {
      await load.stop();
    }
    expect(await readdir(server.dataDir)).not.toContain('backup-staging');
    expect(await exists(join(server.dataDir, 'store', 'shadow', 'tributary_backup'))).toBe(false);
  });

  it('leaves no key behind, and shows itself to its owner only', async () => {
    const directory = join(root, 'under-load');
    expect((await readdir(directory)).sort()).toEqual([
      'log',
      'manifest.json',
      'manifest.sha256',
      'registry.db',
      'store',
    ]);
    const { mode } = await stat(directory);
    expect(mode & 0o777).toBe(0o700);
  });
});

describe('a damaged backup', () => {
  let directory: string;
  beforeAll(async () => {
    directory = join(root, 'to-damage');
    expect(await tributary('backup', directory)).toMatchObject({ code: 0 });
  });

  /** Both commands refuse with one sentence that names the file, and nothing is made. */
  async function expectRefused(name: string): Promise<void> {
    const dataDir = join(root, 'never');
    for (const refused of [() => verifyBackup(directory), () => restoreBackup(directory, dataDir)]) {
      const error = await refused().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(BackupError);
      expect(String(error)).toContain(name);
    }
    expect(await readdir(root)).not.toContain('never');
    expect((await readdir(root)).filter((entry) => entry.includes('restoring'))).toEqual([]);
  }

  async function withChange(
    path: string,
    change: (bytes: Buffer) => Buffer,
    check: () => Promise<void>,
  ): Promise<void> {
    const file = join(directory, path);
    const bytes = await readFile(file);
    await writeFile(file, change(Buffer.from(bytes)));
    await check();
    await writeFile(file, bytes);
  }

  const flipped = (bytes: Buffer) => {
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };

  it('is refused for one flipped bit, wherever it is', async () => {
    const { files } = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as {
      files: { path: string }[];
    };
    const some = [
      'registry.db',
      'log/checkpoint.json',
      ...['log/0', 'data.bin', '.sql'].map((part) => files.find(({ path }) => path.includes(part))?.path ?? part),
    ];
    for (const path of [...some, 'manifest.json']) await withChange(path, flipped, () => expectRefused(path));
  });

  it('is refused by the commands with a sentence', async () => {
    await withChange('registry.db', flipped, async () => {
      const dataDir = join(root, 'never');
      const runs = [tributary('backup', 'verify', directory), tributary('restore', directory, '--data-dir', dataDir)];
      for (const { code, out, err } of await Promise.all(runs)) {
        expect([code, out]).toEqual([65, '']);
        expect(err).toBe('The backup is damaged: registry.db is not what was written. Take another backup.\n');
      }
      expect(await readdir(root)).not.toContain('never');
    });
  });

  it('is refused when a file is missing or cut, or the list itself is', async () => {
    await withChange(
      'registry.db',
      (bytes) => bytes.subarray(0, -1),
      () => expectRefused('registry.db'),
    );
    for (const path of ['registry.db', 'manifest.json', 'manifest.sha256']) {
      const bytes = await readFile(join(directory, path));
      await rm(join(directory, path));
      await expectRefused(path === 'registry.db' ? path : 'no finished backup');
      await writeFile(join(directory, path), bytes);
    }
  });

  it('is refused when a newer version has written it', async () => {
    const text = await readFile(join(directory, 'manifest.json'), 'utf8');
    const sum = await readFile(join(directory, 'manifest.sha256'), 'utf8');
    for (const change of [{ version: '99.0.0' }, { schema: 99 }, { format: 2 }]) {
      const newer = JSON.stringify({ ...JSON.parse(text), ...change });
      await writeFile(join(directory, 'manifest.json'), newer);
      await writeFile(
        join(directory, 'manifest.sha256'),
        `${createHash('sha256').update(newer).digest('hex')}  manifest.json\n`,
      );
      await expectRefused('newer');
    }
    await writeFile(join(directory, 'manifest.json'), text);
    await writeFile(join(directory, 'manifest.sha256'), sum);
    await verifyBackup(directory);
  });

  it('is not restored over anything', async () => {
    const full = join(root, 'full');
    await mkdir(full);
    await writeFile(join(full, 'mine'), 'x');
    await expect(restoreBackup(directory, full)).rejects.toThrow('not empty');
    expect(await readdir(full)).toEqual(['mine']);
  });
});

describe('where a backup may go', () => {
  const refused = async (directory: string, key = server.key): Promise<[number, string]> => {
    const response = await fetch(`${server.url}/api/tributary/v1/backups`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ directory }),
    });
    const { error } = (await response.json()) as { error: { message: string } };
    return [response.status, error.message];
  };

  it('is an absolute path, new or empty, apart from the data', async () => {
    expect(await refused('backup')).toEqual([400, expect.stringContaining('absolute')]);
    expect(await refused(join(root, 'no', 'such'))).toEqual([400, expect.stringContaining('does not exist')]);
    expect(await refused(join(server.dataDir, 'inside'))).toEqual([400, expect.stringContaining('inside one another')]);
    expect(await refused(join(root, 'x', '..', 'data', 'log'))).toEqual([400, expect.any(String)]);
    expect(await refused(root)).toEqual([400, expect.stringContaining('inside one another')]);
    expect(await refused(join(root, 'under-load'))).toEqual([400, expect.stringContaining('not empty')]);
    expect(await refused(`${join(root, 'nul')}\0`)).toEqual([400, expect.stringContaining('absolute')]);
  });

  it('is named by the instance scope alone', async () => {
    const { key } = await server.createProject('tenant');
    expect(await refused(join(root, 'tenant'), key)).toEqual([403, expect.stringContaining('instance')]);
    expect(await readdir(root)).not.toContain('tenant');
  });
});

describe('a backup without a server', () => {
  it('is the data directory as it is, and is refused while a server uses it', async () => {
    const directory = join(root, 'offline');
    await expect(takeOfflineBackup(server.dataDir, directory)).rejects.toThrow(DataDirectoryInUse);
    await server.settle();
    const before = await stored(server);
    await server.kill();
    const asked = ['backup', directory, '--offline', '--data-dir', server.dataDir];
    expect(await tributary(...asked)).toMatchObject({ code: 0, err: '' });
    const dataDir = join(root, 'offline-restored');
    await restoreBackup(directory, dataDir);
    const restored = await TestServer.start({ dataDir });
    expect(await stored(restored)).toEqual(before);
    await restored.kill();
  });
});
