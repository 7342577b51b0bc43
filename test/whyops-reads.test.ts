/** WhyOps's read routes: events, threads, agents, statistics, each of the key's project alone. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './support/server.ts';
import {
  answered,
  at,
  callerOf,
  common,
  type EventsBody,
  type GraphBody,
  message,
  newProject,
  type Result,
  registered,
  type ThreadBody,
  type ThreadsBody,
} from './support/whyops.ts';

interface UsersBody {
  readonly users: readonly { readonly totalCost: number | null }[];
  readonly totals: { readonly totalCost: number | null };
}

interface Dashboard {
  readonly timeline: readonly { readonly day: string; readonly value: number }[];
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

describe('reading', () => {
  let project: Awaited<ReturnType<typeof newProject>>;
  let agentId: string;
  let versionId: string;

  beforeAll(async () => {
    project = await newProject(server);
    ({ agentId, agentVersionId: versionId } = await registered(project.call, 'You are helpful.'));
    const usage = { promptTokens: 1000, completionTokens: 100, totalTokens: 1100, cacheReadTokens: 400 };
    const sent = await project.call<Result[]>('POST', '/api/events', [
      message('a', { timestamp: at(1), externalUserId: 'ada', content: { messages: [] }, metadata: { x: 1 } }),
      answered('a', usage, {}, { timestamp: at(3) }),
      { eventType: 'error', ...common('a'), timestamp: at(5), stepId: 5, content: { message: 'boom' } },
      message('a', { timestamp: at(7), stepId: 3, parentStepId: 1, externalUserId: 'grace' }),
      message('b', { timestamp: at(60), externalUserId: 'grace', agentName: 'other', providerId: 'provider-1' }),
      answered(
        'b',
        { inputTokens: 5, outputTokens: 6 },
        {},
        { timestamp: at(61), agentName: 'other', providerId: 'provider-1' },
      ),
    ]);
    expect(sent.status).toBe(201);
  });

  it('a list of threads, newest first, with pages and filters', async () => {
    const { body } = await project.call<ThreadsBody>('GET', '/api/threads?include=systemPrompt,tools,metadata');
    expect(body).toMatchObject({
      success: true,
      pagination: { total: 2, count: 20, page: 1, totalPages: 1, hasMore: false },
    });
    expect(body.threads).toMatchObject([
      {
        threadId: 'b',
        entityName: 'other',
        entityId: null,
        externalUserId: 'grace',
        eventCount: 2,
        providerId: 'provider-1',
      },
      {
        threadId: 'a',
        userId: null,
        externalUserId: 'ada',
        agentId,
        entityId: versionId,
        entityName: 'support',
        model: 'gpt-4o',
        systemPrompt: 'You are helpful.',
        tools: [],
        metadata: { x: 1 },
        firstEventTimestamp: '2026-01-01T12:00:01.000000Z',
        lastEventTimestamp: '2026-01-01T12:00:07.000000Z',
        lastActivity: '2026-01-01T12:00:07.000000Z',
        eventCount: 4,
        duration: 6000,
      },
    ]);
    const ids = async (query: string) =>
      (await project.call<ThreadsBody>('GET', `/api/threads?${query}`)).body.threads.map(({ threadId }) => threadId);
    expect(await ids('count=1')).toEqual(['b']);
    expect(await ids('count=1&page=2')).toEqual(['a']);
    expect(await ids('agentName=support')).toEqual(['a']);
    expect(await ids(`agentId=${agentId}`)).toEqual(['a']);
    expect(await ids('agentId=nobody')).toEqual([]);
    expect(await ids('externalUserId=grace')).toEqual(['b', 'a']);
    expect(await ids('externalUserId=ada')).toEqual(['a']);
    expect(await ids(`startDate=${at(30)}`)).toEqual(['b']);
    expect(await ids(`endDate=${at(30)}`)).toEqual(['a']);
    expect(await project.call<ThreadsBody>('GET', '/api/threads?startDate=yesterday')).toMatchObject({
      status: 400,
      body: { success: false },
    });
  });

  it('a thread with its events, late ones marked', async () => {
    const { body } = await project.call<ThreadBody>('GET', '/api/threads/a?eventInclude=content,metadata');
    expect(body).toMatchObject({
      success: true,
      sampledIn: true,
      sampledOut: false,
      threadId: 'a',
      externalUserId: 'ada',
      agentId,
      entityId: versionId,
      entityName: 'support',
      model: 'gpt-4o',
      firstEventTimestamp: '2026-01-01T12:00:01.000000Z',
      lastEventTimestamp: '2026-01-01T12:00:07.000000Z',
      duration: 6000,
      eventCount: 4,
      totalTokens: 1100,
      totalLatency: 820,
      avgLatency: 820,
      errorCount: 1,
      hasLateEvents: true,
      eventsPagination: { total: 4, limit: 200, offset: 0, hasMore: false },
      cost: [],
    });
    expect(body.events).toMatchObject([
      {
        eventType: 'user_message',
        stepId: 1,
        parentStepId: null,
        isLateEvent: false,
        duration: 2000,
        timeSinceStart: 0,
      },
      {
        eventType: 'llm_response',
        stepId: 2,
        parentStepId: 1,
        model: 'gpt-4o',
        promptTokens: 1000,
        completionTokens: 100,
        cacheReadTokens: 400,
        cacheWriteTokens: null,
        latencyMs: 820,
        duration: 2000,
        timeSinceStart: 2000,
        content: { content: 'hello' },
        metadata: { provider: 'openai' },
      },
      { eventType: 'error', stepId: 5, isLateEvent: false },
      { eventType: 'user_message', stepId: 3, isLateEvent: true, duration: null, timeSinceStart: 6000 },
    ]);
    expect(body).not.toHaveProperty('systemPrompt');
    const page = await project.call<ThreadBody>('GET', '/api/threads/a?eventLimit=2&eventOffset=1');
    expect(page.body.events.map(({ eventType }) => eventType)).toEqual(['llm_response', 'error']);
    expect(page.body.events[0]).not.toHaveProperty('content');
    expect(page.body.eventsPagination).toEqual({ total: 4, limit: 2, offset: 1, hasMore: true });
    expect(page.body.totalTokens).toBe(1100);
    expect(await project.call<ThreadBody>('GET', '/api/threads/none')).toMatchObject({
      status: 404,
      body: { success: false },
    });
  });

  it('defect 16: the second look at a thread shows what the first one did', async () => {
    const path = '/api/threads/a?include=metadata&eventInclude=content,metadata';
    const first = await project.call<ThreadBody>('GET', path);
    expect((await project.call('GET', path)).text).toBe(first.text);
    expect(first.body.events[1]?.metadata).toMatchObject({ provider: 'openai', latencyMs: 820 });
  });

  it('its graph and its diagram', async () => {
    const { body } = await project.call<GraphBody>('GET', '/api/threads/a/graph');
    expect(body.graph.nodes).toMatchObject([
      { type: 'user_message' },
      { model: 'gpt-4o' },
      { hasError: true },
      { stepId: 3 },
    ]);
    const [one, two, , late] = body.graph.nodes.map(({ id }) => id);
    expect(body.graph.edges).toEqual([
      { from: one, to: two },
      { from: one, to: late },
    ]);
    const diagram = await project.call('GET', '/api/visualize/a/mermaid');
    expect(diagram.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(diagram.text).toContain('LLM-->>Agent: 2 llm_response gpt-4o');
    expect((await project.call<GraphBody>('GET', '/api/threads/none/graph')).status).toBe(404);
    expect((await project.call('GET', '/api/visualize/none/mermaid')).status).toBe(404);
  });

  it('events by the account and the provider that they name', async () => {
    const types = async (query: string) =>
      (await project.call<EventsBody>('GET', `/api/events?${query}`)).body.events.map(({ eventType }) => eventType);
    expect(await types('providerId=provider-1')).toEqual(['llm_response', 'user_message']);
    expect(await types('userId=nobody')).toEqual([]);
  });

  it('agents, their versions and their users', async () => {
    const { body: list } = await project.call('GET', '/api/entities?count=1');
    expect(list).toMatchObject({
      success: true,
      pagination: { total: 2, count: 1, page: 1, totalPages: 2, hasMore: true },
      agents: [
        {
          id: agentId,
          name: 'support',
          traceCount: 1,
          successPercentage: 75,
          latestVersion: { id: versionId, samplingRate: 1 },
        },
      ],
    });
    const { body: detail } = await project.call(
      'GET',
      `/api/entities/${agentId}?traceCountPeriod=3650&successRatePeriod=3650`,
    );
    expect(detail).toMatchObject({
      success: true,
      id: agentId,
      successPercentage: { '2026-01-01': 75 },
      traceCounts: { '2026-01-01': 1 },
      versions: [{ id: versionId }],
    });
    expect((await project.call('GET', `/api/entities/${agentId}/version-ids`)).body).toMatchObject({
      success: true,
      agentId,
      versionIds: [versionId],
    });
    expect((await project.call('GET', `/api/entities/versions/${versionId}`)).body).toMatchObject({
      success: true,
      version: { id: versionId, agentId, name: 'support', systemPrompt: 'You are helpful.', tools: [] },
    });
    for (const path of ['/nobody', '/nobody/version-ids', '/nobody/user-distribution', '/versions/nothing'])
      expect(await project.call('GET', `/api/entities${path}`)).toMatchObject({
        status: 404,
        body: { success: false },
      });
  });

  it('what each user took: a thread is its first user’s', async () => {
    const { body } = await project.call<UsersBody>('GET', `/api/entities/${agentId}/user-distribution`);
    expect(body.users).toMatchObject([
      { externalUserId: 'grace', traceCount: 0, totalTokens: 0 },
      { externalUserId: 'ada', traceCount: 1, totalTokens: 1100, errorCount: 1 },
    ]);
    expect(body).toMatchObject({
      totals: { totalTraces: 1, totalTokens: 1100, totalErrors: 1, uniqueUsers: 2 },
      pagination: { total: 2 },
    });
    // The model call names no user, and is Ada's all the same; cached tokens are not free.
    expect(body.totals.totalCost).toBeGreaterThan(0);
    expect(body.users[1]?.totalCost).toBe(body.totals.totalCost);
  });

  it('statistics', async () => {
    const ask = async (path: string) => (await project.call('GET', `/api/analytics/${path}`)).body;
    const model = { provider: 'openai', model: 'gpt-4o' };
    expect(await ask('usage')).toEqual({
      stats: [{ ...model, requestCount: 2, totalTokens: 1111, avgLatency: 820, errorCount: 0 }],
    });
    expect(await ask('usage?providerId=provider-1')).toMatchObject({ stats: [{ requestCount: 1, totalTokens: 11 }] });
    expect(await ask('usage?startDate=2027-01-01')).toEqual({ stats: [] });
    expect(await ask('timeline?interval=hour')).toEqual({
      timeline: [{ interval: '2026-01-01T12:00:00.000000Z', requestCount: 2, totalTokens: 1111 }],
    });
    expect((await project.call('GET', '/api/analytics/timeline?interval=year')).status).toBe(400);
    expect(await ask('summary')).toEqual({
      summary: { totalRequests: 2, totalThreads: 2, totalTokens: 1111, avgLatency: 820, errorCount: 1 },
    });
    for (const path of ['usage', 'timeline', 'summary'])
      expect((await project.call('GET', `/api/analytics/${path}?userId=somebody`)).status).toBe(403);
  });

  it('the dashboard counts the last seven days', async () => {
    const { call } = await newProject(server);
    await call<Result[]>('POST', '/api/events', [
      message('t'),
      answered('t', {}),
      { eventType: 'error', ...common('t') },
      message('u', { agentName: 'other' }),
    ]);
    const { body } = await call<Dashboard>('GET', '/api/analytics/dashboard?agentCount=1');
    expect(body).toMatchObject({
      totalAgents: 2,
      activeTraces: 2,
      successRate: 75,
      successRateDelta: 0,
      avgLatency: '820ms',
      avgLatencyDeltaMs: 0,
      agentsUsage: { support: 1 },
    });
    expect(body.timeline).toHaveLength(7);
    expect(body.timeline.at(-1)).toMatchObject({ day: expect.stringMatching(/^[A-Z]{3}$/), value: 2 });
  });

  it('defects 1 and 3: another project’s key sees none of it, under no id', async () => {
    const other = await newProject(server);
    // The same trace id lives in both (the vendor's is global).
    expect((await other.call<Result>('POST', '/api/events', message('b', { content: 'mine' }))).body).toMatchObject({
      stepId: 1,
    });
    const { body: events } = await project.call<EventsBody>('GET', '/api/events');
    for (const { id } of events.events) expect((await other.call('GET', `/api/events/${id}`)).status).toBe(404);
    const paths = [
      '/api/threads/a',
      '/api/threads/a/graph',
      '/api/visualize/a/mermaid',
      `/api/entities/${agentId}`,
      `/api/entities/${agentId}/version-ids`,
      `/api/entities/${agentId}/user-distribution`,
      `/api/entities/versions/${versionId}`,
      `/api/agent-settings/${agentId}`,
    ];
    for (const path of paths) {
      expect((await project.call('GET', path)).status).toBe(200);
      expect((await other.call('GET', path)).status).toBe(404);
    }
    for (const method of ['PATCH', 'DELETE'])
      expect((await other.call(method, `/api/agent-settings/${agentId}`, { samplingRate: 0 })).status).toBe(404);
    expect((await other.call<EventsBody>('GET', '/api/events')).body.pagination.total).toBe(1);
    expect((await other.call<ThreadBody>('GET', '/api/threads/b?eventInclude=content')).body.events).toMatchObject([
      { content: 'mine' },
    ]);
    expect((await other.call<ThreadsBody>('GET', '/api/threads')).body.threads).toHaveLength(1);
    expect((await other.call('GET', '/api/analytics/summary')).body).toMatchObject({
      summary: { totalRequests: 0, totalThreads: 1 },
    });
    expect((await other.call('GET', '/api/entities')).body).toMatchObject({
      agents: [{ traceCount: 1, latestVersion: null }],
    });
  });

  it('defect 4: ids in a body or a header name no other project', async () => {
    const other = await newProject(server);
    const ids = { projectId: project.id, userId: 'u', environmentId: 'PRODUCTION' };
    const headers = { 'x-project-id': project.id, 'x-user-id': 'u', 'x-environment-id': 'e' };
    expect((await other.call<Result>('POST', '/api/events', message('theft', ids), headers)).status).toBe(201);
    expect((await project.call<ThreadBody>('GET', '/api/threads/theft')).status).toBe(404);
    expect((await other.call<ThreadBody>('GET', '/api/threads/theft')).status).toBe(200);
  });

  it('needs a key that may read, and one that may administer to change sampling', async () => {
    const secret = `YOPS-${'x'.repeat(20)}-${project.id}`;
    await server.post('/keys/import', { secret, project: project.id, scopes: ['ingest'] });
    const headers = { authorization: `Bearer ${secret}` };
    for (const path of ['/api/events', '/api/threads', '/api/entities', '/api/analytics/usage'])
      expect(await project.call('GET', path, undefined, headers)).toMatchObject({
        status: 403,
        body: { error: expect.any(String) },
      });
    const change = await project.call('PATCH', `/api/agent-settings/${agentId}`, { samplingRate: 0 }, headers);
    expect(change.status).toBe(403);
    expect((await project.call('GET', '/api/events/help', undefined, headers)).status).toBe(200);
  });
});

it('broken ids and numbers in a question get an answer, never a 500', async () => {
  const { call } = await newProject(server);
  const paths = [
    '/api/events/not-a-uuid',
    '/api/events/%00',
    '/api/events?limit=x&offset=1e999&providerId=x',
    '/api/threads?page=-1&count=0',
    '/api/threads/%ED%A0%80',
    '/api/entities/x?successRatePeriod=0',
    '/api/analytics/timeline?interval=',
    '/api/threads?page=999999999999999999999',
  ];
  for (const path of paths) expect([path, (await call('GET', path)).status < 500]).toEqual([path, true]);
});

it('defect 7: a browser’s cookies open nothing, whatever the origin', async () => {
  const identity = {
    cookie: 'better-auth.session_token=x; __Secure-better-auth.session_token=x',
    origin: 'https://evil.example',
  };
  for (const path of ['/api/threads', '/api/events', '/api/entities', '/api/analytics/usage'])
    expect((await callerOf(server.url, identity)('GET', path)).status).toBe(401);
});

it('readiness is public', async () => {
  const { status, body } = await callerOf(server.url, {})('GET', '/api/health/ready');
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'ok', database: 'connected' });
});
