import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Usage } from '../canonical/usage.ts';
import { type QueryParams, StoreError } from '../store/store.ts';
import { readerOf } from '../store/testing.ts';
import { openTestStore, type Saying, Subject, type TestStore } from './testing.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

const HI = JSON.stringify([{ role: 'user', content: 'Hi' }]);
const ANSWER = JSON.stringify({ role: 'assistant', content: 'Hello there' });

function started(spanId: string, more: Partial<Saying> = {}): Saying {
  return {
    traceId: 't',
    spanId,
    rank: 1,
    ...more,
    text: { kind: 'llm', status: 'running', model: 'gpt-4o', input: HI, ...more.text },
  };
}

function ended(spanId: string, more: Partial<Saying> = {}): Saying {
  return { traceId: 't', spanId, rank: 2, ...more, text: { kind: 'llm', status: 'ok', output: ANSWER, ...more.text } };
}

function used(spanId: string, parentSpanId: string | undefined, usage: Usage, kind: 'llm' | 'chain' = 'llm'): Saying {
  const parent = parentSpanId === undefined ? {} : { parentSpanId };
  return { traceId: 't', spanId, usage, text: { kind, status: 'ok', ...parent } };
}

describe('counting', () => {
  it('fills the sides that the client did not report, whatever came in which order', async () => {
    const both = [started('a'), ended('a')];
    const ways = [
      [both],
      [[...both].reverse()],
      both.map((event) => [event]),
      [...both].reverse().map((event) => [event]),
    ];
    for (const batches of ways) {
      const subject = new Subject(test);
      await subject.enrich(...batches);
      expect(await subject.counts()).toEqual({ a: [8, 2, 0] });
    }
  });

  it('leaves what the client reported', async () => {
    const subject = new Subject(test);
    await subject.enrich([
      ...['input', 'output', 'both', 'total', 'total and input', 'total and output'].map((id) => started(id)),
      ended('input', { usage: { input: 100 } }),
      ended('output', { usage: { output: 100 } }),
      ended('both', { usage: { input: 100, output: 0 } }),
      // What is left of the total is the other side; counting both would not add up to it.
      ended('total', { usage: { total: 100 } }),
      ended('total and input', { usage: { total: 100, input: 90 } }),
      ended('total and output', { usage: { total: 100, output: 10 } }),
    ]);
    expect(await subject.counts()).toEqual({ input: [-1, 2, 0], output: [8, -1, 0], total: [-1, 2, 0] });
  });

  it('forgets what it counted when the client reports a total after all', async () => {
    for (const usage of [{ total: 100 }, { input: 90, total: 100 }, { input: 90 }] as const) {
      const [late, early] = [new Subject(test), new Subject(test)];
      await late.enrich([started('a'), ended('a')], [{ traceId: 't', spanId: 'a', text: {}, usage }]);
      await early.enrich([started('a'), { traceId: 't', spanId: 'a', text: {}, usage }, ended('a')]);
      const sides = (counts: Record<string, readonly number[]>) => counts.a?.slice(0, 2) ?? [-1, -1];
      expect(sides(await late.counts())).toEqual(sides(await early.counts()));
    }
  });

  it('waits for a call to end or to answer', async () => {
    const subject = new Subject(test);
    await subject.enrich([started('runs'), started('streams')]);
    expect(await subject.counts()).toEqual({});
    await subject.enrich([{ traceId: 't', spanId: 'streams', rank: 1, text: { output: ANSWER } }]);
    expect(await subject.counts()).toEqual({ streams: [8, 2, 0] });
  });

  it('counts a failed call only when it has answered, whatever came first', async () => {
    // Told by an event of another kind, which is believed less about the kind (WhyOps).
    const fails = (spanId: string): Saying => ({
      ...{ traceId: 't', spanId, rank: 3, ranks: { kind: 1 }, time: 0 },
      text: { kind: 'event', status: 'error' },
    });
    const refused = [started('refused'), fails('refused')];
    const broken = [started('broken'), ended('broken'), fails('broken')];
    for (const events of [
      [...refused, ...broken],
      [...broken.toReversed(), ...refused.toReversed()],
    ]) {
      const subject = new Subject(test);
      await subject.enrich(...events.map((event) => [event]));
      expect(await subject.counts()).toEqual({ broken: [8, 2, 0] });
    }
  });

  it('takes back what it counted of a call that then turns out to have failed without an answer', async () => {
    const subject = new Subject(test);
    await subject.enrich([started('a', { text: { status: 'ok' } })]);
    expect(await subject.counts()).toEqual({ a: [8, -1, 0] });
    await subject.enrich([{ traceId: 't', spanId: 'a', rank: 3, text: { kind: 'llm', status: 'error' } }]);
    expect(await subject.counts()).toEqual({ a: [-1, -1, 0] });
  });

  it('counts model calls and nothing else', async () => {
    const subject = new Subject(test);
    const kinds = ['llm', 'embedding', 'agent', 'tool', 'chain', 'workflow', 'retriever', 'message', 'event'] as const;
    await subject.enrich(kinds.map((kind) => ended(kind, { text: { kind, model: 'gpt-4o', input: HI } })));
    expect(Object.keys(await subject.counts())).toEqual(['embedding', 'llm']);
    expect((await subject.counts()).embedding).toEqual([8, -1, 0]);
  });

  it('keeps the start, and counts again only what is new', async () => {
    const subject = new Subject(test);
    await subject.enrich([started('a'), ended('a')]);
    const first = (await subject.read()).a;
    await subject.enrich([ended('a')], [started('a')]);
    expect((await subject.read()).a?.counted).toEqual(first?.counted);
    expect(first?.start).toBe(1_790_000_000_000_000);
    await subject.enrich([ended('a', { rank: 3, text: { output: '"Hi"' } })]);
    expect(await subject.counts()).toEqual({ a: [8, 1, 0] });
  });

  it('finds spans whose fragments stand under several trace ids', async () => {
    const subject = new Subject(test);
    const { enrich, run } = subject.stage();
    enrich.touched(
      await subject.store([ended('a', { traceId: 'guess', text: { model: 'gpt-4o' } })]),
      subject.position,
    );
    await enrich.settled();
    expect(await subject.counts()).toEqual({ a: [-1, 2, 0] });
    enrich.touched(await subject.store([started('a', { traceId: 'root' })], [['guess', 'root']]), subject.position);
    await enrich.settled();
    expect(await subject.counts()).toEqual({ a: [8, 2, 0] });
    enrich.stop();
    await run;
  });

  it('leaves nothing of a span that was deleted while it was counted', async () => {
    const subject = new Subject(test);
    const touched = await subject.store([started('gone'), ended('gone'), started('stays'), ended('stays')]);
    const { store, lookup } = test;
    const deleting = {
      ...store,
      insert: async (table: string, columns: readonly string[], rows: Buffer) => {
        await store.command(`DELETE FROM tributary.spans WHERE project_id = {project:UUID} AND span_id = 'gone'`, {
          project: subject.project,
        });
        await store.insert(table, columns, rows);
      },
      select: store.select.bind(store),
      recall: store.recall.bind(store),
      command: store.command.bind(store),
    };
    const racing = new Subject({ store: deleting, lookup, close: test.close });
    const { enrich, run } = racing.stage();
    enrich.touched(touched, subject.position);
    await enrich.settled();
    enrich.stop();
    await run;
    expect(Object.keys(await subject.read())).toEqual(['stays']);
    expect(await subject.counts()).toEqual({ stays: [8, 2, 0] });
  });
});

describe('what the store refuses', () => {
  it('is skipped alone', async () => {
    const subject = new Subject(test);
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const touched = await subject.store(ids.map((id) => ended(id, { traceId: id, text: { model: 'gpt-4o' } })));
    const { store, lookup } = test;
    const choosy = readerOf(<Row>(sql: string, params?: QueryParams): Promise<Row[]> => {
      const asked = params?.ids;
      return Array.isArray(asked) && asked.includes('c')
        ? Promise.reject(new StoreError('Code: 241. Too much memory', 241, undefined))
        : lookup.select<Row>(sql, params);
    });
    const refused = new Subject({ store, lookup: choosy, close: test.close });
    const { enrich, run } = refused.stage();
    enrich.touched(touched, subject.position);
    await enrich.settled();
    enrich.stop();
    await run;
    expect(Object.keys(await subject.counts())).toEqual(['a', 'b', 'd', 'e']);
    expect(refused.progress).toMatchObject({ skippedTraces: 1, doneUntil: subject.position });
  });
});

describe('usage that is told twice', () => {
  it('counts where it is told most closely', async () => {
    const subject = new Subject(test);
    await subject.enrich([
      used('agent', undefined, { input: 30, output: 12 }, 'chain'),
      { traceId: 't', spanId: 'step', text: { kind: 'chain', status: 'ok', parentSpanId: 'agent' } },
      used('call 1', 'step', { input: 10, output: 5 }),
      used('call 2', 'agent', { input: 20, output: 7 }),
      // A call that made calls: told twice only if it is their sum.
      used('wrapper', 'step', { input: 6, output: 3 }),
      used('wrapped 1', 'wrapper', { input: 2, output: 1 }),
      used('wrapped 2', 'wrapper', { input: 4, output: 2 }),
      used('own', 'step', { input: 9, output: 9 }),
      used('below own', 'own', { input: 1, output: 1 }),
      // Nobody below tells any.
      used('tool', 'agent', { input: 3, output: 3 }, 'chain'),
      used('below tool', 'tool', { input: 0, output: 0 }),
    ]);
    expect(await subject.repeats()).toEqual(['agent', 'wrapper']);
  });

  it('counts again when what is below is gone', async () => {
    const subject = new Subject(test);
    await subject.enrich([
      used('agent', undefined, { input: 1, output: 1 }, 'chain'),
      used('call', 'agent', { input: 1, output: 1 }),
    ]);
    expect(await subject.repeats()).toEqual(['agent']);
    await test.store.command(`DELETE FROM tributary.spans WHERE project_id = {project:UUID} AND span_id = 'call'`, {
      project: subject.project,
    });
    await subject.enrich([{ traceId: 't', spanId: 'call', erases: ['call'], text: {} }]);
    expect(await subject.repeats()).toEqual([]);
  });

  it('takes counted tokens for usage, follows steps and looks through hidden spans', async () => {
    const subject = new Subject(test);
    await subject.enrich([
      used('agent', undefined, { input: 9, output: 9 }, 'chain'),
      started('call', { text: { parentSpanId: 'agent' } }),
      ended('call'),
      { ...used('at step 3', undefined, { input: 9, output: 9 }, 'chain'), step: 3 },
      { ...used('below step 3', undefined, { input: 9, output: 9 }), parentStep: 3 },
      used('shown', undefined, { input: 7, output: 7 }, 'chain'),
      { ...used('plumbing', 'shown', { input: 7, output: 7 }, 'chain'), hidden: true },
      used('above plumbing', undefined, { input: 7, output: 7 }, 'chain'),
      { traceId: 't', spanId: 'hidden link', hidden: true, text: { kind: 'chain', parentSpanId: 'above plumbing' } },
      used('below plumbing', 'hidden link', { input: 7, output: 7 }),
    ]);
    expect(await subject.repeats()).toEqual(['above plumbing', 'agent', 'at step 3']);
  });

  it('joins traces whose parent came late', async () => {
    const subject = new Subject(test);
    const { enrich, run } = subject.stage();
    enrich.touched(
      await subject.store([{ ...used('call', 'middle', { input: 5, output: 5 }), traceId: 'middle' }]),
      subject.position,
    );
    await enrich.settled();
    enrich.touched(
      await subject.store([{ ...used('root', undefined, { input: 5, output: 5 }, 'chain'), traceId: 'root' }]),
      subject.position,
    );
    await enrich.settled();
    expect(await subject.repeats()).toEqual([]);
    const middle = { traceId: 'root', spanId: 'middle', text: { kind: 'chain', parentSpanId: 'root' } } as const;
    enrich.touched(await subject.store([middle], [['middle', 'root']]), subject.position);
    await enrich.settled();
    expect(await subject.repeats()).toEqual(['root']);
    enrich.stop();
    await run;
  });

  it('survives cycles and 20 000 spans below one another', async () => {
    const subject = new Subject(test);
    const deep = Array.from({ length: 20_000 }, (_, i) => ({
      traceId: 'deep',
      spanId: `s${i}`,
      text: { kind: 'chain' as const, ...(i === 0 ? {} : { parentSpanId: `s${i - 1}` }) },
    }));
    await subject.enrich([
      ...deep,
      { ...used('s0', undefined, { input: 1, output: 1 }, 'chain'), traceId: 'deep' },
      { ...used('last', 's19999', { input: 1, output: 1 }), traceId: 'deep' },
      used('x', 'y', { input: 1, output: 1 }, 'chain'),
      used('y', 'x', { input: 1, output: 1 }, 'chain'),
    ]);
    expect(await subject.repeats()).toEqual(['s0', 'x']);
  });
});

describe('what a process before this one left', () => {
  it('is found in the store, from the mark on', async () => {
    const subject = new Subject(test);
    await subject.store([started('done'), ended('done')]);
    const mark = subject.position;
    await subject.store([started('left', { traceId: 'l' }), ended('left', { traceId: 'l' })]);
    await subject.store(
      [used('agent', undefined, { input: 1, output: 1 }, 'chain'), used('call', 'agent', { input: 1, output: 1 })].map(
        (saying) => ({ ...saying, traceId: 'm' }),
      ),
    );
    const { enrich, run } = subject.stage(mark);
    await enrich.settled();
    enrich.stop();
    await run;
    expect(await subject.counts()).toEqual({ left: [8, 2, 0] });
    expect(await subject.repeats()).toEqual(['agent']);
    expect(subject.progress?.doneUntil).toBe(subject.position);
  });

  it('and what does not fit into memory is found in the store, too', async () => {
    const subject = new Subject(test);
    const { enrich, run } = subject.stage(subject.position, 3);
    const ids = Array.from({ length: 20 }, (_, i) => `s${i}`);
    // All at once, before the stage gets to run.
    for (const id of ids)
      enrich.touched(await subject.store([started(id, { traceId: id }), ended(id, { traceId: id })]), subject.position);
    await enrich.settled();
    enrich.stop();
    await run;
    expect(Object.keys(await subject.counts()).sort()).toEqual([...ids].sort());
    expect(subject.progress?.doneUntil).toBe(subject.position);
  });
});
