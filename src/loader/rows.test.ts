import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventDraft } from '../canonical/event.ts';
import { emptySpan, joinFragment, joinPrice } from '../canonical/merge.ts';
import type { SpanFragment } from '../canonical/span.ts';
import type { Price } from '../pricing/price.ts';
import { ARRIVAL, draftOf, fragmentOf, type Subject, Workbench } from './testing.ts';

const SEED = 20261121;

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

const perToken = { input: 1, cacheRead: 2, cacheWrite: 3, cacheWrite1h: 4, output: 5, audioInput: 6, audioOutput: 7 };
const PRICES: Readonly<Record<string, Price>> = {
  m: { id: 'p/m', perToken, tiers: [] },
  é: { id: 'p/é', perToken, tiers: [{ promptTokensOver: 5, perToken }] },
};
const AMOUNTS: Readonly<Record<string, readonly number[]>> = {
  m: [1, 2, 3, 4, 5, 6, 7],
  é: [1, 2, 3, 4, 5, 6, 7, 5, 1, 2, 3, 4, 5, 6, 7],
};
const prices = { revision: 3, find: ({ model }: { model: string }) => PRICES[model], reload: async () => undefined };

/** Few values each, so that ranks, times and values meet. */
const small = fc.integer({ min: 0, max: 2 });
const moment = fc.constantFrom(0, ARRIVAL, ARRIVAL + 1);
const fragments: fc.Arbitrary<Omit<SpanFragment, 'spanId'>> = fc.record(
  {
    rank: fc.integer({ min: 1, max: 2 }),
    time: moment,
    start: moment,
    end: moment,
    firstToken: moment,
    text: fc.record(
      { model: fc.constantFrom('m', 'é', '😀'), name: fc.constantFrom('', 'a', 'b') },
      { requiredKeys: [] },
    ),
    usage: fc.record({ input: small, output: small, cacheOutsideInput: fc.constant<true>(true) }, { requiredKeys: [] }),
    hidden: fc.constant<true>(true),
    durationMicros: small,
  },
  { requiredKeys: ['rank', 'time', 'start', 'text'] },
);

async function stored(subject: Subject, isFinal: boolean): Promise<unknown> {
  // FINAL joins as the table's merges do, which leaves one row for each hour; GROUP BY as readers do.
  const joined = (column: string, join: string) => `${join}(spans.${column})`;
  const [row] = await bench.reader.select(
    `SELECT ${joined('name', 'max')} AS name, ${joined('model', 'max')} AS model, ${joined('tokens', 'max')} AS tokens,
       ${joined('price', 'max')} AS price, ${joined('duration_micros', 'max')} AS duration,
       toUnixTimestamp64Micro(${joined('start_time', 'min')}) AS start, toUnixTimestamp64Micro(${joined('end_time', 'max')}) AS end,
       toUnixTimestamp64Micro(${joined('first_token', 'min')}) AS firstToken, ${joined('hidden', 'max')} AS hidden,
       ${joined('timed_by_arrival', 'max')} AS timedByArrival
     FROM tributary.spans AS spans ${isFinal ? 'FINAL' : ''} WHERE project_id = {project:UUID} GROUP BY span_id`,
    { project: subject.project },
  );
  return row;
}

function folded(events: readonly EventDraft[]): unknown {
  const span = emptySpan();
  for (const fragment of events.flatMap((event) => event.fragments)) {
    joinFragment(span, fragment);
    const { model } = fragment.text;
    if (model === undefined) continue;
    joinPrice(span, [fragment.rank, fragment.time, prices.revision, PRICES[model]?.id ?? '', AMOUNTS[model] ?? []]);
  }
  return {
    name: span.text.name ?? [0, 0, ''],
    model: span.text.model ?? [0, 0, ''],
    tokens: span.tokens ?? [0, 0, []],
    price: span.price ?? [0, 0, 0, '', []],
    duration: span.duration ?? [0, 0, 0],
    start: span.start,
    end: span.end ?? null,
    firstToken: span.firstToken ?? null,
    hidden: span.hidden ? 1 : 0,
    timedByArrival: span.timedByArrival ? 1 : 0,
  };
}

it(`rows are joined by the store as fragments are joined in memory (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fragments, { minLength: 2, maxLength: 6 }),
      fc.integer({ min: 1, max: 3 }),
      async (list, eventsPerBatch) => {
        const subject = await bench.subject();
        const events = list.map((fragment, i) => draftOf(`e${i}`, 's', { fragments: [fragmentOf('s', fragment)] }));
        for (const event of events) await subject.drafts(event);
        await subject.load({ eventsPerBatch, prices });
        expect(await stored(subject, false)).toEqual(folded(events));
        expect(await stored(subject, true)).toEqual(folded(events));
      },
    ),
    { seed: SEED, numRuns: 25, endOnFailure: true },
  );
});
