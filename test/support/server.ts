/**
 * The real server as a child process on a free port and its own data directory, for tests of what no module owns.
 * It is the built program (`npm test` builds first); every process is ended by its pid.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../bin/tributary.cjs', import.meta.url));
const API = '/api/tributary/v1';
/** The engine's library alone takes ten seconds from a cold disk. */
const START_MS_MAX = 100_000;
/** An accepted event must be visible within a second; slow machines get more before a test gives up. */
const SETTLE_MS_MAX = 20_000;

export interface StartOptions {
  /** Another build than this one's. */
  readonly program?: string;
  readonly dataDir?: string;
  readonly projectId?: string;
  readonly key?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export class TestServer {
  readonly url: string;
  readonly key: string;
  readonly projectId: string;
  readonly dataDir: string;
  readonly #child: ChildProcess;
  readonly #ownsDirectory: boolean;
  readonly stderr: string[];

  private constructor(
    child: ChildProcess,
    parts: { url: string; key: string; projectId: string; dataDir: string; ownsDirectory: boolean; stderr: string[] },
  ) {
    this.#child = child;
    this.url = parts.url;
    this.key = parts.key;
    this.projectId = parts.projectId;
    this.dataDir = parts.dataDir;
    this.#ownsDirectory = parts.ownsDirectory;
    this.stderr = parts.stderr;
  }

  static async start(options: StartOptions = {}): Promise<TestServer> {
    const ownsDirectory = options.dataDir === undefined;
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'tributary-')));
    const projectId = options.projectId ?? '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e';
    const key = options.key ?? 'trib_test_key_of_the_first_project';
    const child = spawn(process.execPath, [options.program ?? PROGRAM, 'serve'], {
      env: {
        PATH: process.env.PATH,
        TRIBUTARY_DATA_DIR: dataDir,
        TRIBUTARY_PORT: '0',
        TRIBUTARY_LOG_LEVEL: 'warn',
        TRIBUTARY_INIT_PROJECT_ID: projectId,
        TRIBUTARY_INIT_SECRET_KEY: key,
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stderr: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
    const url = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the server did not start: ${stderr.join('\n')}`)), START_MS_MAX);
      createInterface({ input: child.stdout }).on('line', (line) => {
        const ready = /is ready on (\S+)/.exec(line)?.[1];
        if (ready === undefined) return;
        clearTimeout(timer);
        resolve(ready);
      });
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`the server ended with ${code}: ${stderr.join('\n')}`));
      });
    });
    return new TestServer(child, { url, key, projectId, dataDir, ownsDirectory, stderr });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Own API; `path` without the prefix. */
  async get<T = unknown>(path: string, key = this.key): Promise<T> {
    const response = await fetch(this.url + API + path, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async post<T = unknown>(path: string, body: unknown, key = this.key): Promise<T> {
    const response = await fetch(this.url + API + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  createProject(name: string, id?: string): Promise<{ id: string; key: string }> {
    return this.post('/projects', { name, id });
  }

  importKey(secret: string, project?: string): Promise<unknown> {
    return this.post('/keys/import', { secret, project });
  }

  /** Every page of a list. */
  async all<T>(path: string, key = this.key): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const page: { data: T[]; nextCursor: string | null } = await this.get(
        `${path}${path.includes('?') ? '&' : '?'}limit=1000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        key,
      );
      items.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  }

  /** Waits until everything accepted so far is stored. */
  async settle(msMax = SETTLE_MS_MAX): Promise<void> {
    const deadline = Date.now() + msMax;
    for (;;) {
      const text = await (await fetch(`${this.url}/metrics`)).text();
      const value = (name: string) => Number(new RegExp(`^tributary_${name} (\\S+)`, 'm').exec(text)?.[1]);
      const positions = [value('loader_position'), value('enrich_position')];
      if (Math.min(...positions) >= value('log_position')) return;
      if (Date.now() > deadline) throw new Error(`not everything is loaded and enriched: ${positions}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** `kill -9`; the data directory stays for the next start. */
  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  /** SIGTERM; resolves with the exit code. */
  async terminate(): Promise<number | null> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const [code] = (await gone) as [number | null];
    return code;
  }

  /** Resolves with the exit code when the process ends by itself; `null` when a signal ended it. */
  async exited(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
    if (this.#ownsDirectory) await rm(this.dataDir, { recursive: true, force: true });
  }
}
