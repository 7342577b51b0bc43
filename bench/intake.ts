/**
 * `npm run bench:intake`: how fast events are taken (synced to disk before the answer) and how fast they become
 * queryable, beside two yardsticks measured in the same run: bare `node:http` + `JSON.parse`, and raw chDB inserts of as
 * many rows of the same payloads. Load generator, server and engine share this machine's cores.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openChdbWriter } from '../src/store/chdb/chdb.ts';
import { EVENT_COLUMNS, migrate } from '../src/store/schema/schema.ts';
import { TestServer } from '../test/support/server.ts';
import { besideDisk } from './disk.ts';
import { type LoadResult, load } from './load.ts';
import { BATCHES, type BenchRequest, SINGLE } from './payloads.ts';
import { cpuSeconds, median, quantile, residentMiB, spread, table } from './report.ts';
import { microsPerEvent, THREAD_GROUPS, threadsOf, workersOf } from './threads.ts';

const CONNECTIONS = 50;
const SINGLE_REQUESTS = 60_000;
const BATCH_REQUESTS = 3_000;
const DRAIN_MS_MAX = 300_000;
const PACED_SHARE = 0.7;
const PACED_SECONDS = 20;
const WARM_UP_REQUESTS = 20_000;
const LOOK_EVERY_MS = 5;
const LOOK_AGAIN_MS = 100;
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
  readonly cpuMicrosPerEvent: number;
  readonly rssMiB: number;
  readonly threads: ReturnType<typeof microsPerEvent>;
}

async function tributary(list: readonly BenchRequest[]): Promise<TributaryResult> {
  const server = await TestServer.start(target);
  try {
    await workersOf(server.pid);
    const cpuBefore = cpuSeconds(server.pid);
    const threadsBefore = threadsOf(server.pid);
    const startedAt = performance.now();
    const result = await load(server.url, CONNECTIONS, feed(list));
    await stored(server);
    const queryableSeconds = (performance.now() - startedAt) / 1000;
    const cpuMicrosPerEvent = ((cpuSeconds(server.pid) - cpuBefore) * 1_000_000) / result.events;
    const threads = microsPerEvent(server.pid, threadsBefore, threadsOf(server.pid), result.events);
    return { ...result, queryableSeconds, cpuMicrosPerEvent, threads, rssMiB: residentMiB(server.pid) };
  } finally {
    await server.stop();
  }
}

/** Waits until the loader has stored everything that is in the log. Counting tokens goes on behind it. */
async function stored({ url }: TestServer): Promise<void> {
  for (const until = performance.now() + DRAIN_MS_MAX; performance.now() < until; await pause(20)) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const value = (name: string) => Number(new RegExp(`^tributary_${name} (\\S+)`, 'm').exec(metrics)?.[1]);
    if (value('loader_position') >= value('log_position')) return;
  }
  throw new Error('the loader does not come to an end');
}

interface PacedResult extends LoadResult {
  /** From the answer of a single event until its receipt says that it is stored, which `GET /traces/{id}` then proves. */
  readonly visibleMs: readonly number[];
  /** Of the disk alone, meanwhile. */
  readonly syncMs: readonly number[];
}

/** Answers at a share of what the server can take, and how long a few events among them take to be found. */
async function paced(perSecond: number): Promise<PacedResult> {
  const server = await TestServer.start(target);
  try {
    const list = requests(Math.round(perSecond * PACED_SECONDS), SINGLE, 'paced');
    // What is compiled and cached in the first seconds of a process is no part of its lasting answers.
    await load(server.url, CONNECTIONS, feed(requests(WARM_UP_REQUESTS, SINGLE, 'warm')));
    await stored(server);
    let isOver = false;
    const looking = look(server, () => isOver);
    const { result, syncMs } = await besideDisk(() => load(server.url, CONNECTIONS, feed(list), perSecond));
    isOver = true;
    return { ...result, visibleMs: await looking, syncMs };
  } finally {
    await server.stop();
  }
}

async function look(server: TestServer, isOver: () => boolean): Promise<number[]> {
  const visibleMs: number[] = [];
  for (let n = 0; !isOver(); n += 1) {
    const traceId = `seen-${n}`;
    const answer = await fetch(`${server.url}/${target.projectId}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ event_id: traceId, event_type: 'after', model: 'gpt-4o-mini', elapsed_ms: 5 }),
    });
    const answeredAt = performance.now();
    const receipt = answer.headers.get('x-tributary-receipt');
    // Cheap to ask for; a trace is a question to the engine, which would be part of the load.
    while ((await server.get<{ status: string }>(`/receipts/${receipt}`)).status === 'logged')
      await pause(LOOK_EVERY_MS);
    visibleMs.push(performance.now() - answeredAt);
    await server.get(`/traces/${traceId}`);
    await pause(LOOK_AGAIN_MS);
  }
  return visibleMs;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
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
const rate = (run: LoadResult) => run.events / run.seconds;
const queryable = (run: TributaryResult) => run.events / run.queryableSeconds;
const singleRate = median(singleRuns.map(rate));
const atLoad = await paced(singleRate * PACED_SHARE);

const meanBytes = Math.round(
  batched.reduce((sum, request) => sum + request.body.length / request.events, 0) / batched.length,
);
const times = (runs: readonly LoadResult[]) =>
  `${median(runs.map((run) => run.p50Ms)).toFixed(1)} / ${median(runs.map((run) => run.p99Ms)).toFixed(1)}`;
const cost = (runs: readonly TributaryResult[]) => Math.round(median(runs.map((run) => run.cpuMicrosPerEvent)));
const memory = (runs: readonly TributaryResult[]) => Math.round(median(runs.map((run) => run.rssMiB)));
const ratio = (value: number, yardstick: number) => (value / yardstick).toFixed(2);
const microsOf = (runs: readonly TributaryResult[]) =>
  THREAD_GROUPS.map((group) => Math.round(runs.at(-1)?.threads[group] ?? 0));
const [bareRate, chdbRate] = [median(bareRuns.map(rate)), median(chdbRuns)];
console.log(`## Intake

\`npm run bench:intake\`: ${ROUNDS} rounds, ${CONNECTIONS} connections, events of ${meanBytes} bytes, load generator, server and engine on the same cores.

${table(
  ['what', 'events/s: median (spread)', 'ratio', 'answer p50 / p99 ms', 'server CPU µs per event', 'memory MiB'],
  [
    ['bare `node:http` + `JSON.parse`, one event per request', spread(bareRuns.map(rate)), 1, times(bareRuns), '', ''],
    [
      'Tributary, one per request, synced before the answer',
      spread(singleRuns.map(rate)),
      ratio(singleRate, bareRate),
      times(singleRuns),
      cost(singleRuns),
      memory(singleRuns),
    ],
    [
      'the same, until queryable',
      spread(singleRuns.map(queryable)),
      ratio(median(singleRuns.map(queryable)), bareRate),
      '',
      '',
      '',
    ],
    ['raw chDB inserts of as many event rows', spread(chdbRuns), 1, '', '', ''],
    [
      'Tributary, 50 per request, synced before the answer',
      spread(batchRuns.map(rate)),
      ratio(median(batchRuns.map(rate)), chdbRate),
      times(batchRuns),
      cost(batchRuns),
      memory(batchRuns),
    ],
    [
      'the same, until queryable',
      spread(batchRuns.map(queryable)),
      ratio(median(batchRuns.map(queryable)), chdbRate),
      '',
      '',
      '',
    ],
  ],
)}

At ${Math.round(PACED_SHARE * 100)} % of the single rate (${Math.round(singleRate * PACED_SHARE)} events/s for ${PACED_SECONDS} s): answer p50 ${atLoad.p50Ms.toFixed(1)} ms, p99 ${atLoad.p99Ms.toFixed(1)} ms; from the answer until
\`GET /traces/{id}\` finds the event p50 ${Math.round(median(atLoad.visibleMs))} ms, p99 ${Math.round(quantile(atLoad.visibleMs, 0.99))} ms (${atLoad.visibleMs.length} looked for). The disk alone, 4 KB appended and synced beside it in a file of its own: p50 ${median(atLoad.syncMs).toFixed(1)} ms, p99 ${quantile(atLoad.syncMs, 0.99).toFixed(1)} ms.

Where the server's processor time goes, microseconds per event (last round; "others" are the threads of files, inserts and
garbage collection):

${table(
  ['', ...THREAD_GROUPS],
  [
    ['one event per request', ...microsOf(singleRuns)],
    ['50 per request', ...microsOf(batchRuns)],
  ],
)}
`);
const failures = [...singleRuns, ...batchRuns, atLoad].reduce((sum, run) => sum + run.failures, 0);
if (failures > 0) {
  console.error(`${failures} requests were refused`);
  process.exitCode = 1;
}
