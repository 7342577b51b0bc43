/**
 * Log → store. Batches in log order, in two overlapping stages: prepare (decode, drop repeats, find traces and steps,
 * fold into rows) and commit (write, then move the mark behind which everything is stored). One batch is prepared while
 * the one before is written; commits never overlap or change places.
 *
 * Exactly once from an at-least-once reader: every row is derived from the record alone, spans are joins (writing them
 * twice changes nothing), and the events are written last, so an event that is found in the store needs no second look.
 */

import { groupBy } from '../canonical/group-by.ts';
import type { StoredEvent } from '../dialects/dialect.ts';
import { loadBatchBytesMax, loadBatchEventsMax, loadIntervalMs, recentEventIdsMax } from '../limits.ts';
import type { LogHead, LogReader, LogRecord } from '../log/log.ts';
import type { Registry } from '../registry/registry.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AliasRow, LoadedEvent } from './batch.ts';
import { BatchWriter } from './batch-writer.ts';
import { BoundedMap } from './bounded-map.ts';
import { DeadLetterBox } from './dead-letter-box.ts';
import { decodeRecord, type RouteTable } from './decode-record.ts';
import { Duplicates, identityOf } from './duplicates.ts';
import { Mentioned } from './mentioned.ts';
import { retried } from './retried.ts';
import { type BatchRows, toRows } from './rows.ts';
import { StepCounter } from './step-counter.ts';
import { TraceResolver } from './trace-resolver.ts';

export interface LoaderProgress {
  /** Everything before this position is stored or a dead letter. */
  readonly position: number;
  readonly consumedBytes: number;
  readonly quarantinedRegions: number;
  readonly loadedEvents: number;
  readonly duplicateEvents: number;
  readonly deadLetters: number;
  /** Results of records that somebody waits for, by their position. */
  readonly results: readonly (readonly [position: number, events: readonly StoredEvent[]])[];
}

export interface LoaderParts {
  readonly reader: LogReader;
  readonly store: StoreWriter;
  /** A second connection: what is looked up must not wait for what is being written. */
  readonly lookup: StoreReader;
  readonly registry: Registry;
  readonly routes: RouteTable;
  readonly telemetry: Telemetry;
  readonly onProgress: (progress: LoaderProgress) => void;
}

const CHECKPOINT_INTERVAL_MS = 1_000;

/** A batch between its two stages. */
interface Prepared {
  readonly records: readonly LogRecord[];
  /** To be written. */
  readonly events: readonly LoadedEvent[];
  readonly aliases: readonly AliasRow[];
  /** Absent when they could not be built: then one of the records is to blame, and the writer finds out which. */
  readonly rows: BatchRows | undefined;
  readonly duplicates: readonly LoadedEvent[];
  /** Events of records that somebody waits for, duplicates included, by the record's position. */
  readonly awaited: ReadonlyMap<number, readonly LoadedEvent[]>;
}

export class Loader {
  readonly #parts: LoaderParts;
  readonly #duplicates: Duplicates;
  readonly #traces: TraceResolver;
  readonly #steps: StepCounter;
  readonly #mentioned: Mentioned;
  readonly #deadLetters: DeadLetterBox;
  readonly #writer: BatchWriter;
  #head: LogHead;
  #urgent = false;
  #stopping = false;
  #wake: () => void = () => undefined;
  /** Identities of events whose record was refused, with its position; a repeat of them may be under way. */
  readonly #refused = new BoundedMap<number>(recentEventIdsMax);
  #position = 0;
  #loaded = 0;
  #repeated = 0;
  #checkpointAt = 0;

  /** `head` is the log's end at start: what lies before it may be stored already. */
  constructor(parts: LoaderParts, head: LogHead) {
    this.#parts = parts;
    this.#head = head;
    this.#duplicates = new Duplicates(parts.lookup, head.position);
    this.#traces = new TraceResolver(parts.lookup);
    this.#steps = new StepCounter(parts.lookup, head.position);
    this.#mentioned = new Mentioned(parts.registry);
    this.#deadLetters = new DeadLetterBox(parts.registry, parts.routes, parts.telemetry);
    this.#writer = new BatchWriter(parts.store, this.#deadLetters, parts.telemetry);
  }

  /** The log has grown. `urgent`: somebody waits for the result, do not wait for company. */
  advance(head: LogHead, urgent: boolean): void {
    this.#head = head;
    this.#urgent ||= urgent;
    this.#wake();
  }

  /** Loads what is in the log, then ends. */
  stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  /** Runs until `stop`. Rejects only when the loader cannot go on at all. */
  async run(): Promise<void> {
    await this.#duplicates.warmUp();
    await this.#traces.warmUp();
    let committing: Promise<void> = Promise.resolve();
    for (;;) {
      const startedAt = performance.now();
      this.#urgent = false;
      const head = this.#head;
      const records = await this.#parts.reader.read(head, {
        eventsMax: loadBatchEventsMax,
        bytesMax: loadBatchBytesMax,
      });
      if (records.length > 0) {
        const prepared = await this.#prepare(records);
        await committing;
        committing = this.#commit(prepared);
        // A rejection is dealt with where `committing` is awaited next.
        committing.catch(() => undefined);
        if (!isFull(records)) {
          await committing;
          await this.#gather(startedAt);
        }
        continue;
      }
      await committing;
      // Nothing is left before `head`, also where numbers are missing behind a failed write.
      if (this.#position < head.position) this.#moveTo(head.position, []);
      await this.#checkpoint(this.#stopping);
      if (this.#head !== head) continue;
      if (this.#stopping) return;
      await this.#sleep();
    }
  }

  /** Lets a few events come together, unless somebody waits. */
  async #gather(startedAt: number): Promise<void> {
    const rest = loadIntervalMs - (performance.now() - startedAt);
    if (rest > 0 && !this.#urgent && !this.#stopping) await this.#sleep(rest);
  }

  #sleep(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(done, ms);
      // A timed sleep gathers; only urgency or stopping cuts it short.
      this.#wake = ms === undefined ? done : () => (this.#urgent || this.#stopping ? done() : undefined);
    });
  }

  async #prepare(records: readonly LogRecord[]): Promise<Prepared> {
    const { routes, telemetry } = this.#parts;
    const decoded: LoadedEvent[] = [];
    const awaited = new Map<number, LoadedEvent[]>();
    for (const record of records) {
      try {
        const { events, entry } = decodeRecord(record, routes);
        for (const event of events) decoded.push(event);
        if (entry.route.answersAfter === 'store') awaited.set(record.position, events);
      } catch (error) {
        await this.#deadLetters.bury(record, error);
      }
    }
    const unstored = await retried(() => this.#duplicates.mark(decoded), telemetry);
    const events = unstored.filter((event) => !event.duplicate);
    const aliases = await retried(() => this.#traces.resolve(events), telemetry);
    await retried(() => this.#steps.assign(events), telemetry);
    return {
      records,
      events,
      aliases,
      rows: built(events, aliases),
      duplicates: unstored.filter((event) => event.duplicate),
      awaited,
    };
  }

  async #commit({ records, events, aliases, rows, duplicates, awaited }: Prepared): Promise<void> {
    await this.#mentioned.ensure(events);
    const refused = [...(await this.#writer.write(events, aliases, rows))];
    for (const event of refused) this.#refused.set(identityOf(event), event.record.position);
    const revived = await this.#revive(duplicates);
    refused.push(...(await this.#writer.write(revived.events, revived.aliases)));
    this.#duplicates.forget(refused);
    this.#duplicates.remember(revived.events.filter((event) => !refused.includes(event)));
    this.#loaded += events.length + revived.events.length - refused.length;
    this.#repeated += duplicates.length - revived.events.length;
    const dead = new Set(refused.map((event) => event.record.position));
    const answerable = new Map([...awaited].filter(([position]) => !dead.has(position)));
    const results = await retried(() => this.#results(answerable), this.#parts.telemetry);
    const last = records.at(-1);
    if (last !== undefined) this.#moveTo(last.position + last.count, results);
    await this.#checkpoint(false);
  }

  /** Repeats of events that were then refused with their whole record: they are the first ones now. */
  async #revive(duplicates: readonly LoadedEvent[]): Promise<{ events: LoadedEvent[]; aliases: AliasRow[] }> {
    if (this.#refused.isEmpty) return { events: [], aliases: [] };
    const { telemetry } = this.#parts;
    const events = duplicates.filter((event) => {
      const refusedAt = this.#refused.get(identityOf(event));
      return refusedAt !== undefined && refusedAt !== event.record.position;
    });
    for (const event of events) {
      event.duplicate = false;
      this.#refused.delete(identityOf(event));
    }
    const aliases = await retried(() => this.#traces.resolve(events), telemetry);
    await retried(() => this.#steps.assign(events), telemetry);
    return { events, aliases };
  }

  #moveTo(position: number, results: LoaderProgress['results']): void {
    this.#position = position;
    this.#parts.onProgress({
      position,
      consumedBytes: this.#parts.reader.counters.consumedBytes,
      quarantinedRegions: this.#parts.reader.counters.quarantinedRegions,
      loadedEvents: this.#loaded,
      duplicateEvents: this.#repeated,
      deadLetters: this.#deadLetters.count,
      results,
    });
  }

  async #checkpoint(now: boolean): Promise<void> {
    if (!now && performance.now() - this.#checkpointAt < CHECKPOINT_INTERVAL_MS) return;
    this.#checkpointAt = performance.now();
    try {
      await this.#parts.reader.release(this.#position);
    } catch (error) {
      // Without it more is read again after a crash, and recognised; nothing is lost or doubled.
      const detail = error instanceof Error ? error.message : String(error);
      this.#parts.telemetry.emit({ level: 'warn', name: 'checkpoint_failed', detail });
    }
  }

  /** For duplicates the answer speaks of the event that was stored first. */
  async #results(awaited: ReadonlyMap<number, readonly LoadedEvent[]>): Promise<LoaderProgress['results']> {
    const duplicates = [...awaited.values()].flat().filter((event) => event.duplicate);
    const originals = new Map<string, StoredEvent>();
    for (const [project, members] of groupBy(duplicates, (event) => event.projectId)) {
      const rows = await this.#parts.store.select<OriginalRow>(
        `SELECT dialect, event_id, trace_id, span_id, step, parent_step
         FROM tributary.events WHERE project_id = {project:UUID} AND event_id IN {ids:Array(String)}
         ORDER BY position LIMIT 1 BY dialect, event_id`,
        { project, ids: members.map((event) => event.draft.eventId) },
      );
      for (const row of rows) {
        originals.set(`${project}|${row.dialect}|${row.event_id}`, {
          eventId: row.event_id,
          traceId: row.trace_id,
          spanId: row.span_id,
          ...numbered(row.step, row.parent_step),
          duplicate: true,
        });
      }
    }
    return [...awaited].map(([position, events]) => [
      position,
      events.map(
        (event) => originals.get(`${event.projectId}|${event.dialect}|${event.draft.eventId}`) ?? storedEvent(event),
      ),
    ]);
  }
}

function built(events: readonly LoadedEvent[], aliases: readonly AliasRow[]): BatchRows | undefined {
  try {
    return toRows(events, aliases);
  } catch {
    return undefined;
  }
}

/** A batch at least half full says that there is a backlog: go on at once. */
function isFull(records: readonly LogRecord[]): boolean {
  const events = records.reduce((sum, record) => sum + record.count, 0);
  const bytes = records.reduce((sum, record) => sum + record.body.length, 0);
  return events * 2 >= loadBatchEventsMax || bytes * 2 >= loadBatchBytesMax;
}

function storedEvent(event: LoadedEvent): StoredEvent {
  return {
    eventId: event.draft.eventId,
    traceId: event.traceId,
    spanId: event.draft.spanId,
    ...numbered(event.step, event.parentStep),
    duplicate: event.duplicate,
  };
}

/** 0 stands for "none" in the store. */
function numbered(step: number, parentStep: number): Pick<StoredEvent, 'step' | 'parentStep'> {
  return { ...(step > 0 ? { step } : {}), ...(parentStep > 0 ? { parentStep } : {}) };
}

interface OriginalRow {
  readonly dialect: string;
  readonly event_id: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly step: number;
  readonly parent_step: number;
}
