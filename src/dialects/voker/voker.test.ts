import { expect, test } from 'vitest';
import { voker } from './voker.ts';

const head = (headers: Record<string, string>) => ({
  method: 'POST',
  params: {},
  query: new URLSearchParams(),
  headers,
});

test('every route stands at the plain and at the doubled prefix, under an id of its own', () => {
  const plain = voker.routes.filter((route) => !route.path.startsWith('/api/v1/api/v1/'));
  const doubled = voker.routes.filter((route) => route.path.startsWith('/api/v1/api/v1/'));
  const places = (routes: typeof plain) => routes.map(({ method, path }) => `${method} ${path}`);
  expect(places(doubled)).toEqual(places(plain).map((place) => place.replace('/api/v1/', '/api/v1/api/v1/')));
  expect(places(plain)).toEqual([
    'POST /api/v1/events',
    'PUT /api/v1/fingerprints',
    'POST /api/v1/fingerprints',
    'GET /api/v1/people/:personId',
    'PUT /api/v1/people/:personId',
    'DELETE /api/v1/people/:personId',
    'PUT /api/v1/people',
    'POST /api/v1/people',
    'GET /api/v1/agents/:agentName/agent-versions/:versionName',
    'PUT /api/v1/agents/:agentName/agent-versions',
    'POST /api/v1/agents/:agentName/agent-versions',
    'GET /api/v1/agents/:agentName',
    'PUT /api/v1/agents',
    'POST /api/v1/agents',
    'GET /api/v1/sessions/:session/messages',
  ]);
  expect(new Set(voker.routes.map(({ id }) => id)).size).toBe(voker.routes.length);
  expect(plain[0]?.id).toBe('voker.events');
});

test('one key does everything: bearer first, X-API-Key tolerated', () => {
  for (const route of voker.routes) {
    if (route.kind === 'resource') expect(route.scope).toBe(route.path.includes('/sessions/') ? 'read' : 'ingest');
    expect(route.credential(head({ authorization: 'Bearer k1', 'x-api-key': 'k2' }))).toEqual({ by: 'key', key: 'k1' });
    expect(route.credential(head({ 'x-api-key': ' k2 ' }))).toEqual({ by: 'key', key: 'k2' });
    for (const headers of [{}, { authorization: 'Bearer ' }, { 'x-api-key': ' ' }])
      expect(route.credential(head(headers))).toMatchObject({ by: 'none', fault: { code: 'missing-credential' } });
  }
});
