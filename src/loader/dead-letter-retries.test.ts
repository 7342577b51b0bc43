/** A dead letter that is tried again is stored once, whatever dies in between, or stays the one letter that it was. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventIdAt } from '../log/request.ts';
import { retryLetter } from '../query/dead-letters-retry.ts';
import { type Rows, StoreError, type StoreWriter } from '../store/store.ts';
import { ARRIVAL, draftOf, type Subject, start, Workbench } from './testing.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

const bytesOf = (rows: Rows) => (Buffer.isBuffer(rows) ? rows : rows.bytes);

function refusing(word: string, reason = 'Code: 117. cannot parse'): StoreWriter {
  return bench.storeBut({
    insert: async (table, columns, rows) => {
      if (bytesOf(rows).includes(word)) throw new StoreError(reason, 117, undefined);
      await bench.store.insert(table, columns, rows);
    },
  });
}

const vokerEvent = (name: string) => ({ event_name: name, fingerprint_id: 'f', properties: {} });
const letterOf = (subject: Subject, position: number) => bench.registry.deadLetters.find(subject.viewer, position);

/** What the API does, while a loader that has come as far as `subject` runs. */
function retry(subject: Subject, position: number) {
  const { registry } = bench;
  const loader = { progress: { position: subject.progress?.position ?? 0 }, backlogBytes: 0 };
  return retryLetter({ registry, log: subject.log, loader }, subject.viewer, position);
}

async function buried(event: object): Promise<{ subject: Subject; position: number }> {
  const subject = await bench.subject();
  await subject.lunary(start('before'));
  const position = await subject.accept('voker.events', event, ARRIVAL - 5_000_000);
  await subject.load({ store: refusing('poison') });
  expect(await letterOf(subject, position)).toMatchObject({ reason: 'Code: 117. cannot parse', events: 1 });
  return { subject, position };
}

async function stored(subject: Subject): Promise<{ eventId: string; received: number }[]> {
  return bench.reader.select(
    `SELECT event_id AS eventId, toUnixTimestamp64Micro(received_at) AS received FROM tributary.events
     WHERE project_id = {project:UUID} AND dialect = 'voker' ORDER BY position`,
    { project: subject.project },
  );
}

it('is stored with the id that its sender was told and the time at which it came, and the letter is gone', async () => {
  const { subject, position } = await buried(vokerEvent('poison'));
  expect(await retry(subject, position)).toBe('retrying');
  expect(await retry(subject, position)).toBe('retrying');
  expect(subject.log.records).toHaveLength(3);
  await subject.load();
  expect(await stored(subject)).toEqual([
    { eventId: eventIdAt(subject.project, position), received: ARRIVAL - 5_000_000 },
  ]);
  expect(await letterOf(subject, position)).toBeUndefined();
  expect(await retry(subject, position)).toBe('gone');
});

it('is the same letter with its new reason when it fails again', async () => {
  const { subject, position } = await buried(vokerEvent('poison'));
  for (const times of [1, 2]) {
    expect(await retry(subject, position)).toBe('retrying');
    await subject.load({ store: refusing('poison', `Code: 117. no, ${times}`) });
    expect(await letterOf(subject, position)).toMatchObject({
      reason: `Code: 117. no, ${times}`,
      failedRetries: times,
    });
  }
  const page = { limit: 10, order: 'desc', loadedUntil: subject.progress?.position ?? 0 } as const;
  expect(await bench.registry.deadLetters.list(subject.viewer, {}, page)).toHaveLength(1);
  expect(await stored(subject)).toEqual([]);
});

it('is stored once when two ask at once, or one whose answer was lost asks again much later', async () => {
  const { subject, position } = await buried(vokerEvent('poison'));
  expect(await Promise.all([retry(subject, position), retry(subject, position)])).toEqual(['retrying', 'retrying']);
  expect(subject.log.records).toHaveLength(4);
  await subject.load({ eventsPerBatch: 1 });
  // A process that remembers nothing, and a record that was appended before the letter went.
  const again = subject.log.records.at(-1);
  if (again === undefined) throw new Error('nothing in the log');
  await subject.log.append(again);
  await subject.load();
  expect(await stored(subject)).toHaveLength(1);
  expect(await letterOf(subject, position)).toBeUndefined();
});

it('is stored once, and its letter gone, wherever the process dies', async () => {
  // Aliases and spans and events of the batch, then the letter: the fifth death is none.
  for (let n = 1; n <= 5; n += 1) {
    const { subject, position } = await buried(vokerEvent(`poison ${n}`));
    await retry(subject, position);
    const { store, registry, died } = dyingAt(n);
    await Promise.race([subject.load({ store, registry, keepsLog: true }), died]);
    // Everything is read again, the first failure too.
    await subject.load({ from: 0, replay: true });
    expect(await stored(subject)).toHaveLength(1);
    expect(await letterOf(subject, position)).toBeUndefined();
    expect(Object.keys(await subject.trees())).toContain('before');
  }
});

/** A store and a registry of which the n-th write is the last: it is done, and nothing is heard of it any more. */
function dyingAt(n: number) {
  let left = n;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const forever = new Promise<never>(() => undefined);
  const dying = async (action: () => Promise<void>) => {
    left -= 1;
    if (left < 0) return forever;
    await action();
    if (left > 0) return;
    die();
    return forever;
  };
  const store = bench.storeBut({
    insert: (table, columns, rows) => dying(() => bench.store.insert(table, columns, rows)),
  });
  const { deadLetters } = bench.registry;
  const settle = (positions: readonly number[]) => dying(() => deadLetters.settle(positions));
  return { store, registry: but(bench.registry, { deadLetters: but(deadLetters, { settle }) }), died };
}

/** The same object with other members. */
function but<T extends object>(target: T, others: Partial<T>): T {
  const get = (_: T, name: string | symbol): unknown => {
    if (Object.hasOwn(others, name)) return Reflect.get(others, name);
    const member: unknown = Reflect.get(target, name, target);
    return typeof member === 'function' ? member.bind(target) : member;
  };
  return new Proxy(target, { get });
}

it('stays discarded when its record is read again', async () => {
  const { subject, position } = await buried(vokerEvent('poison'));
  const by = { keyId: 'k', keyName: 'ops', note: 'test data' };
  expect(await bench.registry.deadLetters.discard(subject.viewer, position, by)).toBe(true);
  expect(await retry(subject, position)).toBe('discarded');
  await subject.load({ from: 0, replay: true, store: refusing('poison') });
  expect(await letterOf(subject, position)).toMatchObject({ discarded: by, bodyBytes: 0 });
});

it('gives numbers to events that had none, once', async () => {
  const subject = await bench.subject();
  const numbered = (id: string) => draftOf(id, id, { steps: {} });
  const position = await subject.drafts(numbered('poison'), numbered('with it'));
  await subject.drafts(numbered('a'));
  await subject.load({ store: refusing('poison') });
  await Promise.all([retry(subject, position), retry(subject, position)]);
  await subject.load();
  expect((await subject.events()).map(({ eventId, step }) => [eventId, step])).toEqual([
    ['a', 3],
    ['poison', 4],
    ['with it', 5],
  ]);
});

it('does a deletion that failed, and only then is gone', async () => {
  const subject = await bench.subject();
  await subject.drafts(draftOf('a', 'a'));
  await subject.load();
  const deletion = draftOf('d', 'the deletion', { erases: ['a'], fragments: [] });
  const position = await subject.drafts(deletion);
  const cannotDelete = bench.storeBut({
    command: async () => {
      throw new StoreError('Code: 117. no', 117, undefined);
    },
  });
  await subject.load({ store: cannotDelete });
  expect((await subject.spans()).map(({ spanId }) => spanId)).toEqual(['a']);
  await retry(subject, position);
  await subject.load({ store: cannotDelete });
  expect(await letterOf(subject, position)).toMatchObject({ failedRetries: 1 });
  await retry(subject, position);
  await subject.load();
  expect(await subject.spans()).toEqual([]);
  expect((await subject.events()).map(({ eventId }) => eventId)).toEqual(['d']);
  expect(await letterOf(subject, position)).toBeUndefined();
});

it("that is nobody's is told apart from one that could be read", async () => {
  const subject = await bench.subject();
  const position = await subject.log.append({ meta: 'no JSON', body: Buffer.from('{}'), count: 1 });
  await subject.load();
  const all = { ...subject.viewer, seesNobodys: true };
  const loader = { progress: { position: position + 1 }, backlogBytes: 0 };
  const parts = { registry: bench.registry, log: subject.log, loader };
  expect(await retry(subject, position)).toBe('gone');
  expect(await retryLetter(parts, all, position)).toBe('unreadable');
  expect(await retryLetter({ ...parts, loader: { ...loader, backlogBytes: 2 ** 40 } }, all, position)).toBe(
    'overloaded',
  );
});
