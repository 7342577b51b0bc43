/**
 * Log → store. One batch at a time, in log order: decode, drop repeats, find traces and steps, fold, write, and only then
 * move the mark behind which everything is stored.
 *
 * Exactly once from an at-least-once reader: every row is derived from the record alone, spans are joins (writing them
 * twice changes nothing), and the events are written last, so an event that is found in the store needs no second look.
 */

import type { StoredEvent } from '../dialects/dialect.ts';
import { loadBatchBytesMax, loadBatchEventsMax, loadIntervalMs } from '../limits.ts';
import type { LogHead, LogReader, LogRecord } from '../log/log.ts';
import type { Registry } from '../registry/registry.ts';
import { ALIAS_COLUMNS, EVENT_COLUMNS, SPAN_COLUMNS } from '../store/schema/schema.ts';
import { StoreError, type StoreWriter } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AliasRow, LoadedEvent } from './batch.ts';
import { decodeRecord, type RouteTable } from './decode-record.ts';
import { Duplicates, groupBy } from './duplicates.ts';
import { Mentioned } from './mentioned.ts';
import { aliasRows, eventRows, spanRows } from './rows.ts';
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
  readonly registry: Registry;
  readonly routes: RouteTable;
  readonly telemetry: Telemetry;
  readonly onProgress: (progress: LoaderProgress) => void;
}

/** ClickHouse's errors that say "these bytes are no rows": trying again cannot help. Source: its ErrorCodes list. */
const DATA_ERRORS = new Set([6, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 130, 131]);
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 5_000;
const CHECKPOINT_INTERVAL_MS = 1_000;

export class Loader {
  readonly #parts: LoaderParts;
  readonly #duplicates: Duplicates;
  readonly #traces: TraceResolver;
  readonly #steps: StepCounter;
  readonly #mentioned: Mentioned;
  #head: LogHead;
  #urgent = false;
  #stopping = false;
  #wake: () => void = () => undefined;
  #position: number;
  #loaded = 0;
  #repeated = 0;
  #dead = 0;
  #checkpointAt = 0;

  /** `head` is the log's end at start: what lies before it may be stored already. */
  constructor(parts: LoaderParts, head: LogHead) {
    this.#parts = parts;
    this.#head = head;
    this.#position = 0;
    this.#duplicates = new Duplicates(parts.store, head.position);
    this.#traces = new TraceResolver(parts.store);
    this.#steps = new StepCounter(parts.store, head.position);
    this.#mentioned = new Mentioned(parts.registry);
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
    for (;;) {
      const startedAt = performance.now();
      this.#urgent = false;
      const head = this.#head;
      const records = await this.#parts.reader.read(head, {
        eventsMax: loadBatchEventsMax,
        bytesMax: loadBatchBytesMax,
      });
      if (records.length > 0) {
        await this.#load(records);
        if (!isFull(records)) await this.#gather(startedAt);
        continue;
      }
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

  async #load(records: readonly LogRecord[]): Promise<void> {
    const events: LoadedEvent[] = [];
    const awaited = new Map<number, LoadedEvent[]>();
    for (const record of records) {
      try {
        const { events: decoded, entry } = decodeRecord(record, this.#parts.routes);
        events.push(...decoded);
        if (entry.route.answersAfter === 'store') awaited.set(record.position, decoded);
      } catch (error) {
        await this.#bury(record, error);
      }
    }
    const fresh = await this.#retried(() => this.#duplicates.mark(events));
    const first = fresh.filter((event) => !event.duplicate);
    const aliases = await this.#retried(() => this.#traces.resolve(first));
    await this.#retried(() => this.#steps.assign(first));
    await this.#mentioned.ensure(first);
    await this.#write(first, aliases);
    this.#loaded += first.length;
    this.#repeated += fresh.length - first.length;
    const results = await this.#retried(() => this.#results(awaited));
    const last = records.at(-1);
    if (last !== undefined) this.#moveTo(last.position + last.count, results);
    await this.#checkpoint(false);
  }

  #moveTo(position: number, results: LoaderProgress['results']): void {
    this.#position = position;
    this.#parts.onProgress({
      position,
      consumedBytes: this.#parts.reader.counters.consumedBytes,
      quarantinedRegions: this.#parts.reader.counters.quarantinedRegions,
      loadedEvents: this.#loaded,
      duplicateEvents: this.#repeated,
      deadLetters: this.#dead,
      results,
    });
  }

  async #checkpoint(now: boolean): Promise<void> {
    if (!now && performance.now() - this.#checkpointAt < CHECKPOINT_INTERVAL_MS) return;
    this.#checkpointAt = performance.now();
    await this.#parts.reader.release(this.#position);
  }

  /** Writes until it is written; records that the store will never take become dead letters. */
  async #write(events: readonly LoadedEvent[], aliases: readonly AliasRow[]): Promise<void> {
    try {
      await this.#retried(() => this.#insert(events, aliases));
    } catch (error) {
      const records = [...new Set(events.map((event) => event.record))];
      const [only] = records;
      if (only === undefined) throw error;
      if (records.length === 1) {
        this.#duplicates.forget(events);
        await this.#bury(only, error);
        return;
      }
      // The rest must not suffer: halve until the culprit is alone.
      const half = new Set(records.slice(0, Math.ceil(records.length / 2)));
      await this.#write(
        events.filter((event) => half.has(event.record)),
        aliases,
      );
      await this.#write(
        events.filter((event) => !half.has(event.record)),
        [],
      );
    }
  }

  async #insert(events: readonly LoadedEvent[], aliases: readonly AliasRow[]): Promise<void> {
    const { store } = this.#parts;
    if (aliases.length > 0) await store.insert('tributary.trace_aliases', ALIAS_COLUMNS, aliasRows(aliases));
    if (events.length === 0) return;
    await store.insert('tributary.spans', SPAN_COLUMNS, spanRows(events));
    await store.insert('tributary.events', EVENT_COLUMNS, eventRows(events));
  }

  /** Repeats what fails for a reason that can pass. Intake goes on meanwhile, until the log is full. */
  async #retried<T>(action: () => Promise<T>): Promise<T> {
    for (let waitMs = RETRY_MS_MIN; ; waitMs = Math.min(waitMs * 2, RETRY_MS_MAX)) {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof StoreError) || (error.code !== undefined && DATA_ERRORS.has(error.code))) throw error;
        this.#parts.telemetry.emit({ level: 'warn', name: 'store_retry', detail: error.message.slice(0, 500), waitMs });
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  async #bury(record: LogRecord, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message.slice(0, 1000) : String(error);
    const { projectId, routeId } = originOf(record);
    this.#parts.telemetry.emit({
      level: 'error',
      name: 'dead_letter',
      position: record.position,
      route: routeId,
      detail: reason,
    });
    const dialect = this.#parts.routes.get(routeId)?.dialect.name ?? '';
    await this.#parts.registry.addDeadLetter(
      { projectId, position: record.position, dialect, route: routeId, reason },
      record,
    );
    this.#dead += 1;
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

function originOf(record: LogRecord): { projectId: string; routeId: string } {
  try {
    const meta: unknown = JSON.parse(record.meta);
    if (typeof meta === 'object' && meta !== null && 'project' in meta && 'route' in meta) {
      return { projectId: String(meta.project), routeId: String(meta.route) };
    }
  } catch {
    // Fall through: a record without readable meta belongs to nobody, but is kept.
  }
  return { projectId: '', routeId: '' };
}
