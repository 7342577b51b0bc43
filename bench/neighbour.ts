/**
 * `npm run bench:neighbour`: what a flood from one project does to the answers of another. The quiet project sends 20
 * single events per second; the flood sends on 50 connections as fast as it is answered. Quiet and flooded stretches
 * alternate in one run, because figures of different moments on a shared machine say little.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { TestServer } from '../test/support/server.ts';
import { besideDisk } from './disk.ts';
import { FLOODS, type Flood, type FloodOrder, type FloodResult } from './flood.ts';
import { type BenchRequest, SINGLE, type Target } from './payloads.ts';
import { quantile, table } from './report.ts';

const INTERVAL_MS = 50;
const CONNECTIONS = 50;
const STRETCH_MS = Number(process.env.BENCH_STRETCH_MS ?? 10_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const chosen = FLOODS.filter((flood) => (process.env.BENCH_FLOODS ?? FLOODS.join()).split(',').includes(flood));

const quiet: Target = { projectId: '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e', key: 'trib_bench_key_of_the_project' };
const server = await TestServer.start(quiet);
const neighbour = await server.createProject('neighbour');
const agent = new Agent({ keepAlive: true });
let sent = 0;

/** Milliseconds from the moment a request was due to its answer, so that a late start counts as waiting, too. */
function answer({ path, headers, body }: BenchRequest, dueAt: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(server.url + path, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    outgoing
      .on('response', (incoming) => {
        const isAccepted = (incoming.statusCode ?? 500) < 300;
        incoming
          .resume()
          .on('end', () =>
            isAccepted ? resolve(performance.now() - dueAt) : reject(new Error(`refused with ${incoming.statusCode}`)),
          );
      })
      .on('error', reject)
      .end(body);
  });
}

/** Answer times of the quiet project over a stretch. */
async function listen(ms: number): Promise<number[]> {
  const answers: Promise<number>[] = [];
  const beganAt = performance.now();
  for (let i = 0; i * INTERVAL_MS < ms; i += 1) {
    const dueAt = beganAt + i * INTERVAL_MS;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())));
    const make = SINGLE[sent % SINGLE.length];
    if (make === undefined) throw new Error('no payloads');
    answers.push(answer(make(quiet, `quiet-${sent}`, sent), dueAt));
    sent += 1;
  }
  return Promise.all(answers);
}

interface Stretch {
  readonly answerMs: readonly number[];
  readonly syncMs: readonly number[];
}

async function stretch(): Promise<Stretch> {
  const { result, syncMs } = await besideDisk(() => listen(STRETCH_MS));
  return { answerMs: result, syncMs };
}

async function flooded(flood: Flood, round: number): Promise<{ quiet: Stretch; result: FloodResult }> {
  const child = fork(fileURLToPath(new URL('./flood.ts', import.meta.url)));
  const target: Target = { projectId: neighbour.id, key: neighbour.key };
  const order: FloodOrder = {
    ...{ url: server.url, target, flood, tag: `${flood}-${round}` },
    ...{ connections: CONNECTIONS, ms: STRETCH_MS + 1000 },
  };
  child.send(order);
  await once(child, 'message');
  const ended = once(child, 'message') as Promise<[FloodResult]>;
  // The flood is under way.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const quiet = await stretch();
  const [result] = await ended;
  return { quiet, result };
}

const alone: Stretch[] = [];
const beside = new Map<Flood, Stretch[]>(chosen.map((flood) => [flood, []]));
const floods = new Map<Flood, string[]>(chosen.map((flood) => [flood, []]));
await listen(2000);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const flood of chosen) {
    alone.push(await stretch());
    const { quiet, result } = await flooded(flood, round);
    beside.get(flood)?.push(quiet);
    const statuses = Object.entries(result.statuses).map(([status, count]) => `${count} × ${status}`);
    floods.get(flood)?.push(`${statuses.join(', ')}; ${(result.bytes / STRETCH_MS / 1000).toFixed(1)} MB/s taken`);
    // What the flood left behind is loaded before the next quiet stretch.
    await server.settle(300_000);
  }
}
await server.stop();
agent.destroy();

const all = (stretches: readonly Stretch[], of: keyof Stretch) => stretches.flatMap((one) => one[of]);
const aloneP99 = quantile(all(alone, 'answerMs'), 0.99);
const row = (name: string, stretches: readonly Stretch[]) => {
  const answers = all(stretches, 'answerMs');
  const syncs = all(stretches, 'syncMs');
  return [
    name,
    ...[quantile(answers, 0.5), quantile(answers, 0.99), quantile(answers, 0.99) / aloneP99].map((n) => n.toFixed(1)),
    ...[quantile(syncs, 0.5), quantile(syncs, 0.99)].map((ms) => ms.toFixed(1)),
  ];
};
console.log(`## A flooded neighbour

\`npm run bench:neighbour\`: ${ROUNDS} rounds of ${STRETCH_MS / 1000} s, quiet and flooded in turn; the quiet project sends 20 requests/s, the flood on ${CONNECTIONS} connections. "Disk alone": 4 KB appended and synced beside it, in a file of its own.

${table(
  ['the quiet project', 'p50 ms', 'p99 ms', 'p99 ratio', 'disk alone p50 ms', 'disk alone p99 ms'],
  [row('alone', alone), ...[...beside].map(([flood, stretches]) => row(`beside ${flood}`, stretches))],
)}

${[...floods].flatMap(([flood, results]) => results.map((result) => `- ${flood}: ${result}`)).join('\n')}
`);
