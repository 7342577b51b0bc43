/** A real store that is filled by the real loader, with vendors whose events are drafts: tests say what spans consist of. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DialectName, EventDraft } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { asArray, asObject, isObject, type JsonValue } from '../canonical/json.ts';
import type { SpanFragment } from '../canonical/span.ts';
import type { Micros } from '../canonical/time.ts';
import type { Dialect, EventRoute } from '../dialects/dialect.ts';
import type { Reader } from '../dialects/reader.ts';
import { routeTable } from '../loader/decode-record.ts';
import { Loader, type LoaderParts } from '../loader/loader.ts';
import { MemoryLog, MemoryLogReader } from '../log/memory-log.ts';
import { toRecord } from '../log/request.ts';
import { SqliteRegistry } from '../registry/sqlite/sqlite-registry.ts';
import { openChdbReader, openChdbWriter } from '../store/chdb/chdb.ts';
import { migrate } from '../store/schema/schema.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { silentTelemetry } from '../telemetry/telemetry.ts';
import { readerFor } from './reader.ts';
import type { Vanishing } from './status-sql.ts';

/** One dollar per million tokens in, two out, for the model `priced`. */
const PRICES: LoaderParts['prices'] = {
  revision: 1,
  find: ({ model }) =>
    model === 'priced'
      ? {
          id: 'test/priced',
          perToken: {
            input: 1e6,
            cacheRead: 1e6,
            cacheWrite: 1e6,
            cacheWrite1h: 1e6,
            output: 2e6,
            audioInput: 1e6,
            audioOutput: 2e6,
          },
          tiers: [],
        }
      : undefined,
  reload: () => Promise.resolve(),
};

/** Its events are drafts as JSON; what a fragment leaves out is filled in. */
function vendorOf(name: DialectName): { dialect: Dialect; route: EventRoute } {
  const route: EventRoute = {
    kind: 'events',
    id: `${name}.drafts`,
    method: 'POST',
    path: '/drafts',
    answersAfter: 'log',
    loggedHeaders: [],
    credential: () => ({ by: 'key', key: '' }),
    decode: ({ text }) => {
      const body: JsonValue = JSON.parse(text);
      return {
        ok: true,
        items: (asArray(asObject(body)?.drafts) ?? []).flatMap((value) =>
          isObject(value) ? [{ ok: true, value }] : [],
        ),
      };
    },
    // A draft that a test wrote, through JSON and back.
    events: (_, items) => items.map((item) => item.value as unknown as EventDraft),
    accepted: () => ({ status: 200 }),
    refused: () => ({ status: 400 }),
  };
  return { dialect: { name, routes: [route] }, route };
}

export interface TestSpan extends Omit<Partial<SpanFragment>, 'spanId'> {
  readonly spanId: string;
  readonly traceId?: string;
  readonly eventId?: string;
  readonly type?: string;
  readonly payload?: JsonValue;
}

export class ReaderBench {
  readonly store: StoreReader;
  readonly #directory: string;
  readonly #writer: StoreWriter;
  readonly #registry: SqliteRegistry;
  readonly #log = new MemoryLog(0);
  #loaded = 0;

  private constructor(directory: string, store: StoreReader, writer: StoreWriter, registry: SqliteRegistry) {
    this.#directory = directory;
    this.store = store;
    this.#writer = writer;
    this.#registry = registry;
  }

  static async open(): Promise<ReaderBench> {
    const directory = await mkdtemp(join(tmpdir(), 'tributary-reader-'));
    const writer = await openChdbWriter(join(directory, 'store'));
    await migrate(writer);
    const store = await openChdbReader(join(directory, 'store'), 2);
    return new ReaderBench(directory, store, writer, await SqliteRegistry.open(join(directory, 'registry.db')));
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.#writer.close();
    await this.#registry.close();
    await rm(this.#directory, { recursive: true });
  }

  async project(name: string): Promise<ProjectId> {
    return (await this.#registry.createProject(name)).id;
  }

  reader(project: ProjectId, dialect: DialectName = 'lunary', vanishing?: Vanishing): Reader {
    return readerFor({ store: this.store, ...(vanishing === undefined ? {} : { vanishing }) }, project, dialect);
  }

  /** One batch: one event for each span. Spans with a `traceId` are placed by it, the others by their parent. */
  async load(project: ProjectId, spans: readonly TestSpan[], dialect: DialectName = 'lunary'): Promise<void> {
    await this.loadDrafts(
      project,
      spans.map((span) => draftOf(span)),
      dialect,
    );
  }

  async loadDrafts(project: ProjectId, drafts: readonly EventDraft[], dialect: DialectName = 'lunary'): Promise<void> {
    const vendors = (['lunary', 'voker', 'weflayr'] as const).map(vendorOf);
    const route = vendors.find((vendor) => vendor.dialect.name === dialect)?.route;
    if (route === undefined) throw new Error(`the bench has no ${dialect}`);
    const head = { method: 'POST', params: {}, query: new URLSearchParams(), headers: {} };
    const request = { head, text: '', receivedAt: RECEIVED_AT };
    await this.#log.append(toRecord(project, route, request, Buffer.from(JSON.stringify({ drafts })), drafts.length));
    const loader = new Loader(
      {
        reader: new MemoryLogReader(this.#log, this.#loaded),
        store: this.#writer,
        lookup: this.store,
        registry: this.#registry,
        prices: PRICES,
        routes: routeTable(vendors.map((vendor) => vendor.dialect)),
        telemetry: silentTelemetry,
        onProgress: ({ position }) => {
          this.#loaded = Math.max(this.#loaded, position);
        },
      },
      this.#log.head,
    );
    loader.advance(this.#log.head, true);
    loader.stop();
    await loader.run();
  }
}

export const RECEIVED_AT: Micros = 1_790_000_000_000_000;
let events = 0;

function draftOf({ traceId, eventId, type, payload, ...said }: TestSpan): EventDraft {
  events += 1;
  const start = said.start ?? RECEIVED_AT;
  const parentSpanId = said.text?.parentSpanId;
  return {
    eventId: eventId ?? `event-${events}`,
    type: type ?? 'test',
    timestamp: start,
    placement:
      traceId !== undefined
        ? { by: 'trace', traceId }
        : { by: 'parent', ...(parentSpanId === undefined ? {} : { parentSpanId }) },
    spanId: said.spanId,
    payload: JSON.stringify(payload ?? { spanId: said.spanId }),
    fragments: [{ rank: 1, time: start, start, text: {}, ...said }],
  };
}

const SECOND: Micros = 1_000_000;
export const at = (seconds: number): Micros => RECEIVED_AT + seconds * SECOND;

/** Three traces, and a second word about some of their spans: the later one counts, and only it. */
export const SAMPLE: readonly (readonly TestSpan[])[] = [
  [
    {
      spanId: 'agent',
      traceId: 't1',
      start: at(0),
      end: at(10),
      text: {
        kind: 'agent',
        name: 'Plan',
        status: 'ok',
        userId: 'ada',
        sessionId: 's1',
        agentName: 'planner',
        agentVersion: 'v1',
      },
      tags: ['gold', 'eu'],
      metadata: JSON.stringify({ plan: 'free', seats: 3, odd: null }),
    },
    {
      spanId: 'call',
      traceId: 't1',
      start: at(1),
      end: at(3),
      text: {
        kind: 'llm',
        name: 'chat',
        status: 'ok',
        parentSpanId: 'agent',
        model: 'priced',
        provider: 'openai',
        input: JSON.stringify('Where is the Eiffel Tower?'),
        output: JSON.stringify('In Paris'),
        userId: 'ada',
        environment: 'production',
      },
      usage: { input: 1_000_000, output: 500_000 },
      feedback: JSON.stringify({ feedback: { thumb: 'up' } }),
    },
    {
      spanId: 'failed',
      traceId: 't1',
      start: at(2),
      end: at(2.5),
      text: { kind: 'tool', name: 'search', status: 'error', parentSpanId: 'agent', error: '{"message":"no"}' },
      tags: ['gold'],
    },
    {
      spanId: 'open',
      traceId: 't2',
      start: at(20),
      text: { kind: 'llm', name: 'chat', status: 'running', parentSpanId: 'nobody', model: 'unpriced', userId: 'bob' },
      usage: { input: 7, output: 3 },
    },
    { spanId: 'silent', traceId: 't3', start: at(30), text: { userId: 'eve' } },
    { spanId: 'plumbing', traceId: 't3', start: at(31), hidden: true, text: { name: 'plumbing', status: 'ok' } },
  ],
  [
    {
      spanId: 'agent',
      traceId: 't1',
      start: at(0),
      time: at(11),
      text: { name: 'Plan again' },
      metadata: JSON.stringify({ plan: 'pro' }),
    },
    {
      spanId: 'call',
      traceId: 't1',
      start: at(1),
      time: at(12),
      text: { input: JSON.stringify('Where is the Louvre?') },
      feedback: JSON.stringify({ feedback: { thumb: null, comment: 'good' } }),
    },
    {
      spanId: 'failed',
      traceId: 't1',
      start: at(2),
      time: at(13),
      feedback: JSON.stringify({ feedback: { thumb: 'down' } }),
    },
    {
      spanId: 'failed',
      traceId: 't1',
      start: at(2),
      time: at(14),
      feedback: JSON.stringify({ feedback: { score: 2 }, overwrite: true }),
    },
  ],
];
