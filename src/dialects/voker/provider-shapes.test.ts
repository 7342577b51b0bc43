import { expect, test } from 'vitest';
import type { JsonObject } from '../../canonical/json.ts';
import { readProviderCall } from './provider-shapes.ts';

const CASES: readonly (readonly [string, JsonObject, ReturnType<typeof readProviderCall>])[] = [
  [
    'OpenAI chat, whatever `api` says',
    {
      api: 'anthropic-messages',
      inputs: { model: 'gpt-4o' },
      output: {
        model: 'gpt-4o-2024-08-06',
        choices: [{ message: { content: 'hi' } }],
        usage: {
          prompt_tokens: 9,
          completion_tokens: 3,
          total_tokens: 12,
          prompt_tokens_details: { cached_tokens: 4 },
          completion_tokens_details: { reasoning_tokens: 1 },
        },
      },
    },
    {
      provider: 'openai',
      model: 'gpt-4o-2024-08-06',
      usage: { input: 9, output: 3, cacheRead: 4, reasoning: 1, total: 12 },
      isEmbedding: false,
    },
  ],
  [
    'OpenAI responses',
    {
      inputs: { model: 'gpt-4o', input: 'hi' },
      output: { object: 'response', output: [], usage: { input_tokens: 5, output_tokens: 2, total_tokens: 7 } },
    },
    { provider: 'openai', model: 'gpt-4o', usage: { input: 5, output: 2, total: 7 }, isEmbedding: false },
  ],
  [
    'OpenAI embeddings',
    {
      output: {
        object: 'list',
        model: 'e3',
        data: [{ object: 'embedding', embedding: [0.1] }],
        usage: { prompt_tokens: 2 },
      },
    },
    { provider: 'openai', model: 'e3', usage: { input: 2 }, isEmbedding: true },
  ],
  [
    'Anthropic messages',
    {
      output: {
        type: 'message',
        model: 'claude-sonnet-4-5',
        content: [],
        usage: { input_tokens: 8, output_tokens: 3, cache_read_input_tokens: 1, cache_creation_input_tokens: 2 },
      },
    },
    {
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      usage: { input: 8, output: 3, cacheRead: 1, cacheWrite: 2, cacheOutsideInput: true },
      isEmbedding: false,
    },
  ],
  [
    'Gemini, camel case',
    {
      inputs: { model: 'gemini-flash', contents: 'hi' },
      output: {
        candidates: [],
        modelVersion: 'gemini-2.5-flash',
        usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2, thoughtsTokenCount: 1, totalTokenCount: 7 },
      },
    },
    {
      provider: 'google',
      model: 'gemini-2.5-flash',
      usage: { input: 4, output: 2, reasoning: 1, total: 7, reasoningOutsideOutput: true },
      isEmbedding: false,
    },
  ],
  [
    'Gemini, snake case, without candidates',
    {
      output: {
        candidates: null,
        model_version: 'gemini-2.5-flash',
        usage_metadata: { prompt_token_count: 4, candidates_token_count: null, cached_content_token_count: 3 },
      },
    },
    { provider: 'google', model: 'gemini-2.5-flash', usage: { input: 4, cacheRead: 3 }, isEmbedding: false },
  ],
  [
    'Gemini interactions',
    {
      output: {
        object: 'interaction',
        status: 'completed',
        model: 'gemini-2.5-flash',
        outputs: [],
        usage: {
          total_input_tokens: 6,
          total_output_tokens: 3,
          total_cached_tokens: 1,
          total_thought_tokens: 2,
          total_tokens: 11,
        },
      },
    },
    {
      provider: 'google',
      model: 'gemini-2.5-flash',
      usage: { input: 6, output: 3, cacheRead: 1, reasoning: 2, total: 11, reasoningOutsideOutput: true },
      isEmbedding: false,
    },
  ],
  [
    'Gemini embeddings',
    { inputs: { model: 'emb' }, output: { embeddings: [{ values: [0.1] }] } },
    { provider: 'google', model: 'emb', usage: undefined, isEmbedding: true },
  ],
  [
    'Vercel AI SDK, text',
    {
      inputs: { model: { modelId: 'gpt-4o', provider: 'openai.chat' }, prompt: 'hi' },
      output: { text: 'hello', finishReason: 'stop', usage: { inputTokens: 3, outputTokens: 1, totalTokens: 4 } },
    },
    { provider: 'vercel-ai', model: 'gpt-4o', usage: { input: 3, output: 1, total: 4 }, isEmbedding: false },
  ],
  [
    'Vercel AI SDK, older usage, answering model',
    { output: { text: '', finishReason: 'stop', response: { modelId: 'm-1' }, usage: { promptTokens: 3 } } },
    { provider: 'vercel-ai', model: 'm-1', usage: { input: 3 }, isEmbedding: false },
  ],
  [
    'Vercel AI SDK, several steps',
    {
      output: {
        text: 'done',
        finishReason: 'stop',
        steps: [{}, {}],
        usage: { inputTokens: 3, outputTokens: 1 },
        totalUsage: { inputTokens: 10, outputTokens: 4, totalTokens: 14 },
      },
    },
    { provider: 'vercel-ai', model: undefined, usage: { input: 10, output: 4, total: 14 }, isEmbedding: false },
  ],
  [
    'Vercel AI SDK, Anthropic behind it',
    {
      output: {
        text: 'hi',
        finishReason: 'stop',
        usage: { inputTokens: 3, outputTokens: 1, totalTokens: 4, cachedInputTokens: 100 },
        providerMetadata: { anthropic: { cacheCreationInputTokens: 50 } },
      },
    },
    {
      provider: 'vercel-ai',
      model: undefined,
      usage: { input: 3, output: 1, total: 4, cacheRead: 100, cacheWrite: 50, cacheOutsideInput: true },
      isEmbedding: false,
    },
  ],
  [
    'Vercel AI SDK, embedding',
    { output: { embedding: [0.1] } },
    { provider: 'vercel-ai', model: undefined, usage: undefined, isEmbedding: true },
  ],
  [
    'nothing but the inputs',
    { inputs: { model: 'gemini-2.5-flash', contents: [] } },
    { provider: 'google', model: 'gemini-2.5-flash', usage: undefined, isEmbedding: false },
  ],
  [
    'nothing but the hint',
    { api: 'openai-chat-completions', inputs: { model: 'gpt-4o', prompts: ['hi'] } },
    { provider: 'openai', model: 'gpt-4o', usage: undefined, isEmbedding: false },
  ],
  [
    'a text output and a hint',
    { api: 'anthropic-beta-messages', output: 'text' },
    { provider: 'anthropic', model: undefined, usage: undefined, isEmbedding: false },
  ],
  [
    'nothing known',
    { api: 7, inputs: [], output: { choices: 'none', usage: null } },
    { provider: undefined, model: undefined, usage: undefined, isEmbedding: false },
  ],
];

test.each(CASES)('%s', (_name, properties, expected) => {
  expect(readProviderCall(properties)).toEqual(expected);
});
