import { expect, test } from 'vitest';
import { FAULTS, type FaultCode } from '../../faults.ts';
import type { EventRoute, RequestHead } from '../dialect.ts';
import { vellum } from './vellum.ts';

const route = vellum.routes.find((candidate): candidate is EventRoute => candidate.kind === 'events');
if (route === undefined) throw new Error('vellum has an event route');

function head(headers: Record<string, string>): RequestHead {
  return { method: 'POST', params: {}, query: new URLSearchParams(), headers };
}

function request(text: string) {
  return { head: head({}), text, receivedAt: 0 };
}

test('the key is in X-API-KEY, or behind Bearer', () => {
  expect(route.credential(head({ 'x-api-key': 'vk' }))).toEqual({ by: 'key', key: 'vk' });
  expect(route.credential(head({ authorization: 'Bearer vk' }))).toEqual({ by: 'key', key: 'vk' });
  expect(route.credential(head({ 'x-api-key': '', authorization: 'Bearer vk' }))).toEqual({ by: 'key', key: 'vk' });
});

test('an empty key is a missing key: the Python client sends one when its environment has none', () => {
  for (const headers of [{}, { 'x-api-key': '' }, { 'x-api-key': '  ' }, { authorization: 'Bearer' }])
    expect(route.credential(head(headers))).toMatchObject({ by: 'none', fault: { code: 'missing-credential' } });
});

test('count is the number of events in the request, repeats included', () => {
  const accepted = (text: string) => {
    const decoded = route.decode(request(text));
    const items = decoded.ok ? decoded.items : [];
    return route.accepted({ request: request(text), items, newEventId: () => '' });
  };
  const event = '{"name":"x","id":"e","timestamp":"2026-01-01","trace_id":"t","span_id":"s","body":{}}';
  expect(accepted('[]')).toEqual({ status: 200, body: { success: true, count: 0 } });
  expect(accepted(event)).toEqual({ status: 200, body: { success: true, count: 1 } });
  expect(accepted(`[${event},${event}]`)).toEqual({ status: 200, body: { success: true, count: 2 } });
});

const CODES = Object.keys(FAULTS).filter((code): code is FaultCode => Object.hasOwn(FAULTS, code));

test.each(CODES)('%s is answered in one shape', (code) => {
  const problems = [{ path: '[3].trace_id', message: 'is required', code: 'x' }];
  const reply = route.refused({ code, message: 'because', problems });
  expect(reply.body).toEqual({
    detail: code === 'internal' ? 'Internal error' : 'because',
    code,
    errors: [{ path: '[3].trace_id', message: 'is required' }],
  });
  expect(route.refused({ code, message: 'because' }).body).toMatchObject({ errors: [] });
  // 409 makes the Python client send the same again; 422 is not among the vendor's answers.
  expect([409, 422]).not.toContain(reply.status);
});

test.each([
  ['malformed-json', 400],
  ['invalid-event', 400],
  ['missing-credential', 401],
  ['unknown-credential', 401],
  ['scope-missing', 403],
  ['too-large', 413],
  ['unsupported-encoding', 415],
  ['overloaded', 503],
] as const)('%s is a %d', (code, status) => {
  expect(route.refused({ code, message: '' }).status).toBe(status);
});

test('who may try again is told when', () => {
  expect(route.refused({ code: 'overloaded', message: '' }).headers).toEqual({ 'retry-after': '1' });
  expect(route.refused({ code: 'invalid-event', message: '' }).headers).toBeUndefined();
});

test('payloads are the text that was sent', () => {
  const event = '{ "name":"x", "id":"e","timestamp":"2026-01-01","trace_id":"t","span_id":"s","body":{"n":1.50} }';
  const payloads = (text: string) => {
    const decoded = route.decode(request(text));
    const context = { receivedAt: 0, newEventId: () => '' };
    return route.events(request(text), decoded.ok ? decoded.items : [], context).map((draft) => draft.payload);
  };
  expect(payloads(event)).toEqual([event]);
  expect(payloads(`[ ${event},\n${event}]`)).toEqual([event, event]);
});
