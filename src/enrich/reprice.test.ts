import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isoFromMicros } from '../canonical/time.ts';
import { PRICED_PARTS, type PricedPart } from '../canonical/usage.ts';
import type { Price, PricedCall } from '../pricing/price.ts';
import type { Repricing } from '../registry/prices.ts';
import { StoreError } from '../store/store.ts';
import { readerOf } from '../store/testing.ts';
import { silentTelemetry } from '../telemetry/telemetry.ts';
import { RepricingRun } from './reprice.ts';
import { openTestStore, type Saying, Subject, type TestStore } from './testing.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

const START = 1_790_000_000_000_000;

function price(id: string, amount: number, tier?: number): Price {
  const all = Object.fromEntries(PRICED_PARTS.map((part) => [part, amount])) as Record<PricedPart, number>;
  return { id, perToken: all, tiers: tier === undefined ? [] : [{ promptTokensOver: tier, perToken: all }] };
}

/** Prices by model, or by provider and model. */
class Book {
  revision: number;
  readonly asked: PricedCall[] = [];
  readonly #prices: Readonly<Record<string, Price>>;

  constructor(revision: number, prices: Readonly<Record<string, Price>>) {
    this.revision = revision;
    this.#prices = prices;
  }

  find(call: PricedCall): Price | undefined {
    this.asked.push(call);
    return this.#prices[`${call.provider ?? ''}/${call.model}`] ?? this.#prices[call.model];
  }

  async reload(): Promise<void> {}
}

function call(spanId: string, model: string | undefined, more: Partial<Saying> = {}): Saying {
  return {
    traceId: 't',
    spanId,
    ...more,
    text: { kind: 'llm', status: 'ok', ...(model === undefined ? {} : { model }), ...more.text },
  };
}

async function reprice(
  subject: Subject,
  from: string | null = null,
  to: string | null = null,
): Promise<Repricing | undefined> {
  const job = await subject.repricings.start(subject.project, from, to);
  const { enrich, run } = subject.stage();
  enrich.repricingRequested();
  await enrich.settled();
  enrich.stop();
  await run;
  return subject.repricings.find(subject.project, job.id);
}

async function priceIds(subject: Subject): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(await subject.read()).map(([id, row]) => [id, row.price[3]]));
}

describe('re-pricing', () => {
  it('gives spans the prices of today, and takes away those that are none any more', async () => {
    const subject = new Subject(test);
    subject.prices = new Book(1, {
      changed: price('c@1', 1),
      removed: price('r@1', 1),
      same: price('s@1', 1),
      tiered: price('t@1', 1),
    });
    await subject.store([
      ...['changed', 'removed', 'same', 'new', 'tiered'].map((model) => call(model, model)),
      call('no model', undefined),
    ]);
    const book = new Book(2, {
      changed: price('c@2', 2),
      same: price('s@1', 1),
      new: price('n@1', 3),
      tiered: price('t@1', 1, 1000),
    });
    subject.prices = book;
    expect(await reprice(subject)).toMatchObject({
      state: 'done',
      spansTotal: 5,
      spansSeen: 5,
      spansChanged: 4,
      reason: null,
    });
    expect(await priceIds(subject)).toEqual({
      changed: 'c@2',
      removed: '',
      same: 's@1',
      new: 'n@1',
      tiered: 't@1',
      'no model': '',
    });
    const rows = await subject.read();
    expect(rows.tiered?.price[4]).toEqual([1, 1, 1, 1, 1, 1, 1, 1000, 1, 1, 1, 1, 1, 1, 1]);
    expect(rows.removed?.price[4]).toEqual([]);
    expect(rows.changed?.start).toBe(START);
    expect(await reprice(subject)).toMatchObject({ spansSeen: 5, spansChanged: 0 });
  });

  it('stays within its time and its project', async () => {
    const [subject, other] = [new Subject(test), new Subject(test)];
    const at = (spanId: string, start: number) => call(spanId, 'm', { start });
    for (const one of [subject, other])
      await one.store([at('before', START - 1), at('from', START), at('to', START + 5)]);
    subject.prices = new Book(1, { m: price('m@1', 1) });
    await reprice(subject, isoFromMicros(START), isoFromMicros(START + 5));
    expect(await priceIds(subject)).toEqual({ before: '', from: 'm@1', to: '' });
    expect(await priceIds(other)).toEqual({ before: '', from: '', to: '' });
  });

  it('knows the whole span, where each event knew a part of it', async () => {
    const subject = new Subject(test);
    const book = new Book(7, { 'azure/m': price('azure', 2), m: price('zzz', 1), '/m': price('zzz', 1) });
    subject.prices = book;
    await subject.store([call('a', 'm'), call('b', 'm', { traceId: 'guess' })]);
    // The price that was loaded without the provider has the greater id and the same revision.
    expect(await priceIds(subject)).toEqual({ a: 'zzz', b: 'zzz' });
    const provider: Saying[] = [
      call('a', undefined, { text: { provider: 'azure' }, start: START - 9 }),
      call('b', undefined, { traceId: 'root', text: { provider: 'azure' }, start: START - 9 }),
    ];
    await subject.store(provider, [['guess', 'root']]);
    book.asked.length = 0;
    expect(await reprice(subject)).toMatchObject({ spansSeen: 2, spansChanged: 2 });
    expect(await priceIds(subject)).toEqual({ a: 'azure', b: 'azure' });
    expect(book.asked.map(({ at, provider: asked }) => [at, asked])).toEqual([
      [START - 9, 'azure'],
      [START - 9, 'azure'],
    ]);
    expect(await reprice(subject)).toMatchObject({ spansChanged: 0 });
  });

  it('goes page by page, and on after a restart', async () => {
    const subject = new Subject(test);
    const ids = Array.from({ length: 25 }, (_, i) => `s${i}`);
    await subject.store(ids.map((id, i) => call(id, 'm', { traceId: `t${i % 4}` })));
    subject.prices = new Book(1, { m: price('m@1', 1) });
    const job = await subject.repricings.start(subject.project, null, null);
    const parts = { ...test, repricings: subject.repricings, prices: subject.prices, telemetry: silentTelemetry };
    const died = await RepricingRun.begin(job, parts);
    expect(await died.step(10)).toEqual({ spans: 10, isDone: false });
    expect(await subject.repricings.find(subject.project, job.id)).toMatchObject({
      state: 'running',
      spansTotal: 25,
      spansSeen: 10,
      spansChanged: 10,
    });
    // The next process finds it by itself.
    const { enrich, run } = subject.stage();
    await enrich.settled();
    enrich.stop();
    await run;
    expect(await subject.repricings.find(subject.project, job.id)).toMatchObject({
      state: 'done',
      spansTotal: 25,
      spansSeen: 25,
      spansChanged: 25,
    });
    expect(new Set(Object.values(await priceIds(subject)))).toEqual(new Set(['m@1']));
  });

  it('sees every span once, whatever the size of pages and traces', async () => {
    const subject = new Subject(test);
    // Traces smaller and larger than a page, spans without a model among them, rows that are not joined yet.
    const calls = Array.from({ length: 60 }, (_, i) =>
      call(`s${i}`, i % 5 === 0 ? undefined : 'm', { traceId: `t${i < 30 ? 0 : i % 7}` }),
    );
    for (const batch of [calls.slice(0, 40), calls.slice(20)]) await subject.store(batch);
    const book = new Book(1, {});
    const parts = { ...test, repricings: subject.repricings, prices: book, telemetry: silentTelemetry };
    for (const size of [1, 2, 7, 48, 1000]) {
      book.asked.length = 0;
      const job = await subject.repricings.start(subject.project, null, null);
      const run = await RepricingRun.begin(job, parts);
      for (let isDone = false; !isDone; ) isDone = (await run.step(size)).isDone;
      expect(book.asked.length).toBe(48);
      expect(await subject.repricings.find(subject.project, job.id)).toMatchObject({ spansTotal: 48, spansSeen: 48 });
    }
  });

  it('fails with a reason, and does not stop the next one', async () => {
    const broken = readerOf((sql, params) =>
      sql.includes('FINAL\n') && params?.project === subject.project
        ? Promise.reject(new StoreError('Code: 241. Too much memory', 241, undefined))
        : test.lookup.select(sql, params),
    );
    const subject = new Subject({ ...test, lookup: broken });
    const other = new Subject(test);
    await subject.store([call('a', 'm')]);
    await other.store([call('a', 'm')]);
    subject.prices = new Book(1, { m: price('m@1', 1) });
    await subject.repricings.start(other.project, null, null);
    expect(await reprice(subject)).toMatchObject({ state: 'failed', reason: 'Code: 241. Too much memory' });
    expect(await subject.repricings.find(other.project, 'job-0')).toMatchObject({
      state: 'done',
      spansSeen: 1,
      spansChanged: 1,
    });
  });
});
