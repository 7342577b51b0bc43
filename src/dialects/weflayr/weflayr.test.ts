import { describe, expect, test } from 'vitest';
import { FAULTS, type FaultCode } from '../../faults.ts';
import { idCharsMax } from '../../limits.ts';
import type { EventRoute, IntakeRequest, RequestHead } from '../dialect.ts';
import { weflayr } from './weflayr.ts';

function eventRoute(): EventRoute {
  const [route] = weflayr.routes;
  if (route?.kind !== 'events') throw new Error('Weflayr has one route, for events');
  return route;
}
const route = eventRoute();

function head(headers: RequestHead['headers'], clientId = 'my-app'): RequestHead {
  return { method: 'POST', params: { clientId }, query: new URLSearchParams(), headers };
}

function request(text: string): IntakeRequest {
  return { head: head({}), text, receivedAt: 1e15 };
}

function refusal(text: string) {
  const decoded = route.decode(request(text));
  if (decoded.ok) throw new Error('expected a refusal');
  return route.refused(decoded.fault);
}

test('a call of this vendor may end unseen', () => {
  expect(weflayr.callsMayVanish).toBe(true);
});

describe('credential', () => {
  test.each([
    ['Bearer wf_secret', 'wf_secret'],
    ['bearer  wf_secret ', 'wf_secret'],
  ])('%s', (authorization, key) => {
    expect(route.credential(head({ authorization }))).toEqual({ by: 'key', key, projectHint: 'my-app' });
  });

  // Generation 1 without a secret sends `Bearer ` with nothing behind it.
  test.each<[string, RequestHead['headers']]>([
    ['nothing', {}],
    ['empty', { authorization: '' }],
    ['only the scheme', { authorization: 'Bearer ' }],
    ['another header', { 'x-api-key': 'wf_secret' }],
  ])('%s is no credential', (_name, headers) => {
    expect(route.credential(head(headers))).toMatchObject({ by: 'none', fault: { code: 'missing-credential' } });
  });
});

describe('decode', () => {
  test.each([
    '{"event_id":"a","event_type":"b"}',
    '{"event_id":"not a uuid","event_type":"custom","tags":7,"response":null,"model":[]}',
    `{"event_id":"${'x'.repeat(idCharsMax)}","event_type":"b"}`,
    ' {"event_type":"b", "event_id":"a", "event_id":"c"} ',
    '{"event_id":"a","event_type":"b","__proto__":{"x":1}}',
  ])('takes %s', (text) => {
    expect(route.decode(request(text))).toMatchObject({ ok: true, items: [{ ok: true }] });
  });

  test('the payload is the text as it came', () => {
    const text = ' {"event_type":"custom",\n"event_id":"a", "n":1.50, "n":2e0, "big":12345678901234567890} ';
    const decoded = route.decode(request(text));
    const items = decoded.ok ? decoded.items : [];
    const context = { receivedAt: 1e15, newEventId: () => 'new' };
    expect(route.events(request(text), items, context)).toMatchObject([{ payload: text, type: 'custom' }]);
  });

  test.each(['', 'x', '{', '{"event_id":"a","event_type":"b","n":NaN}', "{'event_id':'a'}", '{"a":1}{"b":2}'])(
    'malformed: %s',
    (text) => {
      expect(refusal(text)).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/not JSON/) } });
    },
  );

  test.each<[string, readonly { type: string; loc: readonly string[] }[]]>([
    ['[]', [{ type: 'dict_type', loc: ['body'] }]],
    ['[{"event_id":"a","event_type":"b"}]', [{ type: 'dict_type', loc: ['body'] }]],
    ['null', [{ type: 'dict_type', loc: ['body'] }]],
    ['"text"', [{ type: 'dict_type', loc: ['body'] }]],
    [
      '{}',
      [
        { type: 'missing', loc: ['body', 'event_id'] },
        { type: 'missing', loc: ['body', 'event_type'] },
      ],
    ],
    ['{"event_id":null,"event_type":"b"}', [{ type: 'string_type', loc: ['body', 'event_id'] }]],
    ['{"event_id":5,"event_type":"b"}', [{ type: 'string_type', loc: ['body', 'event_id'] }]],
    ['{"event_id":"a","event_type":{}}', [{ type: 'string_type', loc: ['body', 'event_type'] }]],
    ['{"event_id":"  ","event_type":"b"}', [{ type: 'string_too_short', loc: ['body', 'event_id'] }]],
    ['{"event_id":"a","event_type":""}', [{ type: 'string_too_short', loc: ['body', 'event_type'] }]],
    [
      `{"event_id":"a","event_type":"${' '.repeat(idCharsMax)}b"}`,
      [{ type: 'string_too_long', loc: ['body', 'event_type'] }],
    ],
  ])('fails the schema: %s', (text, detail) => {
    expect(refusal(text)).toEqual({
      status: 422,
      body: { detail: detail.map((problem) => ({ ...problem, msg: expect.any(String) })) },
    });
  });
});

describe('replies', () => {
  test('success', () => {
    const accepted = { request: request('{}'), items: [], newEventId: () => 'new' };
    expect(route.accepted(accepted)).toEqual({ status: 200, body: { ok: true } });
  });

  const codes = Object.keys(FAULTS).filter((code): code is FaultCode => Object.hasOwn(FAULTS, code));

  test.each(codes)("%s has a body in the vendor's shape", (code) => {
    const reply = route.refused({ code, message: 'what went wrong' });
    expect(reply.status).toBe(FAULTS[code].status);
    expect(reply.body).toEqual({ detail: expect.any(String) });
  });

  test('every 401 reads the same', () => {
    const refused = codes.filter((code) => FAULTS[code].status === 401);
    expect(refused).toEqual(['missing-credential', 'unknown-credential', 'wrong-project']);
    for (const code of refused)
      expect(
        route.refused({ code, message: `secret reason: ${code}`, problems: [{ path: 'key', message: 'no' }] }),
      ).toEqual({
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
        body: { detail: 'Invalid credentials' },
      });
  });

  test('internals stay inside', () => {
    const reply = route.refused({ code: 'internal', message: 'ENOSPC: /var/lib/log' });
    expect(JSON.stringify(reply)).not.toContain('ENOSPC');
  });
});
