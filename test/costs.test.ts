/**
 * What calls cost, computed by hand: one call or two of each vendor, with prices that are easy to multiply. Whatever is
 * asked (a span, its derivation, the trace, the session, the user, the agent, the model, a series) the numbers are these.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './support/server.ts';
import { newFingerprint } from './support/vendors.ts';

/** US dollars per million tokens. */
const LARGE = {
  model: 'acme-large',
  inputUsdPerMillion: 3,
  outputUsdPerMillion: 15,
  cacheReadUsdPerMillion: 0.3,
  cacheWriteUsdPerMillion: 3.75,
};
const SMALL = { model: 'acme-small', inputUsdPerMillion: 0.5, outputUsdPerMillion: 1.5 };

const AT = '2026-01-31T09:30:00Z';
const EVER = 'from=2025-12-01T00:00:00Z&to=2027-12-01T00:00:00Z&interval=day';

/** By hand, in dollars and tokens. */
const EXPECTED = {
  // 600 × 3 + 400 × 0.3 + 200 × 15 millionths: the cached 400 are part of the 1000.
  lunary: { costUsd: 0.00492, totalTokens: 1200 },
  // 500 × 0.5 + 100 × 1.5
  voker: { costUsd: 0.0004, totalTokens: 600 },
  // 100 × 3 + 1000 × 0.3 + 200 × 3.75 + 50 × 15: Anthropic counts cached tokens next to the input.
  weflayr: { costUsd: 0.0021, totalTokens: 1350 },
  // 34 × 3 + 8 × 0.3 + 15 × 15
  whyops: { costUsd: 0.0003294, totalTokens: 57 },
  // 12 × 0.5 + 3 × 1.5
  vellum: { costUsd: 0.0000105, totalTokens: 15 },
  // A model without a price.
  unpriced: { costUsd: null, totalTokens: 11 },
};
const TOTAL = { costUsd: 0.0077599, totalTokens: 3233 };
const LARGE_TOTAL = { costUsd: 0.0073494, totalTokens: 1200 + 1350 + 57 };

interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly totalTokens: number | null;
  readonly source: string | null;
}
interface Figures {
  readonly usage: Usage;
  readonly costUsd: number | null;
}
interface Span extends Figures {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string | null;
  readonly model: string | null;
  readonly countsInTotals: boolean;
}
interface Detail {
  readonly trace: Figures & { readonly traceId: string; readonly dialect: string; readonly spanCount: number };
  readonly spans: readonly Span[];
}

let server: TestServer;
let projectId: string;
let key: string;
let details: Detail[];

beforeAll(async () => {
  server = await TestServer.start();
  ({ id: projectId, key } = await server.createProject('costs'));
  for (const price of [LARGE, SMALL]) await setPrice(price);
  await sendLunary();
  await sendVoker();
  await sendWeflayr();
  await sendWhyops();
  await sendVellum();
  await server.settle();
  const traces = await server.all<{ traceId: string; dialect: string }>('/traces', key);
  details = await Promise.all(traces.map((one) => get<Detail>(`/traces/${one.traceId}?dialect=${one.dialect}`)));
});
afterAll(() => server.stop());

function get<T>(path: string): Promise<T> {
  return server.get<T>(path, key);
}

async function setPrice(price: object): Promise<void> {
  const response = await fetch(`${server.url}/api/tributary/v1/prices/own`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(price),
  });
  expect(response.status, await response.text()).toBe(200);
}

async function send(path: string, body: unknown, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  expect(response.status, `${path}: ${await response.text()}`).toBeLessThan(300);
}

/** An agent that reports the sum of its calls again, as LangChain does, and a call without a price. */
async function sendLunary(): Promise<void> {
  const at = (second: number) => new Date(Date.parse(AT) + second * 1000).toISOString();
  const agent = { type: 'agent', runId: 'agent-1', name: 'planner', userId: 'ada' };
  const call = { type: 'llm', runId: 'call-1', parentRunId: 'agent-1', name: 'acme-large', input: 'Hi', output: 'Ho' };
  const other = { type: 'llm', runId: 'call-2', name: 'nobody-knows-this-model', userId: 'ada' };
  await send('/v1/runs/ingest', {
    events: [
      { ...agent, event: 'start', timestamp: at(0) },
      { ...call, event: 'start', timestamp: at(1) },
      { ...call, event: 'end', timestamp: at(2), tokensUsage: { prompt: 1000, completion: 200, promptCached: 400 } },
      { ...agent, event: 'end', timestamp: at(3), tokensUsage: { prompt: 1000, completion: 200 } },
      { ...other, event: 'start', timestamp: at(4) },
      { ...other, event: 'end', timestamp: at(5), tokensUsage: { prompt: 10, completion: 1 } },
    ],
  });
}

async function sendVoker(): Promise<void> {
  await send('/api/v1/events', {
    event_name: 'llm',
    fingerprint_id: await newFingerprint(server, key),
    agent: 'planner',
    person: 'ada',
    session: 'conversation-1',
    properties: {
      api: 'openai-chat-completions',
      inputs: { model: 'acme-small', messages: [{ role: 'user', content: 'Hi' }] },
      output: {
        model: 'acme-small',
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Ho' } }],
        usage: { prompt_tokens: 500, completion_tokens: 100, total_tokens: 600 },
      },
    },
  });
}

async function sendWeflayr(): Promise<void> {
  await send(`/${projectId}/`, {
    event_id: 'weflayr-call',
    event_type: 'messages.create.after',
    model: 'acme-large',
    tags: { user_id: 'ada' },
    response: {
      model: 'acme-large',
      usage: {
        input_tokens: 100,
        cache_read_input_tokens: 1000,
        cache_creation_input_tokens: 200,
        output_tokens: 50,
      },
    },
  });
}

async function sendWhyops(): Promise<void> {
  await send('/api/events/ingest', [
    {
      eventType: 'llm_response',
      traceId: 'whyops-trace',
      spanId: 'whyops-call',
      agentName: 'planner',
      timestamp: AT,
      content: { content: 'Ho' },
      metadata: {
        model: 'acme-large',
        provider: 'acme',
        usage: { promptTokens: 42, completionTokens: 15, cacheReadTokens: 8, totalTokens: 57 },
      },
    },
  ]);
}

/** A workflow with a node that hands a provider's answer on, and the same again in a node that is kept out of sight. */
async function sendVellum(): Promise<void> {
  const common = { api_version: '2024-10-25', trace_id: 'vellum-trace', timestamp: AT };
  const workflow = { name: 'Flow', module: ['app'] };
  const parent = { type: 'WORKFLOW', span_id: 'vellum-root', workflow_definition: workflow, parent: null };
  const answer = { model: 'acme-small', usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } };
  const node = (spanId: string, isHidden: boolean, above: object) => {
    const definition = { name: spanId, module: ['app', 'nodes'], exclude_from_monitoring: isHidden };
    const event = { ...common, span_id: spanId, parent: above };
    return [
      {
        ...event,
        id: `${spanId}-0`,
        name: 'node.execution.initiated',
        body: { node_definition: definition, inputs: {} },
      },
      {
        ...event,
        id: `${spanId}-1`,
        name: 'node.execution.fulfilled',
        body: { node_definition: definition, outputs: { answer } },
      },
    ];
  };
  const under = (spanId: string) => ({
    type: 'WORKFLOW_NODE',
    span_id: spanId,
    node_definition: { name: spanId, module: ['app', 'nodes'] },
    parent,
  });
  const events = [
    {
      ...common,
      id: 'vellum-0',
      span_id: 'vellum-root',
      name: 'workflow.execution.initiated',
      body: { workflow_definition: workflow, inputs: {} },
    },
    ...node('plumbing', true, parent),
    ...node('visible', false, under('plumbing')),
    {
      ...common,
      id: 'vellum-1',
      span_id: 'vellum-root',
      name: 'workflow.execution.fulfilled',
      body: { workflow_definition: workflow, outputs: {} },
    },
  ];
  await send('/monitoring/v1/events', events, { 'x-api-key': key });
}

function detailOf(dialect: string, model?: string): Detail {
  const found = details.find(
    ({ trace, spans }) =>
      trace.dialect === dialect && (model === undefined || spans.some((span) => span.model === model)),
  );
  if (found === undefined) throw new Error(`no trace of ${dialect}`);
  return found;
}
const figures = ({ usage, costUsd }: Figures) => ({ costUsd, totalTokens: usage.totalTokens });
const only = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined || items.length > 1) throw new Error(`${items.length} instead of one`);
  return item;
};

describe('by hand', () => {
  it.each([
    ['lunary', 'acme-large', EXPECTED.lunary],
    ['lunary', 'nobody-knows-this-model', EXPECTED.unpriced],
    ['voker', 'acme-small', EXPECTED.voker],
    ['weflayr', 'acme-large', EXPECTED.weflayr],
    ['whyops', 'acme-large', EXPECTED.whyops],
    ['vellum', 'acme-small', EXPECTED.vellum],
  ] as const)('%s, %s: its span, its trace and its derivation', async (dialect, model, expected) => {
    const { trace, spans } = detailOf(dialect, model);
    expect(figures(trace)).toEqual(expected);
    const call = only(spans.filter((span) => span.model === model));
    expect(figures(call)).toEqual(expected);
    const owner = { traceId: trace.traceId, dialect };
    const path = `/spans/${call.spanId}?traceId=${trace.traceId}&dialect=${dialect}`;
    expect(await get(path)).toEqual({ ...owner, ...call });
    const derived = await get<{ costUsd: number | null; parts: { costPicoUsd: string }[]; costPicoUsd: string | null }>(
      path.replace('?', '/cost?'),
    );
    expect(derived.costUsd).toBe(expected.costUsd);
    const sum = derived.parts.reduce((total, part) => total + BigInt(part.costPicoUsd), 0n);
    expect(derived.costPicoUsd).toBe(expected.costUsd === null ? null : String(sum));
  });

  it('an agent that reports its calls again adds nothing', () => {
    const { spans } = detailOf('lunary', 'acme-large');
    const agent = only(spans.filter((span) => span.spanId === 'agent-1'));
    expect(agent).toMatchObject({ countsInTotals: false, usage: { inputTokens: 1000, outputTokens: 200 } });
  });

  it('adds up in every list', async () => {
    const sum = (all: readonly { costUsd: number | null }[]) =>
      all.reduce((total, { costUsd }) => total + Math.round((costUsd ?? 0) * 1e12), 0) / 1e12;
    expect(sum(details.map(({ trace }) => trace))).toBe(TOTAL.costUsd);
    expect(details.reduce((total, { trace }) => total + (trace.usage.totalTokens ?? 0), 0)).toBe(TOTAL.totalTokens);
    const models = await server.all<Figures & { model: string; priceIds: string[] }>('/models', key);
    expect(sum(models)).toBe(TOTAL.costUsd);
    const large = models.filter(({ model }) => model === 'acme-large');
    expect(sum(large)).toBe(LARGE_TOTAL.costUsd);
    expect(large.reduce((total, { usage }) => total + (usage.totalTokens ?? 0), 0)).toBe(LARGE_TOTAL.totalTokens);
    const own = await get<{ data: { priceId: string; model: string }[] }>('/prices/own');
    expect([...new Set(large.flatMap(({ priceIds }) => priceIds))]).toEqual(
      own.data.filter(({ model }) => model === 'acme-large').map(({ priceId }) => `own/${priceId}`),
    );
    expect(models.find(({ model }) => model === 'nobody-knows-this-model')).toMatchObject({
      costUsd: null,
      priceIds: [],
    });
    // Ada: Lunary's two traces, Voker's and Weflayr's. The planner: Lunary's agent, Voker's and WhyOps's.
    const [ada] = await server.all<Figures>('/users', key);
    expect(ada && figures(ada)).toEqual({ costUsd: 0.00742, totalTokens: 1200 + 11 + 600 + 1350 });
    const planner = (await server.all<Figures & { agentName: string }>('/agents', key)).find(
      ({ agentName }) => agentName === 'planner',
    );
    expect(planner && figures(planner)).toEqual({ costUsd: 0.0056494, totalTokens: 1200 + 600 + 57 });
    const session = (await server.all<Figures & { sessionId: string }>('/sessions', key)).find(
      ({ sessionId }) => sessionId === 'conversation-1',
    );
    expect(session && figures(session)).toEqual(EXPECTED.voker);
  });

  it.each(['none', 'dialect', 'model', 'agent', 'user', 'kind', 'status'])(
    'adds up over time, by %s',
    async (group) => {
      const path = `/metrics/series?groupBy=${group}&${EVER}`;
      const { data } = await get<{ data: { group: string | null; value: number }[] }>(`${path}&metric=cost`);
      const pico = data.reduce((total, { value }) => total + Math.round(value * 1e12), 0);
      expect(pico / 1e12).toBe(TOTAL.costUsd);
      const tokens = await get<{ data: { value: number }[] }>(`${path}&metric=tokens`);
      expect(tokens.data.reduce((total, { value }) => total + value, 0)).toBe(TOTAL.totalTokens);
      const large = data.filter((point) => group === 'model' && point.group === 'acme-large');
      if (group === 'model')
        expect(large.reduce((total, { value }) => total + Math.round(value * 1e12), 0) / 1e12).toBe(
          LARGE_TOTAL.costUsd,
        );
    },
  );
});

describe('the derivation', () => {
  it('shows every factor', async () => {
    const cost = await get<{ price: object }>('/spans/weflayr-call/cost');
    expect(cost).toMatchObject({
      traceId: 'weflayr-call',
      dialect: 'weflayr',
      model: 'acme-large',
      missing: null,
      costUsd: 0.0021,
      costPicoUsd: '2100000000',
      tier: { promptTokens: 1300, promptTokensOver: null },
      parts: [
        { part: 'input', tokens: 100, source: 'reported', usdPerMillion: 3, costUsd: 0.0003, costPicoUsd: '300000000' },
        { part: 'cacheRead', tokens: 1000, usdPerMillion: 0.3, costUsd: 0.0003 },
        { part: 'cacheWrite', tokens: 200, usdPerMillion: 3.75, costUsd: 0.00075 },
        { part: 'output', tokens: 50, source: 'reported', usdPerMillion: 15, costUsd: 0.00075 },
      ],
      usage: {
        reported: { inputTokens: 100, cacheReadTokens: 1000, cacheWriteTokens: 200, outputTokens: 50 },
        input: 'reported',
        output: 'reported',
        cachedTokens: 'next to input',
      },
      countsInTotals: true,
      notCountedBecause: null,
    });
    expect(cost.price).toEqual({
      priceId: expect.stringMatching(/^own\//) as string,
      source: 'own',
      table: null,
      model: 'acme-large',
      provider: null,
      from: null,
      urls: [],
      isCurrent: true,
    });
  });

  it('says why there is none', async () => {
    expect(await get('/spans/call-2/cost')).toMatchObject({ costUsd: null, missing: 'price', price: null, parts: [] });
    expect(await get('/spans/agent-1/cost')).toMatchObject({
      costUsd: null,
      missing: 'model',
      countsInTotals: false,
      notCountedBecause: 'repeats-descendants',
    });
    expect(await get('/spans/vellum-root/cost')).toMatchObject({ costUsd: null, missing: 'usage' });
  });

  it('names the table that a published price is from', async () => {
    await send('/v1/runs/ingest', {
      events: [
        { type: 'llm', event: 'start', runId: 'o3', name: 'o3', timestamp: AT },
        { type: 'llm', event: 'end', runId: 'o3', timestamp: AT, tokensUsage: { prompt: 1_000_000, completion: 0 } },
      ],
    });
    await server.settle();
    expect(await get('/spans/o3/cost')).toMatchObject({
      costUsd: 2,
      price: {
        source: 'published',
        provider: 'openai',
        model: 'o3',
        from: '2025-06-10T00:00:00.000000Z',
        isCurrent: true,
      },
    });
  });

  it('is not there for spans that are not', async () => {
    for (const path of [
      '/spans/nothing',
      '/spans/nothing/cost',
      '/spans/call-1?traceId=other',
      '/spans/call-1?dialect=voker',
    ]) {
      const response = await fetch(`${server.url}/api/tributary/v1${path}`, {
        headers: { authorization: `Bearer ${key}` },
      });
      expect(response.status, path).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 'not-found', path: 'spanId' } });
    }
    await expect(server.get('/spans/call-1')).rejects.toThrow('404');
  });
});

describe('plumbing', () => {
  it('is neither shown nor counted, and what is below it hangs under what is above it', () => {
    const { trace, spans } = detailOf('vellum');
    expect(trace.spanCount).toBe(2);
    expect(spans.map((span) => [span.spanId, span.parentSpanId])).toEqual([
      ['vellum-root', null],
      ['visible', 'vellum-root'],
    ]);
  });

  it('is shown and counted on request', async () => {
    const { trace, spans } = await get<Detail>(`/traces/${detailOf('vellum').trace.traceId}?hidden=true`);
    expect(trace.spanCount).toBe(3);
    expect(spans.find((span) => span.spanId === 'visible')?.parentSpanId).toBe('plumbing');
    expect(figures(trace)).toEqual({ costUsd: 0.000021, totalTokens: 30 });
  });

  it('is in no list', async () => {
    const [model] = (await server.all<{ model: string; callCount: number }>('/models', key)).filter(
      ({ model: name }) => name === 'acme-small',
    );
    expect(model?.callCount).toBe(1);
    const { data } = await get<{ data: { value: number }[] }>(`/metrics/series?metric=spans&groupBy=kind&${EVER}`);
    const spans = details.reduce((total, { trace }) => total + trace.spanCount, 0);
    // And the call of o3.
    expect(data.reduce((total, { value }) => total + value, 0)).toBe(spans + 1);
  });
});

describe('filters of traces', () => {
  it.each([
    ['model=acme-large', ['agent-1', 'weflayr-call', 'whyops-trace']],
    ['costUsdMin=0.0004&costUsdMax=0.0021&dialect=weflayr', ['weflayr-call']],
    ['costUsdMin=0.00211', ['agent-1', 'o3']],
    ['tokensMin=1200&tokensMax=1350', ['agent-1', 'weflayr-call']],
    ['durationMsMin=3000&durationMsMax=3000', ['agent-1']],
    ['environment=nowhere', []],
  ])('%s', async (query, expected) => {
    const found = await server.all<{ traceId: string }>(`/traces?${query}`, key);
    expect(found.map(({ traceId }) => traceId).sort()).toEqual(expected);
  });
});
