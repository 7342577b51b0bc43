/** The questions that count, at their edges: late parents, many groups, and what is refused or finds nothing. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from '../../test/support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

/** Sends Lunary events to a project, and waits until they are stored. */
async function send(project: string, ...events: object[]): Promise<void> {
  const response = await fetch(`${server.url}/v1/runs/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${project}`, 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  expect(response.ok).toBe(true);
  await server.settle();
}

describe('late parents', () => {
  it('count once, under their real trace', async () => {
    const { id, key } = await server.createProject('late parents');
    const at = (second: number) => new Date(Date.UTC(2026, 0, 31, 9, 30, second)).toISOString();
    // The deepest first, each in a batch of its own; its end comes before its start.
    const llm = { type: 'llm', runId: 'c', parentRunId: 'b', name: 'gpt-late' };
    await send(id, { ...llm, event: 'end', timestamp: at(9), tokensUsage: { prompt: 3, completion: 4 } });
    await send(id, { ...llm, event: 'start', timestamp: at(3) });
    await send(id, {
      type: 'tool',
      event: 'error',
      runId: 'b',
      parentRunId: 'a',
      timestamp: at(8),
      error: { message: 'no' },
    });
    await send(id, { type: 'tool', event: 'start', runId: 'b', parentRunId: 'a', name: 'search', timestamp: at(2) });
    await send(id, { type: 'agent', event: 'start', runId: 'a', name: 'late', userId: 'u', timestamp: at(1) });
    await send(id, { ...llm, event: 'end', timestamp: at(9), tokensUsage: { prompt: 3, completion: 4 } });
    const traces = await server.all<{ traceId: string; spanCount: number }>('/traces', key);
    expect(traces.map((trace) => [trace.traceId, trace.spanCount])).toEqual([['a', 3]]);
    const one = async (path: string) => (await server.all<Record<string, unknown>>(path, key))[0];
    expect(await one('/users')).toMatchObject({ userId: 'u', traceCount: 1, errorCount: 1, usage: { totalTokens: 7 } });
    expect(await one('/models')).toMatchObject({ model: 'gpt-late', callCount: 1, p50DurationMs: 6000 });
    expect(await one('/tools')).toMatchObject({ name: 'search', callCount: 1, errorCount: 1 });
    // The window holds one span of the trace, the one that was stored under a guess.
    const window = 'from=2026-01-31T09:30:03Z&to=2026-01-31T09:30:04Z&interval=minute';
    const series = await server.get<{ data: unknown }>(`/metrics/series?metric=tokens&groupBy=user&${window}`, key);
    expect(series.data).toEqual([{ time: '2026-01-31T09:30:00.000000Z', group: 'u', value: 7 }]);
  });
});

describe('many groups', () => {
  it('fold into one beyond the largest twenty', async () => {
    const { id, key } = await server.createProject('many groups');
    // Model 0 has one call, model 1 two, …: the smallest three are folded.
    const events = Array.from({ length: 23 }, (_, model) =>
      Array.from({ length: model + 1 }, (_, call) => ({
        type: 'llm',
        event: 'start',
        runId: `${model}-${call}`,
        name: `model-${model}`,
        timestamp: '2026-01-31T09:30:00Z',
      })),
    ).flat();
    await send(id, ...events);
    const path = '/metrics/series?metric=spans&groupBy=model&from=2026-01-31T09:00:00Z&to=2026-01-31T10:00:00Z';
    const { data } = await server.get<{ data: { group: string; value: number }[] }>(path, key);
    expect(data.length).toBe(21);
    expect(data.find(({ group }) => group === 'other')?.value).toBe(1 + 2 + 3);
    expect(data.find(({ group }) => group === 'model-22')?.value).toBe(23);
  });
});

describe('questions that are refused or find nothing', () => {
  const HOSTILE = [
    `' OR 1=1 --`,
    '"; DROP TABLE tributary.spans',
    '{project:UUID}',
    '\\',
    '\u0000',
    '%',
    '\u202e🙂',
    '__proto__',
  ];

  async function status(path: string, key = server.key): Promise<number> {
    const response = await fetch(`${server.url}/api/tributary/v1${path}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    await response.arrayBuffer();
    return response.status;
  }

  it('hostile values are only values', async () => {
    for (const value of HOSTILE.map(encodeURIComponent)) {
      expect(await status(`/sessions/${value}`), value).toBe(404);
      expect(await status(`/users/${value}`), value).toBe(404);
      expect(await status(`/sessions?userId=${value}&q=${value}`), value).toBe(200);
      expect(await status(`/models?cursor=${value}`), value).toBe(400);
    }
  });

  it('wrong parameters are named', async () => {
    const cursors = [[1e300, 'x'], [1.5, 'x'], ['x', 1], [1], {}].map((parts) =>
      Buffer.from(JSON.stringify(parts)).toString('base64url'),
    );
    for (const path of ['/sessions', '/users', '/agents', '/models', '/tools', '/sessions/x'])
      for (const cursor of cursors) expect(await status(`${path}?cursor=${cursor}`), path).toBe(400);
    const series = '/metrics/series?metric=';
    for (const query of [
      'price',
      'spans&groupBy=tag',
      'spans&interval=second',
      'spans&from=yesterday',
      'spans&from=2026-01-02&to=2026-01-01',
      'spans&from=2026-01-01&to=2026-03-01&interval=minute',
      'events&groupBy=model',
      'traces&groupBy=kind',
    ])
      expect(await status(series + query), query).toBe(400);
    for (const path of ['/traces', '/events', '/sessions', '/users', '/agents', '/models', '/tools'])
      expect(await status(`${path}?form=2026-01-01`), path).toBe(400);
    expect(await status('/sessions?limit=0')).toBe(400);
    expect(await status('/sessions?dialect=other')).toBe(400);
  });

  it('nobody sees another project, or anything without a key', async () => {
    const { key } = await server.createProject('empty');
    const event = { type: 'llm', event: 'start', runId: 'r', name: 'm', userId: 'u' };
    await send(server.projectId, event);
    for (const path of ['/sessions', '/users', '/agents', '/models', '/tools']) {
      expect(await server.all(path, key), path).toEqual([]);
      expect(await status(path, 'unknown'), path).toBe(401);
    }
    expect(await status('/users/u')).toBe(200);
    expect(await status('/users/u', key)).toBe(404);
    for (const metric of ['events', 'spans', 'traces'])
      expect(await server.get(`/metrics/series?metric=${metric}&from=2025-01-01&interval=day`, key)).toEqual({
        data: [],
      });
  });
});
