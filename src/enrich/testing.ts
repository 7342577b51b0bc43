/** For tests: a real store that batches are written to as the loader does, and the stage run over them. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DialectName, Placement } from '../canonical/event.ts';
import { newProjectId, type ProjectId } from '../canonical/ids.ts';
import type { SpanFragment } from '../canonical/span.ts';
import type { AliasRow, LoadedEvent } from '../loader/batch.ts';
import { toRows } from '../loader/rows.ts';
import { touchedSpans } from '../loader/touched.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { Repricing } from '../registry/prices.ts';
import { openChdbReader, openChdbWriter } from '../store/chdb/chdb.ts';
import { ALIAS_COLUMNS, EVENT_COLUMNS, migrate, SPAN_COLUMNS } from '../store/schema/schema.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { silentTelemetry } from '../telemetry/telemetry.ts';
import { Backlog } from './backlog.ts';
import { Enrich, type EnrichProgress } from './enrich.ts';

export const NO_PRICES = { revision: 0, find: () => undefined, reload: async () => undefined };
const START = 1_790_000_000_000_000;

export interface TestStore {
  readonly store: StoreWriter;
  readonly lookup: StoreReader;
  close(): Promise<void>;
}

export async function openTestStore(): Promise<TestStore> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-enrich-'));
  const store = await openChdbWriter(directory);
  await migrate(store);
  const lookup = await openChdbReader(directory, 1);
  return {
    store,
    lookup,
    close: async () => {
      await lookup.close();
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** One event about one span. Rank 1 and an own time unless said otherwise. */
export interface Saying extends Partial<Omit<SpanFragment, 'spanId'>> {
  readonly spanId: string;
  readonly traceId: string;
  readonly placement?: Placement;
  readonly step?: number;
  readonly erases?: readonly string[];
}

/** The registry's re-pricing jobs, in memory. */
export class TestRepricings {
  readonly jobs = new Map<string, Repricing>();
  readonly history: Partial<Repricing>[] = [];

  async start(projectId: ProjectId, from: string | null, to: string | null): Promise<Repricing> {
    const job: Repricing = {
      id: `job-${this.jobs.size}`,
      projectId,
      from,
      to,
      state: 'running',
      spansTotal: 0,
      spansSeen: 0,
      spansChanged: 0,
      reason: null,
      createdAt: '',
      finishedAt: null,
    };
    this.jobs.set(job.id, job);
    return job;
  }

  async find(_: ProjectId, id: string): Promise<Repricing | undefined> {
    return this.jobs.get(id);
  }

  async unfinished(): Promise<Repricing[]> {
    return [...this.jobs.values()].filter((job) => job.state === 'running');
  }

  async update(id: string, progress: Partial<Repricing>): Promise<void> {
    const job = this.jobs.get(id);
    this.history.push(progress);
    if (job !== undefined) this.jobs.set(id, { ...job, ...progress });
  }
}

/** One project with its log positions. They go on where others' ended, as in one server. */
export class Subject {
  static #positions = 1;
  readonly project: ProjectId = newProjectId();
  readonly repricings = new TestRepricings();
  readonly #test: TestStore;
  readonly #dialect: DialectName;
  prices: PriceBook & { reload(): Promise<void> } = NO_PRICES;
  progress: EnrichProgress | undefined;

  constructor(test: TestStore, dialect: DialectName = 'lunary') {
    this.#test = test;
    this.#dialect = dialect;
  }

  /** The log position behind everything so far. */
  get position(): number {
    return Subject.#positions;
  }

  events(sayings: readonly Saying[]): LoadedEvent[] {
    return sayings.map((saying) => {
      const { traceId, placement, step = 0, erases, ...said } = saying;
      const position = Subject.#positions;
      Subject.#positions += 1;
      const fragment: SpanFragment = { rank: 1, time: START + position, start: START, text: {}, ...said };
      const draft = {
        eventId: `e${position}`,
        type: 'test',
        timestamp: START,
        placement: placement ?? { by: 'span' as const },
        spanId: saying.spanId,
        ...(erases === undefined ? {} : { erases }),
        payload: '{}',
        fragments: [fragment],
      };
      return {
        draft,
        projectId: this.project,
        dialect: this.#dialect,
        position,
        receivedAt: START,
        userAgent: '',
        record: { position, count: 1, meta: '', body: Buffer.alloc(0) },
        traceId,
        step,
        lastStep: step,
        parentStep: 0,
        duplicate: false,
        stored: false,
        sampledOut: false,
        hasRow: true,
        fragments: draft.fragments,
      };
    });
  }

  /** Writes a batch and says which spans it touched. */
  async store(sayings: readonly Saying[], aliases: readonly (readonly [from: string, to: string])[] = []) {
    const events = this.events(sayings);
    const aliasRows = aliases.map(([from, to]): AliasRow => {
      return { projectId: this.project, dialect: this.#dialect, from, to };
    });
    const rows = toRows(events, aliasRows, this.prices);
    await this.#test.store.insert('tributary.trace_aliases', ALIAS_COLUMNS, rows.aliases);
    await this.#test.store.insert('tributary.spans', SPAN_COLUMNS, rows.spans);
    await this.#test.store.insert('tributary.events', EVENT_COLUMNS, rows.events);
    return touchedSpans(events);
  }

  /** A stage that has dealt with everything before `doneUntil`. The caller stops it. */
  stage(doneUntil = this.position, spansMax?: number): { enrich: Enrich; run: Promise<void> } {
    const enrich = new Enrich(
      {
        store: this.#test.store,
        lookup: this.#test.lookup,
        repricings: this.repricings,
        prices: this.prices,
        telemetry: silentTelemetry,
        onProgress: (progress) => {
          this.progress = progress;
        },
      },
      new Backlog(doneUntil, this.position, spansMax),
    );
    return { enrich, run: enrich.run() };
  }

  /** Writes the batches one after the other, the stage following each. */
  async enrich(...batches: readonly (readonly Saying[])[]): Promise<void> {
    const { enrich, run } = this.stage();
    for (const batch of batches) {
      enrich.touched(await this.store(batch), this.position);
      await enrich.settled();
    }
    enrich.stop();
    await run;
  }

  /** What readers see of the spans, whatever they are stored under. */
  async read(): Promise<Record<string, ReadSpan>> {
    const rows = await this.#test.lookup.select<ReadSpan & { spanId: string }>(
      `SELECT span_id AS spanId, max(counted) AS counted, tupleElement(max(repeats), 2) AS repeats, max(price) AS price,
         toUnixTimestamp64Micro(min(start_time)) AS start
       FROM tributary.spans WHERE project_id = {project:UUID} GROUP BY span_id ORDER BY span_id`,
      { project: this.project },
    );
    return Object.fromEntries(rows.map(({ spanId, ...row }) => [spanId, row]));
  }

  /** Input and output tokens as counted, and whether they are an estimate. */
  async counts(): Promise<Record<string, readonly number[]>> {
    const rows = Object.entries(await this.read());
    return Object.fromEntries(
      rows.flatMap(([spanId, { counted }]) => (counted[0] === 0 ? [] : [[spanId, counted.slice(1)]])),
    );
  }

  async repeats(): Promise<string[]> {
    return Object.entries(await this.read()).flatMap(([spanId, { repeats }]) => (repeats === 1 ? [spanId] : []));
  }
}

interface ReadSpan {
  readonly counted: readonly [revision: number, input: number, output: number, isEstimate: number];
  readonly repeats: number;
  readonly price: readonly [rank: number, time: number, revision: number, id: string, amounts: readonly number[]];
  readonly start: number;
}
