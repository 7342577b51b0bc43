import { describe, expect, it } from 'vitest';
import { FAULTS, type FaultCode } from '../../faults.ts';
import { lunary } from './lunary.ts';
import { reply, request, route } from './testing.ts';

const UUID = '11111111-2222-4333-8444-555555555555';
const INGEST = '/v1/runs/ingest';
const REPORT = '/api/report';

const TOPS = ['models/top', 'agents/top'];
const FIGURES = [
  ...['tokens', 'costs', 'errors', 'runs', 'run-types', 'custom-events', 'latency', 'threads'],
  ...['users/new', 'users/active', 'users/average-cost'],
  ...['feedback/thumb/up', 'feedback/thumb/down', 'feedback-ratio'],
];

describe('routes', () => {
  it('stand where the vendor has them', () => {
    expect(lunary.routes.map(({ method, path, scope = 'ingest' }) => `${method} ${path} ${scope}`)).toEqual([
      ...['POST /v1/runs/ingest ingest', 'POST /api/report ingest', 'POST /api/v1/report ingest'],
      'GET /v1/health public',
      ...['feedback', 'score', 'tags', 'visibility'].map((name) => `PATCH /v1/runs/:id/${name} read`),
      ...['DELETE /v1/runs/:id admin', 'DELETE /v1/external-users/:id admin'],
      ...['', '/count', '/usage', '/export'].map((rest) => `GET /v1/runs${rest} read`),
      'GET /v1/runs/ingest ingest',
      ...['', '/related', '/neighbors'].map((rest) => `GET /v1/runs/:id${rest} read`),
      'GET /v1/runs/:id/feedback ingest',
      ...['', '/props/keys', '/runs/usage', '/:id'].map((rest) => `GET /v1/external-users${rest} read`),
      ...[...TOPS, ...FIGURES].map((name) => `GET /v1/analytics/${name} read`),
      ...['models', 'users', 'custom-events'].map((name) => `GET /v1/filters/${name} read`),
    ]);
    const ids = lunary.routes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(lunary.cors?.methods).toBe('GET,POST,PATCH,DELETE,OPTIONS,PUT');
  });

  it('health needs no key', async () => {
    const health = lunary.routes.find((candidate) => candidate.kind === 'resource');
    expect(health?.scope).toBe('public');
    // The handler asks the directory nothing.
    expect(await health?.handle(request(''), Object.create(null))).toEqual({ status: 200, body: { status: 'OK' } });
  });
});

describe('credential in a header', () => {
  const claim = (headers: Record<string, string>) => route(INGEST).credential(request('', headers).head);
  const fault = { code: 'missing-credential', message: 'Incorrect project id format' } as const;

  it.each([
    [{ authorization: `Bearer ${UUID}` }, UUID],
    [{ authorization: `Token ${UUID.toUpperCase()}` }, UUID.toUpperCase()],
    [{ authorization: 'bearer Sk_1' }, 'Sk_1'],
    [{ 'x-api-key': UUID }, UUID],
    [{ authorization: UUID, 'x-api-key': 'k' }, 'k'],
    [{ authorization: 'Bearer a', 'x-api-key': 'b' }, 'a'],
  ])('%j', (headers, value) => {
    expect(claim(headers)).toEqual({ by: 'key-or-project-id', value });
  });

  it.each([[{}], [{ authorization: UUID }], [{ authorization: 'Bearer ' }], [{ 'x-api-key': ' ' }]])(
    '%j is none',
    (headers) => {
      expect(claim(headers)).toEqual({ by: 'none', fault });
      expect(route(INGEST).refused(fault)).toEqual({
        status: 402,
        body: { message: 'Incorrect project id format' },
      });
    },
  );

  it.each([
    [{ authorization: `Bearer ${UUID}` }, 401, 'Invalid API key'],
    [{ authorization: 'Bearer undefined' }, 401, 'Invalid access token'],
    [{ 'x-api-key': UUID }, 401, 'Invalid API key'],
    [{ 'x-api-key': 'pk_123' }, 404, 'Not Found'],
  ])('%j unknown', (headers, status, message) => {
    const fault = { code: 'unknown-credential', message: 'x' } as const;
    expect(route(INGEST).refused(fault, request('', headers))).toEqual({ status, body: { message } });
  });
});

describe('the legacy route', () => {
  const event = { type: 'llm', event: 'start', runId: 'c' };
  const claim = (body: unknown) => route(REPORT).bodyClaim?.(request(body));

  it.each([
    [{ events: [{ ...event, app: UUID }] }, UUID],
    [{ events: [{ ...event, projectId: 'p', app: UUID }] }, 'p'],
    [{ events: [[{ ...event, app: UUID }], { ...event, app: 'other' }] }, UUID],
    [[{ ...event, app: UUID }], UUID],
  ])('takes the project of the first event', (body, value) => {
    expect(route(REPORT).credential(request(body).head)).toEqual({ by: 'body' });
    expect(claim(body)).toEqual({ by: 'key-or-project-id', value });
  });

  it.each([
    [{ events: [event] }, 'missing-credential'],
    [{ events: [null, { ...event, app: UUID }] }, 'missing-credential'],
    [{ events: [] }, 'invalid-event'],
    [{}, 'invalid-event'],
    ['{"events":[', 'malformed-json'],
  ])('%j has none', (body, code) => {
    expect(claim(body)).toMatchObject({ by: 'none', fault: { code } });
  });

  it.each([
    [UUID, 401, 'This project does not exist'],
    ['nope', 402, 'Incorrect project id format'],
  ])('unknown %s', (app, status, message) => {
    const fault = { code: 'unknown-credential', message: 'x' } as const;
    const sent = request({ events: [{ ...event, app }] });
    expect(route(REPORT).refused(fault, sent)).toEqual({ status, body: { message } });
  });

  it('answers with the bare results', () => {
    expect(reply(REPORT, { events: [event, null] })).toEqual({
      status: 200,
      body: [
        { id: 'c', success: true },
        { success: false, error: 'events[1] must be a JSON object' },
      ],
    });
    expect(reply(REPORT, { events: [] })).toEqual({ status: 400, body: { message: 'Missing events payload.' } });
  });
});

describe('every fault', () => {
  const codes = Object.keys(FAULTS).filter((code): code is FaultCode => code in FAULTS);
  const STATUS: Partial<Record<FaultCode, number>> = {
    'missing-credential': 402,
    'method-not-allowed': 404,
  };

  it.each(codes)('%s has the shape of the vendor', (code) => {
    for (const path of [INGEST, REPORT]) {
      expect(route(path).refused({ code, message: 'secret' })).toEqual({
        status: STATUS[code] ?? FAULTS[code].status,
        body: { message: expect.any(String), ...(code === 'invalid-field' ? { error: 'Error' } : {}) },
      });
    }
  });

  it('says what the vendor says, and nothing about the inside', () => {
    expect(route(INGEST).refused({ code: 'too-large', message: 'x' })).toEqual({
      status: 413,
      body: { message: 'request entity too large' },
    });
    expect(route(INGEST).refused({ code: 'internal', message: 'at /srv' }).body).toEqual({
      message: 'Internal Server Error',
    });
  });
});
