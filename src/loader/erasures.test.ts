import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDraft } from '../canonical/event.ts';
import { StoreError, type StoreWriter } from '../store/store.ts';
import { draftOf, fragmentOf, type Subject, Workbench } from './testing.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

const said = (id: string, spanId: string, tag = id): EventDraft =>
  draftOf(id, spanId, { fragments: [fragmentOf(spanId, { text: { name: id }, tags: [tag] })] });
const deleted = (id: string, ...spans: string[]): EventDraft =>
  draftOf(id, `deletion ${id}`, { erases: spans, fragments: [] });

const SEED = 20261121;

async function storedIds(subject: Subject): Promise<string[]> {
  return (await subject.events()).map(({ eventId }) => eventId);
}

/** What is known of each span: the tags of the events that are in it. */
async function tagsOf(subject: Subject): Promise<Record<string, string[]>> {
  const rows = await bench.reader.select<{ span: string; tags: string[] }>(
    `SELECT span_id AS span, arraySort(groupUniqArrayArray(tags)) AS tags FROM tributary.spans
     WHERE project_id = {project:UUID} GROUP BY span_id ORDER BY span_id`,
    { project: subject.project },
  );
  return Object.fromEntries(rows.map(({ span, tags }) => [span, tags]));
}

/** What the log says, read from its beginning by somebody who does one event after the other. */
function expected(events: readonly EventDraft[]): { ids: string[]; tags: Record<string, string[]> } {
  let kept: EventDraft[] = [];
  for (const event of events) {
    const erased = event.erases ?? [];
    kept = kept.filter(({ spanId }) => !erased.includes(spanId));
    kept.push(event);
  }
  const tags: Record<string, string[]> = {};
  for (const { spanId, fragments } of kept)
    for (const fragment of fragments) tags[spanId] = [...(tags[spanId] ?? []), ...(fragment.tags ?? [])].sort();
  return { ids: kept.map(({ eventId }) => eventId), tags };
}

async function expectLogsWord(subject: Subject, events: readonly EventDraft[]): Promise<void> {
  const { ids, tags } = expected(events);
  expect({ ids: await storedIds(subject), tags: await tagsOf(subject) }).toEqual({ ids, tags });
}

/** A process that is gone at its nth call that changes the store: neither that call nor any later one returns. */
function dyingAt(n: number): { store: StoreWriter; death: Promise<void> } {
  let calls = 0;
  let died: () => void = () => undefined;
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const guarded = async (change: () => Promise<void>) => {
    calls += 1;
    if (calls < n) return change();
    died();
    return new Promise<void>(() => undefined);
  };
  const store = bench.storeBut({
    command: (sql, params) => guarded(() => bench.store.command(sql, params)),
    insert: async (table, columns, rows) => {
      if (rows.length > 0) await guarded(() => bench.store.insert(table, columns, rows));
    },
  });
  return { store, death };
}

describe('a deletion', () => {
  const HISTORY = [
    said('a1', 'a'),
    said('b1', 'b'),
    said('a2', 'a'),
    deleted('d1', 'a', 'never seen'),
    said('a3', 'a'),
    said('b2', 'b'),
    deleted('d2', 'b'),
    said('c1', 'c'),
  ];

  it('takes what came before it and leaves what came after it, in one batch or one by one', async () => {
    expect(expected(HISTORY)).toEqual({
      ids: ['d1', 'a3', 'd2', 'c1'],
      tags: { a: ['a3'], c: ['c1'] },
    });
    for (const isOneByOne of [false, true]) {
      const subject = await bench.subject();
      for (const event of HISTORY) {
        await subject.drafts(event);
        if (isOneByOne) await subject.load();
      }
      await subject.load();
      await expectLogsWord(subject, HISTORY);
      expect(await subject.nameOf('a')).toBe('a3');
    }
  });

  it('is of its own project and vendor only', async () => {
    const [subject, other] = [await bench.subject(), await bench.subject()];
    await subject.drafts(said('a1', 'a'));
    await subject.accept('weflayr.event', { event_id: 'a', event_type: 'x.before' });
    await other.drafts(said('a1', 'a'));
    await other.load();
    await subject.load();
    await subject.drafts(deleted('d', 'a'));
    await subject.load();
    expect(await storedIds(subject)).toHaveLength(2);
    expect(Object.keys(await tagsOf(subject))).toEqual(['a']);
    expect(await storedIds(other)).toEqual(['a1']);
  });

  it('takes many spans, with ids of any characters', async () => {
    const subject = await bench.subject();
    const ids = [...Array.from({ length: 4_500 }, (_, i) => `span ${i}`), "'; --", '\\', '\u0000', '😀', '\ud83d'];
    await subject.drafts(...ids.map((id, i) => said(`e${i}`, id)), said('kept', 'kept'));
    await subject.load();
    await subject.drafts(deleted('d', ...ids));
    await subject.load();
    expect(await storedIds(subject)).toEqual(['kept', 'd']);
    expect(await tagsOf(subject)).toEqual({ kept: ['kept'] });
  });

  it('leaves alone what an event said about other spans', async () => {
    for (const isOneByOne of [false, true]) {
      const subject = await bench.subject();
      const about = (spanId: string) => fragmentOf(spanId, { tags: ['both'] });
      await subject.drafts(draftOf('both', 'a', { fragments: [about('a'), about('b')] }));
      if (isOneByOne) await subject.load();
      await subject.drafts(deleted('d', 'a'));
      await subject.load();
      expect(await storedIds(subject)).toEqual(['d']);
      expect(await tagsOf(subject)).toEqual({ b: ['both'] });
    }
  });

  it('is not undone by an old event that is delivered again', async () => {
    for (const isOneByOne of [false, true]) {
      const subject = await bench.subject();
      const loader = subject.loader();
      const running = loader.run();
      for (const event of [said('a1', 'a'), deleted('d', 'a'), said('a1', 'a')]) {
        const position = await subject.drafts(event);
        if (!isOneByOne) continue;
        loader.advance(subject.log.head, true);
        await expect.poll(() => subject.progress?.position ?? 0, { interval: 5 }).toBe(position + 1);
      }
      loader.advance(subject.log.head, true);
      loader.stop();
      await running;
      expect(await storedIds(subject)).toEqual(['d']);
      expect(await tagsOf(subject)).toEqual({});
    }
  });

  it('lets a span of the same name begin anew, in the trace of its new parent', async () => {
    const subject = await bench.subject();
    const placed = (id: string, spanId: string, parentSpanId?: string): EventDraft => ({
      ...said(id, spanId),
      placement: { by: 'parent', ...(parentSpanId === undefined ? {} : { parentSpanId }) },
    });
    const history = [placed('1', 'old'), placed('2', 'x', 'old'), deleted('d', 'x'), placed('3', 'x')];
    await subject.drafts(...history);
    await subject.load();
    expect((await subject.spans()).map(({ spanId, traceId }) => [spanId, traceId])).toEqual([
      ['old', 'old'],
      ['x', 'x'],
    ]);
  });

  it('makes no statement for spans that are not there', async () => {
    const subject = await bench.subject();
    const statements: string[] = [];
    await subject.drafts(said('a', 'a'), deleted('d', 'not there'));
    await subject.load({
      store: bench.storeBut({
        command: async (sql) => {
          statements.push(sql);
        },
      }),
    });
    expect(statements).toEqual([]);
    await expectLogsWord(subject, [said('a', 'a'), deleted('d', 'not there')]);
  });

  it('that the store refuses for good is a dead letter, and the rest goes on', async () => {
    const subject = await bench.subject();
    await subject.drafts(said('a', 'a'));
    await subject.load();
    const position = await subject.drafts(deleted('d', 'a'));
    await subject.drafts(said('b', 'b'));
    const refusing = bench.storeBut({
      command: async () => {
        throw new StoreError('Code: 117. no', 117, undefined);
      },
    });
    await subject.load({ store: refusing });
    expect(await bench.registry.deadLetters.find(subject.viewer, position)).toMatchObject({ reason: 'Code: 117. no' });
    expect(await storedIds(subject)).toEqual(['a', 'd', 'b']);
  });
});

describe('a deletion when the process dies', () => {
  it('is repeated with what follows it, wherever the process died', async () => {
    const history = [said('a1', 'a'), deleted('d1', 'a'), said('a2', 'a'), deleted('d2', 'b')];
    // Two calls for each event with a span, three for the first deletion, one for the second; at last nothing is left to do.
    for (let n = 1; n <= 9; n += 1) {
      const subject = await bench.subject();
      for (const event of history) await subject.drafts(event);
      const { store, death } = dyingAt(n);
      await Promise.race([subject.load({ store, eventsPerBatch: 1, keepsLog: true }), death]);
      await subject.restart({ eventsPerBatch: 1 });
      await expectLogsWord(subject, history);
    }
  });

  it('keeps the log until what it took by mistake is said again', async () => {
    const subject = await bench.subject();
    await subject.drafts(said('a1', 'a'));
    const deletion = await subject.drafts(deleted('d1', 'a'));
    await subject.drafts(said('b1', 'b'));
    await subject.drafts(said('a2', 'a'));
    await subject.load();
    subject.released.length = 0;
    // Each in a batch of its own: the first one takes a2, the last one says it again.
    await subject.restart({ from: deletion, eventsPerBatch: 1 });
    expect(new Set(subject.released)).toEqual(new Set([subject.log.head.position]));
    expect(await tagsOf(subject)).toEqual({ a: ['a2'], b: ['b1'] });
  });

  it(`leaves what the log says, for any history, batches and deaths (seed ${SEED})`, async () => {
    const spans = ['a', 'b'];
    // Mostly later than the last call: the process is gone, but all was written.
    const diesAt = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 9 }));
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ span: fc.constantFrom(...spans) }) },
      { weight: 2, arbitrary: fc.record({ erases: fc.subarray(spans, { minLength: 1 }) }) },
      { weight: 2, arbitrary: fc.record({ diesAt, keepsLog: fc.boolean() }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 12 }), fc.nat(2), async (steps, more) => {
        const subject = await bench.subject();
        const events: EventDraft[] = [];
        for (const [i, what] of steps.entries()) {
          if ('diesAt' in what) {
            const { store, death } = dyingAt(what.diesAt);
            const options = { store, keepsLog: what.keepsLog, eventsPerBatch: 1 + more };
            await Promise.race([subject.restart(options), death]);
            continue;
          }
          const event = 'span' in what ? said(`e${i}`, what.span) : deleted(`e${i}`, ...what.erases);
          events.push(event);
          await subject.drafts(event);
        }
        await subject.restart({ eventsPerBatch: 1 + more });
        await expectLogsWord(subject, events);
      }),
      { seed: SEED, numRuns: 15, endOnFailure: true },
    );
  });
});
