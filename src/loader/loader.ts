/**
 * Log → store. Batches in log order, in two overlapping stages: prepare (preparation.ts) and commit (delete, write, then
 * move the mark behind which everything is stored). One batch is prepared while the one before is written; commits never
 * overlap or change places.
 *
 * Exactly once from an at-least-once reader: every row is derived from the record alone, spans are joins (writing them
 * twice changes nothing), and the events are written last, so an event that is found in the store needs no second look.
 */

import type { StoredEvent } from '../dialects/dialect.ts';
import {
  loadBatchBytesMax,
  loadBatchEventsMax,
  loadIntervalBusyMs,
  loadIntervalMs,
  recentEventIdsMax,
} from '../limits.ts';
import type { LogHead, LogReader, LogRecord } from '../log/log.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { Registry } from '../registry/registry.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AliasRow, LoadedEvent } from './batch.ts';
import { BatchWriter } from './batch-writer.ts';
import { BoundedMap } from './bounded-map.ts';
import { DeadLetterBox } from './dead-letter-box.ts';
import type { RouteTable } from './decode-record.ts';
import { identityOf } from './duplicates.ts';
import { type Erasure, erase } from './erasures.ts';
import { Mentioned } from './mentioned.ts';
import { Preparation, type Prepared } from './preparation.ts';
import { refusalOf } from './refusal.ts';
import { resultsOf } from './results.ts';
import { retriedForever } from './retried.ts';
import { type TouchedSpan, touchedSpans } from './touched.ts';

export interface LoaderProgress {
  /** Everything before this position is stored or a dead letter. */
  readonly position: number;
  readonly consumedBytes: number;
  readonly quarantinedRegions: number;
  readonly quarantinedBytes: number;
  readonly missingSegments: number;
  readonly loadedEvents: number;
  readonly duplicateEvents: number;
  /** Left out by the sampling of their agents. */
  readonly sampledOutEvents: number;
  readonly deadLetters: number;
  /** Results of records that somebody waits for, by their position. */
  readonly results: readonly (readonly [position: number, events: readonly StoredEvent[]])[];
  /** Spans stored since the last report that the enrich stage has to look at. */
  readonly touched: readonly TouchedSpan[];
}

export interface LoaderParts {
  readonly reader: LogReader;
  readonly store: StoreWriter;
  /** A second connection: what is looked up must not wait for what is being written. */
  readonly lookup: StoreReader;
  readonly registry: Registry;
  readonly prices: PriceBook & { reload(): Promise<void> };
  readonly routes: RouteTable;
  readonly telemetry: Telemetry;
  readonly onProgress: (progress: LoaderProgress) => void;
}

const CHECKPOINT_INTERVAL_MS = 1_000;
/** From so many events in a batch on, more of them are gathered: every batch makes new parts that have to be merged. */
const BUSY_EVENTS = 300;

export class Loader {
  readonly #parts: LoaderParts;
  readonly #preparation: Preparation;
  readonly #mentioned: Mentioned;
  readonly #deadLetters: DeadLetterBox;
  readonly #writer: BatchWriter;
  #head: LogHead;
  #urgent = false;
  #stopping = false;
  #wake: () => void = () => undefined;
  /** Identities of events whose record was refused, with its position; a repeat of them may be under way. */
  readonly #refused = new BoundedMap<number>(recentEventIdsMax);
  readonly #counts = { loaded: 0, repeated: 0, sampledOut: 0 };
  #position = 0;
  #pricesAreStale = false;
  #checkpointAt = 0;

  /** `head` is the log's end at start: what lies before it may be stored already. */
  constructor(parts: LoaderParts, head: LogHead) {
    this.#parts = parts;
    this.#head = head;
    this.#mentioned = new Mentioned(parts.registry, parts.telemetry);
    this.#deadLetters = new DeadLetterBox(parts.registry, parts.routes, parts.telemetry);
    const { sampling } = parts.registry;
    this.#preparation = new Preparation({ ...parts, sampling, deadLetters: this.#deadLetters }, head.position);
    this.#writer = new BatchWriter(parts.store, this.#deadLetters, parts.prices, parts.telemetry);
  }

  /** The log has grown. `urgent`: somebody waits for the result, do not wait for company. */
  advance(head: LogHead, urgent: boolean): void {
    this.#head = head;
    this.#urgent ||= urgent;
    this.#wake();
  }

  /** Events that are accepted from now on are loaded with today's prices. */
  pricesChanged(): void {
    this.#pricesAreStale = true;
  }

  /** People were taken out of the registry; whoever is named from now on is there again. */
  forgetPeople(): void {
    this.#mentioned.forget();
  }

  /** Loads what is in the log, then ends. */
  stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  /** Runs until `stop`. Rejects only when the loader cannot go on at all. */
  async run(): Promise<void> {
    await retriedForever(() => this.#preparation.warmUp(), this.#parts.telemetry);
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
        if (this.#pricesAreStale) await this.#reloadPrices();
        const prepared = await this.#preparation.prepare(records);
        await committing;
        committing = this.#commit(prepared);
        // A rejection is dealt with where `committing` is awaited next.
        committing.catch(() => undefined);
        if (!isFull(records)) {
          await committing;
          await this.#gather(startedAt, eventsIn(records));
        }
        continue;
      }
      await committing;
      // Nothing is left before `head`, also where numbers are missing behind a failed write.
      if (this.#position < head.position) this.#moveTo(head.position, [], []);
      await this.#checkpoint(this.#stopping);
      if (this.#head !== head) continue;
      if (this.#stopping) return;
      await this.#sleep();
    }
  }

  async #reloadPrices(): Promise<void> {
    this.#pricesAreStale = false;
    await retriedForever(() => this.#parts.prices.reload(), this.#parts.telemetry);
  }

  /** Lets a few events come together, unless somebody waits. */
  async #gather(startedAt: number, events: number): Promise<void> {
    const interval = events < BUSY_EVENTS ? loadIntervalMs : loadIntervalBusyMs;
    const rest = interval - (performance.now() - startedAt);
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

  async #commit(batch: Prepared): Promise<void> {
    const { records, erasures, events, duplicates, sampledOut, awaited } = batch;
    const { duplicates: remembered, sampler } = this.#preparation;
    await this.#mentioned.ensure(events);
    await this.#erase(erasures, [...events, ...duplicates]);
    const refused = [...(await this.#writer.write(events, batch.aliases, batch.rows))];
    for (const event of refused) this.#refused.set(identityOf(event), event.record.position);
    const revived = await this.#revive(duplicates);
    refused.push(...(await this.#writer.write(revived.events, revived.aliases)));
    await retriedForever(() => sampler.record(sampledOut), this.#parts.telemetry);
    remembered.forget(refused);
    const isRefused = new Set(refused);
    const written = [...events, ...revived.events].filter((event) => !isRefused.has(event));
    remembered.remember(revived.events.filter((event) => !isRefused.has(event)));
    this.#counts.loaded += written.filter((event) => !event.stored).length;
    this.#counts.repeated += duplicates.length - revived.events.length;
    this.#counts.sampledOut += sampledOut.length;
    const dead = new Set(refused.map((event) => event.record.position));
    const answerable = new Map([...awaited].filter(([position]) => !dead.has(position)));
    const results = await retriedForever(() => resultsOf(answerable, this.#parts.store), this.#parts.telemetry);
    await this.#deadLetters.settle(records);
    const last = records.at(-1);
    if (last !== undefined) this.#moveTo(last.position + last.count, results, touchedSpans(written));
    await this.#checkpoint(false);
  }

  async #erase(erasures: readonly Erasure[], events: readonly LoadedEvent[]): Promise<void> {
    const { store, telemetry } = this.#parts;
    const refusal = await refusalOf(
      () => erase(store, erasures),
      () => this.#writer.probe(),
      telemetry,
    );
    if (refusal === undefined) return;
    // Somebody has to look at it, but the events of everybody else must not wait for that.
    const records = new Set(events.filter(({ draft }) => draft.erases !== undefined).map(({ record }) => record));
    for (const record of records) await this.#deadLetters.bury(record, refusal);
  }

  /** Repeats of events that were then refused with their whole record: they are the first ones now. */
  async #revive(
    duplicates: readonly LoadedEvent[],
  ): Promise<{ events: readonly LoadedEvent[]; aliases: readonly AliasRow[] }> {
    if (this.#refused.isEmpty) return { events: [], aliases: [] };
    const events = duplicates.filter((event) => {
      const refusedAt = this.#refused.get(identityOf(event));
      return refusedAt !== undefined && refusedAt !== event.record.position;
    });
    for (const event of events) {
      event.duplicate = false;
      this.#refused.delete(identityOf(event));
    }
    return { events, aliases: await this.#preparation.placeLate(events) };
  }

  #moveTo(position: number, results: LoaderProgress['results'], touched: readonly TouchedSpan[]): void {
    this.#position = position;
    this.#parts.onProgress({
      position,
      consumedBytes: this.#parts.reader.counters.consumedBytes,
      quarantinedRegions: this.#parts.reader.counters.quarantinedRegions,
      quarantinedBytes: this.#parts.reader.counters.quarantinedBytes,
      missingSegments: this.#parts.reader.counters.missingSegments,
      loadedEvents: this.#counts.loaded,
      duplicateEvents: this.#counts.repeated,
      sampledOutEvents: this.#counts.sampledOut,
      deadLetters: this.#deadLetters.count,
      results,
      touched,
    });
  }

  async #checkpoint(now: boolean): Promise<void> {
    if (!now && performance.now() - this.#checkpointAt < CHECKPOINT_INTERVAL_MS) return;
    if (!this.#preparation.mayRelease(this.#position)) return;
    this.#checkpointAt = performance.now();
    try {
      await this.#parts.reader.release(this.#position);
    } catch (error) {
      // Without it more is read again after a crash, and recognised; nothing is lost or doubled.
      const detail = error instanceof Error ? error.message : String(error);
      this.#parts.telemetry.emit({ level: 'warn', name: 'checkpoint_failed', detail });
    }
  }
}

/** A batch at least half full says that there is a backlog: go on at once. */
function isFull(records: readonly LogRecord[]): boolean {
  const bytes = records.reduce((sum, record) => sum + record.body.length, 0);
  return eventsIn(records) * 2 >= loadBatchEventsMax || bytes * 2 >= loadBatchBytesMax;
}

function eventsIn(records: readonly LogRecord[]): number {
  return records.reduce((sum, record) => sum + record.count, 0);
}
