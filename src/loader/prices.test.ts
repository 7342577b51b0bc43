import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRICED_PARTS } from '../canonical/usage.ts';
import type { Price, PricedCall } from '../pricing/price.ts';
import { ARRIVAL, draftOf, fragmentOf, type LoadOptions, type Subject, Workbench } from './testing.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

const perToken = (amount: number): Price['perToken'] => ({
  input: amount,
  cacheRead: amount + 1,
  cacheWrite: amount + 2,
  cacheWrite1h: amount + 3,
  output: amount + 4,
  audioInput: amount + 5,
  audioOutput: amount + 6,
});
const amounts = (amount: number) => PRICED_PARTS.map((part) => perToken(amount)[part]);

class Book {
  revision = 1;
  reloads = 0;
  readonly asked: PricedCall[] = [];
  readonly #next: Readonly<Record<string, Price>>;
  #prices: Readonly<Record<string, Price>>;

  constructor(prices: Readonly<Record<string, Price>>, next = prices) {
    this.#prices = prices;
    this.#next = next;
  }

  find(call: PricedCall): Price | undefined {
    this.asked.push(call);
    return this.#prices[call.model];
  }

  async reload(): Promise<void> {
    this.reloads += 1;
    this.revision += 1;
    this.#prices = this.#next;
  }
}

const GPT: Price = { id: 'p/gpt', perToken: perToken(10), tiers: [] };
const LONG: Price = {
  id: 'p/long',
  perToken: perToken(1),
  tiers: [{ promptTokensOver: 200_000, perToken: perToken(2) }],
};

const call = (id: string, model: string | undefined, rank = 1, provider?: string) =>
  draftOf(id, 's', {
    fragments: [
      fragmentOf('s', {
        rank,
        start: ARRIVAL + rank,
        text: { ...(model === undefined ? {} : { model }), ...(provider === undefined ? {} : { provider }) },
      }),
    ],
  });

async function priceOf(subject: Subject): Promise<unknown> {
  return (await subject.spans())[0]?.price;
}

describe('a span keeps the price of its model', () => {
  it('looked up by what the event says: project, model, provider and start', async () => {
    const subject = await bench.subject();
    const prices = new Book({ gpt: GPT });
    await subject.drafts(call('e', 'gpt', 3, 'openai'), call('f', undefined));
    await subject.load({ prices });
    expect(prices.asked.at(-1)).toEqual({
      projectId: subject.project,
      model: 'gpt',
      provider: 'openai',
      at: ARRIVAL + 3,
    });
    expect(await priceOf(subject)).toEqual([3, ARRIVAL, 1, 'p/gpt', amounts(10)]);
  });

  it('with its tiers', async () => {
    const subject = await bench.subject();
    await subject.drafts(call('e', 'long'));
    await subject.load({ prices: new Book({ long: LONG }) });
    expect(await priceOf(subject)).toEqual([1, ARRIVAL, 1, 'p/long', [...amounts(1), 200_000, ...amounts(2)]]);
  });

  it('of the model that is believed most, in any order and any batches, also when that one has none', async () => {
    const events = [call('a', 'gpt', 1), call('b', 'unheard of', 3), call('c', 'long', 2)];
    for (const order of [events, [...events].reverse()]) {
      for (const isOneByOne of [false, true]) {
        const subject = await bench.subject();
        const options: LoadOptions = { prices: new Book({ gpt: GPT, long: LONG }) };
        for (const event of order) {
          await subject.drafts(event);
          if (isOneByOne) await subject.load(options);
        }
        await subject.load(options);
        expect(await priceOf(subject)).toEqual([3, ARRIVAL, 1, '', []]);
      }
    }
  });

  it('and is without one when nobody names a model', async () => {
    const subject = await bench.subject();
    await subject.drafts(call('e', undefined));
    await subject.load({ prices: new Book({ gpt: GPT }) });
    expect(await priceOf(subject)).toEqual([0, 0, 0, '', []]);
  });

  it('that was set before the event was accepted', async () => {
    const subject = await bench.subject();
    const prices = new Book({}, { gpt: GPT });
    const loader = subject.loader({ prices });
    const running = loader.run();
    // The thread tells both in this order, and the event is in the log only then.
    loader.pricesChanged();
    await subject.drafts(call('e', 'gpt'));
    loader.advance(subject.log.head, true);
    loader.stop();
    await running;
    expect(prices.reloads).toBe(1);
    expect(await priceOf(subject)).toEqual([1, ARRIVAL, 2, 'p/gpt', amounts(10)]);
  });
});
