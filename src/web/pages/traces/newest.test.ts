import { describe, expect, it } from 'vitest';
import type { TraceSummary } from '../../../query/trace-summary.ts';
import { merged, type TracePage, unseen, updated } from './newest.ts';

const trace = (minute: number, changes: Partial<TraceSummary> = {}): TraceSummary => ({
  ...{ traceId: `t${minute}`, name: null, dialect: 'lunary', status: 'ok', endTime: null, durationMs: null },
  startTime: `2026-11-21T10:${String(minute).padStart(2, '0')}:00.000000Z`,
  ...{ spanCount: 1, errorCount: 0, costUsd: null, userId: null, sessionId: null, agentName: null, environment: null },
  ...{ tags: [], models: [] },
  usage: {
    ...{ inputTokens: null, outputTokens: null, cacheReadTokens: null, cacheWriteTokens: null },
    ...{ reasoningTokens: null, totalTokens: null, source: 'reported' },
  },
  ...changes,
});
const page = (nextCursor: string | null, ...minutes: number[]): TracePage => ({
  data: minutes.map((one) => trace(one)),
  nextCursor,
});
const ids = (pages: readonly TracePage[]) => pages.map(({ data }) => data.map(({ traceId }) => traceId));

describe('a newly asked first page', () => {
  const pages = [page('b', 9, 8, 7), page('c', 6, 5, 4)];

  it('goes on top, and no trace is there twice', () => {
    const now = merged(pages, page('x', 11, 10, 9));
    expect(ids(now)).toEqual([
      ['t11', 't10', 't9', 't8', 't7'],
      ['t6', 't5', 't4'],
    ]);
    expect(now.map(({ nextCursor }) => nextCursor)).toEqual(['b', 'c']);
    expect(now[1]).toBe(pages[1]);
  });

  it('keeps the very rows that did not change', () => {
    const now = merged(pages, page('x', 10, 9, 8));
    expect(now[0]?.data[1]).toBe(pages[0]?.data[0]);
    const later = updated(pages, { data: [trace(8, { status: 'error' }), trace(9)], nextCursor: 'x' });
    expect(later[0]?.data[0]).toBe(pages[0]?.data[0]);
    expect(later[0]?.data[1]?.status).toBe('error');
    expect(later[1]).toBe(pages[1]);
  });

  it('takes away what does not match any more, in its time only', () => {
    expect(ids(merged(pages, page('x', 10, 9, 7)))).toEqual([
      ['t10', 't9', 't7'],
      ['t6', 't5', 't4'],
    ]);
    expect(ids(merged(pages, page('x', 10, 9, 5)))).toEqual([['t10', 't9', 't5'], ['t4']]);
  });

  it('is the whole list when it is all there is', () => {
    expect(ids(merged(pages, page(null, 10, 9)))).toEqual([['t10', 't9']]);
    expect(ids(merged(pages, page(null)))).toEqual([[]]);
    expect(ids(merged([], page('x', 1)))).toEqual([['t1']]);
  });

  it('begins the list anew when others may lie between', () => {
    expect(merged(pages, page('x', 30, 29, 28))).toEqual([page('x', 30, 29, 28)]);
  });

  it('tells two vendors with one id apart', () => {
    const other = trace(9, { dialect: 'vellum' });
    expect(unseen(pages, { data: [other, trace(9)], nextCursor: 'x' })).toEqual([other]);
  });

  it('moves nothing when it only updates', () => {
    expect(ids(updated(pages, page('x', 11, 10, 9)))).toEqual(ids(pages));
    expect(unseen(pages, page('x', 11, 10, 9)).map(({ traceId }) => traceId)).toEqual(['t11', 't10']);
  });
});
