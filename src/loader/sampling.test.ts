import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDraft } from '../canonical/event.ts';
import { StoreError } from '../store/store.ts';
import { bytesOf, draftOf, type Subject, Workbench } from './testing.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

/** `point` is where the trace stands: it is kept by rates from there on. */
function event(id: string, traceId: string, point: number, more: Partial<EventDraft> = {}): EventDraft {
  return draftOf(id, id, {
    placement: { by: 'trace', traceId },
    sampling: { agentName: 'a', point },
    steps: {},
    ...more,
  });
}

async function sampled(rate: number): Promise<Subject> {
  const subject = await bench.subject();
  await bench.registry.sampling.setRate(subject.project, 'a', rate);
  return subject;
}

const storedIds = async (subject: Subject) => (await subject.events()).map(({ eventId }) => eventId);
const counts = (subject: Subject) => bench.registry.sampling.counts(subject.project);

describe('sampling', () => {
  it('stores traces up to the rate, and counts the others', async () => {
    const subject = await sampled(0.5);
    const position = await subject.drafts(
      event('in', 'x', 0.5),
      event('out', 'y', 0.51),
      event('out too', 'y', 0.51),
      event('also in', 'x', 0.5),
      draftOf('not asked', 'not asked'),
    );
    await subject.load();
    expect(await storedIds(subject)).toEqual(['in', 'also in', 'not asked']);
    expect(Object.keys(await subject.trees()).sort()).toEqual(['t', 'x']);
    expect(subject.progress).toMatchObject({ loadedEvents: 3, sampledOutEvents: 2 });
    expect(await counts(subject)).toEqual([{ agentName: 'a', droppedTraces: 1, droppedEvents: 2 }]);
    expect(subject.results.get(position)).toEqual([
      { eventId: 'in', traceId: 'x', spanId: 'in', step: 1, duplicate: false },
      { eventId: 'out', traceId: 'y', spanId: 'out', duplicate: false, sampledOut: true },
      { eventId: 'out too', traceId: 'y', spanId: 'out too', duplicate: false, sampledOut: true },
      { eventId: 'also in', traceId: 'x', spanId: 'also in', step: 2, parentStep: 1, duplicate: false },
      { eventId: 'not asked', traceId: 't', spanId: 'not asked', duplicate: false },
    ]);
  });

  it('keeps its decision about a trace when rates change, also after a restart', async () => {
    for (const isRestarted of [false, true]) {
      const subject = await sampled(0.5);
      const loader = subject.loader();
      const running = loader.run();
      const deliver = async (...events: readonly EventDraft[]) => {
        const position = await subject.drafts(...events);
        if (isRestarted) return subject.load();
        loader.advance(subject.log.head, true);
        await expect.poll(() => subject.progress?.position ?? 0, { interval: 5 }).toBe(position + events.length);
      };
      await deliver(event('in', 'x', 0.4), event('out', 'y', 0.6));
      await bench.registry.sampling.setRate(subject.project, 'a', 0.1);
      await deliver(event('in again', 'x', 0.4), event('newly out', 'z', 0.4));
      await bench.registry.sampling.setRate(subject.project, 'a', 1);
      await deliver(event('still out', 'y', 0.6), event('newly in', 'w', 0.6));
      loader.stop();
      await running;
      expect(await storedIds(subject)).toEqual(['in', 'in again', 'newly in']);
      expect(await counts(subject)).toEqual([{ agentName: 'a', droppedTraces: 2, droppedEvents: 3 }]);
    }
  });

  it('lets the first event of a trace decide, whatever agents come later', async () => {
    for (const isOneByOne of [false, true]) {
      const subject = await sampled(0);
      const b = { sampling: { agentName: 'b', point: 0.5 } };
      const events = [
        event('in by b', 'x', 0.5, b),
        event('a in x', 'x', 0.5),
        event('out by a', 'y', 0.5),
        event('b in y', 'y', 0.5, b),
      ];
      for (const each of events) {
        await subject.drafts(each);
        if (isOneByOne) await subject.load();
      }
      await subject.load();
      expect(await storedIds(subject)).toEqual(['in by b', 'a in x']);
      expect(await counts(subject)).toEqual([{ agentName: 'a', droppedTraces: 1, droppedEvents: 2 }]);
    }
  });

  it('counts what it left out once, however often and in whatever batches the log is read again', async () => {
    const subject = await sampled(0.5);
    await subject.drafts(event('1', 'y', 0.9), event('2', 'z', 0.9), event('3', 'y', 0.9));
    const second = await subject.drafts(event('4', 'y', 0.9), event('5', 'x', 0.1));
    await subject.load();
    const before = [await counts(subject), await subject.events()];
    expect(before[0]).toEqual([{ agentName: 'a', droppedTraces: 2, droppedEvents: 4 }]);
    await subject.load({ from: 0, replay: true });
    await subject.load({ from: second, replay: true });
    await bench.registry.sampling.setRate(subject.project, 'a', 1);
    await subject.load({ from: 0, replay: true });
    expect([await counts(subject), await subject.events()]).toEqual(before);
  });

  it('decides the same when the process died before it had written everything', async () => {
    const subject = await sampled(0.5);
    await subject.drafts(event('in', 'x', 0.1), event('out', 'y', 0.9));
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
    expect(await storedIds(subject)).toEqual(['in']);
    expect(await counts(subject)).toEqual([{ agentName: 'a', droppedTraces: 1, droppedEvents: 1 }]);
  });

  it('decides once about records that are written in several attempts', async () => {
    const subject = await sampled(0.5);
    await subject.drafts(event('in', 'x', 0.1), event('out', 'y', 0.9));
    await subject.drafts(event('poison', 'x', 0.1), event('out too', 'y', 0.9));
    await subject.drafts(event('in again', 'x', 0.1));
    let failures = 2;
    const picky = bench.storeBut({
      insert: async (table, columns, rows) => {
        if (failures-- > 0) throw new StoreError('network', undefined, undefined);
        if (bytesOf(rows).includes('poison')) throw new StoreError('Code: 117. cannot parse', 117, undefined);
        await bench.store.insert(table, columns, rows);
      },
    });
    await subject.load({ store: picky });
    expect(await storedIds(subject)).toEqual(['in', 'in again']);
    expect(await counts(subject)).toEqual([{ agentName: 'a', droppedTraces: 1, droppedEvents: 2 }]);
  });

  it('answers a repeat of what it left out with the same, and counts it once', async () => {
    const subject = await sampled(0.5);
    const key = event('key', 'y', 0.9, { isIdempotencyKey: true });
    await subject.drafts(key);
    const again = await subject.drafts(key);
    await subject.load();
    expect(subject.results.get(again)).toEqual([
      { eventId: 'key', traceId: 'y', spanId: 'key', duplicate: true, sampledOut: true },
    ]);
    expect(await counts(subject)).toEqual([{ agentName: 'a', droppedTraces: 1, droppedEvents: 1 }]);
  });

  it('makes no agents and people of what it leaves out', async () => {
    const subject = await sampled(0.5);
    await subject.drafts(
      event('out', 'y', 0.9, { mentions: { person: { id: 'nobody' } } }),
      event('in', 'x', 0.1, { mentions: { person: { id: 'somebody' } } }),
    );
    await subject.load();
    const directory = bench.registry.directory(subject.project, async () => undefined);
    expect(await directory.getPerson('nobody')).toBeUndefined();
    expect(await directory.getPerson('somebody')).toBeDefined();
  });
});
