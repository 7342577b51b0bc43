/**
 * `npm run bench:intake`: how fast events are taken (synced to disk before the answer) and how fast they become
 * queryable, beside two yardsticks measured in the same run: bare `node:http` + `JSON.parse`, and raw chDB inserts of as
 * many rows of the same payloads. Load generator, server and engine share this machine's cores.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openChdbWriter } from '../src/store/chdb/chdb.ts';
import { EVENT_COLUMNS, migrate } from '../src/store/schema/schema.ts';
import { TestServer } from '../test/support/server.ts';
import { type LoadResult, load } from './load.ts';
import { BATCHES, type BenchRequest, SINGLE } from './payloads.ts';

const CONNECTIONS = 50;
const SINGLE_REQUESTS = 60_000;
const BATCH_REQUESTS = 3_000;
const DRAIN_MS_MAX = 300_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

const target = { projectId: '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e', key: 'trib_bench_key_of_the_project' };

/** Prepared beforehand, so that the generator costs as little as it can. */
function requests(
  count: number,
  makers: readonly ((t: typeof target, id: string, n: number) => BenchRequest)[],
  tag: string,
): BenchRequest[] {
  return Array.from({ length: count }, (_, n) => {
    const make = makers[n % makers.length];
    if (make === undefined) throw new Error('no payloads');
    return make(target, `${tag}-${n}`, n);
  });
}

function feed(list: readonly BenchRequest[]): () => BenchRequest | undefined {
  let i = 0;
  return () => list[i++];
}

async function bare(list: readonly BenchRequest[]): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL('./bare-server.ts', import.meta.url)));
  const [url] = (await once(child, 'message')) as [string];
  const result = await load(url, CONNECTIONS, feed(list));
  child.kill();
  await once(child, 'exit');
  return result;
}

interface TributaryResult extends LoadResult {
  readonly queryableSeconds: number;
  readonly rssMiB: number;
}

async function tributary(list: readonly BenchRequest[]): Promise<TributaryResult> {
  const server = await TestServer.start(target);
  try {
    const startedAt = performance.now();
    const result = await load(server.url, CONNECTIONS, feed(list));
    await server.settle(DRAIN_MS_MAX);
    const queryableSeconds = (performance.now() - startedAt) / 1000;
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const rss = Number(/^tributary_process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
    return { ...result, queryableSeconds, rssMiB: rss / 2 ** 20 };
  } finally {
    await server.stop();
  }
}

/** The same payloads as event rows alone: what the engine itself can take in batches of 10 000. */
async function rawChdb(list: readonly BenchRequest[]): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
  const writer = await openChdbWriter(directory);
  await migrate(writer);
  const payloads = list.flatMap((request) => splitEvents(request));
  const rows = payloads.map((payload, i) =>
    JSON.stringify([
      target.projectId,
      'lunary',
      `e${i}`,
      'start',
      `t${i}`,
      `s${i}`,
      1_795_242_131_000_000 + i,
      1_795_242_131_000_000 + i,
      i,
      '',
      'bench',
      0,
      0,
      payload,
      0,
    ]),
  );
  const batches: Buffer[] = [];
  for (let i = 0; i < rows.length; i += 10_000) batches.push(Buffer.from(`${rows.slice(i, i + 10_000).join('\n')}\n`));
  const startedAt = performance.now();
  for (const batch of batches) await writer.insert('tributary.events', EVENT_COLUMNS, batch);
  const seconds = (performance.now() - startedAt) / 1000;
  await writer.close();
  await rm(directory, { recursive: true });
  return payloads.length / seconds;
}

function splitEvents({ body }: BenchRequest): string[] {
  const value: unknown = JSON.parse(body);
  const list = Array.isArray(value)
    ? value
    : typeof value === 'object' && value !== null && 'events' in value && Array.isArray(value.events)
      ? value.events
      : [value];
  return list.map((event) => JSON.stringify(event));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const rows: Record<string, string | number>[] = [];
function report(what: string, runs: readonly number[], unit: string, extra = ''): void {
  const spread = `${Math.round(Math.min(...runs))}–${Math.round(Math.max(...runs))}`;
  rows.push({ what, median: Math.round(median(runs)), spread, unit, extra });
}

const single = requests(SINGLE_REQUESTS, SINGLE, 'single');
const batched = requests(BATCH_REQUESTS, BATCHES, 'batch');
const bareRuns: LoadResult[] = [];
const singleRuns: TributaryResult[] = [];
const batchRuns: TributaryResult[] = [];
const chdbRuns: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  bareRuns.push(await bare(single));
  singleRuns.push(await tributary(single));
  batchRuns.push(await tributary(batched));
  chdbRuns.push(await rawChdb(batched.slice(0, 1_000)));
}
const meanBytes = Math.round(
  batched.reduce((sum, request) => sum + request.body.length / request.events, 0) / batched.length,
);
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}; ${ROUNDS} rounds, ${CONNECTIONS} connections, events of ${meanBytes} bytes`,
);
const rate = (run: LoadResult) => run.events / run.seconds;
const queryable = (run: TributaryResult) => run.events / run.queryableSeconds;
const p99 = (runs: readonly LoadResult[]) =>
  `answer p50 ${median(runs.map((r) => r.p50Ms)).toFixed(1)} ms, p99 ${median(runs.map((r) => r.p99Ms)).toFixed(1)} ms`;
report('bare node:http + JSON.parse, single', bareRuns.map(rate), 'events/s', p99(bareRuns));
report('Tributary single, to the answer', singleRuns.map(rate), 'events/s', p99(singleRuns));
report(
  'Tributary single, to queryable',
  singleRuns.map(queryable),
  'events/s',
  `RSS ${Math.round(median(singleRuns.map((r) => r.rssMiB)))} MiB`,
);
report('raw chDB inserts (events table only)', chdbRuns, 'rows/s');
report('Tributary batches of 50, to the answer', batchRuns.map(rate), 'events/s', p99(batchRuns));
report(
  'Tributary batches of 50, to queryable',
  batchRuns.map(queryable),
  'events/s',
  `RSS ${Math.round(median(batchRuns.map((r) => r.rssMiB)))} MiB`,
);
console.table(rows);
console.log(
  `single/bare ${(median(singleRuns.map(rate)) / median(bareRuns.map(rate))).toFixed(2)}  ·  batches queryable/raw chDB ${(median(batchRuns.map(queryable)) / median(chdbRuns)).toFixed(2)}`,
);
const failures = [...singleRuns, ...batchRuns].reduce((sum, run) => sum + run.failures, 0);
if (failures > 0) {
  console.error(`${failures} requests were refused`);
  process.exitCode = 1;
}
