import { expect, test } from 'vitest';
import { FAULTS, type FaultCode } from '../../faults.ts';
import type { IntakeRequest } from '../dialect.ts';
import { notFound } from './missing.ts';
import { accepted, refused } from './reply.ts';

const CODES = Object.keys(FAULTS) as FaultCode[];

test.each(CASES())('%s is %i %s', (code, status, type) => {
  const reply = refused({ code, message: 'why' });
  expect(reply.status).toBe(status);
  expect(reply.body).toMatchObject({ type });
});

function CASES(): [FaultCode, number, string][] {
  const expected: Record<FaultCode, [number, string]> = {
    'malformed-json': [400, 'malformed-json'],
    'invalid-event': [422, 'validation-error'],
    'too-deep': [400, 'too-deep'],
    'bad-encoding': [400, 'bad-encoding'],
    'missing-credential': [401, 'unauthorized'],
    'unknown-credential': [401, 'unauthorized'],
    'wrong-project': [401, 'unauthorized'],
    'scope-missing': [403, 'forbidden'],
    'not-found': [404, 'not-found'],
    'method-not-allowed': [405, 'method-not-allowed'],
    conflict: [409, 'conflict'],
    'too-large': [413, 'payload-too-large'],
    'too-many-events': [413, 'payload-too-large'],
    'unsupported-encoding': [415, 'unsupported-encoding'],
    'invalid-field': [422, 'validation-error'],
    'body-timeout': [408, 'request-timeout'],
    'rate-limited': [429, 'rate-limited'],
    overloaded: [503, 'unavailable'],
    internal: [500, 'internal-error'],
  };
  return CODES.map((code) => [code, ...expected[code]]);
}

test('validation errors have the path, the reason and the shape of FastAPI', () => {
  const problems = [
    { path: 'event_name', message: 'is required', code: 'missing' },
    { path: '', message: 'must be an object' },
    { path: 'idempotency-key', message: 'too long', code: 'string_too_long' },
  ];
  expect(refused({ code: 'invalid-field', message: 'm', problems }).body).toEqual({
    type: 'validation-error',
    message: 'm',
    errors: problems.map(({ path, message }) => ({ path, message })),
    detail: [
      { loc: ['body', 'event_name'], msg: 'is required', type: 'missing' },
      { loc: ['body'], msg: 'must be an object', type: 'value_error' },
      { loc: ['header', 'idempotency-key'], msg: 'too long', type: 'string_too_long' },
    ],
  });
});

test('a 404 has the documented type at both places where clients look', () => {
  expect(refused(notFound('fingerprint-not-found', 'fingerprint_id', 'none'))).toEqual({
    status: 404,
    body: { type: 'fingerprint-not-found', message: 'none', detail: { type: 'fingerprint-not-found' } },
  });
});

test('internals stay inside', () => {
  expect(JSON.stringify(refused({ code: 'internal', message: 'SQLITE_BUSY /data/registry.db' }))).not.toContain(
    'SQLITE',
  );
});

test('headers tell how to go on', () => {
  expect(refused({ code: 'overloaded', message: '' }).headers).toEqual({ 'retry-after': '1' });
  expect(refused({ code: 'missing-credential', message: '' }).headers).toEqual({ 'www-authenticate': 'Bearer' });
});

test('an accepted event is answered with its id: the sender’s own, else the new one', () => {
  const reply = (body: { event_id?: string }) => {
    const request: IntakeRequest = {
      head: { method: 'POST', params: {}, query: new URLSearchParams(), headers: {} },
      text: '',
      receivedAt: 0,
    };
    return accepted({ request, items: [{ ok: true, value: body }], newEventId: (index) => `new-${index}` });
  };
  expect(reply({})).toEqual({ status: 200, body: { id: 'new-0' } });
  expect(reply({ event_id: 'mine' })).toEqual({ status: 200, body: { id: 'mine' } });
});
