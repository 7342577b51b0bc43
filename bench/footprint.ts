/**
 * `npm run bench:footprint`: how long a start takes, what the server needs while it has nothing to do, and how many bytes
 * on disk one byte of payload becomes: for single calls, and for conversations whose every turn repeats the history.
 */

import { join } from 'node:path';
import { openChdbWriter } from '../src/store/chdb/chdb.ts';
import { TestServer } from '../test/support/server.ts';
import { load } from './load.ts';
import { type BenchRequest, conversations, SINGLE } from './payloads.ts';
import { median, residentMiB, spread, table } from './report.ts';

const target = { projectId: '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e', key: 'trib_bench_key_of_the_project' };
const STARTS = 5;
const SINGLE_CALLS = 20_000;
const CONVERSATIONS = 40;
const TURNS = 50;
const DRAIN_MS_MAX = 300_000;
/** Merges go on for a while; then what is there has its lasting form. */
const MERGE_MS = 20_000;

async function start(dataDir?: string): Promise<{ server: TestServer; ms: number }> {
  const startedAt = performance.now();
  const server = await TestServer.start({ ...target, ...(dataDir === undefined ? {} : { dataDir }) });
  await fetch(`${server.url}/readyz`);
  return { server, ms: performance.now() - startedAt };
}

interface Stored {
  readonly sentMiB: number;
  readonly storedMiB: number;
}

/** Sends, waits for loading and merging, and stops: what is left on disk is the store alone. */
async function stored(requests: readonly BenchRequest[]): Promise<Stored & { restartMs: number; idleMiB: number }> {
  const { server } = await start();
  let i = 0;
  await load(server.url, 20, () => requests[i++]);
  await server.settle(DRAIN_MS_MAX);
  await new Promise((resolve) => setTimeout(resolve, MERGE_MS));
  const sent = requests.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  await server.terminate();
  const bytes = await storedBytes(join(server.dataDir, 'store'));
  const again = await start(server.dataDir);
  const idleMiB = residentMiB(again.server.pid);
  await again.server.stop();
  return { sentMiB: sent / 2 ** 20, storedMiB: bytes / 2 ** 20, restartMs: again.ms, idleMiB };
}

/** Of the parts that hold the data; those that were merged into them stay for some minutes. */
async function storedBytes(directory: string): Promise<number> {
  const store = await openChdbWriter(directory);
  try {
    const [row] = await store.select<{ bytes: number }>(
      "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE database = 'tributary' AND active",
    );
    return row?.bytes ?? 0;
  } finally {
    await store.close();
  }
}

const starts: number[] = [];
const idle: number[] = [];
for (let n = 0; n < STARTS; n += 1) {
  const { server, ms } = await start();
  starts.push(ms);
  idle.push(residentMiB(server.pid));
  await server.stop();
}
const calls = Array.from({ length: SINGLE_CALLS }, (_, n): BenchRequest => {
  const make = SINGLE[n % SINGLE.length];
  if (make === undefined) throw new Error('no payloads');
  return make(target, `call-${n}`, n);
});
const single = await stored(calls);
const turns = await stored(conversations(target, CONVERSATIONS, TURNS));
const shares = ({ sentMiB, storedMiB }: Stored) => [
  sentMiB.toFixed(1),
  storedMiB.toFixed(1),
  (storedMiB / sentMiB).toFixed(2),
  (sentMiB / storedMiB).toFixed(1),
];
console.log(`## Footprint

\`npm run bench:footprint\`

${table(
  ['what', 'median (spread)'],
  [
    ['first start until ready, ms', spread(starts)],
    ['start with data until ready, ms', Math.round(median([single.restartMs, turns.restartMs]))],
    ['resident memory after the first start, MiB', spread(idle)],
    ['resident memory after a start with data, MiB', Math.round(median([single.idleMiB, turns.idleMiB]))],
  ],
)}

Everything is stored twice: each event as it came, and the spans that are made of them.

${table(
  ['payload', 'sent MiB', 'on disk MiB', 'bytes on disk per byte', 'times smaller'],
  [
    [`${SINGLE_CALLS} single calls, four dialects`, ...shares(single)],
    [`${CONVERSATIONS} conversations of ${TURNS} turns, each with its history`, ...shares(turns)],
  ],
)}
`);
