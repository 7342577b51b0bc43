/** Shapes of what is read back (protocols/lunary.md 3), over spans in memory. */

import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../canonical/json.ts';
import type { Reply } from '../dialect.ts';
import { get, person, readSpan, type World } from './fake-reader.ts';
import { pythonUuid, vendorUuid } from './ids.ts';
import { numberOf } from './people.ts';

const usage = {
  ...{ inputTokens: 10, outputTokens: 5, cacheReadTokens: 4, cacheWriteTokens: 2, reasoningTokens: null },
  totalTokens: 21,
};
const KEY = '11111111-2222-4333-8444-555555555555';
const RUN = readSpan({
  ...{
    spanId: 'r',
    parentSpanId: 'top',
    traceId: 'top',
    userId: 'ada',
    usage,
    costUsd: 0.5,
    params: { temperature: 1 },
  },
  ...{ tags: ['t'], input: { input: 'q' }, output: { output: ['a'], more: 1 }, feedback: { thumb: 'up' } },
  metadata: {
    k: 1,
    templateId: '42',
    'tributary.uuid': vendorUuid('r'),
    'tributary.score.acc': { value: true, comment: 'c' },
  },
});
const SPANS = [
  readSpan({
    spanId: 'top',
    kind: 'agent',
    name: 'A',
    feedback: { thumb: 'down' },
    startTime: '2026-01-31T09:29:59.000000Z',
  }),
  RUN,
  readSpan({ spanId: 'bad', status: 'error', error: { message: 'm', stack: 's' }, traceId: 'top', parentSpanId: 'r' }),
  readSpan({ spanId: 'open', status: 'running', endTime: null, durationMs: null, model: 'm2' }),
  ...[
    {
      spanId: 'm1',
      name: 'user',
      input: 'Hi',
      tags: ['s'],
      userId: 'ada',
      metadata: { threadMetadata: { ch: 'web' } },
    },
    { spanId: 'm2', name: 'assistant', output: 'Hello', feedback: { comment: 'c' } },
    { spanId: 'm3', name: 'assistant', output: 'Hello!', metadata: { isRetry: true, extra: { a: 1 } } },
  ].map((message, i) =>
    readSpan({
      ...{ kind: 'message', sessionId: 'th', startTime: `2026-01-31T09:3${i}:00.000000Z`, durationMs: 0 },
      ...message,
    }),
  ),
  readSpan({
    spanId: 'ag',
    kind: 'agent',
    name: 'B',
    traceId: 'm1',
    parentSpanId: 'm1',
    startTime: '2026-01-31T09:30:10.000000Z',
  }),
  readSpan({
    spanId: 'call',
    traceId: 'm1',
    parentSpanId: 'ag',
    usage,
    costUsd: 0.25,
    startTime: '2026-01-31T09:30:11.000000Z',
  }),
];
const PEOPLE = [person('ada', { name: 'Ada', email: 'ada@example.com' }), person('bob')];
const WORLD: World = { spans: SPANS, people: PEOPLE, key: KEY };
const ADA = {
  ...{ id: numberOf('ada'), externalId: 'ada', createdAt: '2026-01-01T00:00:00.000Z' },
  ...{ lastSeen: '2026-01-31T09:30:00.000Z', props: { name: 'Ada', email: 'ada@example.com' } },
};

async function bodyOf(path: string, world: World = WORLD): Promise<JsonObject> {
  const { status, body } = await get(path, world);
  expect(status).toBe(200);
  return JSON.parse(JSON.stringify(body));
}

describe('GET /v1/runs/:id', () => {
  it('has every member of the vendor’s Run', async () => {
    expect(await bodyOf('/v1/runs/r')).toEqual({
      ...{ id: vendorUuid('r'), projectId: 'p', parentRunId: vendorUuid('top'), traceId: vendorUuid('top') },
      ...{ isPublic: false, feedback: { thumb: 'up' }, type: 'llm', name: 'gpt-4o', status: 'success' },
      ...{ createdAt: '2026-01-31T09:30:00.000Z', endedAt: '2026-01-31T09:30:01.500Z', duration: '00:00:01.500' },
      ...{ templateVersionId: 42, templateSlug: null, cost: 0.5, toxicity: { input: {}, output: {} }, tags: ['t'] },
      tokens: { prompt: 10, cachedPrompt: 6, completion: 5, total: 21 },
      ...{ input: 'q', output: { output: ['a'], more: 1 }, error: null, params: { temperature: 1 } },
      ...{ metadata: { k: 1, templateId: '42' }, user: ADA, scores: [{ label: 'acc', value: true, comment: 'c' }] },
    });
  });

  it.each([
    ['bad', { status: 'error', error: { message: 'm', stack: 's' } }],
    ['open', { status: 'started', endedAt: null, duration: null, tags: null, params: {}, metadata: null, user: null }],
    ['open', { tokens: { prompt: null, cachedPrompt: 0, completion: null, total: 0 }, cost: null, scores: [] }],
    ['m1', { type: 'chat', status: null, input: [{ role: 'user', content: 'Hi' }], output: null, name: null }],
    ['m1', { parentRunId: vendorUuid('th') }],
    ['m3', { output: [{ role: 'assistant', content: 'Hello!', isRetry: true, metadata: { a: 1 } }] }],
  ])('%s %j', async (id, expected) => {
    expect(await bodyOf(`/v1/runs/${id}`)).toMatchObject(expected);
  });

  it('finds a run by the ids of the vendor and of Python, in any case', async () => {
    const python = readSpan({ spanId: pythonUuid('mine', KEY) });
    const world = { ...WORLD, spans: [...SPANS, python] };
    expect(await bodyOf(`/v1/runs/${vendorUuid('r')}`, world)).toMatchObject({ metadata: { k: 1 } });
    expect(await bodyOf(`/v1/runs/${vendorUuid('r').toUpperCase()}`, world)).toMatchObject({ metadata: { k: 1 } });
    expect(await bodyOf('/v1/runs/mine', world)).toMatchObject({ id: python.spanId });
    expect((await get('/v1/runs/mine', { ...world, key: 'another' })).status).toBe(404);
  });

  it('nothing there is 404, for texts that are no UUIDs, too', async () => {
    for (const id of ['nobody', '99999999-9999-4999-8999-999999999999', vendorUuid('x'), '%00', '__proto__'])
      expect(await get(`/v1/runs/${id}`, WORLD)).toEqual({ status: 404, body: { message: 'Run not found' } });
  });
});

describe('what stands around a run', () => {
  it('feedback: 200, 204 when there is none, 404', async () => {
    expect(await get('/v1/runs/r/feedback', WORLD)).toEqual({ status: 200, body: { thumb: 'up' } });
    expect(await get('/v1/runs/open/feedback', WORLD)).toEqual({ status: 204 });
    expect(await get('/v1/runs/x/feedback', WORLD)).toEqual({ status: 404, body: { message: 'Run not found' } });
  });

  it('related: the run and all below it, by time', async () => {
    const related = await bodyOf('/v1/runs/top/related');
    expect(related).toMatchObject([
      { id: vendorUuid('top'), parentRunId: null },
      { id: vendorUuid('bad'), parentRunId: vendorUuid('r'), promptTokens: null, cost: null },
      { id: vendorUuid('r'), parentRunId: vendorUuid('top'), promptTokens: 10, completionTokens: 5, cost: 0.5 },
    ]);
    expect(await bodyOf('/v1/runs/r/related')).toHaveLength(2);
    expect(await bodyOf('/v1/runs/th/related')).toMatchObject(
      ['th', 'm1', 'ag', 'call', 'm2', 'm3'].map((id) => ({ id: vendorUuid(id) })),
    );
  });

  it('a list has the feedback of the parent', async () => {
    const { data } = await bodyOf('/v1/runs?tags=t');
    expect(data).toMatchObject([{ parentFeedback: { thumb: 'down' }, feedbacks: [{ thumb: 'up' }] }]);
  });

  it('neighbors are those of the list', async () => {
    const list = (await bodyOf('/v1/runs')) as { data: { id: string }[] };
    const ids = list.data.map(({ id }) => id);
    for (const [i, id] of ids.entries())
      expect(await bodyOf(`/v1/runs/${id}/neighbors`, marked)).toEqual({
        nextId: ids[i - 1] ?? null,
        previousId: ids[i + 1] ?? null,
      });
    expect(await get('/v1/runs/x/neighbors')).toMatchObject({ status: 404, body: { message: 'Run not found' } });
  });
});

/** As ingest stores them. */
const marked: World = {
  ...WORLD,
  spans: SPANS.map((span) => ({ ...span, metadata: { ...span.metadata, 'tributary.uuid': vendorUuid(span.spanId) } })),
};

describe('threads', () => {
  it('are put together from their messages, and nothing wipes anything', async () => {
    const { data, total } = await bodyOf('/v1/runs?type=thread');
    expect(total).toBe(1);
    expect(data).toMatchObject([
      {
        ...{ id: vendorUuid('th'), type: 'thread', status: null, tags: ['s'], user: ADA, messagesCount: 3 },
        ...{ createdAt: '2026-01-31T09:30:00.000Z', metadata: { ch: 'web' }, feedbacks: [{ comment: 'c' }] },
        ...{ firstMessage: { role: 'user', content: 'Hi' }, input: { role: 'assistant', content: 'Hello!' } },
        // Of the agent that answered.
        ...{ cost: 0.25, tokens: { prompt: 10, cachedPrompt: 6, completion: 5, total: 21 } },
      },
    ]);
    expect(await bodyOf('/v1/runs/th')).toMatchObject({ type: 'thread', messagesCount: 3, traceId: vendorUuid('th') });
    expect((await get('/v1/runs/count?type=thread', WORLD)).body).toBe(1);
    expect((await get('/v1/runs?type=thread&tags=nope', WORLD)).body).toMatchObject({ data: [], total: 0 });
  });

  it('of the deprecated API, with plain texts, do no harm (6.4, 23)', async () => {
    const spans = [
      readSpan({
        spanId: 'old',
        kind: 'chain',
        name: null,
        input: 'yo',
        sessionId: 'old',
        metadata: { 'tributary.type': 'thread' },
      }),
      readSpan({
        ...{
          spanId: 'd1',
          kind: 'message',
          name: null,
          input: 'yo',
          output: 'hey',
          sessionId: 'old',
          parentSpanId: 'old',
        },
        traceId: 'old',
      }),
    ];
    expect(await bodyOf('/v1/runs?type=thread', { spans })).toMatchObject({
      data: [{ messagesCount: 2, firstMessage: { role: 'user', content: 'yo' }, type: 'thread' }],
    });
    expect(await bodyOf('/v1/runs/d1', { spans })).toMatchObject({ type: 'chat', input: 'yo', output: 'hey' });
    expect(await exported('type=thread', { spans })).toMatchObject([
      {
        messages: [
          { role: 'user', content: 'yo' },
          { role: 'assistant', content: 'hey' },
        ],
      },
    ]);
  });
});

async function textOf({ stream }: Reply): Promise<string> {
  let text = '';
  for await (const piece of stream ?? []) text += piece;
  return text;
}

async function exported(query: string, world: World = WORLD): Promise<unknown[]> {
  const text = await textOf(await get(`/v1/runs/export?${query}`, world));
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

describe('exports', () => {
  it('jsonl: a run per line; traces with children; threads with messages', async () => {
    expect(await exported('exportFormat=jsonl&type=llm')).toHaveLength(4);
    expect(await exported('type=trace')).toMatchObject([
      { id: vendorUuid('ag'), children: [{ id: vendorUuid('call'), children: [] }] },
      { id: vendorUuid('top'), children: [{ id: vendorUuid('r'), children: [{ id: vendorUuid('bad') }] }] },
    ]);
    expect(await exported('type=thread&exportFormat=jsonl')).toMatchObject([
      { messages: [{ role: 'user' }, { role: 'assistant', feedback: { comment: 'c' } }, { isRetry: true }] },
    ]);
  });

  it('ojsonl: only dialogues', async () => {
    const chat = readSpan({
      ...{ spanId: 'c', input: [{ role: 'user', content: 'q' }] },
      output: { role: 'assistant', content: null, toolCalls: [] },
    });
    expect(await exported('exportFormat=ojsonl', { spans: [chat, RUN] })).toEqual([
      {
        messages: [
          { role: 'user', content: 'q' },
          { role: 'assistant', content: null, tool_calls: [] },
        ],
      },
    ]);
  });

  it('csv: one header, a row per run, as an attachment', async () => {
    const reply = await get('/v1/runs/export?exportFormat=csv', WORLD);
    expect(reply.headers).toEqual({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="lunary-export.csv"',
    });
    const lines = (await textOf(reply)).split('\r\n');
    expect(lines[0]).toMatch(/^id,parentRunId,type,name,status,createdAt,/);
    expect(lines).toHaveLength(1 + 4 + 1);
    expect(lines.slice(1, -1).filter((line) => line.includes('createdAt'))).toEqual([]);
  });

  it('are read page by page, each run once, even when many begin at the same moment', async () => {
    const spans = Array.from({ length: 450 }, (_, i) => readSpan({ spanId: `s${i}` }));
    const rows = (await exported('', { spans })) as { id: string }[];
    expect(new Set(rows.map(({ id }) => id)).size).toBe(450);
    expect(rows).toHaveLength(450);
  });

  it('a trace of thousands of levels does not break them', async () => {
    const spans = Array.from({ length: 5000 }, (_, i) =>
      readSpan({
        spanId: `s${i}`,
        traceId: 's0',
        kind: 'chain',
        name: 'c',
        parentSpanId: i === 0 ? null : `s${i - 1}`,
      }),
    );
    expect(JSON.stringify(await exported('type=trace', { spans }))).toContain(vendorUuid('s4999'));
  });

  it('another format is refused', async () => {
    expect(await get('/v1/runs/export?exportFormat=xml', WORLD)).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining("'csv' | 'jsonl' | 'ojsonl'") },
    });
  });
});

describe('users', () => {
  it('are those of runs, with what is known about them', async () => {
    const spans = [...SPANS, readSpan({ spanId: 'x', userId: 'eve' })];
    const world = { ...WORLD, spans };
    expect(await bodyOf('/v1/external-users?sortField=cost&sortDirection=desc', world)).toMatchObject({
      ...{ total: 2, page: 0, limit: 100 },
      data: [
        { ...ADA, cost: 0.5 },
        { externalId: 'eve', props: null, cost: 0 },
      ],
    });
    expect(await bodyOf('/v1/external-users?search=EXAMPLE.com', world)).toMatchObject({ total: 1, data: [ADA] });
    const window = 'startDate=2027-01-01T00:00:00Z&endDate=2028-01-01T00:00:00Z&timeZone=UTC';
    expect(await bodyOf(`/v1/external-users?search=ada&${window}`, world)).toMatchObject({ data: [{ cost: 0 }] });
    expect(await get('/v1/external-users?startDate=x', world)).toMatchObject({ status: 422 });
  });

  it('one is found by number and by name; 204 for none', async () => {
    expect(await bodyOf(`/v1/external-users/${numberOf('ada')}`)).toEqual(ADA);
    expect(await bodyOf('/v1/external-users/ada')).toEqual(ADA);
    for (const id of ['42', 'nobody', 'bob'])
      expect(await get(`/v1/external-users/${id}`, WORLD)).toEqual({ status: 204 });
  });

  it('keys of properties, and usage', async () => {
    expect(await bodyOf('/v1/external-users/props/keys')).toEqual(['email', 'name']);
    expect(await bodyOf('/v1/external-users/runs/usage?days=30')).toEqual([
      {
        ...{ userId: numberOf('ada'), externalId: 'ada', name: 'gpt-4o', type: 'llm' },
        ...{ completionTokens: 5, promptTokens: 10, cost: 0.5, errors: 0, success: 1 },
      },
    ]);
    const rows = await bodyOf('/v1/runs/usage?days=30');
    expect(rows).toContainEqual({
      ...{ name: 'gpt-4o', type: 'llm', completionTokens: 10, promptTokens: 20, cost: 0.75, errors: 1, success: 2 },
    });
    expect(await bodyOf('/v1/runs/usage?days=30&daily=true&userId=ada')).toMatchObject([
      { date: '2026-01-31', success: 1 },
    ]);
    expect((await get('/v1/runs/usage', WORLD)).status).toBe(422);
  });
});

describe('figures', () => {
  const RANGE = 'startDate=2026-01-30T00:00:00Z&endDate=2026-02-05T00:00:00Z&timeZone=UTC&granularity=daily';
  const DAYS = ['2026-01-30T00:00:00.000Z', '2026-01-31T00:00:00.000Z'];
  const series = async (name: string, more = '') => bodyOf(`/v1/analytics/${name}?${RANGE}${more}`);

  it.each([
    [
      'tokens',
      [
        [null, 0],
        ['gpt-4o', 42],
      ],
      42,
    ],
    [
      'costs',
      [
        [null, 0],
        ['gpt-4o', 0.75],
      ],
      0.75,
    ],
    [
      'errors',
      [
        ['error', 0],
        ['error', 1],
      ],
      1,
    ],
    [
      'runs',
      [
        ['Runs', 0],
        ['Runs', 9],
      ],
      9,
    ],
    [
      'run-types',
      [
        [null, 0],
        ['agent', 2],
        ['llm', 4],
        ['chat', 3],
      ],
      9,
    ],
    [
      'threads',
      [
        ['Count', 0],
        ['Count', 1],
      ],
      1,
    ],
    [
      'users/new',
      [
        ['Count', 0],
        ['Count', 1],
      ],
      1,
    ],
    [
      'users/active',
      [
        ['Count', 0],
        ['Count', 1],
      ],
      1,
    ],
    [
      'users/average-cost',
      [
        ['Cost', 0],
        ['Cost', 0.5],
      ],
      0.5,
    ],
    [
      'feedback/thumb/up',
      [
        ['Count', 0],
        ['Count', 1],
      ],
      1,
    ],
    [
      'feedback/thumb/down',
      [
        ['Count', 0],
        ['Count', 1],
      ],
      1,
    ],
    [
      'feedback-ratio',
      [
        ['Ratio', 0],
        ['Ratio', 0],
      ],
      0,
    ],
    [
      'custom-events',
      [
        [null, 0],
        [null, 0],
      ],
      0,
    ],
  ])('%s', async (name, expected, stat) => {
    const body = await series(String(name));
    const [first, second] = DAYS;
    const points = (Array.isArray(expected) ? expected : []).map(([label, value], i) => ({
      date: i === 0 ? first : second,
      value,
      name: label,
    }));
    expect(body.stat).toBe(stat);
    expect(sorted(body.data)).toEqual(sorted(points));
  });

  it('latency has percentiles, in seconds', async () => {
    const { data, stat } = await series('latency');
    expect(stat).toBe(1.5);
    expect(data).toEqual(
      DAYS.flatMap((date, i) => ['p50', 'p75', 'p90', 'p95', 'p99'].map((name) => ({ date, value: i * 1.5, name }))),
    );
  });

  it('filters stand in the query, or in checks', async () => {
    expect((await series('runs', '&status=error')).stat).toBe(1);
    expect((await series('runs', `&checks=${encodeURIComponent('status=error')}`)).stat).toBe(1);
  });

  it('tops: models as a list, agents with all that is below them', async () => {
    const top = { promptTokens: 20, completionTokens: 10, totalTokens: 42, cost: 0.75 };
    expect(await bodyOf('/v1/analytics/models/top')).toEqual([
      { name: 'gpt-4o', ...top },
      { name: 'm2', promptTokens: 0, completionTokens: 0, totalTokens: 0, cost: 0 },
    ]);
    expect(await bodyOf('/v1/analytics/models/top?userId=ada&name=gpt-4o')).toMatchObject([{ cost: 0.5 }]);
    const { data } = await bodyOf(`/v1/analytics/agents/top?${RANGE}`);
    expect(data).toMatchObject([
      { name: 'A', cost: 0.5, totalTokens: 21 },
      { name: 'B', cost: 0.25 },
    ]);
  });

  it.each([
    '',
    'startDate=x',
    RANGE.replace('daily', 'yearly'),
    RANGE.replace('UTC', 'Mars/Olympus'),
    RANGE.replace('2026-01', '1026-01').replace('daily', 'hourly'),
  ])('%s is refused', async (query) => {
    expect(await get(`/v1/analytics/tokens?${query}`, WORLD)).toMatchObject({ status: 422, body: { error: 'Error' } });
  });

  it('names for filters', async () => {
    expect(await bodyOf('/v1/filters/models')).toEqual(['gpt-4o', 'm2']);
    expect(await bodyOf('/v1/filters/users')).toEqual([ADA]);
    expect(await bodyOf('/v1/filters/custom-events')).toEqual([]);
  });
});

function sorted(points: unknown): unknown[] {
  const list = Array.isArray(points) ? points.filter(isObject) : [];
  return [...list].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}
