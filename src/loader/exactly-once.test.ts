import { afterAll, beforeAll, expect, it } from 'vitest';
import { end, start, Workbench } from './testing.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

it('stores a repeated delivery once, in the same batch, later, and after a restart', async () => {
  const subject = await bench.subject();
  await subject.lunary(start('r'), start('r'));
  await subject.lunary(start('r'));
  await subject.load();
  await subject.lunary(start('r'), end('r'));
  await subject.load();
  expect(await subject.events()).toHaveLength(2);
  expect(subject.progress).toMatchObject({ loadedEvents: 1, duplicateEvents: 1 });
});

it('changes nothing when everything is loaded again', async () => {
  const subject = await bench.subject();
  await subject.lunary(start('root'), start('child', 'root'), end('child'));
  await subject.accept(
    'whyops.ingest',
    [1, 2, 3].map(() => ({ eventType: 'user_message', traceId: 't', agentName: 'a', content: 'same' })),
  );
  await subject.accept('weflayr.event', { event_id: 'w', event_type: 'checkout.completed' });
  await subject.load();
  const before = [await subject.events(), await subject.spans()];
  await subject.load({ from: 0, replay: true });
  expect([await subject.events(), await subject.spans()]).toEqual(before);
  expect(before[0]).toHaveLength(7);
  expect(subject.progress).toMatchObject({ loadedEvents: 0, duplicateEvents: 0 });
});

it('gives the same steps when the process died between writing the spans and the events', async () => {
  const subject = await bench.subject();
  const message = { eventType: 'user_message', traceId: 't', agentName: 'a', content: 'hello' };
  await subject.accept('whyops.events', [message, message]);
  // The process is gone when it would write the events: that call never returns.
  let died: () => void = () => undefined;
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const dying = bench.storeBut({
    insert: async (table, columns, rows) => {
      if (table !== 'tributary.events') return bench.store.insert(table, columns, rows);
      died();
      return new Promise(() => undefined);
    },
  });
  await Promise.race([subject.load({ store: dying }), death]);
  await subject.load({ from: 0, replay: true });
  expect((await subject.events()).map((event) => event.step)).toEqual([1, 2]);
  await subject.accept('whyops.events', message);
  await subject.load();
  expect((await subject.events()).map((event) => event.step)).toEqual([1, 2, 3]);
});

it('tells the first of two equal keys in one request that it was stored', async () => {
  const subject = await bench.subject();
  const message = { eventType: 'user_message', traceId: 't', agentName: 'a', idempotencyKey: 'k', content: 1 };
  const both = await subject.accept('whyops.events', [message, { ...message, content: 2 }]);
  await subject.load();
  const [original, repeat] = subject.results.get(both) ?? [];
  expect(original).toMatchObject({ duplicate: false, step: 1 });
  expect(repeat).toEqual({ ...original, duplicate: true });
});

it('answers a repeated idempotency key with the first event, whenever it comes', async () => {
  const subject = await bench.subject();
  const message = { eventType: 'user_message', traceId: 't', agentName: 'a', idempotencyKey: 'k', content: 1 };
  const first = await subject.accept('whyops.events', message);
  await subject.load();
  const second = await subject.accept('whyops.events', { ...message, content: 2 }, 1_790_000_900_000_000);
  await subject.load();
  const [original] = subject.results.get(first) ?? [];
  expect(original).toMatchObject({ duplicate: false, step: 1 });
  expect(subject.results.get(second)).toEqual([{ ...original, duplicate: true }]);
  expect((await subject.events()).map((event) => JSON.parse(event.payload))).toEqual([message]);
});
