import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decoded } from '../dialect.ts';
import { decodeEvents } from './decode.ts';
import { EVENT_TYPES } from './event-types.ts';
import { request } from './testing.ts';

const VALID = { eventType: 'user_message', traceId: 't', agentName: 'a' };

function decode(body: unknown, headers?: Record<string, string>): Decoded {
  return decodeEvents(request(body, headers));
}

function flaws(body: unknown, headers?: Record<string, string>): string[] {
  const decoded = decode(body, headers);
  return decoded.ok ? [] : (decoded.fault.problems ?? []).map(({ path, code }) => `${path} ${code}`);
}

describe('accepts', () => {
  it.each([
    ['an event without metadata and content', VALID],
    ['every optional field as null', { ...VALID, ...nulls() }],
    ['unknown fields', { ...VALID, entityName: 'x', __proto__x: 1 }],
    ['an empty span id', { ...VALID, spanId: '' }],
    ['ids that are no UUIDs', { ...VALID, userId: 'u', projectId: 'p', environmentId: 'PRODUCTION', providerId: 'x' }],
    ['the longest ids', { ...VALID, traceId: 't'.repeat(128), agentName: 'a'.repeat(255), spanId: 's'.repeat(128) }],
    ['fractions of latency and usage', { ...VALID, metadata: { latencyMs: 12.5, usage: { promptTokens: 1.5 } } }],
    ['any tool that is not null', { ...VALID, eventType: 'tool_call_request', metadata: { tool: 0 } }],
    ['a legacy tool_call without a tool', { ...VALID, eventType: 'tool_call' }],
    ['the largest step', { ...VALID, stepId: 2147483647, parentStepId: 1 }],
    ['an empty array', []],
  ])('%s', (_name, body) => {
    expect(decode(body).ok).toBe(true);
  });

  it.each([
    '2024-03-20T12:00:00Z',
    '2024-03-20T12:00Z',
    '2024-03-20T12:00:00.123456789Z',
    '2024-03-20T12:00:00+00:00',
    '2024-03-20T12:00:00.5-05:30',
  ])('the timestamp %s', (timestamp) => {
    expect(flaws({ ...VALID, timestamp })).toEqual([]);
  });

  it.each(EVENT_TYPES)('%s', (eventType) => {
    expect(flaws({ ...VALID, eventType, metadata: { tool: 't', model: 'm', provider: 'p' } })).toEqual([]);
  });
});

function nulls() {
  const names = ['spanId', 'stepId', 'parentStepId', 'userId', 'projectId', 'environmentId', 'providerId'];
  const more = ['externalUserId', 'timestamp', 'content', 'metadata', 'idempotencyKey'];
  return Object.fromEntries([...names, ...more].map((name) => [name, null]));
}

describe('refuses, naming the field and the reason', () => {
  it.each([
    ['missing fields', {}, ['eventType invalid_type', 'traceId invalid_type', 'agentName invalid_type']],
    ['null for a required field', { ...VALID, traceId: null }, ['traceId invalid_type']],
    ['empty ids', { ...VALID, traceId: '', agentName: '' }, ['traceId too_small', 'agentName too_small']],
    ['an unknown type', { ...VALID, eventType: 'llm_call' }, ['eventType invalid_enum_value']],
    ['an inherited name as type', { ...VALID, eventType: 'constructor' }, ['eventType invalid_enum_value']],
    ['a type that is no text', { ...VALID, eventType: 5 }, ['eventType invalid_type']],
    [
      'long ids',
      { ...VALID, traceId: 't'.repeat(129), agentName: 'a'.repeat(256) },
      ['traceId too_big', 'agentName too_big'],
    ],
    [
      'long keys',
      { ...VALID, spanId: 's'.repeat(129), idempotencyKey: 'k'.repeat(129) },
      ['spanId too_big', 'idempotencyKey too_big'],
    ],
    ['a long user', { ...VALID, externalUserId: 'u'.repeat(256) }, ['externalUserId too_big']],
    [
      'owner ids that are no text',
      { ...VALID, userId: 1, projectId: {} },
      ['userId invalid_type', 'projectId invalid_type'],
    ],
    ['a fraction as step', { ...VALID, stepId: 1.5 }, ['stepId invalid_type']],
    ['text as step', { ...VALID, stepId: '1' }, ['stepId invalid_type']],
    ['step zero', { ...VALID, stepId: 0, parentStepId: -1 }, ['stepId too_small', 'parentStepId too_small']],
    ['a step beyond 32 bits', { ...VALID, stepId: 2 ** 31 }, ['stepId too_big']],
    ['a date', { ...VALID, timestamp: '2024-03-20' }, ['timestamp invalid_string']],
    ['a time without zone', { ...VALID, timestamp: '2024-03-20T12:00:00' }, ['timestamp invalid_string']],
    ['a time that does not exist', { ...VALID, timestamp: '2024-02-30T12:00:00Z' }, ['timestamp invalid_string']],
    ['a number as timestamp', { ...VALID, timestamp: 1710936000000 }, ['timestamp invalid_type']],
    ['metadata that is a list', { ...VALID, metadata: [] }, ['metadata invalid_type']],
    ['a tool request without tool', { ...VALID, eventType: 'tool_call_request' }, ['metadata.tool custom']],
    [
      'a tool response with a null tool',
      { ...VALID, eventType: 'tool_call_response', metadata: { tool: null } },
      ['metadata.tool custom'],
    ],
    ['a scalar body', 5, [' invalid_type']],
    ['null', null, [' invalid_type']],
    ['a list in a list', [[]], ['0 invalid_type']],
  ])('%s', (_name, body, expected) => {
    expect(flaws(body)).toEqual(expected);
  });

  it('a whole array for one bad event, with its index first', () => {
    expect(flaws([VALID, { ...VALID, traceId: '' }, VALID])).toEqual(['1.traceId too_small']);
  });

  it.each([
    ['X-External-User-Id', 256],
    ['X-User-Id', 1025],
    ['X-Environment-Id', 1025],
    ['X-Provider-Id', 1025],
  ])('a long %s', (header, chars) => {
    expect(flaws(VALID, { [header.toLowerCase()]: 'u'.repeat(chars) })).toEqual([`${header} too_big`]);
    expect(flaws(VALID, { [header.toLowerCase()]: 'u'.repeat(chars - 1) })).toEqual([]);
  });

  it('with at most a hundred details', () => {
    expect(flaws(Array.from({ length: 1000 }, () => ({})))).toHaveLength(100);
  });

  it.each(['llm_response', 'embedding_response'])('%s without model or provider, before the 202', (eventType) => {
    const event = { ...VALID, eventType };
    expect(messageOf(event)).toBe(`MISSING_MODEL: metadata.model is required for ${eventType}`);
    expect(messageOf({ ...event, metadata: { model: '', provider: 'p' } })).toMatch(/^MISSING_MODEL: /);
    expect(messageOf({ ...event, metadata: { model: 'm' } })).toMatch(/^MISSING_PROVIDER: metadata\.provider /);
    expect(messageOf([VALID, event])).toMatch(/^MISSING_MODEL: 1\.metadata\.model /);
  });

  it('more events than a request may hold', () => {
    const decoded = decodeEvents({ ...request({}), text: `[${'0,'.repeat(100_000)}0]` });
    expect(decoded).toMatchObject({ ok: false, fault: { code: 'too-many-events' } });
  });

  it('text that is not JSON', () => {
    expect(decodeEvents({ ...request({}), text: '{"a":' })).toMatchObject({
      ok: false,
      fault: { code: 'malformed-json' },
    });
  });
});

function messageOf(body: unknown): string | undefined {
  const decoded = decode(body);
  return decoded.ok ? undefined : decoded.fault.message;
}

describe('tool-result', () => {
  it.each([undefined, 'user_message', 'nonsense', 5])('does not care about the type sent: %s', (eventType) => {
    const body = { ...VALID, eventType, metadata: { tool: 'search' } };
    expect(decodeEvents(request(body), 'tool_call_response').ok).toBe(true);
  });

  it('still asks for the tool', () => {
    expect(decodeEvents(request({ traceId: 't', agentName: 'a' }), 'tool_call_response')).toMatchObject({ ok: false });
  });
});

it('never throws', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      decodeEvents({ ...request({}), text });
      decodeEvents({ ...request({}), text: text.slice(1) });
    }),
  );
});
