import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import { dialects } from '../dialects/all.ts';
import type { StoredEvent } from '../dialects/dialect.ts';
import { MemoryLog, MemoryLogReader } from '../log/memory-log.ts';
import { toRecord } from '../log/request.ts';
import { getTrace } from '../query/get-trace.ts';
import { listEvents } from '../query/list-events.ts';
import { listTraces, TraceFilters } from '../query/list-traces.ts';
import { SqliteRegistry } from '../registry/sqlite/sqlite-registry.ts';
import { openChdbReader, openChdbWriter } from '../store/chdb/chdb.ts';
import { migrate } from '../store/schema/schema.ts';
import { StoreError, type StoreReader, type StoreWriter } from '../store/store.ts';
import { silentTelemetry } from '../telemetry/telemetry.ts';
import { routeTable } from './decode-record.ts';
import { Loader, type LoaderProgress } from './loader.ts';

const routes = routeTable(dialects);
let directory: string;
let store: StoreWriter;
let reader: StoreReader;
let registry: SqliteRegistry;
let projects = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-loader-'));
  store = await openChdbWriter(join(directory, 'store'));
  await migrate(store);
  reader = await openChdbReader(join(directory, 'store'), 1);
  registry = await SqliteRegistry.open(join(directory, 'registry.db'));
});
afterAll(async () => {
  await reader.close();
  await store.close();
  await registry.close();
  await rm(directory, { recursive: true });
});

/** One project with its own log; positions go on where the projects before ended, as they do in one server. */
class Subject {
  readonly project: ProjectId;
  readonly log: MemoryLog;
  progress: LoaderProgress | undefined;
  results = new Map<number, readonly StoredEvent[]>();

  private constructor(project: ProjectId) {
    this.project = project;
    this.log = new MemoryLog(projects * 1_000_000);
  }

  static async make(): Promise<Subject> {
    projects += 1;
    return new Subject((await registry.createProject(`p${projects}`)).id);
  }

  async accept(routeId: string, body: unknown, receivedAt = 1_790_000_000_000_000): Promise<number> {
    const route = routes.get(routeId)?.route;
    if (route === undefined) throw new Error(routeId);
    const text = JSON.stringify(body);
    const head = { method: 'POST', params: {}, query: new URLSearchParams(), headers: {} };
    const decoded = route.decode({ head, text, receivedAt });
    if (!decoded.ok) throw new Error(decoded.fault.message);
    return this.log.append(
      toRecord(this.project, route, { head, text: '', receivedAt }, Buffer.from(text), decoded.items.length),
    );
  }

  lunary(...events: object[]): Promise<number> {
    return this.accept('lunary.ingest', { events });
  }

  /** Loads everything from `from` on, as a fresh process would. `replay`: it may be stored already. */
  async load(options: { from?: number; replay?: boolean; store?: StoreWriter } = {}): Promise<void> {
    const loader = new Loader(
      {
        reader: new MemoryLogReader(this.log, options.from ?? this.progress?.position ?? 0),
        store: options.store ?? store,
        lookup: reader,
        registry,
        routes,
        telemetry: silentTelemetry,
        onProgress: (progress) => {
          this.progress = progress;
          for (const [position, events] of progress.results) this.results.set(position, events);
        },
      },
      { ...this.log.head, position: options.replay === true ? this.log.head.position : 0 },
    );
    loader.advance(this.log.head, true);
    loader.stop();
    await loader.run();
  }

  async traces() {
    return (await listTraces(reader, this.project, TraceFilters.parse({})))?.data ?? [];
  }

  async tree(traceId: string): Promise<Record<string, string | null>> {
    const trace = await getTrace(reader, this.project, traceId, undefined);
    return Object.fromEntries((trace?.spans ?? []).map((span) => [span.spanId, span.parentSpanId]));
  }

  async events(): Promise<{ eventId: string; traceId: string; step: number | null; payload: unknown }[]> {
    const text = await listEvents(reader, this.project, { limit: 1000, order: 'asc' });
    return JSON.parse(text ?? '').data;
  }
}

const start = (runId: string, parentRunId?: string) => ({
  type: 'agent',
  event: 'start',
  runId,
  name: runId,
  timestamp: 1_790_000_000_000,
  ...(parentRunId === undefined ? {} : { parentRunId }),
});
const end = (runId: string) => ({ type: 'agent', event: 'end', runId, output: 'x', timestamp: 1_790_000_001_000 });

describe('traces of late parents', () => {
  const FAMILY = [
    start('root'),
    start('child', 'root'),
    start('grandchild', 'child'),
    start('great', 'grandchild'),
    end('great'),
    end('grandchild'),
    end('child'),
    end('root'),
  ];
  const TREE = { root: null, child: 'root', grandchild: 'child', great: 'grandchild' };

  it.each([
    ['in order', FAMILY],
    ['children first', [...FAMILY].reverse()],
    [
      'ends first, inner starts last',
      [
        end('great'),
        end('child'),
        start('great', 'grandchild'),
        start('root'),
        end('root'),
        end('grandchild'),
        start('grandchild', 'child'),
        start('child', 'root'),
      ],
    ],
  ])('one trace when they come %s, in one batch or one by one, also across restarts', async (_, events) => {
    for (const isOneByOne of [false, true]) {
      const subject = await Subject.make();
      if (!isOneByOne) await subject.lunary(...events);
      for (const event of isOneByOne ? events : []) {
        await subject.lunary(event);
        await subject.load();
      }
      await subject.load();
      expect(await subject.traces()).toMatchObject([{ traceId: 'root', name: 'root', status: 'ok', spanCount: 4 }]);
      expect(await subject.tree('root')).toEqual(TREE);
      expect(new Set((await subject.events()).map((event) => event.traceId))).toEqual(new Set(['root']));
    }
  });

  it('joins what two processes saw of one span, whichever saw the parent', async () => {
    const subject = await Subject.make();
    const call = (phase: string, more: object) =>
      subject.accept('weflayr.event', { event_id: 'call', event_type: `x.${phase}`, ...more });
    await call('before', { trace_id: 'T' });
    await subject.load();
    await call('after', {});
    await subject.load();
    await subject.lunary(start('X'), start('C', 'X'));
    await subject.load();
    await subject.lunary(start('R'), start('X', 'R'));
    await subject.load();
    const counts = Object.fromEntries((await subject.traces()).map((trace) => [trace.traceId, trace.spanCount]));
    expect(counts).toEqual({ T: 1, R: 3 });
  });

  it('joins a chain of any depth that comes leaf first, and lists it by what is deep in it', async () => {
    const subject = await Subject.make();
    const chain = Array.from({ length: 120 }, (_, i) => ({
      ...start(`n${i}`, i === 0 ? undefined : `n${i - 1}`),
      timestamp: Date.now() - 7_200_000 + i * 60_000,
    }));
    const deep = chain.map((event, i) => (i === 119 ? { ...event, userId: 'deep user', tags: ['deep'] } : event));
    await subject.lunary(...deep.reverse());
    await subject.load();
    expect(Object.keys(await subject.tree('n0'))).toHaveLength(120);
    expect(await subject.traces()).toMatchObject([{ traceId: 'n0', spanCount: 120 }]);
    for (const filter of [{ userId: 'deep user' }, { tag: 'deep' }]) {
      const page = await listTraces(reader, subject.project, TraceFilters.parse(filter));
      expect(page?.data.map((trace) => trace.traceId)).toEqual(['n0']);
    }
  });

  it('a parent that never comes leaves a trace of its name; cycles and self-parents end as roots', async () => {
    const subject = await Subject.make();
    await subject.lunary(start('orphan', 'never'), start('self', 'self'), start('a', 'b'), start('b', 'a'));
    await subject.load();
    expect(await subject.tree('never')).toEqual({ orphan: 'never' });
    expect(await subject.tree('self')).toEqual({ self: null });
    const cycle = { ...(await subject.tree('a')), ...(await subject.tree('b')) };
    expect(Object.keys(cycle).sort()).toEqual(['a', 'b']);
    expect(Object.values(cycle)).toContain(null);
    expect((await subject.traces()).reduce((sum, trace) => sum + trace.spanCount, 0)).toBe(4);
  });
});

describe('exactly once', () => {
  it('stores a repeated delivery once, in the same batch, later, and after a restart', async () => {
    const subject = await Subject.make();
    await subject.lunary(start('r'), start('r'));
    await subject.lunary(start('r'));
    await subject.load();
    await subject.lunary(start('r'), end('r'));
    await subject.load();
    expect(await subject.events()).toHaveLength(2);
    expect(subject.progress).toMatchObject({ loadedEvents: 1, duplicateEvents: 1 });
  });

  it('changes nothing when everything is loaded again', async () => {
    const subject = await Subject.make();
    await subject.lunary(start('root'), start('child', 'root'), end('child'));
    await subject.accept(
      'whyops.ingest',
      [1, 2, 3].map(() => ({ eventType: 'user_message', traceId: 't', agentName: 'a', content: 'same' })),
    );
    await subject.accept('weflayr.event', { event_id: 'w', event_type: 'checkout.completed' });
    await subject.load();
    const before = [await subject.events(), await subject.traces(), await subject.tree('t')];
    await subject.load({ from: 0, replay: true });
    expect([await subject.events(), await subject.traces(), await subject.tree('t')]).toEqual(before);
    expect(before[0]).toHaveLength(7);
  });

  it('gives the same steps when the process died between writing the spans and the events', async () => {
    const subject = await Subject.make();
    const message = { eventType: 'user_message', traceId: 't', agentName: 'a', content: 'hello' };
    await subject.accept('whyops.events', [message, message]);
    // The process is gone when it would write the events: that call never returns.
    let died: () => void = () => undefined;
    const death = new Promise<void>((resolve) => {
      died = resolve;
    });
    const dying: StoreWriter = {
      select: (sql, params) => store.select(sql, params),
      command: (sql) => store.command(sql),
      close: async () => undefined,
      insert: async (table, columns, rows) => {
        if (table !== 'tributary.events') return store.insert(table, columns, rows);
        died();
        return new Promise(() => undefined);
      },
    };
    await Promise.race([subject.load({ store: dying }), death]);
    await subject.load({ from: 0, replay: true });
    expect((await subject.events()).map((event) => event.step).sort()).toEqual([1, 2]);
    await subject.accept('whyops.events', message);
    await subject.load();
    expect((await subject.events()).map((event) => event.step).sort()).toEqual([1, 2, 3]);
  });

  it('answers a repeated idempotency key with the first event, whenever it comes', async () => {
    const subject = await Subject.make();
    const message = { eventType: 'user_message', traceId: 't', agentName: 'a', idempotencyKey: 'k', content: 1 };
    const first = await subject.accept('whyops.events', message);
    await subject.load();
    const second = await subject.accept('whyops.events', { ...message, content: 2 }, 1_790_000_900_000_000);
    await subject.load();
    const [original] = subject.results.get(first) ?? [];
    expect(original).toMatchObject({ duplicate: false, step: 1 });
    expect(subject.results.get(second)).toEqual([{ ...original, duplicate: true }]);
    expect((await subject.events()).map((event) => event.payload)).toEqual([message]);
  });
});

describe('what cannot be stored', () => {
  it('becomes a dead letter with its reason, and the rest goes on', async () => {
    const subject = await Subject.make();
    await subject.lunary(start('before'));
    const meta = JSON.stringify({ project: subject.project, route: 'nobody.knows', receivedAt: 1 });
    const position = await subject.log.append({ meta, body: Buffer.from('{}'), count: 1 });
    await subject.lunary(start('after'));
    await subject.load();
    expect((await subject.traces()).map((trace) => trace.traceId).sort()).toEqual(['after', 'before']);
    expect(await registry.findDeadLetter(subject.project, position)).toMatchObject({
      reason: 'no route is called nobody.knows',
    });
    expect(subject.progress?.position).toBe(position + 2);
  });

  it('is isolated from its batch when the store refuses it for good, and retried when it may pass', async () => {
    const subject = await Subject.make();
    await subject.lunary(start('good one'));
    const poison = await subject.lunary(start('poison'));
    await subject.lunary(start('good two'));
    let failures = 2;
    const picky: StoreWriter = {
      select: (sql, params) => store.select(sql, params),
      command: (sql) => store.command(sql),
      close: async () => undefined,
      insert: async (table, columns, rows) => {
        if (failures-- > 0) throw new StoreError('network', undefined, undefined);
        if (rows.includes('poison')) throw new StoreError('Code: 117. cannot parse', 117, undefined);
        await store.insert(table, columns, rows);
      },
    };
    await subject.load({ store: picky });
    expect((await subject.traces()).map((trace) => trace.traceId).sort()).toEqual(['good one', 'good two']);
    expect(await registry.findDeadLetter(subject.project, poison)).toMatchObject({ reason: 'Code: 117. cannot parse' });
  });

  it('takes none of the events with it that came again in other requests', async () => {
    const subject = await Subject.make();
    await subject.lunary(start('shared'), start('poison'));
    await subject.lunary(start('shared'));
    const picky: StoreWriter = {
      select: (sql, params) => store.select(sql, params),
      command: (sql) => store.command(sql),
      close: async () => undefined,
      insert: async (table, columns, rows) => {
        if (rows.includes('poison')) throw new StoreError('Code: 117. cannot parse', 117, undefined);
        await store.insert(table, columns, rows);
      },
    };
    await subject.load({ store: picky });
    expect((await subject.events()).map((event) => event.payload)).toEqual([start('shared')]);
    expect((await subject.traces()).map((trace) => trace.traceId)).toEqual(['shared']);
  });

  it('is never text: half an emoji in any id is stored as a replacement', async () => {
    const subject = await Subject.make();
    await subject.lunary({
      ...start('cut \ud83d'),
      tags: ['half \ude00'],
      name: '\ud83d',
      userId: '\ud83d',
      parentRunId: 'p \ud83d',
    });
    await subject.load();
    expect(await subject.events()).toHaveLength(1);
    expect(await subject.traces()).toHaveLength(1);
  });
});

describe('people', () => {
  it('have the properties that came last, and none are wiped by an event without', async () => {
    const subject = await Subject.make();
    let runs = 0;
    for (const userProps of [{ plan: 'a' }, { plan: 'b' }, { plan: 'a' }, undefined]) {
      await subject.lunary({
        ...start(`run ${runs++}`),
        userId: 'u',
        ...(userProps === undefined ? {} : { userProps }),
      });
    }
    await subject.load();
    const directory = registry.directory(subject.project, async () => undefined);
    expect(await directory.getPerson('u')).toMatchObject({ properties: { plan: 'a' } });
  });
});

describe('listing', () => {
  it('finds words of inputs and outputs, whatever their case, script, or the JSON around them', async () => {
    const subject = await Subject.make();
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
      const page = await listTraces(reader, subject.project, TraceFilters.parse({ q }));
      expect([q, page?.data.map((trace) => trace.traceId)]).toEqual([q, found]);
    }
  });

  it('follows the stream of events by position', async () => {
    const subject = await Subject.make();
    const position = await subject.lunary(start('a'), start('b'), start('c'));
    await subject.load();
    const text = await listEvents(reader, subject.project, { limit: 1, order: 'desc', after: position });
    expect(JSON.parse(text ?? '')).toMatchObject({ data: [{ spanId: 'b', position: position + 1 }], nextCursor: null });
  });

  it('pages through traces of any age, each once, newest first, also when many share a start', async () => {
    const subject = await Subject.make();
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
    const seen: { traceId: string; startTime: string }[] = [];
    let cursor: string | undefined;
    do {
      const page = await listTraces(
        reader,
        subject.project,
        TraceFilters.parse({ limit: 33, ...(cursor === undefined ? {} : { cursor }) }),
      );
      seen.push(...(page?.data ?? []));
      cursor = page?.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.map((trace) => trace.startTime)).toEqual(
      seen
        .map((trace) => trace.startTime)
        .sort()
        .reverse(),
    );
    expect(new Set(seen.map((trace) => trace.traceId)).size).toBe(runs.length);
    expect(seen).toHaveLength(runs.length);
  });
});
