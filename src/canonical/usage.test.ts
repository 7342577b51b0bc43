import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from './json.ts';
import {
  asTokenCount,
  PRICED_PARTS,
  pricedParts,
  readUsage,
  totalTokens,
  USAGE_FIELDS,
  type Usage,
  usageCounts,
  usageOfCounts,
  usageOfResponse,
} from './usage.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`usage.test.ts: PROPERTY_SEED=${seed}`);

test.each([
  [0, 0],
  [12, 12],
  [12.6, 13],
  [-1, undefined],
  [1e12, 1e12],
  [1e12 + 1, undefined],
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
    { input: 9, output: 2, cacheRead: 5, cacheWrite: 6, cacheOutsideInput: true },
  ],
  [
    'Gemini',
    {
      promptTokenCount: 1,
      candidatesTokenCount: 2,
      totalTokenCount: 7,
      thoughtsTokenCount: 4,
      cachedContentTokenCount: 1,
    },
    { input: 1, output: 2, total: 7, reasoning: 4, cacheRead: 1, reasoningOutsideOutput: true },
  ],
  ['Gemini, snake case', { prompt_token_count: 1, candidates_token_count: 2 }, { input: 1, output: 2 }],
  [
    'Vercel AI SDK',
    { inputTokens: 6, outputTokens: 5, totalTokens: 11, reasoningTokens: 4, cachedInputTokens: 5 },
    { input: 6, output: 5, total: 11, reasoning: 4, cacheRead: 5 },
  ],
  ['older Vercel AI SDK', { promptTokens: 1, completionTokens: 2 }, { input: 1, output: 2 }],
  ['Lunary', { prompt: 1, completion: 2, promptCached: 1 }, { input: 1, output: 2, cacheRead: 1 }],
  [
    'a total that holds the reasoning twice does not put it outside',
    { input_tokens: 1, output_tokens: 9, total_tokens: 20, reasoning_tokens: 4 },
    { input: 1, output: 9, total: 20, reasoning: 4 },
  ],
  [
    'reasoning that exceeds the output, without a total',
    { input_tokens: 1, output_tokens: 2, reasoning_tokens: 4 },
    { input: 1, output: 2, reasoning: 4, reasoningOutsideOutput: true },
  ],
  [
    'reasoning and cache outside, as only the total says',
    { inputTokens: 1, outputTokens: 2, totalTokens: 15, reasoningTokens: 4, cachedInputTokens: 8 },
    {
      input: 1,
      output: 2,
      total: 15,
      reasoning: 4,
      cacheRead: 8,
      reasoningOutsideOutput: true,
      cacheOutsideInput: true,
    },
  ],
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

/** Counts that a client could report, also such as cannot be: more cached than asked, more audio than said. */
const count = fc.oneof({ weight: 4, arbitrary: fc.nat(5000) }, fc.constantFrom(0, 1, 1e12));
const counts = fc.record(
  {
    ...Object.fromEntries(USAGE_FIELDS.map((name) => [name, count])),
    cacheOutsideInput: fc.constant(true as const),
    reasoningOutsideOutput: fc.constant(true as const),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Usage>; // `fromEntries` forgets the names.

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

test('the parts of any usage: none negative, none in two places, nothing lost', () => {
  fc.assert(
    fc.property(counts, (usage) => {
      const parts = pricedParts(usage);
      const isKnown = usage.input !== undefined || usage.output !== undefined || usage.total !== undefined;
      expect(parts !== undefined).toBe(isKnown);
      if (parts === undefined) return;
      for (const part of PRICED_PARTS) expect(Number.isSafeInteger(parts[part]) && parts[part] >= 0).toBe(true);
      const cached = (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0);
      expect(parts.cacheRead + parts.cacheWrite + parts.cacheWrite1h).toBe(cached);
      const [asked, said] = [parts.input + parts.audioInput + cached, parts.output + parts.audioOutput];
      if (usage.input !== undefined) {
        const isOutside = usage.cacheOutsideInput === true || cached > usage.input;
        expect(asked).toBe(isOutside ? usage.input + cached : usage.input);
      }
      if (usage.output !== undefined)
        expect(said).toBe(usage.output + (usage.reasoningOutsideOutput === true ? (usage.reasoning ?? 0) : 0));
      expect(parts.audioInput).toBeLessThanOrEqual(Math.min(usage.audioInput ?? 0, asked));
      expect(parts.audioOutput).toBeLessThanOrEqual(Math.min(usage.audioOutput ?? 0, said));
      expect(parts.cacheWrite1h).toBeLessThanOrEqual(usage.cacheWrite1h ?? 0);
      expect(totalTokens(usage)).toBe(usage.total ?? sum(Object.values(parts)));
    }),
    { seed, numRuns: 3000 },
  );
});

test('a side that is not said is the rest of the total', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(5000), (input, output) => {
      const total = input + output;
      for (const usage of [
        { input, total },
        { output, total },
        { input, output },
      ])
        expect(pricedParts(usage)).toMatchObject({ input, output });
    }),
    { seed },
  );
});

test('what the store keeps is what was said', () => {
  fc.assert(
    fc.property(counts, (usage) => {
      expect(usageCounts(usage)).toHaveLength(USAGE_FIELDS.length + 1);
      expect(usageOfCounts(usageCounts(usage))).toEqual(usage);
    }),
    { seed },
  );
  expect(usageOfCounts([])).toEqual({});
});

test('hostile blocks: read without throwing, counts whole and not negative, parts as of any usage', () => {
  const names = [
    ...['prompt_tokens', 'outputTokens', 'total', 'usage', 'prompt_tokens_details', 'cached_tokens', 'meta', 'tokens'],
    ...['promptTokenCount', 'promptTokensDetails', 'modality', 'AUDIO', 'tokenCount', 'cacheDetails', 'ttl', '1h'],
    ...[
      'cache_creation',
      'ephemeral_1h_input_tokens',
      'thoughtsTokenCount',
      'billed_units',
      'input_tokens',
      '__proto__',
    ],
    ...['providerMetadata', 'anthropic', 'cacheCreationInputTokens', 'audio_tokens', 'reasoning_tokens'],
  ];
  const sent = fc.json({ stringUnit: fc.constantFrom(...names), maxDepth: 5 });
  const number = fc.oneof(fc.nat(100), fc.constantFrom<unknown>(-1, 1e300, 0.5, '7', null, [], true));
  const block = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(
      number,
      fc.dictionary(fc.constantFrom(...names), number),
      fc.array(fc.dictionary(fc.constantFrom(...names), number)),
    ),
  );
  const texts = fc.oneof(
    sent,
    fc.json(),
    block.map((value) => JSON.stringify(value)),
    block.map((usage) => JSON.stringify({ usage })),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const value: JsonValue = JSON.parse(text);
      for (const usage of [readUsage(value), usageOfResponse(value)]) {
        if (usage === undefined) continue;
        for (const name of USAGE_FIELDS) {
          const read = usage[name];
          expect(read === undefined || (Number.isSafeInteger(read) && read >= 0)).toBe(true);
        }
        for (const part of Object.values(pricedParts(usage) ?? {})) expect(part).toBeGreaterThanOrEqual(0);
      }
    }),
    { seed, numRuns: 3000 },
  );
});
