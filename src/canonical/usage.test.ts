import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from './json.ts';
import { asTokenCount, readUsage, totalTokens, USAGE_FIELDS, type Usage, usageOfResponse } from './usage.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`usage.test.ts: PROPERTY_SEED=${seed}`);

test.each([
  [0, 0],
  [12, 12],
  [12.6, 13],
  [-1, undefined],
  [1e300, undefined],
  [Number.NaN, undefined],
  ['12', undefined],
  [null, undefined],
  [true, undefined],
])('asTokenCount(%j)', (value, expected) => {
  expect(asTokenCount(value)).toBe(expected);
});

test.each<[string, JsonValue, Usage | undefined]>([
  [
    'OpenAI chat',
    {
      prompt_tokens: 12,
      completion_tokens: 3,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    },
    { input: 12, output: 3, total: 15, cacheRead: 4, reasoning: 2 },
  ],
  [
    'OpenAI responses',
    {
      input_tokens: 9,
      output_tokens: 2,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens_details: { reasoning_tokens: 1 },
    },
    { input: 9, output: 2, cacheRead: 4, reasoning: 1 },
  ],
  [
    'Anthropic',
    { input_tokens: 9, output_tokens: 2, cache_read_input_tokens: 5, cache_creation_input_tokens: 6 },
    { input: 9, output: 2, cacheRead: 5, cacheWrite: 6 },
  ],
  [
    'Gemini',
    {
      promptTokenCount: 1,
      candidatesTokenCount: 2,
      totalTokenCount: 3,
      thoughtsTokenCount: 4,
      cachedContentTokenCount: 5,
    },
    { input: 1, output: 2, total: 3, reasoning: 4, cacheRead: 5 },
  ],
  ['Gemini, snake case', { prompt_token_count: 1, candidates_token_count: 2 }, { input: 1, output: 2 }],
  [
    'Vercel AI SDK',
    { inputTokens: 1, outputTokens: 2, totalTokens: 3, reasoningTokens: 4, cachedInputTokens: 5 },
    { input: 1, output: 2, total: 3, reasoning: 4, cacheRead: 5 },
  ],
  ['older Vercel AI SDK', { promptTokens: 1, completionTokens: 2 }, { input: 1, output: 2 }],
  ['Lunary', { prompt: 1, completion: 2, promptCached: 1 }, { input: 1, output: 2, cacheRead: 1 }],
  ['a null makes way for another spelling', { prompt_tokens: null, input_tokens: 3 }, { input: 3 }],
  ['nothing countable', { prompt_tokens: null, note: 'x' }, undefined],
  ['inherited names', { toString: 1 }, undefined],
  ['no object', [1], undefined],
  ['null', null, undefined],
])('readUsage: %s', (_name, block, expected) => {
  expect(readUsage(block)).toEqual(expected);
});

test.each(['usage', 'usageMetadata', 'usage_metadata'])('usageOfResponse finds %s', (name) => {
  expect(usageOfResponse({ [name]: { input_tokens: 1 } })).toEqual({ input: 1 });
});

test('usageOfResponse passes over an empty block', () => {
  expect(usageOfResponse({ usage: {}, usageMetadata: { promptTokenCount: 2 } })).toEqual({ input: 2 });
  expect(usageOfResponse('text')).toBeUndefined();
});

test.each<[Usage, number | undefined]>([
  [{ input: 1, output: 2, total: 9 }, 9],
  [{ input: 1, output: 2 }, 3],
  [{ output: 2 }, 2],
  [{ input: 0, output: 0 }, 0],
  [{ cacheRead: 2 }, undefined],
])('totalTokens(%j)', (usage, expected) => {
  expect(totalTokens(usage)).toBe(expected);
});

test('arbitrary JSON is read without throwing, and counts are whole and not negative', () => {
  const names = ['prompt_tokens', 'outputTokens', 'total', 'usage', 'prompt_tokens_details', 'cached_tokens'];
  const sent = fc.json({ stringUnit: fc.constantFrom(...names) });
  fc.assert(
    fc.property(fc.oneof(sent, fc.json()), (text) => {
      const value: JsonValue = JSON.parse(text);
      for (const usage of [readUsage(value), usageOfResponse(value)])
        for (const name of USAGE_FIELDS) {
          const count = usage?.[name];
          expect(count === undefined || (Number.isSafeInteger(count) && count >= 0)).toBe(true);
        }
    }),
    { seed, numRuns: 1000 },
  );
});
