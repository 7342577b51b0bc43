/** What every registry must do about dead letters. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import type { DeadLetterPage, NewDeadLetter } from './dead-letters.ts';
import type { Registry } from './registry.ts';
import type { Viewer } from './viewer.ts';

export function describeDeadLetters(
  name: string,
  make: () => Promise<{ open(): Promise<Registry>; dispose(): Promise<void> }>,
): void {
  describe(`dead letters contract: ${name}`, () => {
    let subject: Awaited<ReturnType<typeof make>>;
    let registry: Registry;
    let a: ProjectId;
    let viewer: Viewer;
    let stranger: Viewer;
    beforeAll(async () => {
      subject = await make();
      registry = await subject.open();
      a = (await registry.createProject('a')).id;
      viewer = { projectId: a, seesNobodys: false };
      stranger = { projectId: (await registry.createProject('b')).id, seesNobodys: false };
    });
    afterAll(async () => {
      await registry.close();
      await subject.dispose();
    });
    const letter = (position: number, more: Partial<NewDeadLetter> = {}): NewDeadLetter => ({
      ...{ projectId: a, position, dialect: 'lunary', route: 'lunary.ingest', reason: 'why', meta: '{"a":1}' },
      ...{ body: Buffer.from('body'), events: 3, failedAt: position, ...more },
    });
    const page = (more: Partial<DeadLetterPage> = {}): DeadLetterPage => ({
      ...{ limit: 100, order: 'desc', loadedUntil: 1_000, ...more },
    });
    const positions = async (filter = {}, more: Partial<DeadLetterPage> = {}, who = viewer) =>
      (await registry.deadLetters.list(who, filter, page(more))).map(({ position }) => position);
    const by = { keyId: 'k', keyName: 'ops', note: 'test data' };

    it('keeps a record as it is, once, for its project', async () => {
      const { deadLetters } = registry;
      await deadLetters.add(letter(0, { body: Buffer.from([0, 255, 10]) }));
      await deadLetters.add(letter(0, { reason: 'read again after a crash' }));
      expect(await deadLetters.find(viewer, 0)).toMatchObject({
        ...{ projectId: a, position: 0, dialect: 'lunary', route: 'lunary.ingest', reason: 'why', events: 3 },
        ...{ bodyBytes: 3, failedRetries: 0, retriedAt: null, retryPosition: null, discarded: null },
      });
      const record = await deadLetters.record(viewer, 0);
      expect(record?.meta).toBe('{"a":1}');
      expect([...(record?.body ?? [])]).toEqual([0, 255, 10]);
      expect(await deadLetters.find(stranger, 0)).toBeUndefined();
      expect(await deadLetters.record(stranger, 0)).toBeUndefined();
      expect(await positions({}, {}, stranger)).toEqual([]);
      expect([await deadLetters.count(), await deadLetters.count(viewer), await deadLetters.count(stranger)]).toEqual([
        1, 1, 0,
      ]);
      await deadLetters.settle([0, 77]);
      expect(await deadLetters.find(viewer, 0)).toBeUndefined();
    });

    it("shows nobody's to those who see the whole server", async () => {
      const { deadLetters } = registry;
      await deadLetters.add(letter(5, { projectId: '', meta: 'not JSON' }));
      expect(await positions()).toEqual([]);
      expect(await positions({}, {}, { ...viewer, seesNobodys: true })).toEqual([5]);
      expect(await deadLetters.discard(viewer, 5, by)).toBe(false);
      expect(await deadLetters.find(viewer, 5)).toBeUndefined();
      expect(await deadLetters.find({ ...stranger, seesNobodys: true }, 5)).toMatchObject({ projectId: '' });
      await deadLetters.settle([5]);
    });

    it('is the same letter when a retry fails, with the new reason, also when told twice', async () => {
      const { deadLetters } = registry;
      await deadLetters.add(letter(10));
      await deadLetters.retried(10, 40);
      expect(await deadLetters.find(viewer, 10)).toMatchObject({ retryPosition: 40, failedRetries: 0 });
      for (const _ of ['once', 'after a crash'])
        await deadLetters.add(letter(10, { reason: 'still', failedAt: 40, meta: 'other' }));
      expect(await deadLetters.find(viewer, 10)).toMatchObject({ reason: 'still', failedRetries: 1 });
      // The first failure is read again: it is older.
      await deadLetters.add(letter(10));
      expect(await deadLetters.find(viewer, 10)).toMatchObject({ reason: 'still', failedRetries: 1 });
      expect((await deadLetters.record(viewer, 10))?.meta).toBe('{"a":1}');
      await deadLetters.settle([10]);
      // A retry that is marked after the loader was done with it brings nothing back.
      await deadLetters.retried(10, 41);
      expect(await deadLetters.find(viewer, 10)).toBeUndefined();
    });

    it('keeps who discarded it, and forgets the request', async () => {
      const { deadLetters } = registry;
      await deadLetters.add(letter(20));
      expect(await deadLetters.discard(stranger, 20, by)).toBe(false);
      expect(await deadLetters.discard(viewer, 20, by)).toBe(true);
      expect(await deadLetters.discard(viewer, 20, { ...by, note: 'me too' })).toBe(false);
      const found = await deadLetters.find(viewer, 20);
      expect(found).toMatchObject({ bodyBytes: 0, discarded: by });
      expect(Date.parse(found?.discarded?.at ?? '')).toBeGreaterThan(0);
      expect(await deadLetters.record(viewer, 20)).toBeUndefined();
      // Read again after a crash, or a retry that was under way: it stays discarded.
      await deadLetters.add(letter(20));
      await deadLetters.add(letter(20, { failedAt: 60 }));
      expect(await deadLetters.find(viewer, 20)).toMatchObject({ bodyBytes: 0, failedRetries: 0, discarded: by });
      expect(await deadLetters.count()).toBe(0);
      await deadLetters.settle([20]);
    });

    it('lists by state, vendor and reason, page by page', async () => {
      const { deadLetters } = registry;
      for (const position of [101, 102, 103]) await deadLetters.add(letter(position, { reason: `100%_'"${position}` }));
      await deadLetters.add(letter(104, { dialect: 'voker' }));
      await deadLetters.retried(102, 900);
      await deadLetters.discard(viewer, 103, by);
      expect(await positions()).toEqual([104, 103, 102, 101]);
      expect(await positions({}, { order: 'asc', after: 101, limit: 2 })).toEqual([102, 103]);
      expect(await positions({}, { after: 103 })).toEqual([102, 101]);
      expect(await positions({ dialect: 'voker' })).toEqual([104]);
      expect(await positions({ reason: `%_'"10` })).toEqual([103, 102, 101]);
      expect(await positions({ reason: '_' })).toEqual([103, 102, 101]);
      expect(await positions({ reason: 'x_' })).toEqual([]);
      expect(await positions({ state: 'discarded' })).toEqual([103]);
      expect(await positions({ state: 'dead' }, { loadedUntil: 900 })).toEqual([104, 101]);
      expect(await positions({ state: 'retrying' }, { loadedUntil: 900 })).toEqual([102]);
      expect(await positions({ state: 'dead' }, { loadedUntil: 901 })).toEqual([104, 102, 101]);
    });
  });
}
