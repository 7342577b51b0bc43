import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { type Micros, microsFromIso } from '../canonical/time.ts';
import { amountsOf, priceOfAmounts } from './amounts.ts';
import { TABLE_VERSION, tablePrices } from './price-table.ts';

const at = (day: string): Micros => microsFromIso(day) ?? Number.NaN;

/** Id and dollars per million tokens: input, output, cache read, cache write, cache write for an hour. */
function priced(model: string, provider?: string, day = '2026-11-01'): unknown[] | undefined {
  const found = tablePrices(model, provider).findLast(({ from }) => from === undefined || from <= at(day));
  if (found === undefined) return undefined;
  const { input, output, cacheRead, cacheWrite, cacheWrite1h } = found.price.perToken;
  return [found.price.id, ...[input, output, cacheRead, cacheWrite, cacheWrite1h].map((amount) => amount / 1e6)];
}

test('the edition is that of the installed table', () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(manifest).toMatchObject({ dependencies: { '@pydantic/genai-prices': TABLE_VERSION } });
});

// As the providers published them.
test.each([
  ['gpt-4o', 'openai', 'openai/gpt-4o', 2.5, 10, 1.25, 2.5, 2.5],
  ['gpt-4o-2024-05-13', 'openai', 'openai/gpt-4o-2024-05-13', 5, 15, 5, 5, 5],
  ['gpt-4o-mini', undefined, 'openai/gpt-4o-mini', 0.15, 0.6, 0.075, 0.15, 0.15],
  ['gpt-3.5-turbo-0125', undefined, 'openai/gpt-3.5-turbo', 0.5, 1.5, 0.5, 0.5, 0.5],
  ['claude-3-5-sonnet-20241022', 'anthropic', 'anthropic/claude-3-5-sonnet', 3, 15, 0.3, 3.75, 6],
  ['claude-3-5-haiku-latest', undefined, 'anthropic/claude-3-5-haiku-latest', 0.8, 4, 0.08, 1, 1.6],
  ['claude-opus-4-1-20250805', undefined, 'anthropic/claude-opus-4-1', 15, 75, 1.5, 18.75, 30],
  ['text-embedding-3-small', 'openai', 'openai/text-embedding-3-small', 0.02, 0, 0.02, 0.02, 0.02],
  ['mistral-large-latest', 'mistral', 'mistral/mistral-large', 2, 6, 2, 2, 2],
  ['llama-3.3-70b-versatile', 'groq', 'groq/llama-3.3-70b-versatile', 0.59, 0.79, 0.59, 0.59, 0.59],
])('%s by %s costs what is published', (model, provider, ...expected) => {
  expect(priced(model, provider)).toEqual(expected);
});

describe('the day of the call decides', () => {
  test('o3 became cheaper on 2025-06-10', () => {
    expect(priced('o3', 'openai', '2025-06-09T23:59:59.999999Z')?.slice(0, 3)).toEqual(['openai/o3', 10, 40]);
    expect(priced('o3', 'openai', '2025-06-10T00:00:00Z')?.slice(0, 3)).toEqual(['openai/o3@2025-06-10', 2, 8]);
  });

  test('Sonnet 4.6 lost its long-context tier on 2026-03-13', () => {
    const [before, after] = tablePrices('claude-sonnet-4-6', 'anthropic');
    expect(before?.price.tiers.map((tier) => tier.promptTokensOver)).toEqual([200_000]);
    expect(after).toMatchObject({ fromDay: '2026-03-13', from: at('2026-03-13'), price: { tiers: [] } });
  });

  test('the hour does not: what holds for most of the day counts', () => {
    // DeepSeek's discount was from 16:30 to 00:30 UTC; its later surcharge is 7 hours a day.
    expect(priced('deepseek-chat')?.slice(0, 3)).toEqual(['deepseek/deepseek-chat', 0.27, 1.1]);
    expect(priced('deepseek-v4-flash', 'deepseek', '2026-08-16')?.[1]).toBe(0.14);
    expect(priced('deepseek-v4-flash', 'deepseek', '2026-08-17')?.[1]).toBe(0.22);
  });
});

test('long prompts of Gemini have their own prices, for every part', () => {
  const [price] = tablePrices('gemini-2.5-pro', 'google').map((found) => found.price);
  const perMillion = (amounts: Readonly<Record<string, number>> | undefined) =>
    ['input', 'output', 'cacheRead', 'cacheWrite', 'audioInput'].map((part) => (amounts?.[part] ?? Number.NaN) / 1e6);
  expect(perMillion(price?.perToken)).toEqual([1.25, 10, 0.125, 1.25, 1.25]);
  expect(price?.tiers.map((tier) => tier.promptTokensOver)).toEqual([200_000]);
  expect(perMillion(price?.tiers[0]?.perToken)).toEqual([2.5, 15, 0.25, 2.5, 2.5]);
});

test('audio has its own price where there is one', () => {
  const [live] = tablePrices('gpt-realtime', 'openai');
  expect(live?.price.perToken).toMatchObject({ input: 4e6, output: 16e6, audioInput: 32e6, audioOutput: 64e6 });
  const [text] = tablePrices('gpt-4o', 'openai');
  expect(text?.price.perToken).toMatchObject({ audioInput: 2.5e6, audioOutput: 10e6 });
});

test.each([
  ['openai/gpt-4o', undefined, 'openai/gpt-4o'],
  ['openai:gpt-4o', undefined, 'openai/gpt-4o'],
  ['openai/gpt-4o', 'openai', 'openai/gpt-4o'],
  ['openai/gpt-4o', 'openrouter', 'openrouter/openai/gpt-4o'],
  ['openrouter/openai/gpt-4o', 'litellm', 'openrouter/openai/gpt-4o'],
  ['GPT-4o', 'OPENAI', 'openai/gpt-4o'],
  ['gpt-4o-20240806', 'openai', 'openai/gpt-4o'],
  ['gpt-4o', 'AZURE_OPENAI', 'openai/gpt-4o'],
  ['azure/gpt-35-turbo', undefined, 'openai/gpt-3.5-turbo'],
  ['gpt-4o', 'ChatOpenAI', 'openai/gpt-4o'],
  ['gpt-4o', 'openai.responses', 'openai/gpt-4o'],
  ['gpt-4o', 'our gateway', 'openai/gpt-4o'],
  ['deepseek-chat', 'openai', 'deepseek/deepseek-chat'],
  ['ft:gpt-4o-2024-08-06:acme::8f3', undefined, 'openai/ft:gpt-4o'],
  ['ft:gpt-4o:acme::8f3', 'openai', 'openai/ft:gpt-4o'],
  ['ft:gpt-4o-mini-2024-07-18:acme::8f3', undefined, 'openai/ft:gpt-4o-mini'],
  ['us.anthropic.claude-3-5-sonnet-20241022-v2:0', undefined, 'aws/regional.anthropic.claude-3-5-sonnet-20241022-v2:0'],
  [
    'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0',
    'AWS_BEDROCK',
    'aws/regional.anthropic.claude-sonnet-4-20250514-v1:0',
  ],
  ['models/gemini-2.5-pro', 'gemini', 'google/gemini-2.5-pro'],
  ['gemini-2.5-pro-preview-06-05', undefined, 'google/gemini-2.5-pro'],
  ['claude-3-5-sonnet@20240620', undefined, 'anthropic/claude-3-5-sonnet'],
  ['claude-sonnet-4@20250514', 'google_vertexai', 'google/claude-4-sonnet'],
  ['publishers/anthropic/models/claude-3-5-sonnet@20240620', 'vertex_ai', 'google/claude-3-5-sonnet'],
  ['accounts/fireworks/models/llama-v3p1-8b-instruct', undefined, 'fireworks/llama-v3p1-8b-instruct'],
  ['deepseek/deepseek-r1:free', 'openrouter', 'openrouter/deepseek/deepseek-r1:free'],
])('%s by %s is found as %s', (model, provider, id) => {
  expect(priced(model, provider)?.[0]).toBe(id);
});

describe('a name that is not in the table has no price', () => {
  test.each([
    ['my-gpt-4-fork', undefined],
    ['my-gpt-4-fork', 'openai'],
    ['gpt-4-fork', 'openai'],
    ['gpt-4o-but-better', undefined],
    ['my-claude-3-opus', 'anthropic'],
    ['my-gemini-1.5-pro-fork', 'google'],
    ['x-claude-3-opus', 'google'],
    ['gemini-1.5-flash-8b-ours', 'google'],
    ['claude-opus-4-10', 'anthropic'],
    ['claude-sonnet-5-9', 'anthropic'],
    ['our-deployment', 'azure'],
    ['gpt-4o', 'ollama'],
    ['deepseek-r1:7b', 'ollama'],
    ['mistral:7b', undefined],
    ['meta-llama/llama-3.3-70b-instruct', undefined],
    ['whisper-1', 'openai'],
    ['', 'openai'],
    [' ', undefined],
    ['openai/', undefined],
    ['constructor', '__proto__'],
  ])('%s by %s', (model, provider) => expect(tablePrices(model, provider)).toEqual([]));
});

it('writes every price as whole numbers, and reads them back', () => {
  const names = ['gpt-4o', 'o3', 'gemini-2.5-pro', 'claude-sonnet-4-5', 'gpt-5.4', 'deepseek-v4-pro', 'grok-4'];
  for (const { price } of names.flatMap((name) => tablePrices(name, undefined))) {
    const amounts = amountsOf(price);
    expect(amounts).toHaveLength(7 + 8 * price.tiers.length);
    for (const amount of amounts) expect(Number.isSafeInteger(amount) && amount >= 0).toBe(true);
    expect(priceOfAmounts(price.id, amounts)).toEqual(price);
  }
  expect(priceOfAmounts('', [])).toBeUndefined();
});
