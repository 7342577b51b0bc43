import { expect, test } from 'vitest';
import type { JsonObject } from '../../canonical/json.ts';
import type { SpanFragment } from '../../canonical/span.ts';
import type { IntakeRequest } from '../dialect.ts';
import { vokerEvent } from './map.ts';

const CONTEXT = { receivedAt: 5_000_000, newEventId: (index: number) => `generated-${index}` };

function draft(body: JsonObject, headers: Record<string, string> = {}) {
  const full = { event_name: 'llm', fingerprint_id: 'f1', properties: {}, ...body };
  const request: IntakeRequest = {
    head: { method: 'POST', params: {}, query: new URLSearchParams(), headers },
    text: JSON.stringify(full),
    receivedAt: CONTEXT.receivedAt,
  };
  return { event: vokerEvent(full, request, CONTEXT, 0), text: request.text };
}

function span(body: JsonObject): SpanFragment {
  const [fragment, ...more] = draft(body).event.fragments;
  expect(more).toEqual([]);
  if (fragment === undefined) throw new Error('an event has one fragment');
  return fragment;
}

test('one event is one span, its own trace, with the payload as sent', () => {
  const { event, text } = draft({ session: 's1', person: 'ada', agent: 'support', agent_version: 'v1' });
  expect(event).toMatchObject({
    eventId: 'generated-0',
    type: 'llm',
    spanId: 'generated-0',
    placement: { by: 'trace', traceId: 'generated-0' },
    mentions: { agent: { name: 'support', version: 'v1' }, person: { id: 'ada' } },
    timestamp: 5_000_000,
    payload: text,
  });
  expect(event.isIdempotencyKey).toBeUndefined();
  expect(event.fragments[0]).toMatchObject({
    rank: 1,
    time: 0,
    start: 5_000_000,
    end: 5_000_000,
    isMoment: true,
    text: { sessionId: 's1', userId: 'ada', agentName: 'support', agentVersion: 'v1', status: 'ok', kind: 'llm' },
    metadata: '{"fingerprintId":"f1"}',
  });
});

test('an omitted agent is the default agent, an omitted version the default version', () => {
  const byNobody = { name: 'default', version: 'default', isDefault: true };
  expect(draft({}).event.mentions).toEqual({ agent: byNobody });
  expect(draft({ agent: '', agent_version: null, person: '' }).event.mentions).toEqual({ agent: byNobody });
  expect(draft({ agent_version: 'v1' }).event.mentions?.agent).toEqual({ ...byNobody, version: 'v1' });
  expect(draft({ agent: 'a' }).event.mentions?.agent).toEqual({ name: 'a', version: 'default' });
  expect(draft({ agent: 'default' }).event.mentions?.agent).toEqual({ name: 'default', version: 'default' });
});

test('an empty session is no session', () => {
  expect(span({ session: '' }).text.sessionId).toBeUndefined();
});

test('event_id is the id as sent; an Idempotency-Key gives a derived one; the body wins', () => {
  const key = { 'idempotency-key': 'order-7' };
  expect(draft({ event_id: 'mine' }).event).toMatchObject({ eventId: 'mine', spanId: 'mine', isIdempotencyKey: true });
  expect(draft({}, key).event.eventId).toBe(draft({ session: 'another' }, key).event.eventId);
  expect(draft({}, key).event.isIdempotencyKey).toBe(true);
  expect(draft({}, key).event.eventId).not.toBe(draft({}, { 'idempotency-key': 'order-8' }).event.eventId);
  expect(draft({ event_id: 'mine' }, key).event.eventId).toBe('mine');
  expect(draft({ event_id: '' }).event.eventId).toBe('generated-0');
});

test('timestamp is honoured when it can be read', () => {
  expect(draft({ timestamp: '2026-01-15T09:30:00Z' }).event.timestamp).toBe(Date.UTC(2026, 0, 15, 9, 30) * 1000);
  expect(span({ timestamp: 1_700_000_000_000 })).toMatchObject({
    time: 1_700_000_000_000_000,
    start: 1_700_000_000_000_000,
  });
  expect(draft({ timestamp: 'soon' }).event.timestamp).toBe(CONTEXT.receivedAt);
  expect(span({ timestamp: null }).time).toBe(0);
});

test('a model call: messages are the input, other arguments the parameters', () => {
  const inputs = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], temperature: 0.2, user: null };
  const output = { model: 'gpt-4o-2024-08-06', choices: [{ message: { content: 'hello' } }] };
  const { text } = span({ properties: { api: 'openai-chat-completions', inputs, output } });
  expect(text).toMatchObject({
    name: 'gpt-4o-2024-08-06',
    model: 'gpt-4o-2024-08-06',
    provider: 'openai',
    input: JSON.stringify(inputs.messages),
    params: '{"temperature":0.2}',
    output: JSON.stringify(output),
  });
});

test('tool calls of any provider stand in the metadata', () => {
  const content = [{ type: 'tool_use', id: 'c1', name: 'weather', input: { city: 'Rome' } }];
  const { metadata } = span({ properties: { output: { type: 'message', role: 'assistant', content } } });
  expect(JSON.parse(metadata ?? '')).toEqual({
    fingerprintId: 'f1',
    toolCalls: [{ id: 'c1', name: 'weather', arguments: '{"city":"Rome"}' }],
  });
});

test('inputs of no known kind are the input as a whole', () => {
  expect(span({ properties: { inputs: { question: 'why?', model: 'm' } } }).text).toMatchObject({
    input: '{"question":"why?","model":"m"}',
    model: 'm',
    name: 'm',
  });
  expect(span({ properties: { inputs: 'why?' } }).text.input).toBe('"why?"');
  expect(span({ properties: {} }).text).toMatchObject({ name: 'llm', kind: 'llm', status: 'ok' });
});

test('a text output is kept as JSON text', () => {
  expect(span({ properties: { output: 'plain text' } }).text).toMatchObject({ output: '"plain text"', status: 'ok' });
});

test('only an event that says "start" and has no output still runs', () => {
  const started = span({ properties: { phase: 'start', inputs: { model: 'm' } } });
  expect(started.text.status).toBe('running');
  expect(started.end).toBeUndefined();
  expect(span({ properties: { phase: 'start', output: {} } }).text.status).toBe('ok');
  expect(span({ properties: { phase: 'end' } }).text.status).toBe('ok');
});

test('a tool event is named after its tool and keeps its other properties', () => {
  const properties = { tool: 'lookup', input: '{"sku":"W-1"}', output: { stock: 3 }, attempt: 2 };
  expect(span({ event_name: 'tool', properties }).text).toMatchObject({
    kind: 'tool',
    name: 'lookup',
    input: JSON.stringify(properties.input),
    output: '{"stock":3}',
    params: '{"tool":"lookup","attempt":2}',
  });
});

test('any other event is a generic one', () => {
  const { text, usage } = span({ event_name: 'feedback', properties: { score: 1, usage: { prompt_tokens: 5 } } });
  expect(text).toMatchObject({ kind: 'event', name: 'feedback', params: '{"score":1,"usage":{"prompt_tokens":5}}' });
  expect(text.model).toBeUndefined();
  expect(usage).toBeUndefined();
});

test.each([
  [{ event_name: 'error', properties: { output: { value: 'boom' } } }, { message: 'boom' }],
  [{ event_name: 'error', properties: { message: 'boom' } }, { message: 'boom' }],
  [{ event_name: 'error', properties: {} }, undefined],
  [{ properties: { status: 'error', output: 'boom' } }, { message: 'boom' }],
  [{ properties: { output: { error: 'boom' } } }, { message: 'boom' }],
  [
    { properties: { output: { error: { message: 'no such model', type: 'invalid_request_error', code: 404 } } } },
    { message: 'no such model', type: 'invalid_request_error', code: '404' },
  ],
  [{ properties: { output: { error: { reason: 'x' } } } }, { message: '{"reason":"x"}' }],
  [
    { properties: { error: { name: 'TypeError', message: 'm', stack: 'at f' } } },
    { message: 'm', type: 'TypeError', stack: 'at f' },
  ],
  [{ properties: { output: { object: 'response', status: 'failed', error: null } } }, undefined],
])('failure %#', (body: JsonObject, error) => {
  const { text } = span(body);
  expect(text.status).toBe('error');
  expect(text.error === undefined ? undefined : JSON.parse(text.error)).toEqual(error);
});

test.each([
  { output: { object: 'response', status: 'completed', error: null } },
  { output: { error: '' } },
  { output: { error: false } },
  { output: { status: 'failed', order: 7 } },
])('no failure %#', (properties: JsonObject) => {
  expect(span({ properties }).text).toMatchObject({ status: 'ok' });
  expect(span({ properties }).text.error).toBeUndefined();
});
