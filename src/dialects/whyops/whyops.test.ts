import { isDeepStrictEqual as isEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FAULTS, type FaultCode } from '../../faults.ts';
import type { EventRoute, ResourceRoute, StoredEvent } from '../dialect.ts';
import type { Reader } from '../reader.ts';
import { EVENT_TYPES } from './event-types.ts';
import { context, directoryWith, readerWith, request } from './testing.ts';
import { whyops } from './whyops.ts';

const EVENT = { eventType: 'user_message', traceId: 't', agentName: 'a' };

function route(path: string): EventRoute {
  const found = whyops.routes.find((candidate) => candidate.path === path && candidate.kind === 'events');
  if (found?.kind !== 'events') throw new Error(`no event route ${path}`);
  return found;
}

function resource(path: string): ResourceRoute {
  const found = whyops.routes.find((candidate) => candidate.path === path);
  if (found?.kind !== 'resource') throw new Error(`no resource ${path}`);
  return found;
}

function reply(path: string, body: unknown, stored?: StoredEvent[]) {
  const sent = request(body);
  const decoded = route(path).decode(sent);
  if (!decoded.ok) return route(path).refused(decoded.fault, sent);
  const { newEventId } = context;
  const accepted = { request: sent, items: decoded.items, newEventId };
  return route(path).accepted(stored === undefined ? accepted : { ...accepted, stored });
}

describe('routes', () => {
  it('stand where the vendor has them', () => {
    expect(whyops.routes.map(({ method, path, scope = 'ingest' }) => `${method} ${path} ${scope}`)).toEqual([
      'POST /api/events/ingest ingest',
      'POST /api/events/tool-result ingest',
      'POST /api/events ingest',
      'GET /api/events/help ingest',
      'GET /api/events read',
      'GET /api/events/:id read',
      'GET /api/threads read',
      'GET /api/threads/:threadId read',
      'GET /api/threads/:threadId/graph read',
      'GET /api/visualize/:traceId/mermaid read',
      'POST /api/entities/init ingest',
      'POST /v1/agents/init ingest',
      'GET /api/entities read',
      'GET /api/entities/versions/:versionId read',
      'GET /api/entities/:id read',
      'GET /api/entities/:id/user-distribution read',
      'GET /api/entities/:id/version-ids read',
      'PATCH /api/entities/:id/sampling-rate admin',
      'GET /api/agent-settings/limits read',
      'GET /api/agent-settings/:id read',
      'PATCH /api/agent-settings/:id admin',
      'DELETE /api/agent-settings/:id admin',
      'GET /api/analytics/usage read',
      'GET /api/analytics/timeline read',
      'GET /api/analytics/summary read',
      'GET /api/analytics/dashboard read',
      'GET /api/health public',
      'GET /api/health/ready public',
    ]);
  });

  it('only ingest answers before the events are stored', () => {
    expect(route('/api/events/ingest').answersAfter).toBe('log');
    expect(route('/api/events').answersAfter).toBe('store');
    expect(route('/api/events/tool-result').answersAfter).toBe('store');
  });
});

describe('credential', () => {
  const claim = (headers: Record<string, string>) =>
    route('/api/events').credential({ method: 'POST', params: {}, query: new URLSearchParams(), headers });

  it.each([
    [{ authorization: 'Bearer k1' }, 'k1'],
    [{ 'x-api-key': 'k2' }, 'k2'],
    [{ authorization: 'Bearer k1', 'x-api-key': 'k2' }, 'k1'],
    [{ authorization: 'bearer k1', 'x-api-key': 'k2' }, 'k2'],
    [{ authorization: 'Bearer ', 'x-api-key': 'k2' }, 'k2'],
  ])('%j', (headers, key) => {
    expect(claim(headers)).toEqual({ by: 'key', key });
  });

  it.each([
    {},
    { authorization: 'bearer k1' },
    { authorization: 'Basic k1' },
    { 'x-project-id': 'p' },
    { 'x-user-id': 'u', 'x-project-id': 'p', 'x-environment-id': ' ' },
  ])('none: %j', (headers) => {
    expect(claim(headers)).toMatchObject({ by: 'none', fault: { code: 'missing-credential' } });
  });

  it('the three documented headers claim a project, but never next to a key', () => {
    const headers = { 'x-user-id': 'u', 'x-project-id': 'p', 'x-environment-id': 'e' };
    expect(claim(headers)).toEqual({ by: 'trusted-header', projectId: 'p' });
    expect(claim({ ...headers, 'x-api-key': 'k' })).toEqual({ by: 'key', key: 'k' });
  });
});

describe('replies', () => {
  it('202 from ingest, with the ids of the events', () => {
    expect(reply('/api/events/ingest', EVENT)).toEqual({
      status: 202,
      body: { success: true, accepted: true, queuedCount: 1, eventIds: ['event-0'] },
    });
    expect(reply('/api/events/ingest', [])).toEqual({
      status: 202,
      body: { success: true, accepted: true, queuedCount: 0, eventIds: [] },
    });
  });

  it('the ids in the 202 are those that are stored', () => {
    const body = [EVENT, { ...EVENT, idempotencyKey: 'k' }];
    const sent = request(body);
    const decoded = route('/api/events/ingest').decode(sent);
    const items = decoded.ok ? decoded.items : [];
    const eventIds = route('/api/events/ingest')
      .events(sent, items, context)
      .map(({ eventId }) => eventId);
    expect(reply('/api/events/ingest', body).body).toMatchObject({ queuedCount: 2, eventIds });
  });

  const first: StoredEvent = { eventId: 'e1', traceId: 't', spanId: 's1', step: 1, duplicate: false };
  const again: StoredEvent = { eventId: 'e2', traceId: 't', spanId: 's2', step: 2, parentStep: 1, duplicate: true };

  it('201 with a result, or with the results of an array', () => {
    const saved = { id: 'e1', status: 'saved', stepId: 1, spanId: 's1' };
    expect(reply('/api/events', EVENT, [first])).toEqual({ status: 201, body: saved });
    expect(reply('/api/events', [EVENT, EVENT], [first, again])).toEqual({
      status: 201,
      body: [
        saved,
        { id: 'e2', status: 'skipped', stepId: 2, parentStepId: 1, spanId: 's2', message: expect.any(String) },
      ],
    });
    expect(reply('/api/events', ' [ ]', [])).toEqual({ status: 201, body: [] });
  });

  it('201 sampled_out without an id for what was left out', () => {
    expect(reply('/api/events', EVENT, [{ ...first, sampledOut: true }])).toEqual({
      status: 201,
      body: { id: null, status: 'sampled_out', message: expect.any(String) },
    });
  });

  it('400 with the fields to blame', () => {
    expect(reply('/api/events/ingest', [EVENT, { ...EVENT, traceId: 5 }])).toEqual({
      status: 400,
      body: {
        error: 'Invalid event data: 1.traceId: Expected string, received number',
        details: [{ field: '1.traceId', message: 'Expected string, received number', code: 'invalid_type' }],
      },
    });
  });

  it('400 for broken JSON, where the vendor has 500', () => {
    expect(reply('/api/events/ingest', '{"a"')).toMatchObject({ status: 400, body: { error: expect.any(String) } });
  });

  it.each(Object.keys(FAULTS))('%s is an error in the vendor’s shape', (code) => {
    for (const { refused } of whyops.routes) {
      const { status, body } = refused({ code: code as FaultCode, message: 'why' });
      expect(body).toSatisfy(
        (said) => isEqual(said, { error: 'why' }) || isEqual(said, { success: false, error: 'why' }),
      );
      expect(status).not.toBe(422);
      expect(status === 500).toBe(code === 'internal');
    }
  });
});

describe('documents', () => {
  const nobody = { directory: directoryWith(), reader: readerWith() };

  it('help describes every type', async () => {
    const { status, body } = await resource('/api/events/help').handle(request(''), nobody);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      version: '1.0',
      supportedEventTypes: EVENT_TYPES,
      commonFields: { required: ['eventType', 'traceId', 'agentName'] },
      eventDetails: { llm_response: { requiredMetadata: ['model', 'provider'] } },
    });
    expect(resource('/api/events/help').scope).toBe('ingest');
  });

  it('help’s own examples are accepted', async () => {
    const { body } = await resource('/api/events/help').handle(request(''), nobody);
    const details = Object.entries(
      (body as { eventDetails: Record<string, { content: { shape: unknown } }> }).eventDetails,
    );
    const metadata = { model: 'm', provider: 'p', tool: 't' };
    const events = details.map(([eventType, { content }]) => ({
      ...EVENT,
      eventType,
      content: content.shape,
      metadata,
    }));
    expect(reply('/api/events/ingest', events)).toMatchObject({ status: 202, body: { queuedCount: 10 } });
  });

  it('health is public', async () => {
    expect(resource('/api/health').scope).toBe('public');
    expect(await resource('/api/health').handle(request(''), nobody)).toMatchObject({
      status: 200,
      body: { status: 'ok', timestamp: '2026-01-31T09:30:00.000000Z' },
    });
  });

  it('readiness is whether the store answers', async () => {
    const ready = (reader: Reader) =>
      resource('/api/health/ready').handle(request(''), { directory: directoryWith(), reader });
    expect(resource('/api/health/ready').scope).toBe('public');
    expect(await ready(readerWith({ countSpans: async () => 0 }))).toMatchObject({
      status: 200,
      body: { status: 'ok', database: 'connected' },
    });
    expect(await ready(readerWith())).toMatchObject({ status: 503, body: { database: 'disconnected' } });
  });
});
