import { describe, expect, it } from 'vitest';
import { priceInShort, usedPrices } from './used-prices.ts';

const amounts = (input: number, output: number) => ({
  ...{ input, output, cacheRead: input / 10, cacheWrite: input, cacheWrite1h: input },
  ...{ audioInput: input, audioOutput: output },
});
const published = (priceId: string, from: string | null, input: number) => ({
  ...{ priceId, from, source: 'published' as const, model: 'gpt-x', provider: 'openai' },
  ...{ usdPerMillion: amounts(input, input * 4), tiers: [], table: 'table 1', urls: ['https://example.org'] },
});
const own = (priceId: string, cacheRead: number | null) => ({
  ...{ priceId, model: 'gpt-*', provider: null, from: null, createdAt: '2026-01-01T00:00:00Z' },
  ...{
    inputUsdPerMillion: 7,
    outputUsdPerMillion: 9,
    cacheReadUsdPerMillion: cacheRead,
    cacheWriteUsdPerMillion: null,
  },
});
const old = published('openai/gpt-x', null, 2);
const current = published('openai/gpt-x@2026-03-01', '2026-03-01T00:00:00.000000Z', 1);
const answer = { model: 'gpt-x', provider: null, price: current, published: [old, current] };

describe('the prices that calls were given', () => {
  it('are found by their ids, the current one first', () => {
    const { known, unknown } = usedPrices(['openai/gpt-x', 'openai/gpt-x@2026-03-01'], answer, []);
    expect(known.map(({ priceId, isCurrent }) => [priceId, isCurrent])).toEqual([
      ['openai/gpt-x@2026-03-01', true],
      ['openai/gpt-x', false],
    ]);
    expect(unknown).toEqual([]);
  });

  it('say which of them nobody knows any more', () => {
    const found = usedPrices(['openai/gpt-x', 'own/gone'], { ...answer, price: null }, []);
    expect(found.known.map(({ priceId }) => priceId)).toEqual(['openai/gpt-x']);
    expect(found.unknown).toEqual(['own/gone']);
  });

  it('may be own ones, with the parts that were set', () => {
    const { known } = usedPrices(['own/1', 'own/2'], answer, [own('own/1', null), own('own/2', 0.7), own('own/3', 1)]);
    expect(known.map(({ source, parts }) => [source, parts.length])).toEqual([
      ['own', 2],
      ['own', 3],
    ]);
  });

  it('name a part only where it differs from what it would cost anyway', () => {
    const [price] = usedPrices(['openai/gpt-x'], answer, []).known;
    expect(price?.parts).toEqual([
      ['Input', 2],
      ['Output', 8],
      ['Cache read', 0.2],
    ]);
    expect(price === undefined ? '' : priceInShort(price, (value) => `$${value}`)).toBe('$2 / $8');
  });
});
