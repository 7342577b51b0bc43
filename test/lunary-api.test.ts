/**
 * Lunary's API as its users meet it: events come in, are written back to, and are read through the vendor's own routes.
 * Tests that name a defect by its number show that the vendor's (`protocols/lunary.md` 6) is not here.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vendorUuid } from '../src/dialects/lunary/ids.ts';
import { numberOf } from '../src/dialects/lunary/people.ts';
import { chat, end, feedback, idsOf, type Json, type List, LunaryProject, start, T0, uuids } from './support/lunary.ts';
import { TestServer } from './support/server.ts';

let server: TestServer;
let projects = 0;

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

function project(): Promise<LunaryProject> {
  projects += 1;
  return LunaryProject.open(server, `lunary ${projects}`);
}

const FORBIDDEN = { error: 'Forbidden', message: "You don't have access to this resource" };
const PRIVATE_ONLY = { message: 'This route requires a private API key' };

describe('a run', () => {
  it('is whole whatever order its events come in (8, 9, 13)', async () => {
    const events = [
      start('r', {
        userId: 'ada',
        userProps: { plan: 'pro' },
        tags: ['t'],
        metadata: { a: 1 },
        params: { temperature: 0 },
      }),
      end('r', { metadata: { b: 2 } }),
      feedback('r', { thumb: 'up' }),
      { type: 'llm', event: 'update', runId: 'r', timestamp: T0 + 2500, metadata: { c: 3 } },
    ];
    const inOrder = await project();
    await inOrder.send(events);
    const backwards = await project();
    for (const event of events.toReversed()) await backwards.send([event]);
    await backwards.send(events);
    for (const one of [inOrder, backwards]) {
      expect(await one.read('/v1/runs/r')).toMatchObject({
        ...{ id: vendorUuid('r'), projectId: one.id, type: 'llm', name: 'gpt-4o', status: 'success' },
        ...{ createdAt: '2026-01-15T09:30:00.000Z', endedAt: '2026-01-15T09:30:01.500Z', duration: '00:00:01.500' },
        ...{ input: [{ role: 'user', content: 'Hi' }], output: { role: 'assistant', content: 'Hello' }, error: null },
        ...{
          tokens: { prompt: 10, cachedPrompt: 0, completion: 5, total: 15 },
          tags: ['t'],
          params: { temperature: 0 },
        },
        ...{ metadata: { a: 1, b: 2, c: 3 }, feedback: { thumb: 'up' }, scores: [], isPublic: false },
        user: { id: numberOf('ada'), externalId: 'ada', props: { plan: 'pro' } },
      });
    }
  });

  it('whose children come first has them below it, at once (17)', async () => {
    const one = await project();
    const began = Date.now();
    await one.send([
      start('c', { parentRunId: 'b', timestamp: T0 + 20 }),
      start('b', { type: 'tool', name: 'search', parentRunId: 'a', timestamp: T0 + 10 }),
      start('orphan', { parentRunId: 'never' }),
    ]);
    expect(Date.now() - began).toBeLessThan(4000);
    await one.read('/v1/runs/c');
    await one.send([start('a', { type: 'agent', name: 'A' })]);
    const related = await one.read<Json[]>('/v1/runs/a/related');
    expect(related.map(({ id, parentRunId }) => [id, parentRunId])).toEqual([
      [vendorUuid('a'), null],
      [vendorUuid('b'), vendorUuid('a')],
      [vendorUuid('c'), vendorUuid('b')],
    ]);
    expect(await one.read('/v1/runs/c')).toMatchObject({ traceId: vendorUuid('a') });
    expect(idsOf(await one.read<List>('/v1/runs?type=trace'))).toEqual(uuids('a'));
  });

  it('keeps keys and odd values as they were sent (16, 25)', async () => {
    const one = await project();
    const input = { my_key: 1, myKey: 2, 'dash-key': 3, nested: [{ tool_calls: [] }], nul: 'a\u0000b' };
    await one.send([
      start('r', { input }),
      end('r', { tokensUsage: { prompt: 2 ** 33, completion: 1.6 }, output: true }),
      start('bool', { input: true, tags: { a: 1 }, templateId: '424242' }),
    ]);
    expect(await one.read('/v1/runs/r')).toMatchObject({
      input,
      output: true,
      tokens: { prompt: 2 ** 33, completion: 2 },
    });
    expect(await one.read('/v1/runs/bool')).toMatchObject({ input: true, tags: null, templateVersionId: 424242 });
  });

  it('is found by what it was sent as and by the vendor’s hash of it, with every key in its project', async () => {
    const one = await project();
    await one.send([start('some-unique-id')]);
    for (const id of ['some-unique-id', 'f2eaa71b-6b43-485e-aaf7-0307daec557b', 'F2EAA71B-6B43-485E-AAF7-0307DAEC557B'])
      expect(await one.read(`/v1/runs/${id}`)).toMatchObject({ id: 'f2eaa71b-6b43-485e-aaf7-0307daec557b' });
    expect(await one.get('/v1/runs/nobody')).toMatchObject({ status: 404, body: { message: 'Run not found' } });
    expect(await one.get('/v1/runs/99999999-9999-4999-8999-999999999999')).toMatchObject({ status: 404 });
  });

  it('of Anthropic has its cached tokens outside the prompt, and no cost below zero (22)', async () => {
    const one = await project();
    const metadata = { cacheCreationInputTokens: 2, cacheReadInputTokens: 4 };
    await one.send([
      start('claude', { name: 'claude-sonnet-4-5-20250929' }),
      end('claude', { metadata, tokensUsage: { prompt: 10, completion: 5, promptCached: 6 } }),
      start('cached', { name: 'gpt-4o-mini' }),
      end('cached', { tokensUsage: { prompt: 1000, completion: 10, promptCached: 900 } }),
      start('fork', { name: 'my-gpt-4-fork' }),
      end('fork'),
      start('quick', { name: 'gpt-4o-mini' }),
      end('quick', { timestamp: T0 }),
    ]);
    const claude = await one.read('/v1/runs/claude');
    expect(claude).toMatchObject({ tokens: { prompt: 10, cachedPrompt: 6, completion: 5, total: 21 } });
    // 0.15, 0.075 and 0.60 dollars per million.
    expect((await one.read('/v1/runs/cached')).cost).toBeCloseTo((100 * 0.15 + 900 * 0.075 + 10 * 0.6) / 1e6, 12);
    expect((await one.read('/v1/runs/quick')).cost).toBeCloseTo((10 * 0.15 + 5 * 0.6) / 1e6, 12);
    expect((await one.read('/v1/runs/fork')).cost).toBeNull();
  });
});

describe('feedback', () => {
  it('merges, clears and overwrites, in any order and side by side (10, 12, 15)', async () => {
    const one = await project();
    await one.send([start('r'), start('o')]);
    await Promise.all(Array.from({ length: 8 }, (_, i) => one.send([feedback('r', { [`key${i}`]: i })])));
    await one.send([feedback('r', { thumb: 'up', comment: 'c' }, 3000)]);
    await one.send([feedback('r', null, 4000), feedback('r', { comment: null }, 5000)]);
    const keys = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`key${i}`, i]));
    expect(await one.read('/v1/runs/r/feedback')).toEqual({ ...keys, thumb: 'up' });
    await one.send([
      feedback('o', { comment: 'late' }, 9000),
      feedback('o', { thumb: 'up' }, 6000),
      feedback('o', { thumbs: 'down' }, 8000, { overwrite: true }),
    ]);
    expect(await one.read('/v1/runs/o/feedback')).toEqual({ thumb: 'down', comment: 'late' });
  });

  it('is patched by who has a private key, and read with any key of the project (3, 2.7)', async () => {
    const [one, other] = [await project(), await project()];
    await one.send([start('r', { timestamp: Date.now() - 1000 })]);
    const path = '/v1/runs/r/feedback';
    expect(await one.get(path)).toMatchObject({ status: 204, text: '' });
    for (const [body, expected] of [
      [
        { thumb: 'up', comment: 'c', junk: 1 },
        { thumb: 'up', comment: 'c' },
      ],
      [{ thumb: 'down' }, { thumb: 'down', comment: 'c' }],
      [{ thumb: 'up' }, { thumb: 'up', comment: 'c' }],
      [{ comment: null }, { thumb: 'up' }],
      [null, { thumb: 'up' }],
    ]) {
      expect(await one.patch(path, body)).toMatchObject({ status: 200, body: {} });
      expect(await one.read(path)).toEqual(expected);
      expect((await one.get(path, one.id)).body).toEqual(expected);
    }
    expect(await one.patch(path, { thumb: 'sideways' })).toMatchObject({ status: 422, body: { error: 'Error' } });
    expect(await one.patch(path, { thumb: 'up' }, one.id)).toMatchObject({ status: 403, body: FORBIDDEN });
    expect(await one.patch(path, { thumb: 'up' }, null)).toMatchObject({ status: 403, body: FORBIDDEN });
    expect(await one.get(path, null)).toMatchObject({
      status: 401,
      body: { message: 'This route requires an API key' },
    });
    expect(await one.get(path, other.key)).toMatchObject({ status: 404, body: { message: 'Run not found' } });
  });
});

describe('scores, tags and visibility', () => {
  it('are kept per label, with any kind of value (3, 15)', async () => {
    const [one, other] = [await project(), await project()];
    await one.send([start('r')]);
    for (const body of [
      { label: 'acc', value: 0.5, comment: 'c' },
      { label: 'ok', value: true },
      { label: 'acc', value: 0.9 },
      { label: 'tone', value: 'good' },
    ])
      expect(await one.patch('/v1/runs/r/score', body)).toMatchObject({ status: 200, body: {} });
    expect(await other.patch('/v1/runs/r/score', { label: 'acc', value: 'hacked' })).toMatchObject({ status: 200 });
    const { scores } = await one.read('/v1/runs/r');
    expect(scores).toHaveLength(3);
    expect(scores).toEqual(
      expect.arrayContaining([
        { label: 'acc', value: 0.9, comment: null },
        { label: 'ok', value: true, comment: null },
        { label: 'tone', value: 'good', comment: null },
      ]),
    );
    expect(await one.patch('/v1/runs/r/score', { label: 'acc', value: null })).toMatchObject({ status: 422 });
    expect(await one.patch('/v1/runs/r/score', { label: 'acc', value: 1 }, one.id)).toMatchObject({
      status: 401,
      body: PRIVATE_ONLY,
    });
    // Own metadata cannot stand for a score.
    await one.send([start('forged', { metadata: { 'tributary.score.x': { value: 1 }, 'tributary.isPublic': true } })]);
    expect(await one.read('/v1/runs/forged')).toMatchObject({ scores: [], isPublic: false });
  });

  it('of a run that is still on its way wait for it', async () => {
    const one = await project();
    expect(await one.patch('/v1/runs/late/score', { label: 'a', value: 1 })).toMatchObject({ status: 200 });
    await one.send([start('late'), end('late')]);
    expect(await one.read('/v1/runs/late')).toMatchObject({
      status: 'success',
      type: 'llm',
      scores: [{ label: 'a', value: 1 }],
    });
    expect(idsOf(await one.read<List>('/v1/runs'))).toEqual(uuids('late'));
  });

  it('tags are replaced, and filters see it', async () => {
    const one = await project();
    await one.send([start('r', { tags: ['a', 'b'] })]);
    const found = async (tag: string) => (await one.read<List>(`/v1/runs?tags=${tag}`)).total;
    for (const [tags, expected] of [
      [['b', 'c'], { a: 0, b: 1, c: 1 }],
      [['a'], { a: 1, b: 0, c: 0 }],
      [null, { a: 0, b: 0, c: 0 }],
    ] as const) {
      expect(await one.patch('/v1/runs/r/tags', { tags })).toMatchObject({ status: 200, body: {} });
      expect((await one.read('/v1/runs/r')).tags).toEqual(tags);
      for (const [tag, count] of Object.entries(expected)) expect([tag, await found(tag)]).toEqual([tag, count]);
    }
    expect(await one.patch('/v1/runs/r/visibility', { visibility: true })).toMatchObject({ status: 200, body: {} });
    expect(await one.read('/v1/runs/r')).toMatchObject({ isPublic: true });
    expect(await one.patch('/v1/runs/r/visibility', { visibility: 'yes' })).toMatchObject({ status: 422 });
  });
});

describe('threads', () => {
  it('take what is written back to them, show it, and are deleted with it', async () => {
    const one = await project();
    await one.send([
      chat('w1', 'thw', 0, { role: 'user', content: 'Hi' }, { threadTags: ['orig'] }),
      chat('w2', 'thw', 100, { role: 'assistant', content: 'Hello' }),
    ]);
    for (const [what, body] of [
      ['tags', { tags: ['vip'] }],
      ['score', { label: 'good', value: 1 }],
      ['visibility', { visibility: true }],
      ['feedback', { thumb: 'up' }],
    ] as const)
      expect(await one.call('PATCH', `/v1/runs/thw/${what}`, { body })).toMatchObject({ status: 200 });
    await server.settle();
    const thread = {
      ...{ type: 'thread', tags: ['vip'], isPublic: true, feedback: { thumb: 'up' }, messagesCount: 2 },
      scores: [{ label: 'good', value: 1, comment: null }],
    };
    expect(await one.read('/v1/runs/thw')).toMatchObject(thread);
    expect((await one.read<List>('/v1/runs?type=thread&tags=vip')).data).toMatchObject([thread]);
    expect(await one.read('/v1/runs/thw/feedback')).toEqual({ thumb: 'up' });
    expect(await one.call('DELETE', '/v1/runs/thw')).toMatchObject({ status: 200 });
    await server.settle();
    for (const id of ['thw', 'w1', 'w2'])
      expect(await one.call('GET', `/v1/runs/${id}`)).toMatchObject({ status: 404 });
  });

  it('keep every message under its own id, and nothing wipes anything (10, 11, 12)', async () => {
    const one = await project();
    await one.send([
      chat(
        'm1',
        'th',
        0,
        { role: 'user', content: 'Hello' },
        { userId: 'ada', threadTags: ['s'], threadMetadata: { ch: 'web' } },
      ),
      feedback('m1', { thumb: 'up' }, 10),
      chat('m2', 'th', 100, { role: 'assistant', content: 'Hi' }),
      feedback('m1', { comment: 'gone?' }, 110),
      // As Python sends it.
      chat('m3', 'th', 200, { role: 'assistant', content: 'More' }, { feedback: null, userId: null, threadTags: null }),
      chat('m4', 'th', 300, { role: 'assistant', content: 'Again', isRetry: true }),
      start('agent', { type: 'agent', name: 'A', parentRunId: 'm1', timestamp: T0 + 20 }),
      start('call', { parentRunId: 'agent', timestamp: T0 + 30 }),
      end('call', { timestamp: T0 + 90 }),
      { type: 'thread', event: 'custom-event', name: 'click', runId: 'ce', parentRunId: 'th', timestamp: T0 + 400 },
    ]);
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        one.send([chat(`p${i}`, 'th', 500 + i, { role: 'assistant', content: `${i}` })]),
      ),
    );
    for (const id of ['m1', 'm2', 'm3', 'm4']) expect((await one.read(`/v1/runs/${id}`)).type).toBe('chat');
    expect(await one.read('/v1/runs/m1/feedback')).toEqual({ thumb: 'up', comment: 'gone?' });
    expect(await one.read('/v1/runs/m4')).toMatchObject({
      output: [{ role: 'assistant', content: 'Again', isRetry: true }],
    });
    const { data, total } = await one.read<List>('/v1/runs?type=thread');
    expect(total).toBe(1);
    expect(data).toMatchObject([
      {
        ...{ id: vendorUuid('th'), type: 'thread', tags: ['s'], metadata: { ch: 'web' }, messagesCount: 14 },
        ...{ user: { externalId: 'ada' }, firstMessage: { role: 'user', content: 'Hello' } },
        tokens: { prompt: 10, completion: 5, total: 15 },
      },
    ]);
    expect(await one.read('/v1/runs/th')).toMatchObject({ id: vendorUuid('th'), messagesCount: 14 });
    expect(await one.read(`/v1/runs/${vendorUuid('th')}`)).toMatchObject({ type: 'thread' });
    expect(idsOf(await one.read<List>('/v1/runs?type=trace'))).toEqual(uuids('agent'));
    expect(idsOf(await one.read<List>('/v1/runs?parentRunId=th&type=custom-event'))).toEqual(uuids('ce'));
    expect((await one.read<List>('/v1/runs?type=chat')).total).toBe(14);
    const related = await one.read<Json[]>('/v1/runs/m1/related');
    expect(related.map(({ id }) => id)).toEqual(uuids('m1', 'agent', 'call'));
  });

  it('with plain texts of the deprecated API do no harm, and a resent message is one (13, 23)', async () => {
    const one = await project();
    const message = chat('m', 'new', 0, { role: 'user', content: 'x' });
    await one.send([
      { type: 'thread', event: 'start', runId: 'old', timestamp: T0, input: 'yo' },
      { type: 'chat', event: 'start', runId: 'd1', parentRunId: 'old', timestamp: T0 + 50, input: 'yo' },
      { type: 'chat', event: 'end', runId: 'd1', timestamp: T0 + 90, output: 'hey' },
      message,
    ]);
    await one.send([message]);
    const { data } = await one.read<List>('/v1/runs?type=thread&sortField=createdAt&sortDirection=asc');
    expect(data.map(({ id, messagesCount }) => [id, messagesCount]).sort()).toEqual(
      [
        [vendorUuid('old'), 2],
        [vendorUuid('new'), 1],
      ].sort(),
    );
    const text = (await one.get('/v1/runs/export?type=thread&exportFormat=jsonl')).text;
    expect(text.trim().split('\n')).toHaveLength(2);
  });

  it('keep logs, which have a run above them or none (2.9, 15)', async () => {
    const one = await project();
    await one.send([
      start('a', { type: 'agent', name: 'A' }),
      { type: 'log', event: 'info', message: 'm', parentRunId: 'a', timestamp: T0 + 5, extra: { a: 1 } },
      { type: 'log', event: 'warn', message: 'w', timestamp: T0 + 6 },
    ]);
    expect((await one.read<List>('/v1/runs?type=log')).data).toMatchObject([
      { type: 'log', name: 'warn', input: 'w', parentRunId: null },
      { type: 'log', name: 'info', input: 'm', parentRunId: vendorUuid('a'), metadata: { a: 1 } },
    ]);
  });
});

describe('deleting', () => {
  it('takes a run and all below it, for good, and nothing else (5, 2.5)', async () => {
    const [one, other] = [await project(), await project()];
    const events = [
      start('a', { type: 'agent', name: 'A' }),
      start('b', { parentRunId: 'a', timestamp: T0 + 10 }),
      start('c', { parentRunId: 'b', timestamp: T0 + 20 }),
      start('beside', { parentRunId: 'a', timestamp: T0 + 30 }),
    ];
    await one.send(events);
    await other.send(events);
    const weak = await one.keyWith('ingest', 'read');
    for (const key of [weak, one.id, null])
      expect(await one.call('DELETE', '/v1/runs/b', { key })).toMatchObject({ status: 403, body: FORBIDDEN });
    expect(await one.call('DELETE', '/v1/runs/b')).toMatchObject({ status: 200, body: {} });
    for (const id of ['b', 'c']) expect((await one.get(`/v1/runs/${id}`)).status).toBe(404);
    for (const id of ['a', 'beside']) expect((await one.get(`/v1/runs/${id}`)).status).toBe(200);
    expect(await one.read('/v1/runs/a/related')).toHaveLength(2);
    expect(await other.read('/v1/runs/a/related')).toHaveLength(4);
    expect(await one.call('DELETE', '/v1/runs/b')).toMatchObject({ status: 404, body: { message: 'Run not found' } });
    expect(await one.call('DELETE', '/v1/runs/not-a-uuid')).toMatchObject({ status: 404 });
    const stored = await server.all<{ payload: unknown }>('/events', one.key);
    expect(stored.filter(({ payload }) => JSON.stringify(payload).includes('"runId":"c"'))).toEqual([]);
  });

  it('takes a user with all of their runs', async () => {
    const one = await project();
    await one.send([
      start('x', { userId: 'ada', userProps: { email: 'ada@example.com' } }),
      start('below', { parentRunId: 'x', timestamp: T0 + 5 }),
      start('y', { userId: 'bob' }),
    ]);
    const path = `/v1/external-users/${numberOf('ada')}`;
    expect(await one.read(path)).toMatchObject({ externalId: 'ada', props: { email: 'ada@example.com' } });
    expect(await one.call('DELETE', path)).toMatchObject({ status: 204, text: '' });
    expect(await one.get(path)).toMatchObject({ status: 204 });
    expect(idsOf(await one.read<List>('/v1/runs'))).toEqual(uuids('y'));
    expect((await one.read<List>('/v1/external-users')).data).toMatchObject([{ externalId: 'bob' }]);
    await one.send([start('again', { userId: 'ada' })]);
    expect(await one.read(path)).toMatchObject({ props: {} });
  });
});
