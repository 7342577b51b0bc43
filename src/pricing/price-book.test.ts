import { describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import { microsFromIso } from '../canonical/time.ts';
import type { OwnPrice, OwnPrices } from '../registry/prices.ts';
import type { PricedCall } from './price.ts';
import { loadPriceBook } from './price-book.ts';

const A = 'a' as ProjectId;
const B = 'b' as ProjectId;

/** Only what the book reads. */
class ListedPrices implements Pick<OwnPrices, 'revision' | 'list'> {
  prices: OwnPrice[] = [];
  changes = 0;

  revision = async () => this.changes;
  list = async () => this.prices;

  add(model: string, inputPerMillion: number, more: Partial<OwnPrice> = {}): void {
    this.changes += 1;
    this.prices.push({
      id: `${this.changes}`,
      projectId: A,
      model,
      provider: null,
      from: null,
      inputPerMillion,
      outputPerMillion: 2 * inputPerMillion,
      cacheReadPerMillion: null,
      cacheWritePerMillion: null,
      createdAt: '',
      ...more,
    });
  }
}

function call(model: string, more: { projectId?: ProjectId; provider?: string; day?: string } = {}): PricedCall {
  const at = microsFromIso(more.day ?? '2026-06-01') ?? Number.NaN;
  return { projectId: more.projectId ?? A, model, provider: more.provider, at };
}

async function bookWith(fill: (prices: ListedPrices) => void) {
  const prices = new ListedPrices();
  fill(prices);
  const book = await loadPriceBook({ prices });
  const input = (asked: PricedCall) => {
    const found = book.find(asked);
    return found === undefined ? undefined : found.perToken.input / 1e6;
  };
  return { prices, book, input };
}

describe('own prices', () => {
  it('go before the published ones, in their project alone', async () => {
    const { book, input } = await bookWith((prices) => prices.add('gpt-4o', 1));
    expect(book.find(call('GPT-4o'))).toMatchObject({
      id: 'own/1',
      perToken: { input: 1e6, output: 2e6, cacheRead: 1e6 },
    });
    expect(input(call('gpt-4o', { projectId: B }))).toBe(2.5);
    expect(input(call('gpt-4o-mini'))).toBe(0.15);
  });

  it('of several, the one that names the call most exactly counts', async () => {
    const { input } = await bookWith((prices) => {
      prices.add('*', 1);
      prices.add('our-*', 2);
      prices.add('our-model-*', 3);
      prices.add('our-model-*', 4, { provider: 'azure' });
      prices.add('our-model-1', 5);
    });
    expect(input(call('gpt-4o'))).toBe(1);
    expect(input(call('our-x'))).toBe(2);
    expect(input(call('our-model-2'))).toBe(3);
    expect(input(call('our-model-2', { provider: 'AZURE_OPENAI' }))).toBe(4);
    expect(input(call('our-model-2', { provider: 'openai' }))).toBe(3);
    expect(input(call('our-model-1', { provider: 'azure' }))).toBe(5);
    expect(input(call('our'))).toBe(1);
  });

  it('count from their time on; before that the published price does', async () => {
    const { input } = await bookWith((prices) => {
      prices.add('gpt-4o', 1, { from: '2026-05-01T00:00:00.000000Z' });
      prices.add('gpt-4o', 0.5, { from: '2026-07-01T00:00:00.000000Z' });
    });
    expect(input(call('gpt-4o', { day: '2026-04-30T23:59:59.999999Z' }))).toBe(2.5);
    expect(input(call('gpt-4o', { day: '2026-05-01' }))).toBe(1);
    expect(input(call('gpt-4o', { day: '2026-07-01' }))).toBe(0.5);
  });

  it('are read again on demand, with a higher revision', async () => {
    const { prices, book, input } = await bookWith(() => undefined);
    expect(input(call('ours'))).toBeUndefined();
    const before = book.revision;
    prices.add('ours', 1);
    expect([book.revision, input(call('ours'))]).toEqual([before, undefined]);
    await book.reload();
    expect(input(call('ours'))).toBe(1);
    expect(book.revision).toBe(before + 1);
    expect(Number.isSafeInteger(book.revision)).toBe(true);
  });

  it('say where they come from', async () => {
    const { book } = await bookWith((prices) => prices.add('ours', 1));
    expect(book.explain(call('ours'))).toMatchObject({ own: { model: 'ours' } });
    expect(book.explain(call('o3'))).toMatchObject({
      published: { providerId: 'openai', modelId: 'o3', fromDay: '2025-06-10' },
    });
    expect(book.explain(call('nobody'))).toBeUndefined();
  });
});
