/**
 * Vellum's API as its users meet it: events come in, and the vendor's own npm client reads the execution back. A test
 * that names a defect shows that the vendor's (`protocols/vellum.md` 11) is not here.
 */

import { randomUUID } from 'node:crypto';
import { Vellum, VellumClient } from 'vellum-ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './support/server.ts';
import { event, inWorkflow, N, node, SUPPORT, supportRun, timeAt, W } from './support/vellum.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server?.stop());

interface Project {
  readonly id: string;
  readonly key: string;
  readonly client: VellumClient;
}

const clientOf = (apiKey: string) =>
  new VellumClient({
    apiKey,
    environment: { default: server.url, predict: server.url, documents: server.url },
  });

async function newProject(): Promise<Project> {
  const project = await server.createProject(`vellum ${randomUUID()}`);
  return { ...project, client: clientOf(project.key) };
}

async function send(key: string, events: readonly object[]): Promise<void> {
  const response = await fetch(`${server.url}/monitoring/v1/events`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  expect([response.status, await response.json()]).toEqual([200, { success: true, count: events.length }]);
  // A read waits for what was accepted, but not as long as a busy machine may take.
  await server.settle();
}

describe('an execution, read back by npm vellum-ai', () => {
  let project: Project;
  beforeAll(async () => {
    project = await newProject();
    // As retries of the client may deliver it: in two batches, the later one first, and once more.
    const events = supportRun();
    for (const batch of [events.slice(8), events.slice(0, 8), events.slice(4)]) await send(project.key, batch);
  });
  const detailOf = (id: string, request = {}) =>
    project.client.workflowExecutions.retrieveWorkflowExecutionDetail(id, request);

  it('has its values, parent, state and times', async () => {
    expect(await detailOf('root')).toMatchObject({
      spanId: 'root',
      start: timeAt(0),
      end: timeAt(160),
      inputs: [
        { name: 'order', type: 'NUMBER', value: 7 },
        { name: 'ask', type: 'STRING', value: 'where?' },
      ],
      outputs: [{ name: 'sent', type: 'JSON', value: true }],
      error: null,
      state: { seen: 2 },
      parentContext: {
        type: 'WORKFLOW_RELEASE_TAG',
        releaseTagName: 'production',
        deploymentName: 'support-prod',
        metadata: { tier: 'gold' },
        parent: { type: 'API_REQUEST', apiActorLabel: 'ada@example.com' },
      },
    });
  });

  it('has its spans with their events; a hidden node is left out, what is below it is not', async () => {
    const { spans } = await detailOf('root');
    expect(spans.map(({ name, spanId, parentSpanId }) => [name, spanId, parentSpanId])).toEqual([
      ['workflow.execution', 'root', null],
      ['node.execution', 'lookup', 'root'],
      ['node.execution', 'retry', 'root'],
      ['workflow.execution', 'first', 'retry'],
      ['workflow.execution', 'second', 'retry'],
      ['node.execution', 'mail', 'second'],
    ]);
    const [root, lookup, , first] = spans;
    expect(root).toMatchObject({
      attributes: { label: 'SupportWorkflow', workflowId: 'class-support' },
      startTs: timeAt(0),
      endTs: timeAt(160),
    });
    expect(root?.events.map(({ name }) => name)).toEqual([`${W}initiated`, `${W}snapshotted`, `${W}fulfilled`]);
    expect(lookup?.attributes).toEqual({ label: 'Lookup', filepath: null, nodeId: 'class-Lookup' });
    expect(first?.events[1]).toMatchObject({
      name: `${W}rejected`,
      body: { error: { code: 'NODE_EXECUTION', rawData: { try: 1 } }, stacktrace: 'at /home/ada/app.py' },
    });
  });

  it('defect 9: logs without a parent and with equal times stand at their span, in the order sent', async () => {
    const { spans } = await detailOf('root');
    const lookup = spans.find(({ spanId }) => spanId === 'lookup');
    expect(lookup?.events.map((one) => [one.name, 'message' in one.body ? one.body.message : null])).toEqual([
      [`${N}initiated`, null],
      [`${N}log`, 'first'],
      [`${N}log`, 'second'],
      [`${N}log`, 'third'],
      [`${N}fulfilled`, null],
    ]);
  });

  it('defect 11: model, tokens and cost, where a node hands a provider’s answer on', async () => {
    const { spans, usageResults } = await detailOf('root');
    const result = {
      usage: [{ mlModelName: 'gpt-4o', mlModelUsage: { inputTokenCount: 1_000, outputTokenCount: 100 } }],
      cost: [{ value: expect.any(Number), unit: 'USD' }],
    };
    expect(spans[1]?.usageResult).toMatchObject(result);
    expect(usageResults).toMatchObject([result]);
    expect(usageResults?.[0]?.cost?.[0]?.value).toBeGreaterThan(0);
    expect(spans[0]?.usageResult).toBeNull();
  });

  it('is also any workflow inside another', async () => {
    const nested = await detailOf('second');
    expect(nested).toMatchObject({
      spanId: 'second',
      inputs: [{ name: 'to', value: 'bob' }],
      parentContext: { type: 'WORKFLOW_NODE', spanId: 'retry', parent: { type: 'WORKFLOW', spanId: 'root' } },
    });
    expect(nested.spans.map(({ spanId }) => spanId)).toEqual(['second', 'mail']);
    expect(await detailOf('first')).toMatchObject({
      error: { message: 'refused', code: 'NODE_EXECUTION', stacktrace: 'at /home/ada/app.py', rawData: { try: 1 } },
    });
  });

  it('comes in pages of spans', async () => {
    const ids = async (request: object) => (await detailOf('root', request)).spans.map(({ spanId }) => spanId);
    expect(await ids({ spanLimit: 2 })).toEqual(['root', 'lookup']);
    expect(await ids({ spanLimit: 3, prevSpanId: 'lookup' })).toEqual(['retry', 'first', 'second']);
    await expect(detailOf('root', { prevSpanId: 'nobody' })).rejects.toMatchObject({
      statusCode: 400,
      body: { detail: expect.any(String), code: 'invalid-field' },
    });
  });

  it('is not found under a node’s id, a made-up one, or with the key of another project', async () => {
    const other = await newProject();
    const foreign = () => other.client.workflowExecutions.retrieveWorkflowExecutionDetail('root');
    for (const ask of [() => detailOf('lookup'), () => detailOf('no such / id?'), foreign]) {
      const error = await ask().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(Vellum.NotFoundError);
      expect(error).toMatchObject({ body: { detail: expect.any(String) } });
    }
  });

  it('needs a key that may read', async () => {
    const { secret } = await server.post<{ secret: string }>(
      '/keys',
      { name: 'sends', scopes: ['ingest'] },
      project.key,
    );
    const ask = (key: string) => clientOf(key).workflowExecutions.retrieveWorkflowExecutionDetail('root');
    await expect(ask(secret)).rejects.toMatchObject({ statusCode: 403, body: { code: 'scope-missing' } });
    await expect(ask('not-a-key')).rejects.toMatchObject({ statusCode: 401, body: { code: 'unknown-credential' } });
    await expect(ask('')).rejects.toMatchObject({ statusCode: 401, body: { code: 'missing-credential' } });
  });

  it('in the own API: tree without the hidden node, actor, release, links', async () => {
    const page = await server.get<{ spans: readonly Record<string, unknown>[] }>('/traces/root', project.key);
    const spans = new Map(page.spans.map((span) => [span.spanId, span]));
    expect([...spans.keys()].sort()).toEqual(['first', 'lookup', 'mail', 'retry', 'root', 'second']);
    expect(spans.get('lookup')).toMatchObject({ parentSpanId: 'root', model: 'gpt-4o' });
    expect(spans.get('root')).toMatchObject({
      userId: 'ada@example.com',
      sessionId: 'thread',
      agentName: 'SupportWorkflow',
      agentVersion: 'production',
      metadata: {
        api_actor_type: 'WORKSPACE_API_KEY',
        release_tag_name: 'production',
        execution_metadata: { tier: 'gold' },
        launched_by: ['WORKFLOW_RELEASE_TAG', 'API_REQUEST'],
        links: [{ type: 'PREVIOUS_SPAN', traceId: 'before', spanId: 'before', sessionId: 'earlier' }],
      },
    });
    expect(['retry', 'first', 'second'].map((id) => spans.get(id)?.status)).toEqual(['ok', 'error', 'ok']);
    const whole = await server.get<{ spans: readonly { spanId: string }[] }>('/traces/root?hidden=true', project.key);
    expect(whole.spans.map(({ spanId }) => spanId)).toContain('router');
  });
});

describe('executions', () => {
  it('that share a trace_id are listed one by one, by their root workflow', async () => {
    const { key } = await newProject();
    const runs = ['run-1', 'run-2'].flatMap((spanId, i) =>
      ['initiated', 'fulfilled'].map((phase, j) =>
        event({
          ...{ name: W + phase, spanId, ms: i * 1000 + j * 10, definition: SUPPORT },
          parent: { type: 'EXTERNAL', span_id: 'caller' },
          body: { inputs: {}, outputs: {} },
        }),
      ),
    );
    await send(key, runs);
    const { data } = await server.get<{ data: { traceId: string; sessionId: string }[] }>('/traces', key);
    expect(data.map(({ traceId, sessionId }) => [traceId, sessionId])).toEqual([
      ['run-2', 'thread'],
      ['run-1', 'thread'],
    ]);
  });

  it('defect 1: one that resumes after its paused batch was lost can be read, and ends', async () => {
    const { key, client } = await newProject();
    const root = { spanId: 'approval', definition: SUPPORT, parent: { type: 'EXTERNAL', span_id: 'caller' } };
    await send(key, [event({ ...root, name: `${W}resumed`, ms: 0 })]);
    const read = () => client.workflowExecutions.retrieveWorkflowExecutionDetail('approval');
    expect(await read()).toMatchObject({ start: timeAt(0), end: null, inputs: [], outputs: [], state: null });
    await send(key, [event({ ...root, name: `${W}fulfilled`, ms: 500, body: { outputs: { ok: 'yes' } } })]);
    expect(await read()).toMatchObject({ end: timeAt(500), outputs: [{ name: 'ok', value: 'yes' }] });
  });

  it('that run or wait have an end for the client: when they were last seen', async () => {
    const { key, client } = await newProject();
    const root = { spanId: 'waits', definition: SUPPORT, parent: { type: 'EXTERNAL', span_id: 'caller' } };
    const gate = { spanId: 'gate', definition: node('Gate'), parent: inWorkflow('waits', SUPPORT) };
    const external_inputs = [{ name: 'approval', types: [{ name: 'str', module: ['builtins'] }] }];
    await send(key, [
      event({ ...root, name: `${W}initiated`, ms: 0, body: { inputs: {} } }),
      event({ ...gate, name: `${N}initiated`, ms: 10, body: { inputs: {} } }),
      event({ ...gate, name: `${N}paused`, ms: 20 }),
      event({ ...root, name: `${W}paused`, ms: 30, body: { external_inputs } }),
    ]);
    const { spans, end } = await client.workflowExecutions.retrieveWorkflowExecutionDetail('waits');
    expect(end).toBeNull();
    expect(spans.map(({ endTs }) => endTs)).toEqual([timeAt(30), timeAt(20)]);
    const { trace } = await server.get<{ trace: { status: string } }>('/traces/waits', key);
    expect(trace.status).toBe('paused');
  });

  it('of contexts that no client knows can be read all the same', async () => {
    const { key, client } = await newProject();
    const root = { spanId: 'odd', definition: { name: 'Odd' }, parent: { type: 'TELEPATHY', thought: 7 } };
    await send(key, [
      event({ ...root, name: `${W}initiated`, ms: 0, body: { inputs: {}, trigger: 'by hand' } }),
      event({ ...root, name: 'metric.execution.fulfilled', ms: 5 }),
      event({ ...root, name: `${W}rejected`, ms: 10, body: { error: { message: '', code: 'FUTURE', raw_data: 7 } } }),
    ]);
    const detail = await client.workflowExecutions.retrieveWorkflowExecutionDetail('odd');
    expect(detail).toMatchObject({
      parentContext: { type: 'EXTERNAL', context_type: 'TELEPATHY', thought: 7 },
      error: { code: 'FUTURE' },
    });
    expect(detail.spans[0]?.events.map(({ name }) => name)).toEqual([`${W}initiated`, `${W}rejected`]);
  });

  it('of many spans and events are whole', async () => {
    const { key, client } = await newProject();
    const ROOT = inWorkflow('many', SUPPORT);
    const ids = Array.from({ length: 120 }, (_, i) => `node-${String(i).padStart(3, '0')}`);
    await send(key, [
      event({
        name: `${W}initiated`,
        spanId: 'many',
        ms: 0,
        definition: SUPPORT,
        parent: { type: 'EXTERNAL' },
        body: { inputs: {} },
      }),
      ...ids.flatMap((spanId, i) =>
        Array.from({ length: 10 }, (_, j) =>
          event({
            ...{ name: `${N}log`, spanId, ms: i + 1, definition: node('Loop') },
            body: { severity: 'INFO', message: `${j}` },
          }),
        ),
      ),
      ...ids.map((spanId, i) =>
        event({
          name: `${N}initiated`,
          spanId,
          ms: i + 1,
          definition: node('Loop'),
          parent: ROOT,
          body: { inputs: {} },
        }),
      ),
    ]);
    const { spans } = await client.workflowExecutions.retrieveWorkflowExecutionDetail('many');
    expect(spans.map(({ spanId }) => spanId)).toEqual(['many', ...ids]);
    expect(spans.map(({ events }) => events.length)).toEqual([1, ...ids.map(() => 11)]);
  });
});

describe('the address that the Python SDK prints', () => {
  it.each(['', '/vellum'])('leads to the trace, without a key and without a look: %s', async (prefix) => {
    for (const id of ['root', 'nobody', 'a b/c?d', 'é"<']) {
      const response = await fetch(`${server.url}${prefix}/workflows/executions/${encodeURIComponent(id)}`, {
        redirect: 'manual',
      });
      expect(response.status).toBe(302);
      expect(response.headers.get('location')).toBe(`/traces/${encodeURIComponent(id)}`);
    }
  });
});
