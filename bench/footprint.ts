/**
 * `npm run bench:footprint`: how long a start takes, what the server needs while it has nothing to do, and how many bytes
 * on disk one byte of payload becomes: for single calls, and for conversations whose every turn repeats the history.
 */

import { join } from 'node:path';
import { openChdbWriter } from '../src/store/chdb/chdb.ts';
import type { StoreReader } from '../src/store/store.ts';
import { TestServer } from '../test/support/server.ts';
import { load } from './load.ts';
import { type BenchRequest, conversations, SINGLE } from './payloads.ts';
import { median, residentMiB, spread, table } from './report.ts';

const target = { projectId: '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e', key: 'trib_bench_key_of_the_project' };
const STARTS = 5;
const SINGLE_CALLS = 20_000;
const CONVERSATIONS = 300;
const TURNS = 50;
const DRAIN_MS_MAX = 300_000;
/** Merges go on for hours; what they lead to is measured, too. */
const MERGE_MS = 20_000;

async function start(dataDir?: string): Promise<{ server: TestServer; ms: number }> {
  const startedAt = performance.now();
  const server = await TestServer.start({ ...target, ...(dataDir === undefined ? {} : { dataDir }) });
  await fetch(`${server.url}/readyz`);
  return { server, ms: performance.now() - startedAt };
}

interface Stored {
  readonly sentMiB: number;
  readonly soon: Parts;
  readonly merged: Parts;
}

interface Parts {
  readonly eventsMiB: number;
  readonly spansMiB: number;
  /** Of the words that are searched for. */
  readonly wordsMiB: number;
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
  const sizes = await storedSizes(join(server.dataDir, 'store'));
  const again = await start(server.dataDir);
  const idleMiB = residentMiB(again.server.pid);
  await again.server.stop();
  return { sentMiB: sent / 2 ** 20, ...sizes, restartMs: again.ms, idleMiB };
}

async function storedSizes(directory: string): Promise<Pick<Stored, 'soon' | 'merged'>> {
  const store = await openChdbWriter(directory);
  try {
    const soon = await sizes(store);
    for (const name of ['events', 'spans']) await store.command(`OPTIMIZE TABLE tributary.${name} FINAL`);
    return { soon, merged: await sizes(store) };
  } finally {
    await store.close();
  }
}

/** Of the parts that hold the data; those that were merged into them stay for some minutes. */
async function sizes(store: StoreReader): Promise<Parts> {
  const rows = await store.select<{ name: string; data: number; indexes: number }>(
    `SELECT table AS name, sum(bytes_on_disk) - indexes AS data, sum(secondary_indices_compressed_bytes) AS indexes
     FROM system.parts WHERE database = 'tributary' AND active GROUP BY table`,
  );
  const sum = (part: (row: (typeof rows)[number]) => number) =>
    rows.reduce((total, row) => total + part(row), 0) / 2 ** 20;
  return {
    eventsMiB: sum(({ name, data, indexes }) => (name === 'events' ? data + indexes : 0)),
    spansMiB: sum(({ name, data }) => (name === 'events' ? 0 : data)),
    wordsMiB: sum(({ name, indexes }) => (name === 'events' ? 0 : indexes)),
  };
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
const chats = await stored(conversations(target, CONVERSATIONS, TURNS, 'chats'));
const agents = await stored(conversations(target, CONVERSATIONS, TURNS, 'agents'));
const rows = (payload: string, { sentMiB, soon, merged }: Stored) =>
  [soon, merged].map((parts, i) => {
    const { eventsMiB, spansMiB, wordsMiB } = parts;
    const stored = eventsMiB + spansMiB + wordsMiB;
    return [
      i === 0 ? `${payload}, ${MERGE_MS / 1000} s after the last` : 'the same, merged to the end',
      ...[sentMiB, eventsMiB, spansMiB, wordsMiB].map((size) => size.toFixed(1)),
      ...[(stored / sentMiB).toFixed(2), (sentMiB / stored).toFixed(1)],
    ];
  });
console.log(`## Footprint

\`npm run bench:footprint\`

${table(
  ['what', 'median (spread)'],
  [
    ['first start until ready, ms', spread(starts)],
    ['start with data until ready, ms', Math.round(median([single.restartMs, chats.restartMs]))],
    ['resident memory after the first start, MiB', spread(idle)],
    ['resident memory after a start with data, MiB', Math.round(median([single.idleMiB, chats.idleMiB]))],
  ],
)}

Everything is stored twice: each event as it came, and the spans that are made of them.

${table(
  ['payload', 'sent MiB', 'events MiB', 'spans MiB', 'index of words MiB', 'bytes on disk per byte', 'times smaller'],
  [
    ...rows(`${SINGLE_CALLS} single calls, four dialects`, single),
    ...rows(`${CONVERSATIONS} chats of ${TURNS} turns, each a trace with its history`, chats),
    ...rows(`${CONVERSATIONS} agents of ${TURNS} steps in one trace, each with its history`, agents),
  ],
)}
`);
