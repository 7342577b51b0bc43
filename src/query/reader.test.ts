/** Reading back, on a real store: every kind of condition, order, pages, and what belongs to somebody else. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import type { Condition, Reader, ReadSpan } from '../dialects/reader.ts';
import { at, ReaderBench, SAMPLE } from './reader-testing.ts';

let bench: ReaderBench;
let project: ProjectId;
let reader: Reader;

beforeAll(async () => {
  bench = await ReaderBench.open();
  project = await bench.project('ours');
  reader = bench.reader(project);
  for (const batch of SAMPLE) await bench.load(project, batch);
});
afterAll(() => bench.close());

const ALL: Condition = { all: [] };
const page = { limit: 100, offset: 0 };
const ids = (spans: readonly ReadSpan[]) => spans.map(({ spanId }) => spanId);
async function matching(where: Condition): Promise<string[]> {
  const found = ids(await reader.spans({ where, ...page }));
  expect(await reader.countSpans(where)).toBe(found.length);
  return found.sort();
}

describe('conditions', () => {
  it.each<[Condition, string[]]>([
    [ALL, ['agent', 'call', 'failed', 'open', 'silent']],
    [{ any: [] }, []],
    [{ not: { any: [] } }, ['agent', 'call', 'failed', 'open', 'silent']],
    [{ field: 'traceId', in: ['t1', 't3'] }, ['agent', 'call', 'failed', 'silent']],
    [{ field: 'traceId', in: ['t4'] }, []],
    [{ field: 'spanId', in: ['call', 'open', 'nobody'] }, ['call', 'open']],
    [{ field: 'parentSpanId', in: ['agent'] }, ['call', 'failed']],
    [{ field: 'parentSpanId', in: [''] }, ['agent', 'silent']],
    [{ field: 'kind', in: ['llm', 'tool'] }, ['call', 'failed', 'open']],
    [{ field: 'name', in: ['Plan'] }, []],
    [{ field: 'name', in: ['Plan again'] }, ['agent']],
    [{ field: 'status', in: ['running'] }, ['open', 'silent']],
    [{ field: 'status', in: ['ok', 'error'] }, ['agent', 'call', 'failed']],
    [{ field: 'model', in: ['priced'] }, ['call']],
    [{ field: 'model', in: ['', 'unpriced'] }, ['agent', 'failed', 'open', 'silent']],
    [{ field: 'provider', in: ['openai'] }, ['call']],
    [{ field: 'userId', in: ['ada', 'bob'] }, ['agent', 'call', 'open']],
    [{ field: 'userId', in: [] }, []],
    [{ field: 'sessionId', in: ['s1'] }, ['agent']],
    [{ field: 'agentName', in: ['planner'] }, ['agent']],
    [{ field: 'agentVersion', in: ['v1'] }, ['agent']],
    [{ field: 'environment', in: ['production'] }, ['call']],
    [{ field: 'start', op: 'gte', value: at(2) }, ['failed', 'open', 'silent']],
    [{ field: 'start', op: 'gt', value: at(2) }, ['open', 'silent']],
    [{ field: 'start', op: 'lt', value: at(1) }, ['agent']],
    [{ field: 'start', op: 'lte', value: at(1) + 0.5 }, ['agent', 'call']],
    [{ field: 'start', op: 'eq', value: at(20) }, ['open']],
    [{ field: 'start', op: 'neq', value: at(20) }, ['agent', 'call', 'failed', 'silent']],
    [{ field: 'durationMs', op: 'gte', value: 2000 }, ['agent', 'call']],
    [{ field: 'durationMs', op: 'eq', value: 500 }, ['failed']],
    [{ not: { field: 'durationMs', op: 'lt', value: 1e9 } }, ['open', 'silent']],
    [{ field: 'costUsd', op: 'eq', value: 2 }, ['call']],
    [{ field: 'costUsd', op: 'lt', value: 2 }, []],
    [{ field: 'inputTokens', op: 'gt', value: 6 }, ['call', 'open']],
    [{ field: 'outputTokens', op: 'lte', value: 3 }, ['open']],
    [{ field: 'totalTokens', op: 'eq', value: 10 }, ['open']],
    [{ field: 'totalTokens', op: 'lt', value: Number.POSITIVE_INFINITY }, ['call', 'open']],
    [{ field: 'totalTokens', op: 'neq', value: Number.NaN }, []],
    [{ words: 'louvre WHERE' }, ['call']],
    [{ words: 'paris' }, ['call']],
    [{ words: 'louvre paris' }, []],
    [{ words: 'eiffel' }, []],
    [{ words: ' -- ' }, ['agent', 'call', 'failed', 'open', 'silent']],
    [{ tag: 'gold' }, ['agent', 'failed']],
    [{ tag: 'gol' }, []],
    [{ metadata: 'plan', equals: 'pro' }, ['agent']],
    [{ metadata: 'plan', equals: 'free' }, []],
    [{ metadata: 'seats', equals: '3' }, ['agent']],
    [{ metadata: 'odd', equals: 'null' }, ['agent']],
    [{ metadata: 'missing', equals: '' }, []],
    [{ feedback: 'thumb' }, []],
    [{ feedback: 'comment' }, ['call']],
    [{ feedback: 'comment', equals: 'good' }, ['call']],
    [{ feedback: 'comment', equals: 'bad' }, []],
    [{ feedback: 'score', equals: '2' }, ['failed']],
    [{ feedback: 'overwrite' }, []],
    [{ isRoot: true }, ['agent', 'open', 'silent']],
    [{ isRoot: false }, ['call', 'failed']],
    [{ all: [{ field: 'kind', in: ['llm'] }, { field: 'userId', in: ['ada'] }, { words: 'louvre' }] }, ['call']],
    [{ all: [{ tag: 'gold' }, { not: { field: 'status', in: ['error'] } }] }, ['agent']],
    [{ any: [{ tag: 'eu' }, { words: 'louvre' }, { field: 'traceId', in: ['t3'] }] }, ['agent', 'call', 'silent']],
    [{ any: [{ feedback: 'score' }, { not: { field: 'userId', in: ['ada', 'bob', ''] } }] }, ['failed', 'silent']],
    [{ not: { all: [{ field: 'userId', in: ['ada'] }, { isRoot: true }] } }, ['call', 'failed', 'open', 'silent']],
  ])('%j', async (where, expected) => {
    expect(await matching(where)).toEqual(expected);
  });
});

describe('spans', () => {
  it('come newest first, in the order asked for, in pages', async () => {
    const order = async (orderBy: Parameters<Reader['spans']>[0]['orderBy'], limit = 100, offset = 0) =>
      ids(await reader.spans({ where: ALL, ...(orderBy === undefined ? {} : { orderBy }), limit, offset }));
    expect(await order(undefined)).toEqual(['silent', 'open', 'failed', 'call', 'agent']);
    expect(await order({ field: 'start', direction: 'asc' }, 2, 1)).toEqual(['call', 'failed']);
    expect(await order({ field: 'durationMs', direction: 'asc' })).toEqual([
      'failed',
      'call',
      'agent',
      'open',
      'silent',
    ]);
    expect(await order({ field: 'durationMs', direction: 'desc' }, 1)).toEqual(['agent']);
    expect(await order({ field: 'totalTokens', direction: 'desc' }, 2)).toEqual(['call', 'open']);
    expect(await order(undefined, 100, 5)).toEqual([]);
    expect(await order(undefined, 0)).toEqual([]);
  });

  it('say all that the trace says', async () => {
    const [call] = await reader.spans({ where: { field: 'spanId', in: ['call'] }, ...page });
    expect(call).toMatchObject({
      traceId: 't1',
      parentSpanId: 'agent',
      kind: 'llm',
      durationMs: 2000,
      input: 'Where is the Louvre?',
      output: 'In Paris',
      usage: { inputTokens: 1_000_000, outputTokens: 500_000, totalTokens: 1_500_000 },
      costUsd: 2,
      feedback: { comment: 'good' },
    });
    const trace = await reader.trace('t1');
    expect(ids(trace ?? [])).toEqual(['agent', 'call', 'failed']);
    expect(trace?.[1]).toEqual(call);
    expect(await reader.trace('t4')).toBeUndefined();
  });

  it('that are hidden are found by their id alone', async () => {
    expect(ids((await reader.trace('t3')) ?? [])).toEqual(['silent']);
    expect(ids(await reader.spansById(['plumbing', 'call', 'nobody']))).toEqual(
      expect.arrayContaining(['plumbing', 'call']),
    );
    expect(await reader.spansById(['nobody'])).toEqual([]);
    expect(await reader.spansById([])).toEqual([]);
  });

  it('that have been silent for long are unknown, if calls of their vendor may vanish', async () => {
    const vanishing = { dialects: ['lunary'], afterMicros: -1e15 };
    const suspicious = bench.reader(project, 'lunary', vanishing);
    const where: Condition = { field: 'status', in: ['unknown'] };
    expect(ids(await suspicious.spans({ where, ...page }))).toEqual(['silent', 'open']);
    expect(await suspicious.countSpans({ field: 'status', in: ['running'] })).toBe(0);
    const { groups } = await suspicious.tally({ where: ALL, by: ['status'], ...page });
    expect(groups.map(({ group, count }) => [group[0], count]).sort()).toEqual([
      ['error', 1],
      ['ok', 2],
      ['unknown', 2],
    ]);
  });
});

describe('late parents', () => {
  it('move spans to their real trace, which every id of it leads to', async () => {
    const late = await bench.project('late');
    // The deepest first, each in a batch of its own.
    for (const [spanId, parentSpanId] of [
      ['c', 'b'],
      ['b', 'a'],
      ['a', undefined],
    ] as const)
      await bench.load(late, [
        { spanId, start: at(1), end: at(2), text: { kind: 'llm', userId: 'u', ...(parentSpanId && { parentSpanId }) } },
      ]);
    const { trace, spans, tally, countSpans, events } = bench.reader(late);
    for (const id of ['a', 'b']) expect(ids((await trace(id)) ?? []).sort()).toEqual(['a', 'b', 'c']);
    const found = await spans({ where: { field: 'traceId', in: ['b'] }, ...page });
    expect(found.map(({ spanId, traceId }) => [spanId, traceId]).sort()).toEqual([
      ['a', 'a'],
      ['b', 'a'],
      ['c', 'a'],
    ]);
    expect(await countSpans({ isRoot: true })).toBe(1);
    const { groups } = await tally({ where: ALL, by: ['traceId'], ...page });
    expect(groups).toMatchObject([{ group: ['a'], count: 3, traces: 1, users: 1 }]);
    const all = await events({ traceId: 'b', direction: 'asc', ...page });
    expect(all.events.map(({ spanId, traceId }) => [spanId, traceId])).toEqual([
      ['c', 'a'],
      ['b', 'a'],
      ['a', 'a'],
    ]);
  });
});

describe('what is not one’s own', () => {
  it('is not there: another project, another vendor with the same ids', async () => {
    const theirs = await bench.project('theirs');
    const span = {
      spanId: 'call',
      traceId: 't1',
      eventId: 'e',
      text: { userId: 'secret', name: 'secret', input: '"secret"' },
      tags: ['secret'],
      metadata: '{"plan":"secret"}',
      feedback: '{"feedback":{"thumb":"secret"}}',
    };
    const before = await reader.trace('t1');
    await bench.load(theirs, [span]);
    await bench.load(project, [span], 'voker');
    const questions: Condition[] = [
      { field: 'userId', in: ['secret'] },
      { words: 'secret' },
      { tag: 'secret' },
      { metadata: 'plan', equals: 'secret' },
      { feedback: 'thumb' },
    ];
    for (const where of questions) {
      expect(await matching(where)).toEqual([]);
      expect(await bench.reader(theirs).countSpans(where)).toBe(1);
      expect(await bench.reader(project, 'voker').countSpans(where)).toBe(1);
      expect(await bench.reader(theirs, 'voker').countSpans(where)).toBe(0);
    }
    expect(await reader.trace('t1')).toEqual(before);
    expect(await reader.spansById(['call'])).toEqual(before?.filter(({ spanId }) => spanId === 'call'));
    expect((await reader.events({ eventId: 'e', direction: 'asc', ...page })).total).toBe(0);
    expect(
      (await reader.tally({ where: ALL, by: ['userId'], ...page })).groups.map(({ group }) => group[0]),
    ).not.toContain('secret');
    expect(await bench.reader(project, 'weflayr').countSpans(ALL)).toBe(0);
  });
});
