import { expect, test } from 'vitest';
import type { JsonObject } from '../../canonical/json.ts';
import { Conversation, callProperties } from './conversation.ts';

/** Each call as its history and its answer; `+` before a system message. What the conversation is then. */
function talk(...calls: readonly (readonly [history: readonly string[], answer: string | undefined])[]): string[] {
  const conversation = new Conversation();
  for (const [i, [history, answer]] of calls.entries()) {
    const messages = history.map((text) => ({
      role: text.startsWith('+') ? 'system' : /^[A-Z]/.test(text) ? 'assistant' : 'user',
      content: text,
    }));
    const output =
      answer === undefined ? {} : { output: { choices: [{ message: { role: 'assistant', content: answer } }] } };
    const properties: JsonObject = { inputs: { messages }, ...output };
    conversation.add({ eventId: `e${i}`, timestamp: '', properties });
  }
  return conversation.turns.map(({ message, eventId }) => `${eventId} ${message.text}`);
}

test('a history that is sent again with every call stands once', () => {
  expect(
    talk(
      [['+be brief', 'hi'], 'Hello'],
      [['+be brief', 'hi', 'Hello', 'how are you?'], 'Fine'],
      [['+be brief', 'hi', 'Hello', 'how are you?', 'Fine', 'bye'], 'Bye'],
    ),
  ).toEqual(['e0 +be brief', 'e0 hi', 'e0 Hello', 'e1 how are you?', 'e1 Fine', 'e2 bye', 'e2 Bye']);
});

test('a history that was cut at its start goes on where the conversation is', () => {
  expect(talk([['a', 'B', 'c'], 'D'], [['c', 'D', 'e'], 'F'])).toEqual([
    ...['e0 a', 'e0 B', 'e0 c', 'e0 D'],
    ...['e1 e', 'e1 F'],
  ]);
});

test('calls without a history follow each other, also when they say the same', () => {
  expect(talk([['hi'], 'Hello'], [['hi'], 'Hello again'])).toEqual(['e0 hi', 'e0 Hello', 'e1 hi', 'e1 Hello again']);
});

test('an answer that was asked for again stands next to the first', () => {
  expect(talk([['a', 'B', 'c'], 'D'], [['a', 'B', 'c'], 'Other'])).toEqual([
    ...['e0 a', 'e0 B', 'e0 c', 'e0 D'],
    'e1 Other',
  ]);
});

test('a call in two halves is one exchange', () => {
  expect(talk([['a'], undefined], [[], 'B'])).toEqual(['e0 a', 'e1 B']);
});

test('only model calls are part of it', () => {
  expect(callProperties({ event_name: 'llm', properties: { a: 1 } })).toEqual({ a: 1 });
  for (const payload of [null, [], 'llm', { event_name: 'tool', properties: {} }, { event_name: 'llm', properties: 1 }])
    expect(callProperties(payload)).toBeUndefined();
});

test('long conversations take time in proportion', () => {
  const history = Array.from({ length: 3000 }, () => 'the same');
  const startedAt = performance.now();
  expect(talk([history, 'A'], [[...history, 'A'], 'B'], [[...history, 'other'], 'C']).length).toBeGreaterThan(3000);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
