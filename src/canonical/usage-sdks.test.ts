/**
 * Usage blocks as SDKs and our dialects' clients send them, and by hand what a call consists of. The numbers are those of
 * recordings or of the SDKs' references; nothing here was taken from what the reader answers.
 */

import { expect, test } from 'vitest';
import type { JsonValue } from './json.ts';
import { pricedParts, readUsage, totalTokens, usageOfResponse } from './usage.ts';
import { allParts, type Golden } from './usage-testing.ts';

const FRAMEWORKS: readonly Golden[] = [
  {
    name: 'Vercel AI SDK 4',
    usage: { promptTokens: 5, completionTokens: 2, totalTokens: 7 },
    parts: { input: 5, output: 2 },
    total: 7,
  },
  {
    name: 'Vercel AI SDK 5 with OpenAI: everything inside',
    usage: {
      inputTokens: 1500,
      outputTokens: 300,
      totalTokens: 1800,
      reasoningTokens: 128,
      cachedInputTokens: 1024,
    },
    parts: { input: 476, cacheRead: 1024, output: 300 },
    total: 1800,
  },
  {
    name: 'Vercel AI SDK 5 with Gemini: reasoning outside, as the total says',
    usage: { inputTokens: 100, outputTokens: 40, totalTokens: 200, reasoningTokens: 60 },
    parts: { input: 100, output: 100 },
    total: 200,
  },
  {
    name: 'Vercel AI SDK 5 with Anthropic: more cached tokens than input',
    usage: { inputTokens: 9, outputTokens: 5, totalTokens: 14, cachedInputTokens: 2000 },
    parts: { input: 9, cacheRead: 2000, output: 5 },
    // As reported; it leaves the cache out.
    total: 14,
  },
  {
    name: 'Vercel AI SDK 6: details of both sides',
    usage: {
      inputTokens: 2509,
      inputTokenDetails: { noCacheTokens: 9, cacheReadTokens: 2000, cacheWriteTokens: 500 },
      outputTokens: 40,
      outputTokenDetails: { textTokens: 10, reasoningTokens: 30 },
      totalTokens: 2549,
    },
    parts: { input: 9, cacheRead: 2000, cacheWrite: 500, output: 40 },
    total: 2549,
  },
  {
    name: "Vercel AI SDK 6, a provider's own answer",
    usage: {
      inputTokens: { total: 2509, noCache: 9, cacheRead: 2000, cacheWrite: 500 },
      outputTokens: { total: 40, text: 10, reasoning: 30 },
    },
    parts: { input: 9, cacheRead: 2000, cacheWrite: 500, output: 40 },
    total: 2549,
  },
  { name: 'Vercel AI SDK, embedding', usage: { tokens: 10 }, parts: { input: 10 }, total: 10 },
  {
    name: 'LangChain',
    usage: {
      input_tokens: 350,
      output_tokens: 240,
      total_tokens: 590,
      input_token_details: { audio: 10, cache_creation: 200, cache_read: 100 },
      output_token_details: { audio: 10, reasoning: 200 },
    },
    parts: { input: 40, audioInput: 10, cacheRead: 100, cacheWrite: 200, output: 230, audioOutput: 10 },
    total: 590,
  },
  {
    name: 'Cohere bills less than it counts',
    usage: {
      billed_units: { input_tokens: 5, output_tokens: 418 },
      tokens: { input_tokens: 71, output_tokens: 418 },
      cached_tokens: 64,
    },
    parts: { input: 5, output: 418 },
    total: 423,
  },
  {
    name: "Cohere's TypeScript client",
    usage: { billedUnits: { inputTokens: 5, outputTokens: 418 }, tokens: { inputTokens: 71, outputTokens: 418 } },
    parts: { input: 5, output: 418 },
    total: 423,
  },
];

/** What the clients of our dialects send of their own. */
const CLIENTS: readonly Golden[] = [
  {
    name: 'Lunary tokensUsage',
    usage: { prompt: 10, completion: 5, promptCached: 6 },
    parts: { input: 4, cacheRead: 6, output: 5 },
    total: 15,
  },
  {
    name: 'Lunary tokensUsage of Anthropic: promptCached exceeds prompt',
    usage: { prompt: 10, completion: 5, promptCached: 600 },
    parts: { input: 10, cacheRead: 600, output: 5 },
    total: 615,
  },
  {
    name: 'Lunary tokensUsage of a stream: no prompt',
    usage: { completion: 3, prompt: null },
    parts: { output: 3 },
    total: 3,
  },
  {
    name: 'WhyOps',
    usage: { promptTokens: 22, completionTokens: 9, totalTokens: 31 },
    parts: { input: 22, output: 9 },
    total: 31,
  },
  { name: 'WhyOps embedding', usage: { totalTokens: 6 }, parts: { input: 6 }, total: 6 },
  {
    name: 'WhyOps with a cache inside the prompt',
    usage: {
      promptTokens: 2000,
      completionTokens: 100,
      totalTokens: 2100,
      cacheReadTokens: 1200,
      cacheWrite5mTokens: 300,
      cacheWrite1hTokens: 200,
    },
    parts: { input: 300, cacheRead: 1200, cacheWrite: 300, cacheWrite1h: 200, output: 100 },
    total: 2100,
  },
  {
    name: 'WhyOps with a cache beside the prompt, as the total says',
    usage: { inputTokens: 300, outputTokens: 100, totalTokens: 600, cacheReadTokens: 150, cacheCreationTokens: 50 },
    parts: { input: 300, cacheRead: 150, cacheWrite: 50, output: 100 },
    total: 600,
  },
  {
    name: 'WhyOps: more for an hour than the writes that it would be part of',
    usage: { inputTokens: 300, outputTokens: 100, cacheWriteTokens: 20, cacheWrite1hTokens: 50 },
    parts: { input: 230, cacheWrite: 20, cacheWrite1h: 50, output: 100 },
    total: 400,
  },
  {
    name: 'Weflayr generation 1, responses',
    usage: { input_tokens: 9, output_tokens: 2, cached_tokens: 4 },
    parts: { input: 5, cacheRead: 4, output: 2 },
    total: 11,
  },
  {
    name: 'Weflayr generation 1, transcription',
    usage: { input_tokens: 14, audio_tokens: 12 },
    parts: { input: 2, audioInput: 12 },
    total: 14,
  },
  {
    name: 'Weflayr generation 1, translation',
    usage: { completion_tokens: 31 },
    parts: { output: 31 },
    total: 31,
  },
];

test.each([...FRAMEWORKS, ...CLIENTS])('$name', ({ usage, parts, total }) => {
  const read = readUsage(usage);
  expect(read && pricedParts(read)).toEqual(allParts(parts));
  expect(read && totalTokens(read)).toBe(total);
});

test.each<[string, JsonValue, Golden['parts']]>([
  [
    'Vercel AI SDK 4 with Anthropic: its cache is told elsewhere',
    {
      text: 'Hi',
      finishReason: 'stop',
      usage: { promptTokens: 9, completionTokens: 5, totalTokens: 14 },
      providerMetadata: { anthropic: { cacheCreationInputTokens: 500, cacheReadInputTokens: 2000 } },
    },
    { input: 9, cacheRead: 2000, cacheWrite: 500, output: 5 },
  ],
  [
    'Vercel AI SDK 5 with Anthropic: fewer cached tokens than input, and what was written',
    {
      text: 'Hi',
      usage: { inputTokens: 400, outputTokens: 5, totalTokens: 405, cachedInputTokens: 100 },
      providerMetadata: {
        anthropic: { usage: { input_tokens: 400, output_tokens: 5 }, cacheCreationInputTokens: 50 },
      },
    },
    { input: 400, cacheRead: 100, cacheWrite: 50, output: 5 },
  ],
  [
    'Vercel AI SDK 6 with Anthropic: counted in already',
    {
      text: 'Hi',
      usage: {
        inputTokens: 550,
        inputTokenDetails: { noCacheTokens: 400, cacheReadTokens: 100, cacheWriteTokens: 50 },
        outputTokens: 5,
        totalTokens: 555,
      },
      providerMetadata: {
        anthropic: { usage: { input_tokens: 400, output_tokens: 5 }, cacheCreationInputTokens: 50 },
      },
    },
    { input: 400, cacheRead: 100, cacheWrite: 50, output: 5 },
  ],
  [
    'Vercel AI SDK 5, a call of two steps: the last one and all of them',
    {
      text: 'Hi',
      usage: { inputTokens: 30, outputTokens: 5, totalTokens: 35 },
      totalUsage: { inputTokens: 50, outputTokens: 12, totalTokens: 62 },
    },
    { input: 50, output: 12 },
  ],
  [
    'Cohere, first version of its API',
    { text: 'Hi', meta: { api_version: { version: '1' }, billed_units: { input_tokens: 5, output_tokens: 8 } } },
    { input: 5, output: 8 },
  ],
  ['Cohere embeddings', { embeddings: [], meta: { billed_units: { input_tokens: 4 } } }, { input: 4 }],
])('%s', (_name, response, parts) => {
  const read = usageOfResponse(response);
  expect(read && pricedParts(read)).toEqual(allParts(parts));
});

test.each<[string, JsonValue]>([
  ['numbers of pages', { data: [], meta: { total: 99, page: 1 } }],
  ['a rerank, billed by search', { results: [], meta: { billed_units: { search_units: 1 } } }],
  ['seconds of audio', { text: 'Hi', usage: { type: 'duration', seconds: 12 } }],
])('%s are no tokens', (_name, response) => {
  expect(usageOfResponse(response)).toBeUndefined();
});
