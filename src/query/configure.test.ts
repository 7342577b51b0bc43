/** Prices, settings, sampling and re-pricings over the API, with a registry on disk and no store: none of it asks one. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import { repricingsMax } from '../limits.ts';
import { SqliteRegistry } from '../registry/sqlite/sqlite-registry.ts';
import type { QueryParts } from './access.ts';
import { buildApi } from './api.ts';

let directory: string;
let registry: SqliteRegistry;
let api: ReturnType<typeof buildApi>;
let project: ProjectId;
let admin: string;
let told: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-configure-'));
  registry = await SqliteRegistry.open(join(directory, 'registry.db'));
  const parts = {
    registry,
    onPricesChanged: () => told.push('prices'),
    onRepricing: () => told.push('repricing'),
  };
  // The routes of this file use nothing else.
  api = buildApi(parts as unknown as QueryParts, { emit: () => undefined });
});
afterAll(async () => {
  await registry.close();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  project = (await registry.createProject(`${Math.random()}`)).id;
  admin = (await registry.createKey(project, 'k', ['read', 'admin'])).secret;
  told = [];
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function call(method: string, path: string, body?: unknown, key = admin): Promise<Answer> {
  const response = await api.request(path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const refused = (status: number, path: string) => ({ status, body: { error: { path } } });

describe('what a model costs', () => {
  test('and why: the published price of the day', async () => {
    const { status, body } = await call('GET', '/prices?model=o3&at=2025-06-09');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      model: 'o3',
      price: {
        priceId: 'openai/o3',
        source: 'published',
        provider: 'openai',
        from: null,
        usdPerMillion: { input: 10, output: 40 },
        table: expect.stringMatching(/^genai-prices \d/),
        urls: expect.arrayContaining(['https://openai.com/api/pricing/']),
      },
      published: [{ priceId: 'openai/o3' }, { priceId: 'openai/o3@2025-06-10', from: '2025-06-10T00:00:00.000000Z' }],
    });
    expect((await call('GET', '/prices?model=o3')).body).toMatchObject({ price: { priceId: 'openai/o3@2025-06-10' } });
  });

  test('with its tiers', async () => {
    expect((await call('GET', '/prices?model=gemini-2.5-pro&provider=google')).body).toMatchObject({
      price: { tiers: [{ promptTokensOver: 200_000, usdPerMillion: { input: 2.5, output: 15 } }] },
    });
  });

  test('is null when no price is known', async () => {
    expect(await call('GET', '/prices?model=my-gpt-4-fork')).toEqual({
      status: 200,
      body: { model: 'my-gpt-4-fork', provider: null, price: null, published: [] },
    });
  });

  test.each(['/prices', '/prices?model=', '/prices?model=x&at=soon'])('%s is refused', async (path) => {
    expect((await call('GET', path)).status).toBe(400);
  });
});

describe('own prices', () => {
  const price = { model: 'Our-Model', inputUsdPerMillion: 1, outputUsdPerMillion: 2 };

  it('are set, found at once, listed, replaced and removed', async () => {
    const set = await call('PUT', '/prices/own', price);
    expect(set).toMatchObject({ status: 200, body: { model: 'our-model', cacheReadUsdPerMillion: null } });
    expect((await call('GET', '/prices?model=our-model')).body).toMatchObject({
      price: { source: 'own', usdPerMillion: { input: 1, cacheRead: 1 } },
    });
    const { priceId } = set.body as { priceId: string };
    const again = await call('PUT', '/prices/own', { ...price, cacheReadUsdPerMillion: 0.25 });
    expect(again.body).toMatchObject({ priceId, cacheReadUsdPerMillion: 0.25 });
    expect((await call('GET', '/prices/own')).body).toEqual({ data: [again.body], nextCursor: null });
    expect(await call('DELETE', `/prices/own/${priceId}`)).toEqual({ status: 200, body: { removed: true } });
    expect((await call('GET', '/prices?model=our-model')).body).toMatchObject({ price: null });
    expect(await call('DELETE', `/prices/own/${priceId}`)).toMatchObject(refused(404, 'priceId'));
    expect(told).toEqual(['prices', 'prices', 'prices']);
  });

  it('belong to their project', async () => {
    const { body } = await call('PUT', '/prices/own', price);
    const other = (await registry.createProject('other')).id;
    const { secret } = await registry.createKey(other, 'k', ['read', 'admin']);
    const { priceId } = body as { priceId: string };
    expect(await call('DELETE', `/prices/own/${priceId}`, undefined, secret)).toMatchObject({ status: 404 });
    expect((await call('GET', '/prices/own', undefined, secret)).body).toMatchObject({ data: [] });
    expect((await call('GET', '/prices?model=our-model', undefined, secret)).body).toMatchObject({ price: null });
  });

  test.each([
    ['model', { ...price, model: ' ' }],
    ['model', { ...price, model: 'a*b' }],
    ['inputUsdPerMillion', { ...price, inputUsdPerMillion: -1 }],
    ['outputUsdPerMillion', { ...price, outputUsdPerMillion: 1e9 }],
    ['cacheReadUsdPerMillion', { ...price, cacheReadUsdPerMillion: '1' }],
    ['from', { ...price, from: 'tomorrow' }],
    ['input', { ...price, input: 1 }],
  ])('with a wrong %s are refused', async (path, body) => {
    expect(await call('PUT', '/prices/own', body)).toMatchObject(refused(400, path));
    expect(told).toEqual([]);
  });
});

describe('re-pricings', () => {
  it('are started and followed', async () => {
    const started = await call('POST', '/repricings', { from: '2026-01-01' });
    expect(started).toMatchObject({
      status: 202,
      body: { state: 'running', from: '2026-01-01T00:00:00.000000Z', to: null, spansTotal: 0 },
    });
    expect(told).toEqual(['repricing']);
    const { repricingId } = started.body as { repricingId: string };
    expect(await registry.repricings.find(project, repricingId)).toMatchObject({ state: 'running' });
    const progress = { state: 'done', spansTotal: 9, spansSeen: 9, spansChanged: 4, finishedAt: '2026' } as const;
    await registry.repricings.update(repricingId, progress);
    expect(await call('GET', `/repricings/${repricingId}`)).toEqual({
      status: 200,
      body: { ...(started.body as object), ...progress },
    });
    expect(await call('GET', '/repricings/none')).toMatchObject(refused(404, 'repricingId'));
  });

  it('need a range that holds something, and wait only so many at once', async () => {
    expect(await call('POST', '/repricings', { from: '2026-01-02', to: '2026-01-02' })).toMatchObject(
      refused(400, 'to'),
    );
    for (let i = 0; i < repricingsMax; i += 1) expect((await call('POST', '/repricings', {})).status).toBe(202);
    expect(await call('POST', '/repricings', {})).toMatchObject({
      status: 503,
      body: { error: { code: 'overloaded' } },
    });
  });
});

describe('settings', () => {
  it('have defaults, and keep what is not mentioned', async () => {
    expect(await call('GET', '/settings')).toEqual({
      status: 200,
      body: { strictAgentVersions: false, retentionDays: 'default' },
    });
    const changed = { status: 200, body: { strictAgentVersions: true, retentionDays: 'default' } };
    expect(await call('PATCH', '/settings', { strictAgentVersions: true })).toEqual(changed);
    expect(await call('PATCH', '/settings', {})).toEqual(changed);
    expect(await call('PATCH', '/settings', { strictAgentVersion: false })).toMatchObject({ status: 400 });
    expect(await call('PATCH', '/settings', { strictAgentVersions: 'no' })).toMatchObject(
      refused(400, 'strictAgentVersions'),
    );
    expect(await call('GET', '/settings')).toEqual(changed);
  });
});

describe('sampling', () => {
  it('has a rate per agent, and says what was left out', async () => {
    const path = '/agents/it%27s%20one/sampling';
    expect(await call('GET', path)).toMatchObject(refused(404, 'agentName'));
    expect(await call('PUT', path, { rate: 0.25 })).toEqual({
      status: 200,
      body: { agentName: "it's one", rate: 0.25, droppedTraces: 0, droppedEvents: 0 },
    });
    const drop = { projectId: project, agentName: "it's one", traceId: 't', events: 3, position: 5 };
    await registry.sampling.record([drop, { ...drop, traceId: 'u', events: 1 }]);
    const expected = { agentName: "it's one", rate: 0.25, droppedTraces: 2, droppedEvents: 4 };
    expect((await call('GET', path)).body).toEqual(expected);
    expect((await call('GET', '/sampling')).body).toEqual({ data: [expected], nextCursor: null });
    for (const rate of [-0.1, 1.1, '1', null])
      expect(await call('PUT', path, { rate })).toMatchObject(refused(400, 'rate'));
  });
});

const anything = [
  ['PUT', '/prices/own'],
  ['DELETE', '/prices/own/x'],
  ['POST', '/repricings'],
  ['PATCH', '/settings'],
  ['PUT', '/agents/x/sampling'],
  ['GET', '/prices?model=x'],
  ['GET', '/prices/own'],
  ['GET', '/repricings/x'],
  ['GET', '/settings'],
  ['GET', '/sampling'],
  ['GET', '/agents/x/sampling'],
] as const;

test.each(anything)('%s %s needs its scope', async (method, path) => {
  const scope = method === 'GET' ? 'read' : 'admin';
  const others = method === 'GET' ? (['ingest', 'admin'] as const) : (['ingest', 'read'] as const);
  const { secret } = await registry.createKey(project, 'k', others);
  const body = method === 'GET' || method === 'DELETE' ? undefined : {};
  expect(await call(method, path, body, secret)).toMatchObject({
    status: 403,
    body: { error: { message: `This key has no ${scope} scope` } },
  });
  expect((await call(method, path, body, 'nobody')).status).toBe(401);
});
