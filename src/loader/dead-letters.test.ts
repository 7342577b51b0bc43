import { afterAll, beforeAll, expect, it } from 'vitest';
import { StoreError, type StoreWriter } from '../store/store.ts';
import { bytesOf, draftOf, start, Workbench } from './testing.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

/** Refuses whatever speaks of poison; before that, the network fails a few times. */
function picky(failures = 0): StoreWriter {
  let left = failures;
  return bench.storeBut({
    insert: async (table, columns, rows) => {
      if (left-- > 0) throw new StoreError('network', undefined, undefined);
      if (bytesOf(rows).includes('poison')) throw new StoreError('Code: 117. cannot parse', 117, undefined);
      await bench.store.insert(table, columns, rows);
    },
  });
}

it('becomes a dead letter with its reason, and the rest goes on', async () => {
  const subject = await bench.subject();
  await subject.lunary(start('before'));
  const meta = JSON.stringify({ project: subject.project, route: 'nobody.knows', receivedAt: 1 });
  const position = await subject.log.append({ meta, body: Buffer.from('{}'), count: 1 });
  await subject.lunary(start('after'));
  await subject.load();
  expect(await subject.trees()).toEqual({ after: { after: '' }, before: { before: '' } });
  expect(await bench.registry.deadLetters.find(subject.viewer, position)).toMatchObject({
    reason: 'no route is called nobody.knows',
  });
  expect(subject.progress?.position).toBe(position + 2);
});

it('is isolated from its batch when the store refuses it for good, and retried when it may pass', async () => {
  const subject = await bench.subject();
  await subject.lunary(start('good one'));
  const poison = await subject.lunary(start('poison'));
  await subject.lunary(start('good two'));
  await subject.load({ store: picky(2) });
  expect(Object.keys(await subject.trees())).toEqual(['good one', 'good two']);
  expect(await bench.registry.deadLetters.find(subject.viewer, poison)).toMatchObject({
    reason: 'Code: 117. cannot parse',
  });
});

it('takes none of the events with it that came again in other requests', async () => {
  const subject = await bench.subject();
  await subject.lunary(start('shared'), start('poison'));
  await subject.lunary(start('shared'));
  await subject.load({ store: picky() });
  expect((await subject.events()).map((event) => JSON.parse(event.payload))).toEqual([start('shared')]);
  expect(await subject.trees()).toEqual({ shared: { shared: '' } });
});

it('leaves the step numbers of the others alone, and its own to nobody', async () => {
  const subject = await bench.subject();
  const numbered = (id: string) => draftOf(id, id, { steps: id === 'poison' ? { span: 2 } : {} });
  const shared = numbered('shared');
  await subject.drafts(numbered('a'));
  const refused = await subject.drafts(numbered('poison'), shared);
  const behind = await subject.drafts(numbered('b'));
  // It was refused with its record, so this delivery is the first one.
  const again = await subject.drafts(shared);
  await subject.load({ store: picky(2) });
  expect(subject.results.get(refused)).toBeUndefined();
  expect(subject.results.get(behind)).toMatchObject([{ step: 5 }]);
  expect(subject.results.get(again)).toMatchObject([{ eventId: 'shared', step: 6, duplicate: false }]);
  await subject.drafts(numbered('c'));
  await subject.load();
  expect((await subject.events()).map(({ eventId, step }) => [eventId, step])).toEqual([
    ['a', 1],
    ['b', 5],
    ['shared', 6],
    ['c', 7],
  ]);
});

it('is never text: half an emoji in any id is stored as the escape that was sent', async () => {
  const subject = await bench.subject();
  await subject.lunary({
    ...start('cut \ud83d'),
    tags: ['half \ude00'],
    name: '\ud83d',
    userId: '\ud83d',
    parentRunId: 'p \ud83d',
  });
  await subject.load();
  expect(await subject.events()).toHaveLength(1);
  expect(await subject.trees()).toEqual({ 'p \\ud83d': { 'cut \\ud83d': 'p \\ud83d' } });
});
