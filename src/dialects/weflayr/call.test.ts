import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../canonical/json.ts';
import { idCharsMax } from '../../limits.ts';
import { asElapsedMicros, asEventTime, asId, asTags, servedModel, takeError, takeUsage } from './call.ts';
import { Fields } from './fields.ts';

describe('Fields', () => {
  test('what could be read no longer counts among the rest; nulls never do', () => {
    const fields = new Fields({ event_id: 'a', event_type: 'b', model: 7, language: 'en', file: null, n: 0 });
    expect(fields.take('language', (value) => (value === 'en' ? 'English' : undefined))).toBe('English');
    expect(fields.take('model', (value) => (typeof value === 'string' ? value : undefined))).toBeUndefined();
    expect(fields.rest()).toEqual({ model: 7, n: 0 });
  });

  test('nothing left', () => {
    expect(new Fields({ event_id: 'a', event_type: 'b', file: null }).rest()).toBeUndefined();
  });

  test('names of Object.prototype are plain data', () => {
    const body: JsonObject = JSON.parse('{"__proto__": {"model": "x"}, "constructor": 1}');
    const fields = new Fields(body);
    expect(fields.take('model', (value) => value)).toBeUndefined();
    expect(JSON.stringify(fields.rest())).toBe('{"__proto__":{"model":"x"},"constructor":1}');
  });
});

describe('takeUsage', () => {
  const response = { usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } };
  test.each<[string, JsonObject, JsonValue | undefined, object | undefined]>([
    ['top level, generation 1 chat', { prompt_tokens: 5, completion_tokens: 1 }, undefined, { input: 5, output: 1 }],
    ['embeddings', { prompt_tokens: 4, total_tokens: 4 }, undefined, { input: 4, total: 4 }],
    [
      'responses',
      { input_tokens: 9, output_tokens: 2, cached_tokens: 4 },
      undefined,
      { input: 9, output: 2, cacheRead: 4 },
    ],
    ['camelCase at top level', { inputTokens: 1, completionTokens: 2 }, undefined, { input: 1, output: 2 }],
    ['usage block', { usage: { promptTokens: 5, totalTokens: 7 } }, undefined, { input: 5, total: 7 }],
    ['response.usage', {}, response, { input: 12, output: 3, total: 15 }],
    ['response.usageMetadata', {}, { usageMetadata: { promptTokenCount: 2 } }, { input: 2 }],
    ['each count from the first place', { prompt_tokens: 1 }, response, { input: 1, output: 3, total: 15 }],
    ['usage before response', { usage: { prompt_tokens: 2 } }, response, { input: 2, output: 3, total: 15 }],
    ['transcription', { input_tokens: 14, audio_tokens: 12 }, undefined, { input: 14, audioInput: 12 }],
    [
      'Anthropic: cached tokens stand outside',
      {},
      { usage: { input_tokens: 9, output_tokens: 2, cache_read_input_tokens: 5 } },
      { input: 9, output: 2, cacheRead: 5, cacheOutsideInput: true },
    ],
    [
      'the same input, lifted: still outside',
      { input_tokens: 9 },
      { usage: { input_tokens: 9, output_tokens: 2, cache_read_input_tokens: 5 } },
      { input: 9, output: 2, cacheRead: 5, cacheOutsideInput: true },
    ],
    [
      'an input that a middleware has counted anew: inside',
      { prompt_tokens: 14 },
      { usage: { input_tokens: 9, output_tokens: 2, cache_read_input_tokens: 5 } },
      { input: 14, output: 2, cacheRead: 5 },
    ],
    [
      'Gemini: thoughts stand outside',
      { usage: null },
      { usage_metadata: { prompt_token_count: 4, candidates_token_count: 2, thoughts_token_count: 3 } },
      { input: 4, output: 2, reasoning: 3, reasoningOutsideOutput: true },
    ],
    [
      'Mastra',
      {},
      { text: 'Hi', usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 } },
      { input: 3, output: 2, total: 5 },
    ],
    ['nulls', { input_tokens: null, usage: null }, null, undefined],
    ['text', { prompt_tokens: '12', usage: 'NaN' }, 'NaN', undefined],
    ['negative', { prompt_tokens: -1 }, undefined, undefined],
    ['names that mean something else', { total: 99.5, input: 3, output: 4, max_tokens: 9 }, undefined, undefined],
  ])('%s', (_name, body, result, expected) => {
    expect(takeUsage(new Fields(body), result)).toEqual(expected);
  });
});

describe('takeError', () => {
  const read = (body: JsonObject, isErrorPhase = false) => {
    const text = takeError(new Fields(body), isErrorPhase);
    return text === undefined ? undefined : JSON.parse(text);
  };

  test.each<[JsonObject, boolean, object | undefined]>([
    [{}, false, undefined],
    [{ error_type: null, error_message: null, status_code: null }, false, undefined],
    [{ error_type: '' }, false, undefined],
    [{ error_type: false }, false, undefined],
    [{ error_message: 'm', status_code: 200 }, false, undefined],
    [{ error_type: 'E' }, false, { type: 'E' }],
    [{ error_type: 'E', error_message: 'm', status_code: 429 }, false, { type: 'E', message: 'm', code: '429' }],
    [{ error_type: 'E', status_code: '429' }, false, { type: 'E', code: '429' }],
    [{ error_type: { name: 'E' }, error_message: ['m'] }, false, { type: '{"name":"E"}', message: '["m"]' }],
    [{}, true, {}],
    [{ error_message: 'm' }, true, { message: 'm' }],
  ])('%j, error phase: %s', (body, isErrorPhase, expected) => {
    expect(read(body, isErrorPhase)).toEqual(expected);
  });
});

test.each<[JsonValue | undefined, readonly string[] | undefined, JsonObject | undefined]>([
  [undefined, undefined, undefined],
  [null, undefined, undefined],
  [{}, [], {}],
  [{ feature: 'chat', n: 2, on: true }, ['feature:chat', 'n:2', 'on:true'], { feature: 'chat', n: 2, on: true }],
  [{ none: null, empty: '' }, [], { empty: '' }],
  [{ nested: { a: 1 }, list: ['x'] }, [], { nested: { a: 1 }, list: ['x'] }],
  [['a', 1, null], ['a', '1'], {}],
  ['beta', ['beta'], {}],
  [7, ['7'], {}],
])('asTags(%j)', (value, list, object) => {
  expect(asTags(value)).toEqual(list === undefined ? undefined : { list, object });
});

test.each<[JsonValue | undefined, string | undefined]>([
  ['s-1', 's-1'],
  [42, '42'],
  ['', undefined],
  [null, undefined],
  [true, undefined],
  [{ id: 1 }, undefined],
  ['x'.repeat(idCharsMax), 'x'.repeat(idCharsMax)],
  ['x'.repeat(idCharsMax + 1), undefined],
])('asId(%j)', (value, expected) => {
  expect(asId(value)).toBe(expected);
});

test.each<[JsonValue | undefined, number | undefined]>([
  [0, 0],
  [10.8, 10_800],
  [1230.5, 1_230_500],
  [-1, undefined],
  [1e300, undefined],
  ['12', undefined],
  ['NaN', undefined],
  [null, undefined],
])('asElapsedMicros(%j)', (value, expected) => {
  expect(asElapsedMicros(value)).toBe(expected);
});

test.each<[JsonValue | undefined, number | undefined]>([
  [1_769_860_800_000, 1_769_860_800_000_000],
  ['2026-01-31T12:00:00Z', 1_769_860_800_000_000],
  [1_769_860_800, undefined],
  [12.5, undefined],
  ['0001-01-01T00:00:00Z', undefined],
  ['NaN', undefined],
  [null, undefined],
])('asEventTime(%j)', (value, expected) => {
  expect(asEventTime(value)).toBe(expected);
});

test.each<[JsonValue | undefined, string | undefined]>([
  [{ model: 'a', modelId: 'b' }, 'a'],
  [{ modelId: 'b' }, 'b'],
  [{ model: null }, undefined],
  ['text', undefined],
  [undefined, undefined],
])('servedModel(%j)', (value, expected) => {
  expect(servedModel(value)).toBe(expected);
});
