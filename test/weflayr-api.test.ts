/**
 * Weflayr's intake as its users meet it: one event per request in, calls with their times, tokens and ends out. A test
 * that names a defect shows that the vendor's (`protocols/weflayr.md` 11) is not here.
 */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './support/server.ts';

/** 0.6 seconds. */
const SHORT_SILENCE_MINUTES = '0.01';
const WAIT_MS_MAX = 30_000;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

interface Span {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly status: string;
  readonly startTime: string;
  readonly endTime: string | null;
  readonly durationMs: number | null;
  readonly timeToFirstTokenMs: number | null;
  readonly timesAreEstimated: boolean;
  readonly [field: string]: unknown;
}

class Client {
  readonly id: string;
  readonly key: string;
  readonly #server: TestServer;

  constructor(on: TestServer, project: { id: string; key: string }) {
    this.#server = on;
    this.id = project.id;
    this.key = project.key;
  }

  static async open(on = server): Promise<Client> {
    return new Client(on, await on.createProject(`weflayr ${randomUUID()}`));
  }

  post(body: unknown, key = this.key): Promise<Response> {
    return fetch(`${this.#server.url}/${this.id}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async send(...events: readonly object[]): Promise<void> {
    for (const event of events) {
      const answer = await this.post(event);
      expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
    }
  }

  async spans(traceId: string): Promise<readonly Span[]> {
    await this.#server.settle();
    return (await this.#server.get<{ spans: readonly Span[] }>(`/traces/${traceId}`, this.key)).spans;
  }

  async call(traceId: string): Promise<Span> {
    const span = (await this.spans(traceId)).find(({ spanId }) => spanId === traceId);
    if (span === undefined) throw new Error(`no span ${traceId}`);
    return span;
  }
}

/** Generation 2 repeats the arguments in every event. */
const generation2 = (event_id: string) => ({
  ...{ event_id, tags: { feature: 'chat' }, method: 'chat.completions.create', model: 'gpt-4o-mini' },
  messages: [{ role: 'user', content: 'Hi' }],
});
const answer = {
  model: 'gpt-4o-mini-2024-07-18',
  usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
};
const at = (ms: number) => new Date(Date.UTC(2026, 1, 1, 10) + ms).toISOString();

describe('a call', () => {
  it('is one span whatever its spelling and order, the end first or twice', async () => {
    const client = await Client.open();
    const direct = { event_id: 'direct', model: 'gpt-4o-mini', provider: 'openai' };
    const end = { ...direct, event_type: 'chat.after', elapsed_ms: 20, prompt_tokens: 12, completion_tokens: 3 };
    await client.send(
      ...[end, { ...direct, event_type: 'chat.before' }, end],
      { ...generation2('bare'), event_type: 'after', elapsed_ms: 20, response: answer },
      { ...generation2('bare'), event_type: 'before' },
    );
    for (const id of ['direct', 'bare']) {
      const spans = await client.spans(id);
      expect(spans).toHaveLength(1);
      expect(spans[0]).toMatchObject({
        status: 'ok',
        kind: 'llm',
        model: 'gpt-4o-mini',
        durationMs: 20,
        usage: { inputTokens: 12, outputTokens: 3, totalTokens: 15 },
        costUsd: expect.any(Number),
      });
    }
    const { data } = await server.get<{ data: unknown[] }>('/events?traceId=direct', client.key);
    expect(data).toHaveLength(2);
  });

  it('defect 3: fails alike by `.error` and by an `after` with an error_type, and no `after` undoes that', async () => {
    const client = await Client.open();
    const failure = { error_type: 'RateLimitError', error_message: 'slow down', status_code: 429, elapsed_ms: 5 };
    await client.send(
      { event_id: 'direct', event_type: 'chat.error', ...failure },
      { event_id: 'direct', event_type: 'chat.after', elapsed_ms: 6 },
      { ...generation2('bare'), event_type: 'after', ...failure },
      { ...generation2('fine'), event_type: 'after', elapsed_ms: 1, error_type: null, response: answer },
    );
    const failed = { status: 'error', error: { type: 'RateLimitError', message: 'slow down', code: '429' } };
    expect(await client.call('direct')).toMatchObject(failed);
    expect(await client.call('bare')).toMatchObject(failed);
    expect(await client.call('fine')).toMatchObject({ status: 'ok', error: null });
  });

  it('counts what Anthropic caches once, beside its input', async () => {
    const client = await Client.open();
    const usage = {
      ...{ input_tokens: 20, output_tokens: 8, cache_read_input_tokens: 100, cache_creation_input_tokens: 30 },
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
    };
    await client.send({
      ...{ event_id: 'claude', event_type: 'messages.create.after', model: 'claude-haiku-4-5', elapsed_ms: 1 },
      response: { model: 'claude-haiku-4-5', usage },
    });
    expect(await client.call('claude')).toMatchObject({
      usage: { inputTokens: 20, outputTokens: 8, cacheReadTokens: 100, cacheWriteTokens: 30, totalTokens: 158 },
    });
  });
});

describe('times', () => {
  it('of an SDK are those of arrival, and said to be estimates', async () => {
    const client = await Client.open();
    const call = generation2('streamed');
    await client.send({ ...call, event_type: 'before' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await client.send({ ...call, event_type: 'stream_start' }, { ...call, event_type: 'stream_pending' });
    const open = await client.call('streamed');
    expect(open).toMatchObject({ status: 'running', endTime: null, timesAreEstimated: true });
    // Timers may fire a little early, by the clock.
    expect(open.timeToFirstTokenMs).toBeGreaterThan(45);
    await client.send({ ...call, event_type: 'after', elapsed_ms: 30_000 });
    // The call began before its `before` arrived; the first token came when it came.
    expect(await client.call('streamed')).toMatchObject({ status: 'ok', durationMs: 30_000, timesAreEstimated: true });
  });

  it('defect 1: are the sender’s, where it sends them, in any order of arrival', async () => {
    const client = await Client.open();
    const call = generation2('timed');
    await client.send(
      { ...call, event_type: 'after', timestamp: at(1000), elapsed_ms: 900.5 },
      { ...call, event_type: 'stream_start', timestamp: at(400) },
      { ...call, event_type: 'before', timestamp: at(100) },
    );
    expect(await client.call('timed')).toMatchObject({
      startTime: '2026-02-01T10:00:00.099500Z',
      endTime: '2026-02-01T10:00:01.000000Z',
      durationMs: 900.5,
      timeToFirstTokenMs: 300.5,
      timesAreEstimated: false,
    });
  });
});

describe('a call without an end', () => {
  let impatient: TestServer;
  beforeAll(async () => {
    impatient = await TestServer.start({ env: { TRIBUTARY_UNKNOWN_AFTER_MINUTES: SHORT_SILENCE_MINUTES } });
  });
  afterAll(() => impatient?.stop());

  it('is unknown after a while, and recovers when its end comes', async () => {
    const client = await Client.open(impatient);
    // The sender's clock is ahead, so that it is running for long after now.
    const ahead = new Date(Date.now() + 600_000).toISOString();
    await client.send({ ...generation2('lives'), event_type: 'before', timestamp: ahead });
    await client.send({ ...generation2('gone'), event_type: 'before' });
    const deadline = Date.now() + WAIT_MS_MAX;
    while ((await client.call('gone')).status === 'running' && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await client.call('gone')).status).toBe('unknown');
    expect((await client.call('lives')).status).toBe('running');
    const listed = async (status: string) =>
      (await impatient.get<{ data: { traceId: string }[] }>(`/traces?status=${status}`, client.key)).data.map(
        ({ traceId }) => traceId,
      );
    expect(await listed('unknown')).toEqual(['gone']);
    await client.send({ ...generation2('gone'), event_type: 'after', elapsed_ms: 40, response: answer });
    expect(await client.call('gone')).toMatchObject({ status: 'ok', durationMs: 40 });
    expect(await listed('unknown')).toEqual([]);
  });

  it('of another vendor is still running', async () => {
    const { key } = await impatient.createProject(`lunary ${randomUUID()}`);
    const started = { type: 'llm', event: 'start', runId: 'old', timestamp: at(0), name: 'gpt-4o' };
    const sent = await fetch(`${impatient.url}/v1/runs/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events: started }),
    });
    expect(sent.status).toBe(200);
    await impatient.settle();
    const { spans } = await impatient.get<{ spans: readonly Span[] }>('/traces/old', key);
    expect(spans.map(({ status }) => status)).toEqual(['running']);
  });
});

describe('places', () => {
  it('defect 8: calls form a tree by parent_id, also when the parent comes last', async () => {
    const client = await Client.open();
    const part = (event_id: string, parent_id: string | undefined, ms: number) => ({
      ...{ event_id, event_type: `${event_id}.after`, session_id: 's-1', timestamp: at(ms), elapsed_ms: 1 },
      ...(parent_id === undefined ? {} : { parent_id }),
    });
    await client.send(part('leaf', 'tool', 30), part('tool', 'agent', 40), part('agent', undefined, 50));
    const tree = (await client.spans('agent')).map(({ spanId, parentSpanId }) => [spanId, parentSpanId]);
    expect(tree.sort()).toEqual([
      ['agent', null],
      ['leaf', 'tool'],
      ['tool', 'agent'],
    ]);
    const { data } = await server.get<{ data: { traceId: string; sessionId: string }[] }>('/traces', client.key);
    expect(data.map(({ traceId, sessionId }) => [traceId, sessionId])).toEqual([['agent', 's-1']]);
  });

  it('a custom event is a point with its type and tags, found by both', async () => {
    const client = await Client.open();
    const point = { event_id: 'order-7', event_type: 'checkout.completed', tags: { plan: 'team' }, amount: 12.5 };
    await client.send(point, { ...point, amount: 13 });
    const spans = await client.spans('order-7');
    expect(spans.map(({ kind, name, status, tags, params }) => [kind, name, status, tags, params])).toEqual([
      ['event', 'checkout.completed', 'ok', ['plan:team'], { amount: 12.5 }],
      ['event', 'checkout.completed', 'ok', ['plan:team'], { amount: 13 }],
    ]);
    const found = async (path: string) => (await server.get<{ data: unknown[] }>(path, client.key)).data.length;
    expect(await found('/events?type=checkout.completed')).toBe(2);
    expect(await found('/events?type=checkout.failed')).toBe(0);
    expect(await found('/traces?tag=plan:team')).toBe(1);
    expect(await found('/traces?tag=plan:solo')).toBe(0);
  });
});

describe('the answer', () => {
  it('defect 7: an event has an id of its own, and its receipt says when it is stored', async () => {
    const client = await Client.open();
    const sent = await client.post({ event_id: 'one', event_type: 'x.before' });
    await client.send({ event_id: 'one', event_type: 'x.after' });
    await server.settle();
    const receipt = sent.headers.get('x-tributary-receipt') ?? '';
    expect(await server.get(`/receipts/${receipt}`, client.key)).toMatchObject({ status: 'stored' });
    const { data } = await server.get<{ data: { eventId: string }[] }>('/events?traceId=one', client.key);
    expect(new Set(data.map(({ eventId }) => eventId)).size).toBe(2);
  });

  it('defect 5: two keys work at a time, a revoked one does not, and none is told again', async () => {
    const client = await Client.open();
    const made = await server.post<{ id: string; secret: string }>(
      '/keys',
      { name: 'second', scopes: ['ingest'] },
      client.key,
    );
    const event = { event_id: 'k', event_type: 'x.after' };
    expect((await client.post(event)).status).toBe(200);
    expect((await client.post(event, made.secret)).status).toBe(200);
    const listed = JSON.stringify(await server.get('/keys', client.key));
    expect(listed).not.toContain(made.secret);
    await fetch(`${server.url}/api/tributary/v1/keys/${made.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${client.key}` },
    });
    expect((await client.post(event, made.secret)).status).toBe(401);
  });

  it('defect 9: a stranger learns nothing, whatever the path', async () => {
    const client = await Client.open();
    const probe = async (path: string, key: string) => {
      const response = await fetch(server.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: '{"event_id":"a","event_type":"b"}',
      });
      return [response.status, await response.text()];
    };
    const answers = await Promise.all(
      ['/my-app/', `/${client.id}/`, '/wp-login.php', '/.env'].map((path) => probe(path, 'not-a-key')),
    );
    for (const one of answers) expect(one).toEqual([401, '{"detail":"Invalid credentials"}']);
  });
});
