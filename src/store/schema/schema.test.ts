import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openChdbWriter } from '../chdb/chdb.ts';
import type { StoreWriter } from '../store.ts';
import { migrate, STEPS } from './schema.ts';

const PROJECT = '00000000-0000-4000-8000-000000000001';
const INITIAL_ONLY = STEPS.slice(0, 1);
/** Step 1's usage: rank, time, input, output, cacheRead, cacheWrite, reasoning, total. */
const USAGES: Readonly<Record<string, readonly (readonly number[])[]>> = {
  all: [[2, 5, 10, 20, 3, 4, 6, 30]],
  partly: [[1, 0, 7, -1, -1, -1, -1, -1]],
  zero: [[1, 0, 0, 0, 0, 0, 0, 0]],
  nothing: [[0, 0, -1, -1, -1, -1, -1, -1]],
  twice: [
    [1, 9, 99, 99, -1, -1, -1, -1],
    [2, 1, 5, 6, -1, -1, -1, 11],
  ],
};
const TOKENS = [
  { span_id: 'all', tokens: [2, 5, [10, 20, 3, 4, 6, 30, -1, -1, -1, 0]], name: [1, 1, 'n'], start: 1_000_000 },
  { span_id: 'nothing', tokens: [0, 0, []], name: [1, 1, 'n'], start: 1_000_000 },
  { span_id: 'partly', tokens: [1, 0, [7, -1, -1, -1, -1, -1, -1, -1, -1, 0]], name: [1, 1, 'n'], start: 1_000_000 },
  { span_id: 'twice', tokens: [2, 1, [5, 6, -1, -1, -1, 11, -1, -1, -1, 0]], name: [1, 1, 'n'], start: 1_000_000 },
  { span_id: 'zero', tokens: [1, 0, [0, 0, 0, 0, 0, 0, -1, -1, -1, 0]], name: [1, 1, 'n'], start: 1_000_000 },
];

/** One at a time: the engine binds one directory per process. */
const cleanups: (() => Promise<void>)[] = [];
async function clean(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}
afterEach(clean);

async function oldStore(): Promise<StoreWriter> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-schema-'));
  cleanups.push(() => rm(directory, { recursive: true }));
  const store = await openChdbWriter(directory);
  cleanups.push(() => store.close());
  await migrate(store, INITIAL_ONLY);
  const rows = Object.entries(USAGES).flatMap(([span, usages]) =>
    usages.map((usage) => JSON.stringify([PROJECT, 't', 'lunary', span, '1970-01-01 00:00:01', usage, [1, 1, 'n']])),
  );
  const columns = ['project_id', 'trace_id', 'dialect', 'span_id', 'start_time', 'usage', 'name'];
  // One part each, as batches are: the upgrade must not rely on merges.
  for (const row of rows) await store.insert('tributary.spans', columns, Buffer.from(`${row}\n`));
  return store;
}

function readSpans(store: StoreWriter): Promise<unknown[]> {
  return store.select(
    `SELECT span_id, max(tokens) AS tokens, max(name) AS name, toUnixTimestamp64Micro(min(start_time)) AS start
     FROM tributary.spans WHERE project_id = {project:UUID} GROUP BY span_id ORDER BY span_id`,
    { project: PROJECT },
  );
}

class Crash extends Error {}

/** Dies at its nth command, when the engine has done it. */
function dying(store: StoreWriter, n: number): StoreWriter {
  let commands = 0;
  return {
    select: (sql, params) => store.select(sql, params),
    recall: (sql, params) => store.recall(sql, params),
    insert: (table, columns, rows) => {
      if (commands >= n) throw new Crash();
      return store.insert(table, columns, rows);
    },
    close: async () => undefined,
    command: async (sql) => {
      commands += 1;
      if (commands > n) throw new Crash();
      await store.command(sql);
      if (commands === n) throw new Crash();
    },
  };
}

describe('an upgrade of the store', () => {
  it('keeps what spans said about their tokens', async () => {
    const store = await oldStore();
    await migrate(store);
    expect(await readSpans(store)).toEqual(TOKENS);
    await store.command('OPTIMIZE TABLE tributary.spans FINAL');
    expect(await readSpans(store)).toEqual(TOKENS);
  });

  it('can be killed at any statement, and goes on at the next start', async () => {
    // Two commands come first that make the list of steps; the last statement of a step is followed by its record.
    const statements = STEPS.slice(1).flat().length + 2;
    // Before a statement is the same as after the one before it.
    for (let n = 1; n <= statements; n += 1) {
      const store = await oldStore();
      await expect(migrate(dying(store, n))).rejects.toThrow(Crash);
      await migrate(store);
      expect([n, await readSpans(store)]).toEqual([n, TOKENS]);
      const columns = await store.select<{ name: string }>(
        "SELECT name FROM system.columns WHERE database = 'tributary' AND table = 'spans'",
      );
      expect(columns.map((column) => column.name)).not.toContain('usage');
      const hours = await store.select(
        'SELECT DISTINCT hour, trace_hash = cityHash64({trace:String}) AS isOurs FROM tributary.trace_hours',
        { trace: 't' },
      );
      expect([n, hours]).toEqual([n, [{ hour: 0, isOurs: 1 }]]);
      expect(await store.select("SELECT name FROM system.tables WHERE name = 'spans_by_hour'")).toEqual([]);
      await clean();
    }
  }, 240_000);

  it('is refused when the data is newer than the program', async () => {
    const store = await oldStore();
    await migrate(store);
    await expect(migrate(store, INITIAL_ONLY)).rejects.toThrow('newer');
  });
});
