import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import { start, Workbench } from '../loader/testing.ts';
import { listEvents } from './list-events.ts';
import { listTraces } from './list-traces.ts';
import { TraceFilters } from './trace-filters.ts';
import type { TraceSummary } from './trace-summary.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

/** All pages. A search that finds little ends its page early on a slow machine, with a cursor to go on. */
async function all(project: ProjectId, filters: Record<string, string | number>): Promise<TraceSummary[]> {
  const found: TraceSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await listTraces(
      bench.reader,
      project,
      TraceFilters.parse({ ...filters, ...(cursor === undefined ? {} : { cursor }) }),
    );
    found.push(...(page?.data ?? []));
    cursor = page?.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

describe('listing', () => {
  it('finds words of inputs and outputs, whatever their case, script, or the JSON around them', async () => {
    const subject = await bench.subject();
    await subject.lunary(
      { ...start('one'), input: 'first line\nSecond line' },
      { ...start('two'), input: { path: 'C:\\new\\Zürich' } },
    );
    await subject.load();
    for (const [q, found] of [
      ['second', ['one']],
      ['LINE first', ['one']],
      ['new zürich', ['two']],
      ['nsecond', []],
      ['line new', []],
    ] as const) {
      const traces = await all(subject.project, { q });
      expect([q, traces.map((trace) => trace.traceId)]).toEqual([q, found]);
    }
  });

  it('finds a trace by what is deep in it, also when all of it came leaf first', async () => {
    const subject = await bench.subject();
    const chain = Array.from({ length: 120 }, (_, i) => ({
      ...start(`n${i}`, i === 0 ? undefined : `n${i - 1}`),
      timestamp: Date.now() - 7_200_000 + i * 60_000,
    }));
    const deep = chain.map((event, i) => (i === 119 ? { ...event, userId: 'deep user', tags: ['deep'] } : event));
    await subject.lunary(...deep.reverse());
    await subject.load();
    const filters: Record<string, string>[] = [{}, { userId: 'deep user' }, { tag: 'deep' }];
    for (const filter of filters) {
      expect(await all(subject.project, filter)).toMatchObject([{ traceId: 'n0', spanCount: 120 }]);
    }
  });

  it('pages through traces by what only a leaf says that came before its parents', async () => {
    const subject = await bench.subject();
    const now = Date.now();
    const names = ['a', 'b', 'c'];
    const leaf = (name: string) => ({ ...start(`leaf ${name}`, `middle ${name}`), timestamp: now - 1_000 });
    await subject.lunary(...names.map((name) => ({ ...leaf(name), userId: 'ada', tags: ['late'] })));
    await subject.load();
    // They start hours apart, all before the leaves.
    for (const [i, name] of names.entries()) {
      const timestamp = now - (i + 1) * 7_200_000;
      const middle = { ...start(`middle ${name}`, `root ${name}`), timestamp };
      await subject.lunary(middle, { ...start(`root ${name}`), timestamp });
    }
    await subject.load();
    for (const filter of [{ tag: 'late' }, { userId: 'ada' }, { tag: 'late', userId: 'ada' }, { name: 'gpt-4o' }]) {
      for (const limit of [1, 2, 50]) {
        const found = await all(subject.project, { ...filter, limit });
        expect([filter, limit, found.map(({ traceId, spanCount }) => [traceId, spanCount])]).toEqual([
          ...[filter, limit],
          'name' in filter ? [] : names.map((name) => [`root ${name}`, 3]),
        ]);
      }
    }
  });

  it('finds traces of any age by what is said hours after their start', async () => {
    const subject = await bench.subject();
    const ages = [2, 30, 50, 120, 500, 2_400].map((hours) => ({ hours, at: Date.now() - hours * 3_600_000 }));
    await subject.lunary(
      ...ages.flatMap(({ hours, at }) => [
        { ...start(`t${hours}`), timestamp: at },
        { ...start(`late${hours}`, `t${hours}`), timestamp: at + 5_400_000, userId: 'ada' },
        { ...start(`other${hours}`), timestamp: at },
      ]),
    );
    await subject.load();
    for (const limit of [1, 50]) {
      const found = await all(subject.project, { userId: 'ada', limit });
      expect(found.map(({ traceId, spanCount }) => [traceId, spanCount])).toEqual(
        ages.map(({ hours }) => [`t${hours}`, 2]),
      );
    }
  });

  it('follows the stream of events by position', async () => {
    const subject = await bench.subject();
    const position = await subject.lunary(start('a'), start('b'), start('c'));
    await subject.load();
    const text = await listEvents(bench.reader, subject.project, { limit: 1, order: 'desc', after: position });
    expect(JSON.parse(text ?? '')).toMatchObject({ data: [{ spanId: 'b', position: position + 1 }], nextCursor: null });
  });

  it('pages through traces of any age, each once, newest first, also when many share a start', async () => {
    const subject = await bench.subject();
    const times = [
      0,
      1_600_000_000_000,
      Date.now() - 5 * 86_400_000,
      Date.now() - 7_200_000,
      Date.now(),
      4_000_000_000_000,
    ];
    const runs = times.flatMap((timestamp, t) =>
      Array.from({ length: 70 }, (_, i) => ({ ...start(`t${t}-${i}`), timestamp })),
    );
    await subject.lunary(...runs);
    await subject.load();
    const seen = await all(subject.project, { limit: 33 });
    const starts = seen.map((trace) => trace.startTime);
    expect(starts).toEqual([...starts].sort().reverse());
    expect(new Set(seen.map((trace) => trace.traceId)).size).toBe(runs.length);
    expect(seen).toHaveLength(runs.length);
  });
});
