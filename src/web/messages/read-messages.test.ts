import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compact } from './compact.ts';
import { messageKey } from './message-key.ts';
import { readMessages } from './read-messages.ts';
import { readSpan } from './read-span.ts';
import { assistant, call, recordedSpans, result, strings, text, user } from './testing.ts';

/** What is said, the role of what names none, and what it reads as. */
type Case = readonly [name: string, value: unknown, role: string, messages: readonly unknown[], rest?: unknown];
const TABLE: readonly Case[] = [
  ['a text', 'hi', 'user', [user('hi')]],
  ['nothing', null, 'user', []],
  ['a number', 7, 'user', [{ role: 'input', parts: [{ type: 'json', value: 7 }] }]],
  ['any JSON', { foo: [1] }, 'assistant', [{ role: 'output', parts: [{ type: 'json', value: { foo: [1] } }] }]],
  [
    'a list of anything',
    [{ a: 1 }, 'b'],
    'user',
    [{ role: 'input', parts: [{ type: 'json', value: [{ a: 1 }, 'b'] }] }],
  ],
  [
    'OpenAI chat with calls and their results',
    [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image_url', image_url: { url: 'https://a.example/x.png' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        refusal: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '{"ok":true}' },
    ],
    'user',
    [
      { role: 'system', parts: [text('Be brief.')] },
      { role: 'user', parts: [text('look'), { type: 'image', url: 'https://a.example/x.png' }] },
      assistant(call('c1', 'f', { a: 1 })),
      { role: 'tool', parts: [result('c1', null, { type: 'json', value: { ok: true } })] },
    ],
  ],
  [
    'an OpenAI completion',
    {
      id: 'x',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'yes' } }],
      usage: { total_tokens: 3 },
    },
    'assistant',
    [{ ...assistant(text('yes')), rest: { index: 0, finish_reason: 'stop' } }],
    { id: 'x', usage: { total_tokens: 3 } },
  ],
  [
    'OpenAI Responses: items',
    [
      { role: 'user', content: [{ type: 'input_text', text: 'q' }] },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'done' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'a', annotations: [] }] },
    ],
    'user',
    [
      user('q'),
      assistant({ type: 'thinking', text: 'hm' }, call('c', 'f', {})),
      { role: 'tool', parts: [result('c', null, text('done'))] },
      assistant(text('a')),
    ],
  ],
  [
    'an OpenAI response',
    {
      object: 'response',
      output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'a' }] }],
    },
    'assistant',
    [assistant(text('a'))],
    { object: 'response' },
  ],
  [
    'Anthropic content blocks',
    [
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'no' }], is_error: true }],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 's' },
          { type: 'tool_use', id: 't', name: 'f', input: { q: 1 } },
        ],
      },
    ],
    'user',
    [
      { role: 'tool', parts: [{ ...result('t', null, text('no')), isError: true }] },
      assistant({ type: 'thinking', text: 'hm', rest: { signature: 's' } }, call('t', 'f', { q: 1 })),
    ],
  ],
  [
    'an Anthropic answer',
    {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'hello', citations: null }],
      stop_reason: 'end_turn',
    },
    'assistant',
    [{ ...assistant(text('hello')), rest: { stop_reason: 'end_turn' } }],
  ],
  [
    'Gemini contents, with the empty members of its Python models',
    [
      { role: 'user', parts: [{ text: 'q', function_call: null, inline_data: null }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: { x: 1 } } }, { text: 'hm', thought: true }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { y: 2 } } }] },
    ],
    'user',
    [
      user('q'),
      assistant(call(null, 'f', { x: 1 }), { type: 'thinking', text: 'hm' }),
      { role: 'tool', parts: [result(null, 'f', { type: 'json', value: { y: 2 } })] },
    ],
  ],
  [
    'Gemini candidates',
    { candidates: [{ content: { role: 'model', parts: [{ text: 'a' }] }, finishReason: 'STOP' }] },
    'assistant',
    [{ ...assistant(text('a')), rest: { finishReason: 'STOP' } }],
  ],
  [
    'Gemini inline data: its size, not its bytes',
    [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAAAAAA' } }] }],
    'user',
    [{ role: 'user', parts: [{ type: 'image', mediaType: 'image/png', bytes: 6 }] }],
  ],
  [
    'Gemini interactions',
    { status: 'done', outputs: [{ text: 'a', type: 'text', annotations: null }], role: 'model' },
    'assistant',
    [assistant(text('a'))],
    { status: 'done', role: 'model' },
  ],
  [
    'Vercel: an answer with a call',
    { text: '', toolCalls: [{ toolCallId: 'v', toolName: 'f', input: { a: 1 } }], finishReason: 'tool-calls' },
    'assistant',
    [{ ...assistant(call('v', 'f', { a: 1 })), rest: { finishReason: 'tool-calls' } }],
  ],
  [
    'Vercel: a message of a tool',
    [
      {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId: 'v', toolName: 'f', output: { type: 'json', value: [1] } }],
      },
    ],
    'user',
    [{ role: 'tool', parts: [result('v', 'f', { type: 'json', value: [1] })] }],
  ],
  [
    'LangChain',
    [
      { type: 'human', content: 'q' },
      { type: 'ai', content: '', tool_calls: [{ name: 'f', args: { a: 1 }, id: 'l', type: 'tool_call' }] },
      { type: 'tool', content: 'r', tool_call_id: 'l', name: 'f' },
      { lc: 1, type: 'constructor', id: ['langchain', 'schema', 'AIMessage'], kwargs: { content: 'a' } },
    ],
    'user',
    [
      user('q'),
      assistant(call('l', 'f', { a: 1 })),
      { role: 'tool', parts: [result('l', 'f', text('r'))] },
      assistant(text('a')),
    ],
  ],
  [
    'LangChain generations',
    { generations: [[{ text: 'a', message: { type: 'ai', content: 'a' } }]] },
    'assistant',
    [assistant(text('a'))],
  ],
  ['Lunary', { role: 'user', text: 'q' }, 'user', [user('q')]],
  [
    'a prompt with instructions',
    { system: 'S', prompt: 'q', max: 1 },
    'user',
    [{ role: 'system', parts: [text('S')] }, user('q')],
    { max: 1 },
  ],
  ['WhyOps: what the user said', { messages: [{ role: 'user', content: 'q' }] }, 'user', [user('q')]],
  [
    'WhyOps: an answer',
    { content: null, toolCalls: [{ name: 'f', arguments: { a: 1 } }], finishReason: 'tool_calls' },
    'assistant',
    [{ ...assistant(call(null, 'f', { a: 1 })), rest: { finishReason: 'tool_calls' } }],
  ],
  [
    'WhyOps: a thought',
    { type: 'thinking', thinking: 'hm', signature: 's' },
    'assistant',
    [assistant({ type: 'thinking', text: 'hm', rest: { signature: 's' } })],
  ],
  [
    'Vellum: outputs of a prompt',
    { text: 'a', response: { id: 1 } },
    'assistant',
    [assistant(text('a'))].map((m) => ({ ...m, rest: { response: { id: 1 } } })),
  ],
  [
    'Vellum: values of a workflow',
    { answer: 'a' },
    'assistant',
    [{ role: 'output', parts: [{ type: 'json', value: { answer: 'a' } }] }],
  ],
  [
    'what a retriever found is data',
    [{ id: 'x', text: 't', score: 1 }],
    'tool',
    [{ role: 'tool', parts: [{ type: 'json', value: [{ id: 'x', text: 't', score: 1 }] }] }],
  ],
  [
    'an unknown part stays JSON',
    [
      {
        role: 'user',
        content: [
          { type: 'hologram', data: 1 },
          { type: 'text', text: 't' },
        ],
      },
    ],
    'user',
    [{ role: 'user', parts: [{ type: 'json', value: { type: 'hologram', data: 1 } }, text('t')] }],
  ],
  [
    'names of prototypes',
    [{ role: 'constructor', content: '__proto__' }],
    'user',
    [{ role: 'constructor', parts: [text('__proto__')] }],
  ],
];

describe('messages', () => {
  for (const [name, value, role, messages, rest] of TABLE)
    test(name, () => {
      const reading = readMessages(value, role);
      expect(reading.messages).toEqual(messages);
      expect(reading.rest).toEqual(rest);
    });

  test('nothing that the recorded clients said is left out', () => {
    const spans = recordedSpans();
    expect(spans.length).toBeGreaterThan(100);
    for (const span of spans) {
      const shown = strings(readSpan(span));
      for (const said of strings([span.input, span.output])) expect(shown).toContain(said);
    }
  });

  test('nothing is left out of messages put together at random', () => {
    const part = fc.oneof(
      fc.record(
        {
          type: fc.constantFrom('text', 'tool_use', 'tool_result', 'reasoning', 'x'),
          text: fc.string(),
          name: fc.string(),
          id: fc.string(),
          content: fc.string(),
        },
        { requiredKeys: ['type'] },
      ),
      fc.string(),
    );
    const message = fc.record(
      {
        role: fc.constantFrom('user', 'tool', 'model'),
        content: fc.oneof(fc.string(), fc.array(part, { maxLength: 3 }), part),
        tool_call_id: fc.string(),
        other: fc.jsonValue({ maxDepth: 2 }),
      },
      { requiredKeys: ['role', 'content'] },
    );
    const value = fc.oneof(
      fc.array(fc.oneof(message, part), { maxLength: 4 }),
      fc.record({ messages: fc.array(message), system: part, more: fc.string() }),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(value, (sent) => {
        const shown = strings(readMessages(sent, 'user'));
        for (const said of strings(sent)) expect(shown).toContain(said);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  test('depth is no matter', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
    expect(readMessages(deep, 'user').messages).toHaveLength(1);
    const results = `${'{"type":"tool_result","content":'.repeat(5000)}"x"${'}'.repeat(5000)}`;
    expect(readMessages(JSON.parse(results), 'user').messages).toHaveLength(1);
    expect(compact(deep, 50)).toBe('[[[[[[[…]]]]]]]');
    expect(messageKey({ role: 'user', parts: [{ type: 'json', value: deep }] }).length).toBeLessThan(300);
  });
});
