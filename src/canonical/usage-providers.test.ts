/**
 * Usage blocks as the providers send them, and by hand what a call consists of. The numbers are those of
 * recordings or of the providers' references; nothing here was taken from what the reader answers.
 */

import { expect, test } from 'vitest';
import { pricedParts, readUsage, totalTokens } from './usage.ts';
import { allParts, type Golden } from './usage-testing.ts';

/** OpenAI, and those who copy its spelling. Details are parts of the sides. */
const OPENAI: readonly Golden[] = [
  {
    name: 'OpenAI chat',
    usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    parts: { input: 12, output: 3 },
    total: 15,
  },
  {
    name: 'OpenAI chat with cached and reasoning tokens',
    usage: {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 192,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    parts: { input: 86, cacheRead: 1920, output: 300 },
    total: 2306,
  },
  {
    name: 'OpenAI chat with nulls for details, as its Python client writes them',
    usage: {
      completion_tokens: 2,
      prompt_tokens: 9,
      total_tokens: 11,
      completion_tokens_details: null,
      prompt_tokens_details: null,
    },
    parts: { input: 9, output: 2 },
    total: 11,
  },
  {
    name: 'OpenAI chat with audio on both sides',
    usage: {
      prompt_tokens: 79,
      completion_tokens: 1279,
      total_tokens: 1358,
      prompt_tokens_details: { audio_tokens: 52, cached_tokens: 0, text_tokens: 27, image_tokens: 0 },
      completion_tokens_details: { audio_tokens: 1056, reasoning_tokens: 0, text_tokens: 223 },
    },
    parts: { input: 27, audioInput: 52, output: 223, audioOutput: 1056 },
    total: 1358,
  },
  {
    name: 'OpenAI realtime: a part of the cached tokens is audio',
    usage: {
      total_tokens: 600,
      input_tokens: 500,
      output_tokens: 100,
      input_token_details: {
        text_tokens: 200,
        audio_tokens: 300,
        cached_tokens: 320,
        cached_tokens_details: { text_tokens: 128, audio_tokens: 192 },
      },
      output_token_details: { text_tokens: 40, audio_tokens: 60 },
    },
    // Fresh: 200 - 128 of text, 300 - 192 of audio.
    parts: { input: 72, audioInput: 108, cacheRead: 320, output: 40, audioOutput: 60 },
    total: 600,
  },
  {
    name: 'OpenAI transcription',
    usage: {
      type: 'tokens',
      input_tokens: 14,
      input_token_details: { text_tokens: 2, audio_tokens: 12 },
      output_tokens: 45,
      total_tokens: 59,
    },
    parts: { input: 2, audioInput: 12, output: 45 },
    total: 59,
  },
  {
    name: 'OpenAI responses',
    usage: {
      input_tokens: 21,
      input_tokens_details: { cache_write_tokens: null, cached_tokens: 5 },
      output_tokens: 6,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 27,
    },
    parts: { input: 16, cacheRead: 5, output: 6 },
    total: 27,
  },
  {
    name: 'OpenAI embeddings',
    usage: { prompt_tokens: 4, total_tokens: 4 },
    parts: { input: 4 },
    total: 4,
  },
  {
    name: 'OpenRouter: writes to a cache stand inside the prompt',
    usage: {
      prompt_tokens: 1200,
      completion_tokens: 50,
      total_tokens: 1250,
      prompt_tokens_details: { cached_tokens: 300, cache_write_tokens: 700 },
    },
    parts: { input: 200, cacheRead: 300, cacheWrite: 700, output: 50 },
    total: 1250,
  },
  {
    name: "a proxy that hands on Anthropic's names next to OpenAI's",
    usage: {
      prompt_tokens: 1009,
      completion_tokens: 5,
      total_tokens: 1014,
      prompt_tokens_details: { cached_tokens: 1000 },
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 1000,
    },
    parts: { input: 9, cacheRead: 1000, output: 5 },
    total: 1014,
  },
  {
    name: 'DeepSeek',
    usage: {
      prompt_tokens: 100,
      completion_tokens: 500,
      total_tokens: 600,
      prompt_tokens_details: { cached_tokens: 64 },
      completion_tokens_details: { reasoning_tokens: 320 },
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
    },
    parts: { input: 36, cacheRead: 64, output: 500 },
    total: 600,
  },
  {
    name: 'Mistral',
    usage: { prompt_tokens: 16, total_tokens: 50, completion_tokens: 34 },
    parts: { input: 16, output: 34 },
    total: 50,
  },
  {
    name: "Mistral's TypeScript client",
    usage: { promptTokens: 16, completionTokens: 34, totalTokens: 50 },
    parts: { input: 16, output: 34 },
    total: 50,
  },
  {
    name: 'xAI chat: reasoning stands beside the completion, as the total says',
    usage: {
      prompt_tokens: 10120,
      completion_tokens: 1499,
      total_tokens: 14428,
      prompt_tokens_details: { cached_tokens: 128 },
      completion_tokens_details: { reasoning_tokens: 2809 },
    },
    parts: { input: 9992, cacheRead: 128, output: 4308 },
    total: 14428,
  },
];

/** Cached tokens stand outside the input. */
const ANTHROPIC: readonly Golden[] = [
  {
    name: 'Anthropic',
    usage: { input_tokens: 2095, output_tokens: 503 },
    parts: { input: 2095, output: 503 },
    total: 2598,
  },
  {
    name: 'Anthropic with nulls, as its Python client writes them',
    usage: {
      cache_creation: null,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
      inference_geo: null,
      input_tokens: 11,
      output_tokens: 5,
      server_tool_use: null,
      service_tier: null,
    },
    parts: { input: 11, output: 5 },
    total: 16,
  },
  {
    name: 'Anthropic with a cache read and writes for 5 minutes and for an hour',
    usage: {
      input_tokens: 2048,
      cache_read_input_tokens: 1800,
      cache_creation_input_tokens: 248,
      output_tokens: 503,
      cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
    },
    parts: { input: 2048, cacheRead: 1800, cacheWrite: 148, cacheWrite1h: 100, output: 503 },
    total: 4599,
  },
  {
    name: 'Anthropic, fewer cached tokens than fresh ones',
    usage: {
      cache_creation: null,
      cache_creation_input_tokens: 3,
      cache_read_input_tokens: 7,
      input_tokens: 30,
      output_tokens: 14,
      service_tier: 'standard',
    },
    parts: { input: 30, cacheRead: 7, cacheWrite: 3, output: 14 },
    total: 54,
  },
  {
    name: 'Bedrock Converse',
    usage: { inputTokens: 30, outputTokens: 628, totalTokens: 658 },
    parts: { input: 30, output: 628 },
    total: 658,
  },
  {
    name: 'Bedrock Converse with a cache, the total counts it',
    usage: {
      inputTokens: 9,
      outputTokens: 361,
      totalTokens: 2170,
      cacheReadInputTokens: 1000,
      cacheWriteInputTokens: 800,
      cacheDetails: [
        { ttl: '1h', inputTokens: 500 },
        { ttl: '5m', inputTokens: 300 },
      ],
    },
    parts: { input: 9, cacheRead: 1000, cacheWrite: 300, cacheWrite1h: 500, output: 361 },
    total: 2170,
  },
];

/** Cached tokens are part of the prompt; thoughts and the prompts of tools are not part of what they belong to. */
const GEMINI: readonly Golden[] = [
  {
    name: 'Gemini',
    usage: { promptTokenCount: 4, candidatesTokenCount: 2, totalTokenCount: 6 },
    parts: { input: 4, output: 2 },
    total: 6,
  },
  {
    name: 'Gemini with thoughts and a cache',
    usage: {
      promptTokenCount: 1000,
      cachedContentTokenCount: 900,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 130,
      totalTokenCount: 1150,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 1000 }],
      cacheTokensDetails: [{ modality: 'TEXT', tokenCount: 900 }],
    },
    parts: { input: 100, cacheRead: 900, output: 150 },
    total: 1150,
  },
  {
    name: 'Gemini from Python',
    usage: {
      cache_tokens_details: null,
      cached_content_token_count: 1,
      candidates_token_count: 2,
      candidates_tokens_details: null,
      prompt_token_count: 4,
      prompt_tokens_details: null,
      thoughts_token_count: 3,
      tool_use_prompt_token_count: null,
      tool_use_prompt_tokens_details: null,
      total_token_count: 9,
      traffic_type: null,
    },
    parts: { input: 3, cacheRead: 1, output: 5 },
    total: 9,
  },
  {
    name: 'Gemini with a tool: its prompt stands beside the prompt',
    usage: {
      promptTokenCount: 10,
      toolUsePromptTokenCount: 165,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 5,
      totalTokenCount: 200,
    },
    parts: { input: 175, output: 25 },
    total: 200,
  },
  {
    name: 'Gemini with audio on both sides, a part of it cached',
    usage: {
      promptTokenCount: 260,
      cachedContentTokenCount: 150,
      candidatesTokenCount: 90,
      totalTokenCount: 350,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 60 },
        { modality: 'AUDIO', tokenCount: 200 },
      ],
      cacheTokensDetails: [
        { modality: 'TEXT', tokenCount: 30 },
        { modality: 'AUDIO', tokenCount: 120 },
      ],
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 90 }],
    },
    // Fresh: 60 - 30 of text, 200 - 120 of audio.
    parts: { input: 30, audioInput: 80, cacheRead: 150, audioOutput: 90 },
    total: 350,
  },
  {
    name: 'Gemini from Python with audio',
    usage: {
      prompt_token_count: 33,
      candidates_token_count: 7,
      total_token_count: 40,
      prompt_tokens_details: [
        { modality: 'AUDIO', token_count: 25 },
        { modality: 'TEXT', token_count: 8 },
      ],
    },
    parts: { input: 8, audioInput: 25, output: 7 },
    total: 40,
  },
  {
    name: 'Gemini that thought until its limit: no candidates',
    usage: { promptTokenCount: 10, thoughtsTokenCount: 20, totalTokenCount: 30 },
    parts: { input: 10, output: 20 },
    total: 30,
  },
  {
    name: 'Gemini interactions',
    usage: {
      cached_tokens_by_modality: null,
      total_cached_tokens: 1,
      total_input_tokens: 6,
      total_output_tokens: 3,
      total_thought_tokens: 2,
      total_tokens: 11,
      total_tool_use_tokens: 0,
    },
    parts: { input: 5, cacheRead: 1, output: 5 },
    total: 11,
  },
];

test.each([...OPENAI, ...ANTHROPIC, ...GEMINI])('$name', ({ usage, parts, total }) => {
  const read = readUsage(usage);
  expect(read && pricedParts(read)).toEqual(allParts(parts));
  expect(read && totalTokens(read)).toBe(total);
});
