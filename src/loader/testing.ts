/** What the loader's tests share: one store and registry, projects with logs of their own, and plain reads of the tables. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DialectName, EventDraft } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { SpanFragment } from '../canonical/span.ts';
import { dialects } from '../dialects/all.ts';
import type { EventRoute, StoredEvent } from '../dialects/dialect.ts';
import type { LogReader } from '../log/log.ts';
import { MemoryLog, MemoryLogReader } from '../log/memory-log.ts';
import { toRecord } from '../log/request.ts';
import { SqliteRegistry } from '../registry/sqlite/sqlite-registry.ts';
import type { Viewer } from '../registry/viewer.ts';
import { openChdbReader, openChdbWriter } from '../store/chdb/chdb.ts';
import { RowBinary } from '../store/row-binary.ts';
import { migrate } from '../store/schema/schema.ts';
import type { Rows, StoreReader, StoreWriter } from '../store/store.ts';
import { silentTelemetry } from '../telemetry/telemetry.ts';
import { type RouteTable, routeTable } from './decode-record.ts';
import { Loader, type LoaderParts, type LoaderProgress } from './loader.ts';
import type { TouchedSpan } from './touched.ts';

export const ARRIVAL = 1_790_000_000_000_000;

/** A route whose bodies are drafts, for what no vendor's events need to be spelled out for. */
const draftsRoute: EventRoute = {
  kind: 'events',
  id: 'test.drafts',
  method: 'POST',
  path: '/test',
  answersAfter: 'store',
  loggedHeaders: [],
  credential: () => ({ by: 'key', key: '' }),
  decode: ({ text }) => ({ ok: true, items: JSON.parse(text) }),
  // The only sender is `Subject.drafts`, whose items are drafts.
  events: (_, items) => items.map((item) => item.value as unknown as EventDraft),
  accepted: () => ({ status: 200 }),
  refused: () => ({ status: 400 }),
};
const DRAFTS_DIALECT: DialectName = 'lunary';

const routes: RouteTable = new Map([
  ...routeTable(dialects),
  ...routeTable([{ name: DRAFTS_DIALECT, routes: [draftsRoute] }]),
]);

const NO_PRICES: LoaderParts['prices'] = { revision: 0, find: () => undefined, reload: async () => undefined };

/** An event about one span that says as little as possible. */
export function draftOf(eventId: string, spanId: string, more: Partial<EventDraft> = {}): EventDraft {
  return {
    eventId,
    type: 'test',
    timestamp: ARRIVAL,
    placement: { by: 'trace', traceId: 't' },
    spanId,
    payload: '{}',
    fragments: [fragmentOf(spanId, { text: { name: eventId } })],
    ...more,
  };
}

export function fragmentOf(spanId: string, more: Partial<SpanFragment> = {}): SpanFragment {
  return { spanId, rank: 1, time: ARRIVAL, start: ARRIVAL, text: {}, ...more };
}

/** What the tables hold about a span, all its rows joined, under the trace that aliases lead to. */
export interface JoinedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly status: string;
  readonly tokens: readonly [number, number, readonly number[]];
  readonly price: readonly [number, number, number, string, readonly number[]];
  readonly steps: readonly number[];
}

export class Workbench {
  readonly store: StoreWriter;
  readonly reader: StoreReader;
  readonly registry: SqliteRegistry;
  readonly #directory: string;
  #subjects = 0;

  private constructor(directory: string, store: StoreWriter, reader: StoreReader, registry: SqliteRegistry) {
    this.#directory = directory;
    this.store = store;
    this.reader = reader;
    this.registry = registry;
  }

  static async open(): Promise<Workbench> {
    const directory = await mkdtemp(join(tmpdir(), 'tributary-loader-'));
    const store = await openChdbWriter(join(directory, 'store'));
    await migrate(store);
    const reader = await openChdbReader(join(directory, 'store'), 1);
    return new Workbench(directory, store, reader, await SqliteRegistry.open(join(directory, 'registry.db')));
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.store.close();
    await this.registry.close();
    await rm(this.#directory, { recursive: true });
  }

  /** Positions go on where the subjects before ended, as they do in one server. */
  async subject(): Promise<Subject> {
    this.#subjects += 1;
    const { id } = await this.registry.createProject(`p${this.#subjects}`);
    return new Subject(this, id, this.#subjects * 1_000_000);
  }

  /** The store, with some of its calls replaced. */
  storeBut(other: Partial<StoreWriter>): StoreWriter {
    return {
      select: (sql, params) => this.store.select(sql, params),
      recall: (sql, params) => this.store.recall(sql, params),
      command: (sql, params) => this.store.command(sql, params),
      insert: (table, columns, rows) => this.store.insert(table, columns, rows),
      close: async () => undefined,
      ...other,
    };
  }
}

export interface LoadOptions {
  readonly from?: number;
  /** What is in the log may be stored already. */
  readonly replay?: boolean;
  /** Instead of the limit of a batch; a record is never cut. */
  readonly eventsPerBatch?: number;
  /** The log cannot be let go of: the next process reads all of it again. */
  readonly keepsLog?: boolean;
  readonly store?: StoreWriter;
  readonly registry?: SqliteRegistry;
  readonly prices?: LoaderParts['prices'];
}

/** One project with its own log. */
export class Subject {
  readonly project: ProjectId;
  readonly log: MemoryLog;
  readonly results = new Map<number, readonly StoredEvent[]>();
  readonly touched: TouchedSpan[] = [];
  /** Positions up to which the loader has let go of the log. */
  readonly released: number[] = [];
  progress: LoaderProgress | undefined;
  readonly #bench: Workbench;

  constructor(bench: Workbench, project: ProjectId, firstPosition: number) {
    this.#bench = bench;
    this.project = project;
    this.log = new MemoryLog(firstPosition);
  }

  get viewer(): Viewer {
    return { projectId: this.project, seesNobodys: false };
  }

  async accept(routeId: string, body: unknown, receivedAt = ARRIVAL): Promise<number> {
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

  drafts(...drafts: readonly EventDraft[]): Promise<number> {
    return this.accept(
      draftsRoute.id,
      drafts.map((value) => ({ ok: true, value })),
    );
  }

  /** A process that starts after another has died: it reads from where the log was let go of. */
  restart(options: LoadOptions = {}): Promise<void> {
    return this.load({ from: this.released.at(-1) ?? 0, replay: true, ...options });
  }

  /** Loads everything from `from` on, as a fresh process would. */
  async load(options: LoadOptions = {}): Promise<void> {
    const loader = this.loader(options);
    loader.advance(this.log.head, true);
    loader.stop();
    await loader.run();
  }

  loader(options: LoadOptions = {}): Loader {
    const { store, reader: lookup, registry } = this.#bench;
    const log = new MemoryLogReader(this.log, options.from ?? this.progress?.position ?? 0);
    const reader: LogReader = {
      counters: log.counters,
      read: (head, limits) => log.read(head, { ...limits, eventsMax: options.eventsPerBatch ?? limits.eventsMax }),
      release: async (position) => {
        if (options.keepsLog === true) throw new Error('no space left');
        this.released.push(position);
      },
      close: () => log.close(),
    };
    const parts: LoaderParts = {
      reader,
      store: options.store ?? store,
      lookup,
      registry: options.registry ?? registry,
      prices: options.prices ?? NO_PRICES,
      routes,
      telemetry: silentTelemetry,
      onProgress: (progress) => {
        this.progress = progress;
        for (const [position, events] of progress.results) this.results.set(position, events);
        this.touched.push(...progress.touched);
      },
    };
    return new Loader(parts, { ...this.log.head, position: options.replay === true ? this.log.head.position : 0 });
  }

  /** Rows of events as readers see them, by position. */
  async events(): Promise<
    { eventId: string; traceId: string; spanId: string; step: number; parentStep: number; payload: string }[]
  > {
    return this.#bench.reader.select(
      `SELECT event_id AS eventId, trace_id AS traceId, span_id AS spanId, step, parent_step AS parentStep, payload
       FROM tributary.events FINAL WHERE project_id = {project:UUID} ORDER BY position`,
      { project: this.project },
    );
  }

  async spans(): Promise<JoinedSpan[]> {
    const { reader } = this.#bench;
    const project = this.project;
    const aliases = await reader.select<{ key: string; to: string }>(
      `SELECT concat(dialect, '|', from_id) AS key, to_id AS to FROM tributary.trace_aliases FINAL
       WHERE project_id = {project:UUID} AND to_id != ''`,
      { project },
    );
    const targets = new Map(aliases.map(({ key, to }) => [key, to]));
    const rows = await reader.select<JoinedSpan & { dialect: string; traceIds: readonly string[] }>(
      `SELECT dialect, span_id AS spanId, groupUniqArray(trace_id) AS traceIds, max(parent_span_id).3 AS parentSpanId,
         max(name).3 AS name, max(status).3 AS status, max(tokens) AS tokens, max(price) AS price,
         arraySort(groupUniqArrayArray(steps)) AS steps
       FROM tributary.spans WHERE project_id = {project:UUID} GROUP BY dialect, span_id ORDER BY spanId`,
      { project },
    );
    return rows.map(({ dialect, traceIds, ...row }) => {
      const roots = new Set(traceIds.map((id) => follow(targets, dialect, id)));
      if (roots.size > 1) throw new Error(`${row.spanId} is in the traces ${[...roots].join(', ')}`);
      return { ...row, traceId: [...roots].join('') };
    });
  }

  /** Parents by span ('' is none), by trace. */
  async trees(): Promise<Record<string, Record<string, string>>> {
    const trees: Record<string, Record<string, string>> = {};
    for (const { traceId, spanId, parentSpanId } of await this.spans())
      trees[traceId] = { ...trees[traceId], [spanId]: parentSpanId };
    return trees;
  }

  async nameOf(spanId: string): Promise<string | undefined> {
    return (await this.spans()).find((span) => span.spanId === spanId)?.name;
  }
}

function follow(targets: ReadonlyMap<string, string>, dialect: string, from: string): string {
  const seen = new Set<string>();
  let current = from;
  for (;;) {
    const next = targets.get(`${dialect}|${current}`);
    if (next === undefined || seen.has(next)) return current;
    seen.add(next);
    current = next;
  }
}

/** An agent's run begins, as Lunary's SDK says it. */
export function start(runId: string, parentRunId?: string) {
  return {
    type: 'agent',
    event: 'start',
    runId,
    name: runId,
    timestamp: 1_790_000_000_000,
    ...(parentRunId === undefined ? {} : { parentRunId }),
  };
}

export function end(runId: string) {
  return { type: 'agent', event: 'end', runId, output: 'x', timestamp: 1_790_000_001_000 };
}

/** What stands in rows that are about to be written, to look for a text in it. */
export function bytesOf(rows: Rows): Buffer {
  return rows instanceof RowBinary ? rows.bytes : rows;
}
