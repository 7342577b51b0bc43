/** The stage on its thread, as the server runs it: the built program, a real store and a real registry. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SqliteRegistry } from '../registry/sqlite/sqlite-registry.ts';
import { openChdbReader, openChdbWriter } from '../store/chdb/chdb.ts';
import { migrate } from '../store/schema/schema.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import type { EnrichThread } from './enrich-thread.ts';
import { type Saying, Subject } from './testing.ts';

// A worker thread needs the built files; `npm test` builds first.
const built = new URL('../../dist/enrich/enrich-thread.js', import.meta.url).href;
const { EnrichThread: Thread }: { EnrichThread: typeof EnrichThread } = await import(built);

let directory: string;
let store: StoreWriter;
let lookup: StoreReader;
let registry: SqliteRegistry;
const failures: Error[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-enrich-thread-'));
  store = await openChdbWriter(join(directory, 'store'));
  await migrate(store);
  lookup = await openChdbReader(join(directory, 'store'), 1);
  registry = await SqliteRegistry.open(join(directory, 'registry.db'));
});
afterEach(() => expect(failures.splice(0)).toEqual([]));
afterAll(async () => {
  await lookup.close();
  await store.close();
  await registry.close();
  await rm(directory, { recursive: true });
});

function subject(): Subject {
  return new Subject({ store, lookup, close: async () => undefined });
}

async function thread(storedUntil: number): Promise<EnrichThread> {
  const options = {
    storeDirectory: join(directory, 'store'),
    registryPath: join(directory, 'registry.db'),
    logLevel: 'silent' as const,
    storedUntil,
  };
  const enrich = new Thread(options, registry, (error) => failures.push(error));
  await enrich.begin();
  return enrich;
}

const CALL: Saying = {
  traceId: 't',
  spanId: 'a',
  text: {
    kind: 'llm',
    status: 'ok',
    model: 'gpt-4o',
    input: '[{"role":"user","content":"Hi"}]',
    output: '"Hello there"',
  },
};

describe('the thread', () => {
  it('counts what it is told of, and what a process before it left', async () => {
    const [first, second] = [subject(), subject()];
    const enrich = await thread(first.position);
    await enrich.settled();
    await enrich.stop();
    expect(await registry.mark('enrich')).toBe(first.position);

    const told = await thread(first.position);
    told.touched(await first.store([CALL]), first.position);
    await told.settled();
    expect(await first.counts()).toEqual({ a: [8, 2, 0] });
    expect(told.progress).toMatchObject({ doneUntil: first.position, countedSpans: 1, waitingSpans: 0 });
    await told.stop();
    expect(await registry.mark('enrich')).toBe(first.position);

    await second.store([CALL]);
    const found = await thread(second.position);
    await found.settled();
    await found.stop();
    expect(await second.counts()).toEqual({ a: [8, 2, 0] });
    expect(await registry.mark('enrich')).toBe(second.position);
  });

  it('is not started for nothing, and still knows how far it is', async () => {
    const one = subject();
    await registry.setMark('enrich', one.position);
    const enrich = await thread(one.position);
    const before = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    enrich.touched([], one.position + 100);
    enrich.pricesChanged();
    await enrich.settled();
    expect(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length).toBe(before);
    expect(enrich.progress.doneUntil).toBe(one.position + 100);
    await enrich.stop();
    expect(await registry.mark('enrich')).toBe(one.position + 100);
  });

  it('re-prices what is asked for', async () => {
    const project = (await registry.createProject('priced')).id;
    const one = subject();
    await registry.setMark('enrich', one.position);
    await one.store([CALL]);
    const own = {
      projectId: one.project,
      model: 'gpt-4o',
      provider: null,
      from: null,
      inputPerMillion: 1,
      outputPerMillion: 2,
      cacheReadPerMillion: null,
      cacheWritePerMillion: null,
    };
    const enrich = await thread(one.position);
    await enrich.settled();
    const price = await registry.prices.set(own);
    const jobs = [
      await registry.repricings.start(one.project, null, null),
      await registry.repricings.start(project, null, null),
    ];
    enrich.repricingRequested();
    await enrich.settled();
    await enrich.stop();
    expect((await one.read()).a?.price[3]).toContain(price.id);
    const states = await Promise.all(jobs.map((job) => registry.repricings.find(job.projectId, job.id)));
    expect(states).toMatchObject([
      { state: 'done', spansTotal: 1, spansSeen: 1, spansChanged: 1 },
      { state: 'done', spansTotal: 0, spansSeen: 0, spansChanged: 0 },
    ]);
  });
});
