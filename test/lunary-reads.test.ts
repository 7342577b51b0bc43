/**
 * Lunary's read API over many runs, under hostile questions, and as the vendor's own SDKs use it. Numbers are those of the
 * vendor's defects, as in lunary-api.test.ts.
 */

import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { type Python, preparePython } from '../conformance/clients/python.ts';
import { clientEnv, runScript } from '../conformance/clients/run.ts';
import { vendorUuid } from '../src/dialects/lunary/ids.ts';
import { numberOf } from '../src/dialects/lunary/people.ts';
import { chat, end, feedback, idsOf, type Json, type List, LunaryProject, start, T0 } from './support/lunary.ts';
import { TestServer } from './support/server.ts';

/** The first run installs the Python SDK. */
const PREPARE_MS_MAX = 240_000;
const RUN_MS_MAX = 90_000;

let server: TestServer;
let python: Python;
let projects = 0;

beforeAll(async () => {
  [server, python] = await Promise.all([TestServer.start(), preparePython()]);
}, PREPARE_MS_MAX);
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

function project(): Promise<LunaryProject> {
  projects += 1;
  return LunaryProject.open(server, `lunary ${projects}`);
}

describe('lists, exports and figures of many runs', () => {
  const COUNT = 1200;
  let one: LunaryProject;

  beforeAll(async () => {
    one = await project();
    const runs = Array.from({ length: COUNT }, (_, i) => [
      start(`r${i}`, {
        ...{
          timestamp: T0 + (i % 7) * 1000,
          userId: `u${i % 3}`,
          tags: [`t${i % 2}`],
          name: i % 2 === 0 ? 'gpt-4o' : 'gpt-4.1,x',
        },
        ...(i === 5
          ? { input: [{ role: 'user', content: '=HYPERLINK("x"), "quoted"\nline' }], metadata: { 'k.1': 'v.2' } }
          : {}),
      }),
      ...(i % 10 === 0
        ? [{ type: 'llm', event: 'error', runId: `r${i}`, timestamp: T0 + 9000, error: { message: 'm', stack: 's' } }]
        : [end(`r${i}`, { timestamp: T0 + 9000 })]),
    ]);
    await one.send(runs.flat());
    await one.send([
      start('agent', { type: 'agent', name: 'A' }),
      start('nested', { type: 'agent', name: 'B', parentRunId: 'agent' }),
    ]);
    await one.send([
      feedback('r1', { thumb: 'up' }),
      feedback('r3', { thumb: 'down' }),
      feedback('r5', { thumb: 'up' }),
    ]);
  });

  it.each([
    ['', COUNT],
    ['models=gpt-4o', COUNT / 2],
    [`models=${encodeURIComponent(encodeURIComponent('gpt-4.1,x')).replaceAll('.', '%252E')}`, COUNT / 2],
    ['tags=t0,t1', COUNT],
    ['status=error', COUNT / 10],
    ['status=success&tags=t1', COUNT / 2],
    ['OR&status=error&tags=t1', COUNT / 2 + COUNT / 10],
    ['users=u0', COUNT / 3],
    [`users=${numberOf('u1')}`, COUNT / 3],
    ['metadata=k%2E1.v%2E2', 1],
    [`feedback=${encodeURIComponent(encodeURIComponent('{"thumb":"up"}'))}`, 2],
    ['search=quoted', 1],
    ['tokens=total.gt.14', COUNT - COUNT / 10],
    ['duration=gt.8%2E5', 172],
    [`date=gt.${encodeURIComponent(new Date(T0 + 5500).toISOString())}&type=llm`, 171],
    ['type=agent', 2],
    ['type=trace', 1],
    ['type=trace&tags=none', 0],
  ])('%s has %i runs, in the list and in the count', async (query, count) => {
    const { total, data } = await one.read<List>(`/v1/runs?limit=1000&${query}`);
    expect([total, data.length]).toEqual([count, Math.min(count, 1000)]);
    expect((await one.get<number>(`/v1/runs/count?${query}`)).body).toBe(count);
  });

  it('pages do not overlap, and end', async () => {
    const pages = await Promise.all([0, 1, 2, 3].map((page) => one.read<List>(`/v1/runs?limit=500&page=${page}`)));
    expect(pages.map(({ data }) => data.length)).toEqual([500, 500, 200, 0]);
    expect(new Set(pages.flatMap(idsOf)).size).toBe(COUNT);
    const ids = idsOf(await one.read<List>('/v1/runs?limit=3&sortField=createdAt'));
    expect(await one.read(`/v1/runs/${ids[1]}/neighbors`)).toMatchObject({
      previousId: expect.any(String),
      nextId: expect.any(String),
    });
  });

  it('exports hold each run once, quoted so that a spreadsheet computes nothing (27)', async () => {
    const jsonl = await one.get('/v1/runs/export?type=llm&exportFormat=jsonl');
    expect(jsonl.headers.get('content-disposition')).toBe('attachment; filename="lunary-export.jsonl"');
    const rows = jsonl.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string });
    expect([rows.length, new Set(rows.map(({ id }) => id)).size]).toEqual([COUNT, COUNT]);
    const csv = (await one.get('/v1/runs/export?exportFormat=csv&search=quoted')).text;
    expect(csv.split('\r\n')).toHaveLength(3);
    expect(csv).toContain('""content"":""=HYPERLINK(\\""x\\""), \\""quoted\\""\\nline""');
    const dialogues = (await one.get('/v1/runs/export?exportFormat=ojsonl&tags=t1&search=quoted')).text
      .trim()
      .split('\n');
    expect(dialogues.map((line) => JSON.parse(line) as Json)).toMatchObject([
      { messages: [{ role: 'user' }, { role: 'assistant', content: 'Hello' }] },
    ]);
    expect(
      (await one.get('/v1/runs/export?type=trace&exportFormat=jsonl')).text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Json),
    ).toMatchObject([{ id: vendorUuid('agent'), children: [{ id: vendorUuid('nested'), children: [] }] }]);
  });

  it('figures add up', async () => {
    const range =
      'startDate=2026-01-14T00:00:00Z&endDate=2026-01-16T12:00:00Z&timeZone=Europe/Berlin&granularity=daily';
    const figure = (name: string, more = '') =>
      one.read<{ data: Json[]; stat?: number }>(`/v1/analytics/${name}?${range}${more}`);
    const days = ['2026-01-13T23:00:00.000Z', '2026-01-14T23:00:00.000Z', '2026-01-15T23:00:00.000Z'];
    const errors = await figure('errors');
    expect(errors).toEqual({
      data: days.map((date, i) => ({ date, value: i === 1 ? COUNT / 10 : 0, name: 'error' })),
      stat: COUNT / 10,
    });
    // What failed has tokens that were counted here.
    expect((await figure('tokens', '&status=success')).stat).toBe((COUNT - COUNT / 10) * 15);
    expect((await figure('runs', '&type=llm')).stat).toBe(COUNT);
    expect((await figure('users/active')).stat).toBe(3);
    expect((await figure('users/new')).stat).toBe(3);
    expect((await figure('feedback/thumb/up')).stat).toBe(2);
    expect((await figure('feedback-ratio')).stat).toBeCloseTo(1 / 3);
    expect((await figure('run-types')).data).toEqual(
      expect.arrayContaining([
        { date: days[1], name: 'llm', value: COUNT },
        { date: days[1], name: 'agent', value: 2 },
      ]),
    );
    const latency = (await figure('latency')).data.filter(({ date }) => date === days[1]);
    expect(latency.map(({ name }) => name)).toEqual(['p50', 'p75', 'p90', 'p95', 'p99']);
    expect(latency.every(({ value }) => Number(value) >= 3 && Number(value) <= 9)).toBe(true);
    const [top] = await one.read<Json[]>('/v1/analytics/models/top?status=success');
    expect(top).toMatchObject({ name: 'gpt-4o', promptTokens: 4800, completionTokens: 2400, totalTokens: 7200 });
    expect((await figure('agents/top')).data).toMatchObject([{ name: 'A', totalTokens: 0 }]);
    expect(await one.get('/v1/analytics/tokens')).toMatchObject({ status: 422, body: { error: 'Error' } });
    const days1 = await one.read<Json[]>('/v1/runs/usage?days=3650');
    expect(days1).toContainEqual({
      ...{ name: 'gpt-4.1,x', type: 'llm', promptTokens: 6000, completionTokens: 3000 },
      cost: 0,
      errors: 0,
      success: 600,
    });
  });

  it('users are listed with what they cost', async () => {
    const { data, total } = await one.read<List>('/v1/external-users?sortField=cost&sortDirection=desc&limit=2');
    expect([total, data.length]).toEqual([3, 2]);
    expect(Number(data[0]?.cost)).toBeGreaterThan(0);
    expect(await one.read('/v1/filters/models')).toEqual(['gpt-4.1,x', 'gpt-4o']);
  });
});

describe('users', () => {
  it('are seen last when they were, and their properties stay (12, 26)', async () => {
    const one = await project();
    await one.send([start('new', { userId: 'ada', userProps: { plan: 'pro' }, timestamp: T0 + 60_000 })]);
    await one.send([
      start('old', { userId: 'ada', userProps: null }),
      feedback('old', { thumb: 'up' }, 10, { userId: 'ada' }),
    ]);
    const user = { externalId: 'ada', lastSeen: '2026-01-15T09:31:00.000Z', props: { plan: 'pro' } };
    expect(await one.read('/v1/external-users/ada')).toMatchObject(user);
    expect((await one.read<List>('/v1/runs?users=ada')).data).toMatchObject([{ user }, { user }]);
  });

  it('of a child are its own', async () => {
    const one = await project();
    await one.send([start('a', { type: 'agent', userId: 'ada' }), start('b', { parentRunId: 'a', userId: 'bob' })]);
    expect(await one.read('/v1/runs/b')).toMatchObject({ user: { externalId: 'bob' } });
  });

  it('a key that may only read does not send', async () => {
    const one = await project();
    const answer = await one.call('POST', '/v1/runs/ingest', { body: { events: [] }, key: await one.keyWith('read') });
    expect(answer).toMatchObject({ status: 403, body: { message: 'This key has no ingest scope' } });
  });
});

describe('hostile questions', () => {
  const long = 'x'.repeat(4000);
  const numbers = Array.from({ length: 500 }, (_, i) => i).join(',');
  const years = 'startDate=0001-01-01T00:00:00Z&endDate=9999-12-31T00:00:00Z&timeZone=UTC&granularity=monthly';

  it.each([
    ['SQL in a search', '/v1/runs?search=%27%3B%20DROP%20TABLE%20x%3B--'],
    ['control characters', '/v1/runs?models=%00,%22,%5C,%27'],
    ['names of objects', '/v1/runs?metadata=%27.%27&user-props=__proto__.x&tags=__proto__'],
    ['a long type', `/v1/runs?type=${long}`],
    ['many users', `/v1/runs?users=${numbers}`],
    ['a far page', '/v1/runs?page=1000000&limit=1000&sortField=constructor'],
    ['odd numbers', '/v1/runs?tokens=total.gt.1e999&cost=lt.-1e308&duration=eq.NaN'],
    ['SQL in an id', '/v1/runs/%27%20OR%201=1'],
    ['an emoji and a null in an id', '/v1/runs/%F0%9F%92%A9%00'],
    ['a long id', `/v1/runs/${long}/related`],
    ['a broken escape', '/v1/external-users/999999999999999?x=%ZZ'],
    ['ten thousand years', `/v1/analytics/runs?${years}`],
    ['a million years', '/v1/runs/usage?days=999999999'],
  ])('%s: an answer in the vendor’s shape (6)', async (_, path) => {
    const { status, text } = await hostile.get(path);
    expect([200, 204, 404, 422]).toContain(status);
    expect(text).not.toMatch(/DB::|SELECT|SQLITE|at \S+ \(/);
  });

  let hostile: LunaryProject;
  beforeAll(async () => {
    hostile = await project();
    await hostile.send([start('r', { userId: 'u', metadata: { "'": "'" } })]);
  });
});

describe('SDKs that read back', () => {
  const envOf = (one: LunaryProject) => ({
    ...clientEnv({
      url: server.url,
      isPrefixed: false,
      projectId: one.id,
      key: one.key,
      openaiUrl: '',
      anthropicUrl: '',
    }),
    LUNARY_PRIVATE_KEY: one.key,
  });

  it(
    'npm lunary: score, getFeedback, renderTemplate',
    async () => {
      const one = await project();
      const { result, stderr } = await runScript(process.execPath, 'lunary/read-back.mjs', envOf(one));
      expect(stderr).toBe('');
      expect(result).toEqual({
        early: null,
        first: { thumb: 'down', comment: 'Really?' },
        second: { thumb: 'up' },
        scores: [null, null, null],
        wrong: expect.stringMatching(/^Error scoring run: .*422 - .*Validation error/),
        nobody: expect.stringContaining('Run not found'),
        template: expect.stringContaining('Not Found'),
      });
      const { scores } = await one.read('/v1/runs/answer-1');
      expect(scores).toHaveLength(3);
      expect(scores).toContainEqual({ label: 'accuracy', value: 0.9, comment: 'Close enough' });
      expect(scores).toContainEqual({ label: 'is it right?', value: true, comment: null });
    },
    RUN_MS_MAX,
  );

  it(
    'PyPI lunary: scores land on the run, early and late, though the SDK names it otherwise',
    async (context: TestContext) => {
      const one = await project();
      const path = 'path' in python ? python.path : context.skip(python.missing);
      const { result } = await runScript(path, 'lunary/read_back.py', envOf(one));
      expect(result).toEqual({
        ...{ early: null, scores: [null, null] },
        wrong: expect.stringContaining('422'),
        template: expect.stringContaining('404'),
      });
      expect((await one.read<List>('/v1/runs')).total).toBe(1);
      expect(await one.read('/v1/runs/answer-1')).toMatchObject({
        ...{ type: 'llm', status: 'success', feedback: { thumb: 'up', comment: 'Right!' } },
        scores: expect.arrayContaining([
          { label: 'accuracy', value: 0.9, comment: 'Close enough' },
          { label: 'is it right?', value: true, comment: null },
        ]),
      });
    },
    RUN_MS_MAX,
  );
});

const PRIVATE_ONLY = { message: 'This route requires a private API key' };

describe('keys', () => {
  const READS = [
    '/v1/runs',
    '/v1/runs/r',
    '/v1/runs/r/related',
    '/v1/runs/export',
    '/v1/external-users',
    '/v1/analytics/runs',
  ];

  it.each(READS)('GET %s needs a key that may read (3, 26)', async (path) => {
    const one = await project();
    const ingest = await one.keyWith('ingest');
    for (const key of [null, one.id, ingest])
      expect(await one.get(path, key)).toMatchObject({ status: 401, body: PRIVATE_ONLY });
    expect(await one.get(path, '99999999-9999-4999-8999-999999999999')).toMatchObject({
      status: 401,
      body: { message: 'Invalid API key' },
    });
  });

  it('lead to the own project only, whatever a body or an event says (1, 2, 3)', async () => {
    const [a, b] = [await project(), await project()];
    await a.send([
      start('shared'),
      end('shared', { output: 'of a' }),
      chat('m', 'th', 0, { role: 'user', content: 'a' }),
    ]);
    await b.send([start('shared', { appId: a.id }), end('shared', { output: 'of b', appId: a.id, projectId: a.id })]);
    await b.send([
      chat('m', 'th', 0, { role: 'user', content: 'b' }, { appId: a.key }),
      start('only-b', { userId: 'bob' }),
    ]);
    await b.patch('/v1/runs/shared/feedback', { thumb: 'down' });
    await b.patch('/v1/runs/shared/tags', { tags: ['of-b'] });
    expect(await a.read('/v1/runs/shared')).toMatchObject({
      output: 'of a',
      feedback: null,
      tags: null,
      projectId: a.id,
    });
    expect(await b.read('/v1/runs/shared')).toMatchObject({
      output: 'of b',
      feedback: { thumb: 'down' },
      projectId: b.id,
    });
    expect(await a.read('/v1/runs/m')).toMatchObject({ input: [{ content: 'a' }] });
    expect((await a.get('/v1/runs/only-b')).status).toBe(404);
    expect((await a.read<List>('/v1/runs')).total).toBe(1);
    expect((await a.read<List>('/v1/external-users')).total).toBe(0);
    const range = 'startDate=2026-01-01T00:00:00Z&endDate=2026-02-01T00:00:00Z&timeZone=UTC&granularity=monthly';
    expect(await a.read(`/v1/analytics/runs?${range}`)).toMatchObject({ stat: 2 });
    expect(await b.read(`/v1/analytics/runs?${range}`)).toMatchObject({ stat: 3 });
  });
});
