import { describe, expect, test } from 'vitest';
import { argumentsLine } from './compact.ts';
import { foldResults } from './fold-results.ts';
import { messageKey, resultKey } from './message-key.ts';
import { readMessages } from './read-messages.ts';
import { readParams } from './read-params.ts';
import { readSpan } from './read-span.ts';
import { assistant, text, user } from './testing.ts';

describe('a span', () => {
  const span = { kind: 'llm', name: null, model: 'm', input: null, output: null, params: null };

  test('instructions in its parameters come first', () => {
    const { input } = readSpan({
      ...span,
      input: 'q',
      params: { config: { systemInstruction: { parts: [{ text: 'S' }] } } },
    });
    expect(input.messages).toEqual([{ role: 'system', parts: [text('S')] }, user('q')]);
  });

  test('what a tool takes is data, whatever it is called', () => {
    const { input } = readSpan({
      ...span,
      kind: 'tool',
      model: null,
      input: { messages: [{ role: 'user', content: 'x' }] },
    });
    expect(input.messages[0]?.parts[0]?.type).toBe('json');
  });

  test('a message of a chat has its role as its name', () => {
    expect(readSpan({ ...span, kind: 'message', name: 'assistant', model: null, output: 'a' }).output.messages).toEqual(
      [assistant(text('a'))],
    );
    expect(
      readSpan({ ...span, kind: 'message', name: 'user_message', model: null, input: 'a' }).input.messages,
    ).toEqual([user('a')]);
  });

  test('parameters: settings, and tools of all providers', () => {
    const { settings, tools } = readParams({
      temperature: 0,
      stop: null,
      tools: [
        { type: 'function', function: { name: 'a', description: 'A', parameters: { type: 'object' } } },
        { name: 'b', input_schema: {}, cache_control: { type: 'ephemeral' } },
        { functionDeclarations: [{ name: 'c' }] },
      ],
    });
    expect(settings).toEqual([['temperature', 0]]);
    expect(tools.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(tools[1]?.rest).toEqual({ cache_control: { type: 'ephemeral' } });
  });
});

describe('folding and comparing', () => {
  test('results stand under their calls, by id, by name, in order', () => {
    const { messages } = readMessages(
      [
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: '1', function: { name: 'f', arguments: '{}' } },
            { id: '2', function: { name: 'f', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: '2', content: 'two' },
        { role: 'tool', tool_call_id: '1', content: 'one' },
        { role: 'tool', tool_call_id: '9', content: 'nobody asked' },
      ],
      'user',
    );
    const folded = foldResults(messages);
    expect(folded.map(({ index }) => index)).toEqual([0, 3]);
    const [first] = folded;
    const said = first?.parts.map((part) =>
      part.type === 'toolCall' ? first.results.get(part)?.[0]?.content : undefined,
    );
    expect(said).toEqual([[text('one')], [text('two')]]);
  });

  test('the same message under other ids has one key, another message has another', () => {
    const key = (value: unknown) =>
      readMessages(value, 'assistant')
        .messages.map((message) => messageKey(message))
        .join();
    const sent = {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: '1', function: { name: 'f', arguments: '{"b":2,"a":1}' } }],
    };
    expect(key({ content: null, toolCalls: [{ name: 'f', arguments: { a: 1, b: 2 } }] })).toBe(key(sent));
    expect(key({ ...sent, content: 'and' })).not.toBe(key(sent));
    expect(key({ role: 'tool', tool_call_id: 'x', content: '{"a":1}' })).toBe(resultKey({ a: 1 }));
    const long = 'x'.repeat(1e6);
    expect(key(`${long}a`)).not.toBe(key(`${long}b`));
  });

  test('arguments in a line', () => {
    expect(argumentsLine({ place: 'Lofoten', days: [1, 2] })).toBe('place: "Lofoten", days: [1, 2]');
    expect(argumentsLine({ a: 'x'.repeat(1e6) }, 10)).toBe('a: "xxxxxx…');
    expect(argumentsLine(null)).toBe('');
  });
});
