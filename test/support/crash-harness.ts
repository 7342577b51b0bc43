/**
 * Drives all five dialects against a real server, kills it with SIGKILL at random moments and at chosen points, starts it
 * again on the same data, and at the end compares what was acknowledged with what is stored. Everything random comes
 * from one seed; what the machine does in between does not.
 */

import { existsSync, type FSWatcher, readdirSync, rmSync, watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Audit, audit } from './crash-audit.ts';
import { type ClientParts, client, deliver, Ledger } from './crash-client.ts';
import { nameOf, type Plan, plans } from './crash-plans.ts';
import { bulk, MAKERS, type Session } from './crash-traffic.ts';
import { TestServer } from './server.ts';
import { newFingerprint } from './vendors.ts';

export interface CrashReport extends Audit {
  readonly seed: number;
  readonly cycles: number;
  readonly acknowledged: number;
  readonly unanswered: number;
  readonly deleted: number;
  /** Ends of the server that nobody had planned. */
  readonly unplanned: readonly string[];
  readonly kills: ReadonlyMap<string, Kills>;
}

export interface Kills {
  planned: number;
  /** The process ended there, while it served. */
  serving: number;
  /** The process ended there, before it was ready. */
  starting: number;
}

export interface CrashOptions {
  readonly cycles: number;
  readonly seed: number;
  readonly clientsPerVendor?: number;
  readonly comparedGroups?: number;
  /** Only plans whose names begin so. */
  readonly only?: string;
  readonly progress?: (line: string) => void;
}

const FAILPOINTS = fileURLToPath(new URL('./failpoints.cjs', import.meta.url));
/** A point that is not reached in this time of loading will not be; the server is killed all the same. */
const AIM_MS_MAX = 4_000;
/** On a busy machine the loader's thread takes its time to start. */
const LOADER_START_MS_MAX = 30_000;
/** Merges begin when there are some parts: a second of inserts, on a quiet machine. */
const MERGE_MS_MAX = 8_000;
const MERGING = 'tmp_merge_';
const BULK_BYTES = 12 * 1024 * 1024;
/** More than a segment takes. */
const BULKS_MAX = 8;
const SETTLE_MS_MAX = 300_000;

/** mulberry32: small, good enough, the same everywhere. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export async function crash(options: CrashOptions): Promise<CrashReport> {
  const { cycles, seed, clientsPerVendor = 2, comparedGroups = 60, only = '', progress = () => undefined } = options;
  const rng = random(seed);
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-crash-'));
  const ledger = new Ledger();
  const stop = new AbortController();
  let server: TestServer | undefined = await TestServer.start({ dataDir });
  try {
    const fingerprintId = await newFingerprint(server, server.key);
    const session: Session = { projectId: server.projectId, key: server.key, fingerprintId };
    await server.kill();
    const run = new CrashRun(dataDir, { session, ledger, stop: stop.signal });
    const clients = MAKERS.flatMap((make, maker) =>
      Array.from({ length: clientsPerVendor }, (_, i) =>
        client(run.parts, { make, maker, name: `c${maker}-${i}` }, random(seed + maker * 100 + i + 1)),
      ),
    );
    const clientsDone = Promise.all(clients);
    clientsDone.catch(() => stop.abort());
    const planned = plans(rng);
    for (let cycle = 0; cycle < cycles && !stop.signal.aborted; cycle += 1) {
      let plan = planned.next().value;
      while (!nameOf(plan).startsWith(only)) plan = planned.next().value;
      const end = await run.cycle(plan, cycle);
      progress(`cycle ${cycle + 1}/${cycles}: ${end}; ${ledger.acknowledged.size} events acknowledged`);
    }
    server = await TestServer.start({ dataDir });
    stop.abort();
    await clientsDone;
    progress('settling and comparing');
    await server.settle(SETTLE_MS_MAX);
    return {
      ...{ seed, cycles, acknowledged: ledger.acknowledged.size, unanswered: ledger.unanswered.size },
      ...{ deleted: ledger.deleted.size, unplanned: run.unplanned, kills: run.kills },
      ...(await audit(server, session, ledger, comparedGroups)),
    };
  } finally {
    stop.abort();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

class CrashRun {
  readonly kills = new Map<string, Kills>();
  readonly unplanned: string[] = [];
  readonly parts: ClientParts;
  readonly #dataDir: string;
  readonly #report: string;
  #url: string | undefined;

  constructor(dataDir: string, parts: Omit<ClientParts, 'url'>) {
    this.#dataDir = dataDir;
    this.#report = join(dataDir, 'crash-report.json');
    this.parts = { ...parts, url: () => this.#url };
  }

  /** One start and one end; says which it was. */
  async cycle(plan: Plan, cycle: number): Promise<string> {
    rmSync(this.#report, { force: true });
    const kills = this.kills.get(nameOf(plan)) ?? { planned: 0, serving: 0, starting: 0 };
    this.kills.set(nameOf(plan), kills);
    kills.planned += 1;
    let server: TestServer;
    try {
      server = await TestServer.start({ dataDir: this.#dataDir, env: this.#environment(plan) });
    } catch (error) {
      if (!existsSync(this.#report)) throw error;
      kills.starting += 1;
      return `${nameOf(plan)}, while starting`;
    }
    this.#url = server.url;
    const ended = server.exited().then(() => {
      this.#url = undefined;
    });
    const hasLanded = await this.#endOf(plan, server, ended, cycle);
    if (hasLanded) kills.serving += 1;
    return hasLanded ? nameOf(plan) : `${nameOf(plan)} was not reached, killed`;
  }

  #environment(plan: Plan): Record<string, string> {
    if (plan.kind !== 'aimed' && plan.kind !== 'starting') return {};
    return {
      NODE_OPTIONS: `--require ${FAILPOINTS}`,
      CRASH_REPORT: this.#report,
      ...(plan.kind === 'starting'
        ? { CRASH_POINT: 'start', CRASH_NTH: String(Math.round(plan.afterMs)) }
        : { CRASH_POINT: plan.point, CRASH_WHEN: plan.when, CRASH_NTH: String(plan.nth) }),
    };
  }

  async #endOf(plan: Plan, server: TestServer, ended: Promise<void>, cycle: number): Promise<boolean> {
    let isKilled = false;
    const kill = async () => {
      isKilled = true;
      process.kill(server.pid, 'SIGKILL');
      await ended;
    };
    if (plan.kind === 'random') await Promise.race([ended, sleep(plan.afterMs)]);
    else if (plan.kind === 'merge') await Promise.race([ended, this.#mergeBegins(server)]);
    else await Promise.race([ended, isFilling(plan) ? this.#fill(cycle, ended) : this.#loads(server, AIM_MS_MAX)]);
    const hasReported = existsSync(this.#report);
    if (this.#url !== undefined && !hasReported) await kill();
    await ended;
    if (!isKilled && !hasReported) this.unplanned.push(`cycle ${cycle}: ${server.stderr.slice(-5).join(' | ')}`);
    if (plan.kind === 'random') return isKilled;
    return plan.kind === 'merge' ? this.#merging().length > 0 : hasReported;
  }

  /** Sends large bodies until the server has ended, which is when its segment is full and the next one is opened. */
  async #fill(cycle: number, ended: Promise<void>): Promise<void> {
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    for (let n = 0; n < BULKS_MAX && !isOver; n += 1)
      await Promise.race([
        ended,
        deliver(this.parts, bulk(this.parts.session, `bulk-${cycle}-${n}`, BULK_BYTES), () => 0),
      ]);
    await Promise.race([ended, sleep(AIM_MS_MAX)]);
  }

  /** Resolves when the server has been loading for this time, or has ended. */
  async #loads(server: TestServer, ms: number): Promise<void> {
    const isLoading = async () => {
      const metrics = await fetch(`${server.url}/metrics`).then((response) => response.text());
      return /^tributary_loaded_events_total [1-9]/m.test(metrics);
    };
    const deadline = Date.now() + LOADER_START_MS_MAX;
    while (Date.now() < deadline && this.#url === server.url && !(await isLoading().catch(() => false)))
      await sleep(50);
    await sleep(ms);
  }

  /** Resolves when a part is being merged, or never will be in this time. */
  async #mergeBegins(server: TestServer): Promise<void> {
    const watchers: FSWatcher[] = [];
    try {
      await new Promise<void>((resolve) => {
        void this.#loads(server, MERGE_MS_MAX).then(resolve);
        for (const table of this.#tables())
          watchers.push(watch(table, (_, name) => (name?.startsWith(MERGING) ? resolve() : undefined)));
      });
    } finally {
      for (const watcher of watchers) watcher.close();
    }
  }

  /** Parts that are being merged: the engine gives them names of their own until they are done. */
  #merging(): readonly string[] {
    return this.#tables().flatMap((table) => namesIn(table).filter((name) => name.startsWith(MERGING)));
  }

  #tables(): readonly string[] {
    const store = join(this.#dataDir, 'store', 'store');
    return namesIn(store).flatMap((prefix) => namesIn(join(store, prefix)).map((table) => join(store, prefix, table)));
  }
}

function isFilling(plan: Plan): boolean {
  return plan.kind === 'aimed' && plan.fills;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
