import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../canonical/json.ts';
import { type CountedCall, countCall } from './count-call.ts';
import { Tokenizers } from './tokenizer.ts';

const tokenizers = new Tokenizers();

interface Call {
  readonly kind?: string;
  readonly model?: string;
  readonly input?: JsonValue;
  readonly output?: JsonValue;
  readonly params?: JsonValue;
}

function count({ kind = 'llm', model = 'gpt-4o', input, output, params }: Call): Promise<CountedCall> {
  const text = (value: JsonValue | undefined) => (value === undefined ? '' : JSON.stringify(value));
  return countCall(
    { kind, model, input: text(input), output: text(output), params: text(params) },
    { input: true, output: true },
    tokenizers,
  );
}

/** Messages and counts of OpenAI's Cookbook, "How to count tokens with tiktoken", which are what its API answered. */
const COOKBOOK = [
  {
    role: 'system',
    content: 'You are a helpful, pattern-following assistant that translates corporate jargon into plain English.',
  },
  { role: 'system', name: 'example_user', content: 'New synergies will help drive top-line growth.' },
  { role: 'system', name: 'example_assistant', content: 'Things working well together will increase revenue.' },
  {
    role: 'system',
    name: 'example_user',
    content: "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage.",
  },
  {
    role: 'system',
    name: 'example_assistant',
    content: "Let's talk later when we're less busy about how to do better.",
  },
  {
    role: 'user',
    content: "This late pivot means we don't have time to boil the ocean for the client deliverable.",
  },
];
const WEATHER = [
  { role: 'system', content: 'You are a helpful assistant that can answer to questions about the weather.' },
  { role: 'user', content: "What's the weather like in San Francisco?" },
];
const WEATHER_FUNCTION = {
  name: 'get_current_weather',
  description: 'Get the current weather in a given location',
  parameters: {
    type: 'object',
    properties: {
      location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
      unit: { type: 'string', description: 'The unit of temperature to return', enum: ['celsius', 'fahrenheit'] },
    },
    required: ['location'],
  },
};

describe('messages', () => {
  it.each([
    ['gpt-4o', 124],
    ['gpt-4o-mini', 124],
    ['gpt-4', 129],
    ['gpt-4-0613', 129],
    ['gpt-3.5-turbo', 129],
  ])("are counted as OpenAI's API counts them: %s %i", async (model, input) => {
    expect(await count({ model, input: COOKBOOK })).toEqual({ input, output: -1, isEstimate: false });
  });

  it('have no token for the key of the role, which Lunary adds (it says 9 and 11)', async () => {
    expect((await count({ input: [{ role: 'user', content: 'Hi' }] })).input).toBe(8);
    expect((await count({ input: [{ role: 'user', content: 'Hello world!' }] })).input).toBe(10);
    expect((await count({ model: 'gpt-3.5-turbo', input: [{ role: 'user', text: 'Hello world!' }] })).input).toBe(10);
  });

  it('are the same in a list, in a request body, and alone', async () => {
    const message = { role: 'user', content: 'Hi' };
    for (const input of [
      [message],
      { messages: [message] },
      message,
      [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    ])
      expect(await count({ input })).toEqual({ input: 8, output: -1, isEstimate: false });
  });

  it.each([
    ['parts of Gemini', { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }],
    ['items of Responses', [{ role: 'user', type: 'message', content: [{ type: 'input_text', text: 'Hi' }] }]],
  ])('in other spellings: %s', async (_, input) => {
    expect((await count({ input })).input).toBe(8);
  });

  it('count no media, and say that something is missing', async () => {
    const base64 = 'iVBORw0KGgo'.repeat(20_000);
    const text = { type: 'text', text: 'Hi' };
    for (const media of [
      { type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64 } },
      { type: 'input_audio', input_audio: { data: base64, format: 'wav' } },
      { inlineData: { mimeType: 'image/png', data: base64 } },
      { type: 'something new', payload: base64 },
    ])
      expect(await count({ input: [{ role: 'user', content: [text, media] }] })).toEqual({
        input: 8,
        output: -1,
        isEstimate: true,
      });
  });

  it('count text that looks like nothing, too', async () => {
    const key = 'q'.repeat(600);
    expect((await count({ input: [{ role: 'user', content: key }] })).input).toBeGreaterThan(50);
  });

  it('count the names and arguments of tool calls, not the punctuation around them', async () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'lookup', arguments: '{"city":"Paris"}' } };
    const counted = await count({ input: [{ role: 'assistant', content: null, tool_calls: [call] }] });
    const name = (await count({ output: 'lookup' })).output;
    const args = (await count({ output: '{"city":"Paris"}' })).output;
    expect(counted).toEqual({ input: 3 + 1 + name + args + 3, output: -1, isEstimate: true });
  });
});

describe('tools', () => {
  it.each([
    ['gpt-4o', 101],
    ['gpt-4o-mini', 101],
    ['gpt-4', 105],
    ['gpt-3.5-turbo', 105],
  ])("count as OpenAI's API counts them: %s %i", async (model, input) => {
    const tools = [{ type: 'function', function: WEATHER_FUNCTION }];
    for (const params of [{ tools }, { functions: [WEATHER_FUNCTION] }])
      expect(await count({ model, input: WEATHER, params })).toEqual({ input, output: -1, isEstimate: true });
    expect((await count({ model, input: { messages: WEATHER, tools } })).input).toBe(input);
  });

  it('count alike for Anthropic and Gemini', async () => {
    const { parameters, ...rest } = WEATHER_FUNCTION;
    const anthropic = { tools: [{ ...rest, input_schema: parameters }] };
    const gemini = { config: { tools: [{ functionDeclarations: [WEATHER_FUNCTION] }] } };
    for (const params of [anthropic, gemini]) expect((await count({ input: WEATHER, params })).input).toBe(101);
  });
});

describe('texts', () => {
  it('are counted without quotes, which Lunary counts (it says 4 and 3)', async () => {
    expect((await count({ input: 'Hello world!' })).input).toBe(3);
    expect((await count({ input: 'Hi' })).input).toBe(1);
  });

  it('to embed are exact, and the vectors are no output', async () => {
    const call = { kind: 'embedding', model: 'text-embedding-3-small', output: [[0.1, 0.2]] };
    expect(await count({ ...call, input: 'Hello world!' })).toEqual({ input: 3, output: -1, isEstimate: false });
    expect((await count({ ...call, input: ['Hello world!', 'Hi'] })).input).toBe(4);
    expect((await count({ ...call, input: [[9906, 1917], [0]] })).input).toBe(3);
  });

  it('hold names of special tokens as text', async () => {
    expect((await count({ output: 'a <|endoftext|> b' })).output).toBeGreaterThan(3);
  });

  it('that were held back are not known', async () => {
    expect(await count({ input: '__NOT_INGESTED__', output: '__NOT_INGESTED__' })).toEqual({
      input: -1,
      output: -1,
      isEstimate: false,
    });
  });
});

describe('completions', () => {
  it.each([
    ['a text', 'Hello there'],
    ['a message (Lunary says 10: it counts the JSON)', { role: 'assistant', content: 'Hello there' }],
    ['Lunary', { role: 'assistant', text: 'Hello there' }],
    ['messages', [{ role: 'assistant', content: 'Hello there' }]],
    [
      'chat',
      {
        id: 'chatcmpl-1',
        model: 'gpt-4o',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'Hello there', refusal: null }, finish_reason: 'stop' },
        ],
        usage: null,
      },
    ],
    [
      'Responses',
      {
        id: 'resp_1',
        output: [
          {
            type: 'message',
            role: 'assistant',
            content: [{ type: 'output_text', text: 'Hello there', annotations: [] }],
          },
        ],
      },
    ],
    [
      'Anthropic',
      { id: 'msg_1', role: 'assistant', content: [{ type: 'text', text: 'Hello there' }], stop_reason: 'end_turn' },
    ],
    [
      'Gemini',
      { candidates: [{ content: { role: 'model', parts: [{ text: 'Hello there' }] }, finishReason: 'STOP' }] },
    ],
  ])('%s', async (_, output) => {
    expect(await count({ output })).toEqual({ input: -1, output: 2, isEstimate: false });
  });

  it('of tool calls count names and arguments', async () => {
    const name = (await count({ output: 'lookup' })).output;
    const args = (await count({ output: '{"city":"Paris"}' })).output;
    for (const output of [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'x', function: { name: 'lookup', arguments: '{"city":"Paris"}' } }],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'lookup', input: { city: 'Paris' } }] },
      { candidates: [{ content: { parts: [{ functionCall: { name: 'lookup', args: { city: 'Paris' } } }] } }] },
      { output: [{ type: 'function_call', name: 'lookup', arguments: '{"city":"Paris"}', call_id: 'x' }] },
    ])
      expect(await count({ output })).toEqual({ input: -1, output: name + args, isEstimate: true });
  });
});

describe('nothing to count', () => {
  const nothing = { input: -1, output: -1, isEstimate: false };
  it('a call that names no model', async () => {
    expect(await count({ model: '', input: [{ role: 'user', content: 'Hi' }], output: 'Hello there' })).toEqual(
      nothing,
    );
  });

  it('lists without messages and empty answers', async () => {
    for (const empty of [[], {}, { messages: [] }, ''])
      expect(await count({ input: empty })).toMatchObject({ input: -1 });
    for (const empty of [[], {}, { choices: [] }, ''])
      expect(await count({ output: empty })).toMatchObject({ output: -1 });
  });
});

describe('labels', () => {
  it.each([
    ['gpt-4o-2024-08-06', false],
    ['openai/gpt-4.1-mini', false],
    ['ft:gpt-4o-mini-2024-07-18:acme::abc', false],
    ['chatgpt-4o-latest', false],
    ['GPT-4-turbo', false],
    ['azure/gpt-35-turbo', false],
    ['claude-sonnet-4-5', true],
    ['gemini-2.5-pro', true],
    ['meta-llama/llama-3.1-8b', true],
    ['gpt-5', true],
    ['o3-mini', true],
    ['gpt-oss-120b', true],
  ])('%s: an estimate? %s', async (model, isEstimate) => {
    const call = await count({ model, input: [{ role: 'user', content: 'Hi' }], output: 'Hello there' });
    expect(call).toEqual({ input: 8, output: 2, isEstimate });
  });

  it('follow the vocabulary: GPT-4.1 on does not have that of GPT-4, as Lunary has it', async () => {
    const text = 'Übergrößenträger, 日本語の文章です';
    const counts = await Promise.all(
      ['gpt-4o', 'gpt-4.1', 'gpt-5-mini', 'o3', 'gpt-4', 'gpt-3.5-turbo'].map(
        async (model) => (await count({ model, output: text })).output,
      ),
    );
    const [o200k, cl100k] = [counts[0], counts[4]];
    expect(counts).toEqual([o200k, o200k, o200k, o200k, cl100k, cl100k]);
    expect(o200k).not.toBe(cl100k);
  });
});

it('takes any JSON', async () => {
  const odd: JsonValue[] = [
    null,
    0,
    true,
    [],
    {},
    [null],
    [[]],
    [{}],
    { messages: null },
    { choices: [null] },
    { role: 1 },
  ];
  for (const value of odd) {
    const counted = await count({ input: value, output: value, params: value });
    expect(Number.isSafeInteger(counted.input) && Number.isSafeInteger(counted.output)).toBe(true);
    expect(Math.min(counted.input, counted.output)).toBeGreaterThanOrEqual(-1);
  }
});
