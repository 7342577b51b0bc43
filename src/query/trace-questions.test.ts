/** What a filter bar and an export ask, against counting by hand what the list says. */

import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import fc from 'fast-check';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectName } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { StoreReader } from '../store/store.ts';
import { readerOf } from '../store/testing.ts';
import { ExportQuery, exportTraces } from './export-traces.ts';
import { FacetQuery, facets } from './facets.ts';
import { getTrace } from './get-trace.ts';
import { listTraces } from './list-traces.ts';
import { at, ReaderBench, type TestSpan } from './reader-testing.ts';
import { TraceFilters, VALUE_FIELDS, type ValueField } from './trace-filters.ts';
import { breakConnection } from './trace-questions.ts';
import type { TraceSummary } from './trace-summary.ts';

/** Other data: `PROPERTY_SEED=<n>`. */
const SEED = Number(process.env.PROPERTY_SEED ?? 20_261_122);
const TRACES = 50;
const HOUR_S = 3600;

let bench: ReaderBench;
beforeAll(async () => {
  bench = await ReaderBench.open();
});
afterAll(() => bench.close());

type Params = Readonly<Record<string, string | number | readonly string[]>>;

async function exported(project: ProjectId, params: Params, store: StoreReader = bench.store): Promise<string> {
  const { body } = await exportTraces(store, project, ExportQuery.parse(params));
  return new Response(body).text();
}

async function exportedTraces(project: ProjectId, params: Params): Promise<TraceSummary[]> {
  const text = await exported(project, { ...params, format: 'jsonl' });
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

function valuesOf(trace: TraceSummary, field: ValueField): readonly string[] {
  const { status, dialect, agentName, userId, sessionId, environment, name, models, tags } = trace;
  const single = { status, dialect, agent: agentName, userId, sessionId, environment, name };
  if (field === 'model') return models;
  if (field === 'tag') return tags;
  return single[field] === null ? [] : [single[field]];
}

/** Most first, then by value, as facets are. */
function countedByHand(traces: readonly TraceSummary[], field: ValueField): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const trace of traces)
    for (const value of valuesOf(trace, field)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

const maybe = (...values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
const Piece = fc.record({
  seconds: fc.nat(4 * HOUR_S),
  lasts: fc.option(fc.nat(90), { nil: undefined }),
  kind: fc.constantFrom('llm', 'tool', 'agent', 'message'),
  status: fc.constantFrom('ok', 'ok', 'error', 'running', 'paused'),
  name: maybe('Plan', 'search', '=1+1'),
  userId: maybe('ada', 'bob', 'Ünal'),
  sessionId: maybe('s1', 's2'),
  agentName: maybe('planner', 'helper'),
  environment: maybe('production', 'staging'),
  model: maybe('priced', 'gpt-4o', 'claude'),
  tags: fc.subarray(['gold', 'eu', 'nightly']),
  tokens: fc.option(fc.nat(2_000_000), { nil: undefined }),
  isHidden: fc.integer({ min: 0, max: 6 }).map((n) => n === 0),
  /** Its end comes in another batch, and says another hour. */
  isSplit: fc.boolean(),
  parent: fc.nat(4),
});
const Trace = fc.record({
  dialect: fc.constantFrom<DialectName[]>('lunary', 'voker', 'weflayr'),
  pieces: fc.array(Piece, { minLength: 1, maxLength: 5 }),
  /** The children come first, and are stored under a guess. */
  isLate: fc.boolean(),
});
type Trace = typeof Trace extends fc.Arbitrary<infer T> ? T : never;

/** What comes first, and what comes in a later batch. */
function spansOf({ pieces, isLate }: Trace, nth: number): { first: TestSpan[]; later: TestSpan[] } {
  const first: TestSpan[] = [];
  const later: TestSpan[] = [];
  for (const [i, piece] of pieces.entries()) {
    const { kind, status, name, userId, sessionId, agentName, environment, model, tokens } = piece;
    const spanId = `${nth}-${i}`;
    const parentSpanId = i === 0 ? undefined : `${nth}-${piece.parent % i}`;
    const said = { kind, name, userId, sessionId, agentName, environment, model, parentSpanId };
    const text = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
    const start = at(piece.seconds);
    const span: TestSpan = {
      ...{ spanId, start, tags: piece.tags },
      // By its parent, once there is one.
      ...(isLate && i > 0 ? {} : { traceId: `t${nth}` }),
      text: { ...text, status: piece.isSplit ? 'running' : status, input: JSON.stringify(`word${i % 3} text`) },
      ...(tokens === undefined ? {} : { usage: { input: tokens, output: 10 } }),
      ...(piece.isHidden ? { hidden: true as const } : {}),
      ...(piece.lasts === undefined ? {} : { end: start + piece.lasts * 1_000_000 }),
    };
    (isLate && i === 0 ? later : first).push(span);
    if (!piece.isSplit) continue;
    const end = start + 2 * HOUR_S * 1_000_000;
    later.push({ spanId, traceId: `t${nth}`, rank: 2, start: end, end, text: { status } });
  }
  return { first: first.reverse(), later };
}

async function randomProject(): Promise<ProjectId> {
  const project = await bench.project('random');
  const traces = fc.sample(Trace, { seed: SEED, numRuns: TRACES });
  for (const dialect of ['lunary', 'voker', 'weflayr'] as const) {
    const all = traces.map((trace, nth) => ({ trace, nth })).filter(({ trace }) => trace.dialect === dialect);
    const spans = all.map(({ trace, nth }) => spansOf(trace, nth));
    for (const part of ['first', 'later'] as const)
      await bench.load(
        project,
        spans.flatMap((one) => one[part]),
        dialect,
      );
  }
  return project;
}

/** After all of the data, so that the list begins there. */
const TO = '2026-09-22T00:00:00Z';

const FILTERS: readonly Params[] = [
  {},
  { status: ['error', 'paused'], userId: ['ada', 'bob'], errorsMin: 1 },
  { dialect: ['lunary', 'voker'], environment: 'production' },
  { model: ['gpt-4o', 'claude'], tag: ['gold'], status: ['error', 'ok', 'running'] },
  { name: ['Plan', 'planner'], agent: ['planner', 'helper'] },
  { tokensMin: 1000, tokensMax: 2_500_000, sessionId: ['s1'] },
  { costUsdMin: 0.5, costUsdMax: 4, durationMsMin: 1, durationMsMax: 9_000_000 },
  { userId: 'nobody' },
];

/** As the documentation says it, on what the unfiltered list shows. */
function fits(trace: TraceSummary, filter: Params): boolean {
  const within = (name: string, value: number | null) =>
    ['Min', 'Max'].every((end) => {
      const bound = filter[`${name}${end}`];
      if (bound === undefined) return true;
      return value !== null && (end === 'Min' ? value >= Number(bound) : value <= Number(bound));
    });
  return (
    VALUE_FIELDS.every((field) => {
      const wanted = filter[field];
      return wanted === undefined || valuesOf(trace, field).some((value) => [wanted].flat().includes(value));
    }) &&
    within('errors', trace.errorCount) &&
    within('costUsd', trace.costUsd) &&
    within('tokens', trace.usage.totalTokens) &&
    within('durationMs', trace.durationMs)
  );
}

describe(`filters, facets and exports of random traces (PROPERTY_SEED=${SEED})`, () => {
  let project: ProjectId;
  let all: TraceSummary[];
  beforeAll(async () => {
    project = await randomProject();
    all = await exportedTraces(project, { to: TO });
  });

  it('have something to tell', () => {
    expect(all.length).toBeGreaterThan(TRACES / 2);
    for (const field of VALUE_FIELDS) expect([field, countedByHand(all, field).length > 1]).toEqual([field, true]);
  });

  it.each(FILTERS)('%j: the export has what fits, and the facets count it', async (filter) => {
    const file = await exportedTraces(project, { ...filter, to: TO });
    expect(file).toEqual(all.filter((trace) => fits(trace, filter)));
    const counted = await facets(bench.store, project, FacetQuery.parse({ ...filter, to: TO, values: 100 }));
    expect([counted.traceCount, counted.isComplete]).toEqual([file.length, true]);
    for (const field of VALUE_FIELDS) {
      const { [field]: _own, ...others } = filter;
      const values = counted.data.find((one) => one.field === field)?.values;
      const chosen = all.filter((trace) => fits(trace, others));
      expect([field, values]).toEqual([field, countedByHand(chosen, field)]);
    }
  });

  it('words of inputs choose traces, in facets as in exports and pages of the list', async () => {
    const filter = { q: 'word2', status: ['ok', 'error'], to: TO };
    const file = await exportedTraces(project, filter);
    expect(file.length).toBeGreaterThan(2);
    expect(file.length).toBeLessThan(all.length / 2);
    const counted = await facets(bench.store, project, FacetQuery.parse({ ...filter, field: ['userId', 'model'] }));
    expect(counted).toEqual({
      data: (['userId', 'model'] as const).map((field) => ({ field, values: countedByHand(file, field) })),
      traceCount: file.length,
      isComplete: true,
    });
    const page = await listTraces(bench.store, project, TraceFilters.parse({ ...filter, limit: 3 }));
    expect(page?.data).toEqual(file.slice(0, 3));
  });

  it('a range of time cuts all alike', async () => {
    const [newest, oldest] = [all[5], all[25]];
    const times = { from: oldest?.startTime ?? '', to: newest?.startTime ?? '' };
    const file = await exportedTraces(project, times);
    // Sorted and cut by the first span, which may be a hidden one; facets count by what is shown.
    const begins = all.findIndex(({ traceId }) => traceId === file[0]?.traceId);
    expect(file).toEqual(all.slice(begins, begins + file.length));
    const inRange = all.filter(({ startTime }) => startTime >= times.from && startTime < times.to);
    expect(await facets(bench.store, project, FacetQuery.parse({ ...times, field: 'userId' }))).toEqual({
      data: [{ field: 'userId', values: countedByHand(inRange, 'userId') }],
      traceCount: inRange.length,
      isComplete: true,
    });
  });

  it('a prefix completes, whatever its case; what has it inside comes last', async () => {
    const ask = (params: Params) => facets(bench.store, project, FacetQuery.parse(params));
    const complete = async (field: string, prefix: string) =>
      (await ask({ field, prefix })).data[0]?.values.map(({ value }) => value);
    expect(await complete('model', 'C')).toEqual(['claude', 'priced']);
    expect(await complete('userId', 'ÜN')).toEqual(['Ünal']);
    expect(await complete('userId', '%')).toEqual([]);
    const two = await ask({ field: ['tag', 'status'], values: 1 });
    expect(two.data.map(({ field, values }) => [field, values])).toEqual([
      ['tag', countedByHand(all, 'tag').slice(0, 1)],
      ['status', countedByHand(all, 'status').slice(0, 1)],
    ]);
    expect(two.traceCount).toBe(all.length);
  });

  it('a CSV file has a header, a row for each trace, and no formula', async () => {
    const file = await exported(project, { name: '=1+1', to: TO });
    const [header, ...rows] = file.split('\r\n');
    const listed = all.filter((trace) => trace.name === '=1+1');
    expect(listed.length).toBeGreaterThan(0);
    expect(header?.split(',').slice(0, 4)).toEqual(['traceId', 'name', 'dialect', 'status']);
    expect(rows.slice(0, -1).map((row) => row.split(',').slice(0, 4))).toEqual(
      listed.map((trace) => [trace.traceId, `"'=1+1"`, trace.dialect, trace.status]),
    );
    expect(rows.at(-1)).toBe('');
    expect(await exported(project, { userId: 'nobody', to: TO })).toBe(`${header}\r\n`);
  });

  it('the trace of the list is the trace of its page, with bodies and without', async () => {
    for (const trace of all.slice(0, 8)) {
      const { traceId, dialect } = trace;
      const options = { dialect: dialect as DialectName };
      const full = await getTrace(bench.store, project, traceId, options);
      const bare = await getTrace(bench.store, project, traceId, { ...options, hasBodies: false });
      expect(full?.trace).toEqual(trace);
      expect(bare?.trace).toEqual(trace);
      const empty = { input: null, output: null, params: null, metadata: {}, annotations: {}, feedback: null };
      expect(bare?.spans).toEqual(full?.spans.map((span) => ({ ...span, ...empty })));
    }
  });
});

describe('facets of more than can be counted at once', () => {
  it('count the newest, and say so', async () => {
    const project = await bench.project('long');
    const spans = Array.from({ length: 60 }, (_, i) => ({
      ...{ spanId: `l${i}`, traceId: `l${i}`, start: at(i * 600) },
      text: { userId: i % 10 === 0 ? 'rare' : 'often', agentName: `agent-${i}` },
    }));
    await bench.load(project, spans);
    const ask = (params: Params, rowsMax: number, searchedRowsMax: number) =>
      facets(bench.store, project, FacetQuery.parse({ field: 'userId', ...params }), {
        bounds: { rowsMax, searchedRowsMax },
      });
    const counted = async (params: Params, rowsMax: number, searchedRowsMax = 1000) => {
      const { data, traceCount, isComplete } = await ask(params, rowsMax, searchedRowsMax);
      return [traceCount, isComplete, data[0]?.values.map(({ value, count }) => `${value} ${count}`).join(', ')];
    };
    expect(await counted({}, 60)).toEqual([60, true, 'often 54, rare 6']);
    // Six traces an hour, one in the last; whole hours are counted.
    const [{ hour = 0 } = {}] = await bench.store.select<{ hour: number }>(
      'SELECT max(hour) AS hour FROM tributary.spans WHERE project_id = {project:UUID}',
      { project },
    );
    const startsIn = (first: number) => spans.filter(({ start }) => start >= first * HOUR_S * 1_000_000).length;
    const [twoHours] = await counted({}, startsIn(hour - 1) + 2);
    expect(twoHours).toBe(startsIn(hour - 1));
    // Not even one hour: the newest of it.
    expect(await counted({ to: TO }, 2)).toEqual([3, false, 'often 3']);
    // What filters leave is few, so it goes further back.
    const rare = { field: 'agent', userId: 'rare' };
    expect((await counted(rare, 8)).slice(0, 2)).toEqual([6, true]);
    expect((await counted(rare, 8, startsIn(hour - 4))).slice(0, 2)).toEqual([2, false]);
  });
});

describe('an export that breaks', () => {
  it('breaks the connection, and is no complete file', async () => {
    const project = await bench.project('many');
    const spans = Array.from({ length: 1100 }, (_, i) => ({ spanId: `m${i}`, traceId: `m${i}`, start: at(i) }));
    await bench.load(project, spans);
    const told: string[] = [];
    let isBroken = false;
    const store = readerOf((sql, params) =>
      isBroken ? Promise.reject(new Error('the store is gone')) : bench.store.select(sql, params),
    );
    const app = new Hono().get('/', async (c) => {
      const onBreak = ({ message }: Error) => told.push(message) > 0 && breakConnection(c);
      const { body } = await exportTraces(store, project, ExportQuery.parse({}), { onBreak });
      isBroken = true;
      return c.body(body);
    });
    const server = createServer(getRequestListener(app.fetch));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const response = await fetch(`http://127.0.0.1:${Object(server.address()).port}/`);
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow();
    } finally {
      server.close();
    }
    expect(told).toEqual(['the store is gone']);
    isBroken = false;
    expect((await exported(project, {})).split('\r\n').length).toBe(1 + 1100 + 1);
  });
});

it('an export whose client leaves while a page is read ends without a word', async () => {
  const project = await bench.project('left');
  const spans = Array.from({ length: 1100 }, (_, i) => ({ spanId: `e${i}`, traceId: `e${i}`, start: at(i) }));
  await bench.load(project, spans);
  let isHeld = false;
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const store = readerOf(async (sql, params) => {
    if (isHeld) {
      begin();
      await released;
    }
    return bench.store.select(sql, params);
  });
  const told: string[] = [];
  const onBreak = ({ message }: Error) => told.push(message) > 0;
  const { body } = await exportTraces(store, project, ExportQuery.parse({}), { onBreak });
  isHeld = true;
  const reader = body.getReader();
  await reader.read();
  const next = reader.read();
  await begun;
  const left = reader.cancel();
  release();
  await Promise.all([next, left]);
  expect(told).toEqual([]);
});
