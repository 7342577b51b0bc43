import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../canonical/json.ts';
import type { DecodedItem, Directory, IntakeRequest, RouteContext } from '../dialect.ts';
import { admit, decode } from './decode.ts';
import { vokerEvent } from './map.ts';

const GOOD = { event_name: 'llm', properties: {}, fingerprint_id: 'f1' };

function request(text: string, headers: Record<string, string> = {}): IntakeRequest {
  return { head: { method: 'POST', params: {}, query: new URLSearchParams(), headers }, text, receivedAt: 1_000_000 };
}

function problemsOf(body: unknown, headers?: Record<string, string>): string[] {
  const decoded = decode(request(JSON.stringify(body), headers));
  if (decoded.ok) return [];
  expect(decoded.fault.code).toBe('invalid-field');
  return (decoded.fault.problems ?? []).map(({ path, message }) => `${path} ${message}`);
}

test('the smallest event is accepted as it is', () => {
  expect(decode(request(JSON.stringify(GOOD)))).toEqual({ ok: true, items: [{ ok: true, value: GOOD }] });
});

test('optional names may be absent, null, empty or text', () => {
  for (const value of [undefined, null, '', 'a name', 'b1946ac9-2d3e-4f6a-8c1b-0f7e5d4c3b2a', 'x'.repeat(255)])
    for (const name of ['session', 'agent', 'agent_version', 'person', 'event_id'])
      expect(problemsOf({ ...GOOD, [name]: value })).toEqual([]);
});

test('optional names of another type or over 255 characters are refused', () => {
  for (const name of ['session', 'agent', 'agent_version', 'person', 'event_id']) {
    for (const value of [7, true, {}, []])
      expect(problemsOf({ ...GOOD, [name]: value })).toEqual([`${name} must be a string`]);
    expect(problemsOf({ ...GOOD, [name]: 'x'.repeat(256) })).toEqual([`${name} must have at most 255 characters`]);
  }
});

test('event names outside the documented one are accepted', () => {
  for (const event_name of ['tool', 'error', 'feedback', '__proto__'])
    expect(problemsOf({ ...GOOD, event_name })).toEqual([]);
});

test('all problems are told at once', () => {
  expect(problemsOf({})).toEqual(['event_name is required', 'properties is required', 'fingerprint_id is required']);
  expect(problemsOf({ event_name: '', properties: null, fingerprint_id: null })).toEqual([
    'event_name must be a non-empty string',
    'properties must be an object',
    'fingerprint_id must be a non-empty string',
  ]);
  expect(problemsOf({ event_name: 1, properties: [], fingerprint_id: 2 })).toEqual([
    'event_name must be a string',
    'properties must be an object',
    'fingerprint_id must be a string',
  ]);
});

test('bodies that are no object are refused', () => {
  for (const body of [[GOOD], 'text', 1, null]) expect(problemsOf(body)).toEqual([' must be an object']);
});

test('a long Idempotency-Key is refused, any other is fine', () => {
  expect(problemsOf(GOOD, { 'idempotency-key': 'k'.repeat(256) })).toEqual([
    'idempotency-key must have at most 255 characters',
  ]);
  expect(problemsOf(GOOD, { 'idempotency-key': '' })).toEqual([]);
});

test('malformed JSON is told apart', () => {
  const decoded = decode(request('{"event_name":'));
  expect(decoded.ok ? undefined : decoded.fault.code).toBe('malformed-json');
});

test('inherited names are not fields', () => {
  expect(
    problemsOf(JSON.parse('{"__proto__": {"event_name": "llm", "properties": {}, "fingerprint_id": "f"}}')),
  ).toEqual(['event_name is required', 'properties is required', 'fingerprint_id is required']);
});

function knowing(id: string): RouteContext {
  const directory: Pick<Directory, 'hasFingerprint'> = { hasFingerprint: (asked) => Promise.resolve(asked === id) };
  // `admit` asks for nothing else.
  return { directory } as RouteContext;
}

test('an event needs a fingerprint of its project', async () => {
  const items: DecodedItem[] = [{ ok: true, value: GOOD }];
  const sent = request(JSON.stringify(GOOD));
  expect(await admit(sent, items, knowing('f1'))).toEqual({ ok: true, value: sent.head });
  expect(await admit(sent, items, knowing('f2'))).toMatchObject({
    ok: false,
    fault: { code: 'not-found', problems: [{ path: 'fingerprint_id', code: 'fingerprint-not-found' }] },
  });
});

test('decode and map take any JSON and give the same twice', () => {
  const context = { receivedAt: 1_000_000, newEventId: (index: number) => `generated-${index}` };
  const anything = fc.jsonValue({ maxDepth: 4 });
  const eventLike = fc.record(
    {
      event_name: fc.oneof(fc.constantFrom('llm', 'tool', 'error'), anything),
      fingerprint_id: fc.oneof(fc.string(), anything),
      properties: fc.oneof(
        fc.record(
          { inputs: anything, output: anything, api: anything, status: anything, error: anything },
          { requiredKeys: [] },
        ),
        fc.dictionary(fc.constantFrom('inputs', 'output', '__proto__', 'constructor', 'input'), anything),
        anything,
      ),
      session: anything,
      agent: anything,
      timestamp: anything,
      event_id: fc.option(fc.string()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(eventLike, anything), (body) => {
      const sent = request(JSON.stringify(body));
      const decoded = decode(sent);
      expect(decode(sent)).toEqual(decoded);
      if (!decoded.ok) return;
      for (const item of decoded.items) {
        if (!item.ok) continue;
        const value: JsonObject = item.value;
        const draft = vokerEvent(value, sent, context, 0);
        expect(vokerEvent(value, sent, context, 0)).toEqual(draft);
        for (const text of [
          draft.fragments[0]?.text.input,
          draft.fragments[0]?.text.output,
          draft.fragments[0]?.metadata,
        ])
          if (text !== undefined) JSON.parse(text);
      }
    }),
    { numRuns: 2000 },
  );
});
