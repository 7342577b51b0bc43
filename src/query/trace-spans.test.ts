/** What the page of one trace asks for, and what went wrong in all of them. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import { readerOf } from '../store/testing.ts';
import { getTrace } from './get-trace.ts';
import { ErrorFilters, listErrors } from './list-errors.ts';
import { at, ReaderBench, type TestSpan } from './reader-testing.ts';
import { TraceSpansQuery, traceSpans } from './trace-spans.ts';

let bench: ReaderBench;
beforeAll(async () => {
  bench = await ReaderBench.open();
});
afterAll(() => bench.close());

type Params = Readonly<Record<string, string | number | readonly string[]>>;

describe('a page of a trace', () => {
  const LONG = 'x'.repeat(700);
  let project: ProjectId;
  beforeAll(async () => {
    project = await bench.project('page');
    const error = JSON.stringify({ message: LONG, type: 'Bad', stack: 'at line 1', code: '7' });
    await bench.load(project, [
      { spanId: 'root', traceId: 't', start: at(0), text: { name: 'root', input: 'null' }, metadata: '{"a":1}' },
      {
        spanId: 'bad',
        traceId: 't',
        start: at(1),
        text: { parentSpanId: 'root', status: 'error', error, output: '"out"' },
      },
      { spanId: 'plumbing', traceId: 't', start: at(2), hidden: true, text: { parentSpanId: 'root' } },
      {
        spanId: 'deep',
        traceId: 't',
        start: at(3),
        text: { parentSpanId: 'plumbing', input: '"in"', params: '{"k":1}' },
      },
    ]);
  });

  it('reads no column of a body that it does not show', async () => {
    const statements: string[] = [];
    const store = readerOf((sql, params) => {
      statements.push(sql);
      return bench.store.select(sql, params);
    });
    const found = await getTrace(store, project, 't', { hasBodies: false });
    expect(statements.join('\n')).not.toMatch(
      /metadata\)|feedback\)|spans\.(params|metadata|feedback)|max\(spans\.(input|output)\)|(input|output), 3\)/,
    );
    expect(found?.spans.map(({ spanId, hasInput, hasOutput }) => [spanId, hasInput, hasOutput])).toEqual([
      ['root', true, false],
      ['bad', false, true],
      ['deep', true, false],
    ]);
    expect(found?.spans[1]?.error).toEqual({ message: LONG.slice(0, 500), type: 'Bad' });
    expect(found?.spans[0]).toMatchObject({ input: null, metadata: {} });
  });

  it('loads the spans that come into view, complete', async () => {
    const full = await getTrace(bench.store, project, 't');
    const ask = (params: Params, traceId = 't') =>
      traceSpans(bench.store, project, traceId, TraceSpansQuery.parse(params));
    expect(await ask({ spanId: ['deep', 'root', 'other', 'deep'] })).toEqual({
      data: [full?.spans[0], full?.spans[2]],
    });
    expect(full?.spans[2]).toMatchObject({ spanId: 'deep', parentSpanId: 'root', input: 'in', params: { k: 1 } });
    const ids = async (params: Params) =>
      (await ask(params))?.data.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]);
    expect(await ids({ spanId: ['plumbing', 'deep'] })).toEqual([['deep', 'root']]);
    expect(await ids({ spanId: ['plumbing', 'deep'], hidden: 'true' })).toEqual([
      ['plumbing', 'root'],
      ['deep', 'plumbing'],
    ]);
    expect(await ask({ spanId: 'other' })).toEqual({ data: [] });
    expect(await ask({ spanId: 'root', dialect: 'voker' })).toBeUndefined();
    expect(await ask({ spanId: 'root' }, 'no such trace')).toBeUndefined();
  });
});

describe('errors', () => {
  it('are one when only ids and numbers differ; the newest speaks for all', async () => {
    const project = await bench.project('errors');
    const failed = (nth: number, message: string, type = 'Timeout', more: Partial<TestSpan> = {}): TestSpan => ({
      ...{ spanId: `e${nth}`, traceId: `t${nth % 2}`, start: at(nth) },
      text: { kind: 'tool', name: `tool ${nth}`, status: 'error', error: JSON.stringify({ message, type }) },
      ...more,
    });
    await bench.load(project, [
      failed(0, 'request 17 of 3f2504e0-4f89-41d3-9a0c-0305e82c3301 failed'),
      failed(1, 'request 4 of 7d444840-9dc0-11d1-b245-5ffdce74fad2 failed'),
      failed(2, 'request 5 of deadbeefcafe failed', 'Timeout'),
      failed(3, 'request 6 of deafbeadface failed', 'Timeout'),
      failed(4, 'request 6 of deafbeadface failed', 'Other'),
      failed(5, `no such file ${'y'.repeat(600)}`),
      failed(6, 'unseen', 'Timeout', { hidden: true }),
      { spanId: 'silent', traceId: 't0', start: at(7), text: { status: 'error' } },
      { spanId: 'fine', traceId: 't0', start: at(8), text: { status: 'ok', error: '{"message":"was mended"}' } },
      failed(100_000, 'the next day'),
    ]);
    const ask = (params: Params) => listErrors(bench.store, project, ErrorFilters.parse(params));
    const day = { from: '2026-09-21T00:00:00Z', to: '2026-09-22T00:00:00Z' };
    const answer = await ask(day);
    expect(answer).toEqual({
      data: expect.arrayContaining([
        {
          ...{ type: 'Timeout', message: 'request 6 of deafbeadface failed', count: 4, traceCount: 2 },
          ...{ kind: 'tool', name: 'tool 3', model: null, traceId: 't1', dialect: 'lunary', spanId: 'e3' },
          firstSeen: '2026-09-21T14:13:20.000000Z',
          lastSeen: '2026-09-21T14:13:23.000000Z',
        },
      ]),
      nextCursor: null,
    });
    const groups = 'data' in answer ? answer.data : [];
    expect(groups.map(({ type, message, count }) => [type, message?.length ?? null, count])).toEqual([
      ['Timeout', 32, 4],
      [null, null, 1],
      ['Timeout', 500, 1],
      ['Other', 32, 1],
    ]);
    expect(await ask({ ...day, dialect: 'voker' })).toEqual({ data: [], nextCursor: null });
    expect(await ask({ ...day, limit: 1 })).toEqual({ data: groups.slice(0, 1), nextCursor: null });
    expect(await ask({ from: day.to, to: day.from })).toMatchObject({ path: 'from' });
  });
});
