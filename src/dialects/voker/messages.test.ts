import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../canonical/json.ts';
import { inputMessages, outputMessages, toolCallsOf } from './messages.ts';

/** `role: text`, then `→ tool(arguments)` for each call; `#id` for whose result it is. */
function script(properties: JsonObject): string[] {
  return [...inputMessages(properties), ...outputMessages(properties)].map(({ role, text, toolCalls, toolCallId }) =>
    [
      `${role}${toolCallId === null ? '' : `#${toolCallId}`}: ${text}`,
      ...toolCalls.map((call) => `→ ${call.id} ${call.name}(${call.arguments})`),
    ].join(' '),
  );
}

const SAID = ['system: Be brief', 'user: Weather in Rome?', 'assistant:  → c1 weather({"city":"Rome"})'];

test.each<[string, JsonObject, string[]]>([
  [
    'OpenAI chat',
    {
      inputs: {
        messages: [
          { role: 'system', content: 'Be brief' },
          { role: 'user', content: [{ type: 'text', text: 'Weather in Rome?' }] },
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } }],
          },
          { role: 'tool', tool_call_id: 'c1', content: '21°' },
        ],
      },
      output: { choices: [{ message: { role: 'assistant', content: 'Warm.' } }] },
    },
    [...SAID, 'tool#c1: 21°', 'assistant: Warm.'],
  ],
  [
    'OpenAI responses',
    {
      inputs: {
        instructions: 'Be brief',
        input: [
          { role: 'user', content: [{ type: 'input_text', text: 'Weather in Rome?' }] },
          { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{"city":"Rome"}' },
          { type: 'function_call_output', call_id: 'c1', output: '21°' },
        ],
      },
      output: {
        object: 'response',
        output: [
          { type: 'reasoning', summary: [] },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Warm.' }] },
        ],
      },
    },
    [...SAID, 'tool#c1: 21°', 'assistant: Warm.'],
  ],
  [
    'Anthropic messages',
    {
      inputs: {
        system: [{ type: 'text', text: 'Be brief' }],
        messages: [
          { role: 'user', content: 'Weather in Rome?' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'weather', input: { city: 'Rome' } }] },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: '21°' }] }],
          },
        ],
      },
      output: {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'Warm.' },
        ],
      },
    },
    [...SAID, 'tool#c1: 21°', 'assistant: Warm.'],
  ],
  [
    'Gemini',
    {
      inputs: {
        contents: [
          { role: 'user', parts: [{ text: 'Weather in Rome?' }] },
          { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'weather', args: { city: 'Rome' } } }] },
          { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'weather', response: { degrees: 21 } } }] },
        ],
        config: { system_instruction: 'Be brief' },
      },
      output: { candidates: [{ content: { role: 'model', parts: [{ text: 'Warm.' }] } }] },
    },
    [...SAID, 'tool#c1: {"degrees":21}', 'assistant: Warm.'],
  ],
  [
    'Vercel AI SDK',
    {
      inputs: {
        system: 'Be brief',
        messages: [
          { role: 'user', content: 'Weather in Rome?' },
          {
            role: 'assistant',
            content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'weather', input: { city: 'Rome' } }],
          },
          {
            role: 'tool',
            content: [
              { type: 'tool-result', toolCallId: 'c1', toolName: 'weather', output: { type: 'text', value: '21°' } },
            ],
          },
        ],
      },
      output: { text: 'Warm.', finishReason: 'stop', toolCalls: [] },
    },
    [...SAID, 'tool#c1: {"type":"text","value":"21°"}', 'assistant: Warm.'],
  ],
  ['a prompt and a text', { inputs: { prompt: 'Hi' }, output: 'Hello' }, ['user: Hi', 'assistant: Hello']],
  ['a wrapped text', { inputs: 'Hi', output: { value: 'Hello' } }, ['user: Hi', 'assistant: Hello']],
  ['Gemini, a bare text', { inputs: { contents: ['Hi', 'there'] }, output: {} }, ['user: Hi\nthere']],
  [
    'parts that are no text',
    {
      inputs: {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: {} },
              { type: 'text', text: 'What?' },
            ],
          },
        ],
      },
    },
    ['user: [image_url]\nWhat?'],
  ],
  ['nothing', {}, []],
])('%s', (_name, properties, expected) => {
  expect(script(properties)).toEqual(expected);
});

test.each<[string, JsonObject]>([
  [
    'OpenAI chat',
    { choices: [{ message: { tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{"a":1}' } }] } }] },
  ],
  [
    'OpenAI responses',
    { output: [{ type: 'function_call', id: 'fc', call_id: 'c', name: 'f', arguments: '{"a":1}' }] },
  ],
  [
    'Anthropic',
    { type: 'message', role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } }] },
  ],
  ['Gemini', { candidates: [{ content: { parts: [{ functionCall: { id: 'c', name: 'f', args: { a: 1 } } }] } }] }],
  [
    'Gemini from Python',
    { candidates: [{ content: { parts: [{ text: null, function_call: { id: 'c', name: 'f', args: { a: 1 } } }] } }] },
  ],
  ['Gemini interactions', { outputs: [{ type: 'function_call', id: 'c', name: 'f', arguments: { a: 1 } }] }],
  ['Vercel AI SDK', { text: '', toolCalls: [{ toolCallId: 'c', toolName: 'f', input: { a: 1 } }] }],
  ['Vercel AI SDK 4', { text: '', toolCalls: [{ type: 'tool-call', toolCallId: 'c', toolName: 'f', args: { a: 1 } }] }],
])('a tool call of %s', (_name, output) => {
  expect(toolCallsOf(outputMessages({ output }))).toEqual([{ id: 'c', name: 'f', arguments: '{"a":1}' }]);
});

test('any JSON is read', () => {
  const names = [
    'role',
    'content',
    'parts',
    'type',
    'text',
    'tool_calls',
    'function',
    'name',
    'output',
    'choices',
    'message',
  ];
  const value = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(null, 1, '', 'tool_use', 'function_call_output', 'assistant'),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('json'), { maxKeys: 4 }),
    ),
  })).json;
  fc.assert(
    fc.property(value, value, (inputs, output) => {
      const properties: JsonObject = JSON.parse(JSON.stringify({ inputs, output }));
      for (const message of [...inputMessages(properties), ...outputMessages(properties)])
        expect(message).toMatchObject({ role: expect.any(String), text: expect.any(String) });
    }),
    { numRuns: 1000 },
  );
});
