/** What the vendor's server loses or miscounts (`protocols/whyops.md` 8), and this one does not. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './support/server.ts';
import {
  answered,
  at,
  common,
  type EventsBody,
  message,
  newProject,
  type Result,
  registered,
  type ThreadBody,
  type ThreadsBody,
} from './support/whyops.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

describe('sampling', () => {
  it('keeps everything unless asked (defect 9: four of five traces vanish, and everything beyond 1000 spans)', async () => {
    const { call } = await newProject(server);
    const events = Array.from({ length: 1200 }, (_, i) => ({
      eventType: 'tool_call_request',
      ...common(`t${i}`),
      spanId: `s${i}`,
      metadata: { tool: 'x' },
    }));
    expect((await call<Result[]>('POST', '/api/events', events)).body.every(({ status }) => status === 'saved')).toBe(
      true,
    );
    expect((await call<ThreadsBody>('GET', '/api/threads')).body.pagination.total).toBe(1200);
  });

  it('decides per trace by the vendor’s hash: the vector stands at 0.5866', async () => {
    for (const [rate, status] of [
      [0.58, 'sampled_out'],
      [0.59, 'saved'],
    ]) {
      const { call } = await newProject(server);
      const { agentId } = await registered(call, 'p', 'agent-1');
      const changed = await call('PATCH', `/api/entities/${agentId}/sampling-rate`, { samplingRate: rate });
      expect(changed).toMatchObject({
        status: 200,
        body: { success: true, agentId, samplingRate: rate, updatedVersions: 1 },
      });
      const ids = { userId: 'user-1', environmentId: 'env-1' };
      const event = message('trace-1', { agentName: 'agent-1', ...ids });
      expect((await call<Result>('POST', '/api/events', event)).body).toMatchObject({ status });
    }
  });

  it('a trace is whole: one that is stored stays in, one that was left out stays out', async () => {
    const { call } = await newProject(server);
    const { agentId } = await registered(call, 'p');
    await call<Result>('POST', '/api/events', message('kept'));
    await call('PATCH', `/api/agent-settings/${agentId}`, { samplingRate: 0 });
    const sent = [message('kept'), message('dropped'), message('other', { agentName: 'unsampled' })];
    const { status, body } = await call<Result[]>('POST', '/api/events', sent);
    expect(status).toBe(201);
    expect(body).toMatchObject([
      { status: 'saved', stepId: 2 },
      { id: null, status: 'sampled_out', message: expect.any(String) },
      { status: 'saved', stepId: 1 },
    ]);
    expect((await call('GET', `/api/agent-settings/${agentId}`)).body).toMatchObject({
      success: true,
      settings: { agentId, samplingRate: 0, maxTraces: null, maxSpans: null },
    });
    const reset = await call('DELETE', `/api/agent-settings/${agentId}`);
    expect(reset.body).toMatchObject({ settings: { samplingRate: 1 } });
    expect((await call('POST', '/api/events/ingest', message('dropped'))).status).toBe(202);
    expect((await call<ThreadBody>('GET', '/api/threads/dropped')).status).toBe(404);
    expect((await call<ThreadBody>('GET', '/api/threads/kept')).body).toMatchObject({ sampledIn: true, eventCount: 2 });
    // What was left out is counted where everybody can see it.
    const drops = { agentName: 'support', droppedTraces: 1, droppedEvents: 2 };
    expect((await call('GET', '/api/tributary/v1/sampling')).body).toMatchObject({ data: [drops] });
  });

  it('refuses rates that are none, and ids that no agent has', async () => {
    const { call } = await newProject(server);
    const { agentId } = await registered(call, 'p');
    for (const body of [{ samplingRate: 2 }, { samplingRate: -0.1 }, { samplingRate: '1' }, {}, [], 'no JSON'])
      expect(await call('PATCH', `/api/entities/${agentId}/sampling-rate`, body)).toMatchObject({
        status: 400,
        body: { success: false, error: expect.any(String) },
      });
    expect((await call('PATCH', '/api/entities/nobody/sampling-rate', { samplingRate: 1 })).status).toBe(404);
    // Caps do not exist here; setting them is ignored, as without the vendor's permission.
    const ignored = await call('PATCH', `/api/agent-settings/${agentId}`, { maxTraces: 5 });
    expect(ignored.body).toMatchObject({ settings: { maxTraces: null, samplingRate: 1 } });
    expect((await call('GET', '/api/agent-settings/limits')).body).toMatchObject({
      success: true,
      limits: { maxAgents: null },
    });
  });
});

describe('cost', () => {
  async function costOf(usage: object, provider: string, model: string) {
    const { call } = await newProject(server);
    await call('POST', '/api/events', answered('t', usage, { provider, model }));
    const { body } = await call<ThreadBody>('GET', '/api/threads/t');
    const [only, ...others] = body.models;
    if (only === undefined || others.length > 0) throw new Error(`not one model: ${JSON.stringify(body.models)}`);
    expect(body.totalCost).toBe(only.totalCost);
    return only;
  }

  it('defect 17: OpenAI’s cached tokens are part of the prompt and paid once', async () => {
    // gpt-4o: $2.50, cached $1.25, output $10 per million.
    const cached = { promptTokens: 1000, completionTokens: 100, cacheReadTokens: 400 };
    const model = await costOf(cached, 'openai', 'gpt-4o');
    expect(model).toMatchObject({
      model: 'gpt-4o',
      inputTokens: 1000,
      outputTokens: 100,
      cacheReadTokens: 400,
      isLastModel: true,
    });
    expect(model.totalCost).toBeCloseTo((600 * 2.5 + 400 * 1.25 + 100 * 10) / 1e6, 12);
  });

  it('Anthropic’s are not part of the prompt; writes cost by how long they are kept', async () => {
    // claude-3-5-sonnet: $3, output $15, cache read $0.30, write $3.75, kept for an hour $6 per million.
    const usage = {
      promptTokens: 100,
      completionTokens: 10,
      cacheReadTokens: 400,
      cacheWrite5mTokens: 30,
      cacheWrite1hTokens: 20,
    };
    const model = await costOf(usage, 'anthropic', 'claude-3-5-sonnet-20241022');
    expect(model).toMatchObject({
      inputTokens: 100,
      cacheReadTokens: 400,
      cacheWrite5mTokens: 30,
      cacheWrite1hTokens: 20,
      cacheCreationTokens: 50,
    });
    const parts = 100 * 3 + 10 * 15 + 400 * 0.3 + 30 * 3.75;
    expect(model.totalCost).toBeCloseTo((parts + 20 * 6) / 1e6, 12);
  });

  it('an embedding’s request and response are one call', async () => {
    const { call } = await newProject(server);
    const [model, provider] = ['text-embedding-3-small', 'openai'];
    await call('POST', '/api/events', [
      {
        eventType: 'embedding_request',
        ...common('t'),
        content: { input: ['some words'] },
        metadata: { model, provider },
      },
      {
        eventType: 'embedding_response',
        ...common('t'),
        content: { object: 'list' },
        metadata: { model, provider, usage: { totalTokens: 8 } },
      },
    ]);
    const { body } = await call('GET', '/api/analytics/usage');
    expect(body).toMatchObject({ stats: [{ model, requestCount: 1, totalTokens: 8 }] });
  });

  it('of a model without a price is not known, rather than another model’s', async () => {
    const model = await costOf({ promptTokens: 10 }, 'openai', 'my-gpt-4o-lookalike');
    expect(model.totalCost).toBeNull();
  });
});

describe('what the vendor’s server loses', () => {
  it('defect 13: fractions, text latency, long models, NULs and offsets are stored', async () => {
    const { call } = await newProject(server);
    const metadata = { model: 'm'.repeat(300), provider: 'p', latencyMs: 12.5, usage: { promptTokens: 1.4 } };
    const odd = [
      { eventType: 'llm_response', ...common('t'), metadata, content: { finishReason: 'f'.repeat(200) } },
      message('t', { metadata: { latencyMs: '820ms' } }),
      message('t', { content: 'a\u0000b' }),
      message('t', { timestamp: '2026-01-01T13:00:00+01:00' }),
      message('t', { userId: 'no uuid', providerId: 'unknown provider' }),
    ];
    expect((await call<Result[]>('POST', '/api/events', odd)).status).toBe(201);
    const { body } = await call<EventsBody>('GET', '/api/events?include=content,metadata');
    expect(body.pagination.total).toBe(odd.length);
    const { events } = body;
    expect(events.map(({ content }) => content)).toContain('a\u0000b');
    expect(events.map(({ timestamp }) => timestamp)).toContain('2026-01-01T12:00:00.000000Z');
    expect(events).toContainEqual(expect.objectContaining({ metadata }));
  });

  it('defect 14: a system prompt of blocks does not stop its trace', async () => {
    const { call } = await newProject(server);
    const content = {
      system: [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'two' },
      ],
      messages: [],
    };
    const sent = [message('t', { content, metadata: { provider: 'anthropic' } }), message('t')];
    expect((await call<Result[]>('POST', '/api/events', sent)).status).toBe(201);
    expect((await call<ThreadBody>('GET', '/api/threads/t?include=systemPrompt')).body).toMatchObject({
      eventCount: 2,
      systemPrompt: 'one\ntwo',
    });
  });

  it('defect 15: content is read back as it was sent', async () => {
    const { call } = await newProject(server);
    const content = [
      { role: 'system', content: 's' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] },
    ];
    const blocks = [
      { type: 'text', text: 't' },
      { type: 'tool_use', id: 'c', name: 'f', input: {} },
    ];
    await call<Result[]>('POST', '/api/events', [
      message('t', { content, metadata: { provider: 'openai' }, timestamp: at(1) }),
      answered('t', {}, { provider: 'anthropic' }, { content: blocks, timestamp: at(2) }),
    ]);
    const { body } = await call<EventsBody>('GET', '/api/events?include=content');
    expect(body.events.map(({ content }) => content)).toEqual([blocks, content]);
  });

  it('defect 15: a batch with one bad event stores nothing, and says which', async () => {
    const { call } = await newProject(server);
    for (const path of ['/api/events', '/api/events/ingest']) {
      const sent = [message('t'), { ...answered('t', {}), metadata: {} }];
      const details = [{ field: '1.metadata.model' }];
      expect(await call('POST', path, sent)).toMatchObject({ status: 400, body: { details } });
    }
    expect((await call<EventsBody>('GET', '/api/events')).body.pagination.total).toBe(0);
  });

  it('defect 12: an event without a timestamp has the time of its arrival, and arrays keep their order', async () => {
    const { call } = await newProject(server);
    const before = Date.now();
    await call(
      'POST',
      '/api/events/ingest',
      Array.from({ length: 50 }, (_, i) => message('t', { content: i })),
    );
    const after = Date.now();
    const { body } = await call<ThreadBody>('GET', '/api/threads/t?eventInclude=content');
    const { events } = body;
    expect(events.map(({ content }) => content)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(events.map(({ stepId }) => stepId)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    for (const { timestamp } of events) {
      expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(before - 1);
      expect(Date.parse(timestamp)).toBeLessThanOrEqual(after + 1);
    }
  });

  it('defect 12: concurrent events never share a step', async () => {
    const { call } = await newProject(server);
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => call<Result>('POST', '/api/events', message('t'))),
    );
    const steps = answers.map(({ body }) => body.stepId).sort((a, b) => a - b);
    expect(steps).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });
});
