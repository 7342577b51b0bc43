import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptySpan, type FoldedSpan, isGreater, joinFragment, joinPrice, type PriceTuple, rankOf } from './merge.ts';
import { type SpanFragment, TEXT_REGISTERS } from './span.ts';

/** A fragment, and the price of its model if it names one, as the loader joins them. */
interface Statement {
  readonly fragment: SpanFragment;
  readonly price: PriceTuple | undefined;
}

/** Few values each, so that ranks, times and values meet. */
const small = fc.integer({ min: 0, max: 3 });
const moment = small.map((n) => n * 1_000_000);
const texts = fc.record(
  Object.fromEntries(TEXT_REGISTERS.map((name) => [name, fc.constantFrom('', 'a', 'ab', 'é', '😀')])),
  { requiredKeys: [] },
);
const usage = fc.record(
  { input: small, output: small, total: small, audioOutput: small, cacheOutsideInput: fc.constant<true>(true) },
  { requiredKeys: [] },
);
const fragments: fc.Arbitrary<SpanFragment> = fc.record(
  {
    spanId: fc.constant('s'),
    rank: fc.integer({ min: 1, max: 3 }),
    ranks: fc.record({ usage: fc.constant(2), model: fc.constantFrom(1, 3) }, { requiredKeys: [] }),
    time: moment,
    start: moment,
    end: moment,
    firstToken: moment,
    text: texts,
    usage,
    hidden: fc.constant<true>(true),
    durationMicros: small,
    isMoment: fc.constant<true>(true),
    tags: fc.subarray(['x', 'y']),
    metadata: fc.constantFrom('{"a":1}', '{"a":2}'),
    feedback: fc.constantFrom('{"thumb":"up"}', '{"thumb":null}'),
    step: small,
    parentStep: small,
  },
  { requiredKeys: ['spanId', 'rank', 'time', 'start', 'text'] },
);
const statements: fc.Arbitrary<Statement> = fc
  .tuple(fragments, small, fc.constantFrom('', 'p/a', 'p/b'), fc.array(small, { maxLength: 2 }))
  .map(([fragment, revision, id, amounts]) => {
    const price: PriceTuple = [rankOf(fragment, 'model'), fragment.time, revision, id, amounts];
    return { fragment, price: fragment.text.model === undefined ? undefined : price };
  });

function fold(...all: readonly Statement[]): FoldedSpan {
  const span = emptySpan();
  for (const { fragment, price } of all) {
    joinFragment(span, fragment);
    if (price !== undefined) joinPrice(span, price);
  }
  return span;
}

/** Independent of the order in which sets and maps were filled. */
function settled(span: FoldedSpan): unknown {
  const sorted = (entries: Iterable<unknown>) => [...entries].map((entry) => JSON.stringify(entry)).sort();
  return {
    ...span,
    text: sorted(Object.entries(span.text)),
    tags: sorted(span.tags),
    metadata: sorted(span.metadata.values()),
    feedback: sorted(span.feedback.values()),
    steps: sorted(span.steps),
  };
}

describe('the join of fragments', () => {
  it('does not depend on order, repeats or grouping', () => {
    fc.assert(
      fc.property(fc.array(statements, { minLength: 1, maxLength: 6 }), fc.infiniteStream(fc.nat()), (all, random) => {
        const whole = settled(fold(...all));
        const keyed = [...all, ...all].map((statement) => ({ statement, key: random.next().value }));
        const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ statement }) => statement);
        expect(settled(fold(...shuffled))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the price of the model that wins, and of its prices the one of the latest revision', () => {
    const named = (rank: number, model: string): SpanFragment => ({
      spanId: 's',
      rank,
      time: 0,
      start: 0,
      text: { model },
    });
    const asked: Statement = { fragment: named(1, 'alias'), price: [1, 0, 9, 'p/alias', [1, 1]] };
    const answered: Statement = { fragment: named(2, 'unheard of'), price: [2, 0, 1, '', []] };
    expect(fold(answered, asked).price).toEqual([2, 0, 1, '', []]);
    const repriced: Statement = { fragment: named(2, 'unheard of'), price: [2, 0, 2, 'own/1', [3, 4]] };
    expect(fold(repriced, answered, asked).price).toEqual([2, 0, 2, 'own/1', [3, 4]]);
  });

  it('believes any measurement before the word that there is none', () => {
    const said = (time: number, more: Partial<SpanFragment>): Statement => ({
      fragment: { spanId: 's', rank: 1, time, start: 5, end: 5, text: {}, ...more },
      price: undefined,
    });
    const [moment, measured] = [said(9, { isMoment: true, rank: 3 }), said(1, { durationMicros: 0 })];
    expect(fold(moment).duration?.[2]).toBe(-1);
    expect(fold(said(9, {})).duration).toBeUndefined();
    for (const all of [
      [moment, measured],
      [measured, moment],
    ])
      expect(fold(...all).duration?.[2]).toBe(0);
  });

  it('keeps the earliest first token, and notes hidden spans and missing times whoever says so', () => {
    const said = (more: Partial<SpanFragment>): Statement => ({
      fragment: { spanId: 's', rank: 1, time: 5, start: 5, text: {}, ...more },
      price: undefined,
    });
    expect(fold(said({}))).toMatchObject({ firstToken: undefined, hidden: false, timedByArrival: false });
    const span = fold(said({ firstToken: 9 }), said({ firstToken: 7, hidden: true }), said({ time: 0 }));
    expect(span).toMatchObject({ firstToken: 7, hidden: true, timedByArrival: true });
  });

  it('compares lists element by element, and a list before its continuations', () => {
    expect(isGreater([1, 0, [1, 2]], [1, 0, [1]])).toBe(true);
    expect(isGreater([1, 0, [1]], [1, 0, [1, 2]])).toBe(false);
    expect(isGreater([1, 0, [2]], [1, 0, [1, 9, 9]])).toBe(true);
    expect(isGreater([1, 0, [-1]], [1, 0, []])).toBe(true);
    expect(isGreater([1, 0, 'p', [1]], [1, 0, 'p', [1]])).toBe(false);
    expect(isGreater([1, 0, '😀'], [1, 0, '\uffff'])).toBe(true);
  });
});
