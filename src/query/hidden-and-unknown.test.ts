/** Spans that are kept out of sight, and calls whose end nobody saw: the same in a list, in a detail and in sums. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newProjectId, type ProjectId } from '../canonical/ids.ts';
import { microsNow } from '../canonical/time.ts';
import { openChdbWriter } from '../store/chdb/chdb.ts';
import { ALIAS_COLUMNS, migrate } from '../store/schema/schema.ts';
import type { StoreWriter } from '../store/store.ts';
import { getSpan } from './get-span.ts';
import { getTrace } from './get-trace.ts';
import { joinedTraces, openScope } from './joined.ts';
import { listTraces } from './list-traces.ts';
import { metricSeries, SeriesQuery } from './metric-series.ts';
import { TraceFilters } from './trace-filters.ts';

const MINUTE = 60_000_000;
const NOW = microsNow();
const VANISHING = { dialects: ['weflayr'], afterMicros: 15 * MINUTE };

let directory: string;
let store: StoreWriter;
let project: ProjectId;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-hidden-'));
  store = await openChdbWriter(directory);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

interface Row {
  readonly trace: string;
  readonly id: string;
  readonly parent?: string;
  readonly dialect?: string;
  /** Minutes ago. */
  readonly start: number;
  readonly end?: number;
  readonly firstToken?: number;
  readonly status?: readonly [rank: number, minutesAgo: number, status: string];
  readonly isHidden?: true;
}

async function insert(...rows: readonly Row[]): Promise<void> {
  const ago = (minutes: number) => NOW - minutes * MINUTE;
  const lines = rows.map((row) => [
    project,
    row.trace,
    row.dialect ?? 'weflayr',
    row.id,
    ago(row.start),
    row.end === undefined ? null : ago(row.end),
    row.firstToken === undefined ? null : ago(row.firstToken),
    row.status === undefined ? [0, 0, ''] : [row.status[0], ago(row.status[1]), row.status[2]],
    [row.parent === undefined ? 0 : 1, 0, row.parent ?? ''],
    row.isHidden === true ? 1 : 0,
    row.isHidden === true ? [1, 0, 'hidden-user'] : [0, 0, ''],
  ]);
  await store.insert(
    'tributary.spans',
    [
      'project_id',
      'trace_id',
      'dialect',
      'span_id',
      'start_time',
      'end_time',
      'first_token',
      'status',
      'parent_span_id',
      'hidden',
      'user_id',
    ],
    Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
  );
}

async function statusOf(trace: string): Promise<string | undefined> {
  const detail = await getTrace(store, project, trace, { vanishing: VANISHING });
  const page = await listTraces(store, project, TraceFilters.parse({}), VANISHING);
  expect(page?.data.find(({ traceId }) => traceId === trace)).toEqual(detail?.trace);
  return detail?.trace.status;
}

describe('a call whose end nobody saw', () => {
  beforeAll(() => {
    project = newProjectId();
  });

  it('runs, then becomes unknown, and is known again when its end comes', async () => {
    await insert({ trace: 'fresh', id: 'fresh', start: 14, status: [1, 14, 'running'] });
    await insert({ trace: 'old', id: 'old', start: 16, status: [1, 16, 'running'] });
    expect(await statusOf('fresh')).toBe('running');
    expect(await statusOf('old')).toBe('unknown');
    const detail = await getTrace(store, project, 'old', { vanishing: VANISHING });
    expect(detail?.trace).toMatchObject({ endTime: null, durationMs: null });
    expect(await getSpan(store, project, 'old', {}, VANISHING)).toMatchObject({ status: 'unknown', traceId: 'old' });
    await insert({ trace: 'old', id: 'old', start: 16, end: 1, status: [2, 1, 'ok'] });
    expect(await statusOf('old')).toBe('ok');
  });

  it('any sign of life keeps it running: a first token, a later event', async () => {
    await insert({ trace: 'streams', id: 'streams', start: 60, firstToken: 2, status: [1, 60, 'running'] });
    await insert({ trace: 'goes on', id: 'goes on', start: 60, status: [1, 60, 'running'] });
    await insert({ trace: 'goes on', id: 'goes on', start: 60, status: [1, 3, 'running'] });
    expect(await statusOf('streams')).toBe('running');
    expect(await statusOf('goes on')).toBe('running');
  });

  it('is asked of the vendors whose calls may vanish only, and of spans that nobody has said anything about', async () => {
    await insert({ trace: 'agent', id: 'agent', dialect: 'lunary', start: 6000, status: [1, 6000, 'running'] });
    await insert({ trace: 'paused', id: 'paused', start: 6000, status: [1, 6000, 'paused'] });
    await insert({ trace: 'silent', id: 'silent', start: 6000 });
    expect(await statusOf('agent')).toBe('running');
    expect(await statusOf('paused')).toBe('paused');
    expect(await statusOf('silent')).toBe('unknown');
  });

  it('is found and counted as what it is', async () => {
    const found = async (status: string) => {
      const page = await listTraces(store, project, TraceFilters.parse({ status }), VANISHING);
      return page?.data.map(({ traceId }) => traceId).sort();
    };
    expect(await found('unknown')).toEqual(['silent']);
    expect(await found('running')).toEqual(['agent', 'fresh', 'goes on', 'streams']);
    const from = new Date((NOW - 7 * 1440 * MINUTE) / 1000).toISOString();
    const query = SeriesQuery.parse({ metric: 'spans', groupBy: 'status', from, interval: 'day' });
    const series = await metricSeries(store, project, query, VANISHING);
    const points = 'data' in series ? series.data : [];
    const counts = new Map<string | null, number>();
    for (const { group, value } of points) counts.set(group, (counts.get(group) ?? 0) + value);
    expect(Object.fromEntries(counts)).toEqual({ unknown: 1, running: 4, ok: 1, paused: 1 });
  });

  it('makes its trace unknown, unless something failed', async () => {
    const lost = { trace: 'two', id: 'lost', start: 60, status: [1, 60, 'running'] } as const;
    await insert(lost, { trace: 'two', id: 'runs', start: 1, status: [1, 1, 'running'] });
    expect(await statusOf('two')).toBe('unknown');
    await insert({ trace: 'two', id: 'failed', start: 1, end: 1, status: [1, 1, 'error'] });
    expect(await statusOf('two')).toBe('error');
  });
});

describe('plumbing', () => {
  beforeAll(async () => {
    project = newProjectId();
    const at = { trace: 'tree', start: 10, end: 5, status: [1, 5, 'ok'] } as const;
    await insert(
      { ...at, id: 'top', start: 20, status: [1, 5, 'error'], isHidden: true },
      { ...at, id: 'below top', parent: 'top', isHidden: true },
      { ...at, id: 'a', parent: 'below top' },
      { ...at, id: 'pipe', parent: 'a', isHidden: true },
      { ...at, id: 'b', parent: 'pipe' },
    );
    // Its flag stands on one of its rows only.
    await insert({ ...at, id: 'pipe', parent: 'a' });
    await insert({ trace: 'other', id: 'other', start: 15, end: 15, status: [1, 15, 'ok'] });
    await insert({ trace: 'nothing to see', id: 'x', start: 1, end: 1, status: [1, 1, 'ok'], isHidden: true });
  });

  it('is left out of the trace, of what is said of it, and of its tree', async () => {
    const detail = await getTrace(store, project, 'tree');
    expect(detail?.spans.map((span) => [span.spanId, span.parentSpanId])).toEqual([
      ['a', null],
      ['b', 'a'],
    ]);
    expect(detail?.trace).toMatchObject({ spanCount: 2, errorCount: 0, status: 'ok', userId: null });
    expect(detail?.trace.durationMs).toBe(5 * 60_000);
    expect(await getTrace(store, project, 'nothing to see')).toBeUndefined();
  });

  it('is there on request, and for whoever names it', async () => {
    const detail = await getTrace(store, project, 'tree', { showsHidden: true });
    expect(detail?.spans.map((span) => [span.spanId, span.parentSpanId])).toEqual([
      ['top', null],
      ['a', 'below top'],
      ['b', 'pipe'],
      ['below top', 'top'],
      ['pipe', 'a'],
    ]);
    expect(detail?.trace).toMatchObject({ spanCount: 5, errorCount: 1, status: 'error', userId: 'hidden-user' });
    expect(await getSpan(store, project, 'pipe', {}, undefined)).toMatchObject({ traceId: 'tree', parentSpanId: 'a' });
    expect(await getSpan(store, project, 'b', {}, undefined)).toMatchObject({ parentSpanId: 'a' });
  });

  it('does not make pages skip or repeat a trace', async () => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listTraces(store, project, TraceFilters.parse({ limit: 1, cursor }));
      ids.push(...(page?.data.map(({ traceId }) => traceId) ?? []));
      cursor = page?.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(ids).toEqual(['other', 'tree']);
  });

  it('is left out of sums, also where a late parent moved the trace', async () => {
    const hops = [[project, 'weflayr', 'tree', 'root', 1]];
    await store.insert('tributary.trace_aliases', ALIAS_COLUMNS, Buffer.from(`${JSON.stringify(hops[0])}\n`));
    await insert({ trace: 'root', id: 'root', start: 30, end: 5, status: [1, 5, 'ok'], isHidden: true });
    await insert({ trace: 'root', id: 'pipe', parent: 'a', start: 10 });
    const { scope, params } = await openScope(store, project, undefined);
    const rows = await store.select(
      `SELECT trace_key, span_count, error_count, trace_status FROM (${joinedTraces(scope)}) ORDER BY trace_key`,
      params,
    );
    expect(rows).toEqual([
      { trace_key: 'weflayr|other', span_count: 1, error_count: 0, trace_status: 'ok' },
      { trace_key: 'weflayr|root', span_count: 2, error_count: 0, trace_status: 'ok' },
    ]);
  });
});
