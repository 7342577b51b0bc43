/**
 * The first stage of a batch: from log records to rows. Drops repeats and what sampling leaves out, applies deletions,
 * finds traces and steps, and folds fragments. It only reads the store, so a batch may be prepared while the one before
 * it is written; what that one adds is remembered here.
 */

import type { LogRecord } from '../log/log.ts';
import { retryOf } from '../log/request.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { Sampling } from '../registry/sampling.ts';
import type { StoreReader } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AliasRow, LoadedEvent } from './batch.ts';
import type { DeadLetterBox } from './dead-letter-box.ts';
import { decodeRecord, type RouteTable } from './decode-record.ts';
import { Duplicates } from './duplicates.ts';
import { type Erasure, Erasures } from './erasures.ts';
import { retriedForever } from './retried.ts';
import { type BatchRows, toRows } from './rows.ts';
import { Sampler } from './sampler.ts';
import { StepCounter } from './step-counter.ts';
import { TraceResolver } from './trace-resolver.ts';

export interface Prepared {
  readonly records: readonly LogRecord[];
  /** To be deleted before anything is written. */
  readonly erasures: readonly Erasure[];
  /** To be written, in log order: new events, and stored ones of which something has to be said again (erasures.ts). */
  readonly events: readonly LoadedEvent[];
  readonly aliases: readonly AliasRow[];
  /** Absent when they could not be built: then one of the records is to blame, and the writer finds out which. */
  readonly rows: BatchRows | undefined;
  readonly duplicates: readonly LoadedEvent[];
  /** Left out by sampling, each once. */
  readonly sampledOut: readonly LoadedEvent[];
  /** Events of records that somebody waits for, duplicates included, by the record's position. */
  readonly awaited: ReadonlyMap<number, readonly LoadedEvent[]>;
}

export interface PreparationParts {
  readonly lookup: StoreReader;
  readonly sampling: Sampling;
  readonly prices: PriceBook;
  readonly routes: RouteTable;
  readonly deadLetters: DeadLetterBox;
  readonly telemetry: Telemetry;
}

export class Preparation {
  readonly #parts: PreparationParts;
  readonly #duplicates: Duplicates;
  readonly #sampler: Sampler;
  readonly #erasures: Erasures;
  readonly #traces: TraceResolver;
  readonly #steps: StepCounter;

  /** `replayUntil`: what lies before it in the log may be stored already. */
  constructor(parts: PreparationParts, replayUntil: number) {
    this.#parts = parts;
    this.#duplicates = new Duplicates(parts.lookup, replayUntil);
    this.#sampler = new Sampler(parts.lookup, parts.sampling);
    this.#erasures = new Erasures(replayUntil);
    this.#traces = new TraceResolver(parts.lookup);
    this.#steps = new StepCounter(parts.lookup, replayUntil);
  }

  get duplicates(): Duplicates {
    return this.#duplicates;
  }

  get sampler(): Sampler {
    return this.#sampler;
  }

  async warmUp(): Promise<void> {
    await this.#duplicates.warmUp();
    await this.#traces.warmUp();
  }

  async prepare(records: readonly LogRecord[]): Promise<Prepared> {
    const { telemetry, prices } = this.#parts;
    const { decoded, awaited } = await this.#decode(records);
    await retriedForever(() => this.#duplicates.mark(decoded), telemetry);
    await retriedForever(() => this.#sampler.judge(decoded), telemetry);
    const unsampled = decoded.filter((event) => !event.sampledOut);
    const first = unsampled.filter((event) => !event.duplicate);
    const erasures = this.#erasures.apply(unsampled.filter((event) => !event.duplicate || repeatsDeletion(event)));
    const isOfUse = ({ stored, fragments, draft }: LoadedEvent) =>
      !stored || fragments.length > 0 || draft.erases !== undefined;
    const events = first.filter(isOfUse);
    const aliases = await this.#place(events);
    return {
      records,
      erasures,
      events,
      aliases,
      rows: built(events, aliases, prices),
      duplicates: unsampled.filter((event) => event.duplicate),
      sampledOut: decoded.filter((event) => event.sampledOut && !event.duplicate),
      awaited,
    };
  }

  /** Traces and steps of events that were taken for duplicates first; returns the alias rows to write. */
  async placeLate(events: readonly LoadedEvent[]): Promise<readonly AliasRow[]> {
    return this.#place(events);
  }

  /** Whether the log before `position` will not be needed again, once it is stored. */
  mayRelease(position: number): boolean {
    return this.#erasures.mayRelease(position);
  }

  async #decode(
    records: readonly LogRecord[],
  ): Promise<{ decoded: LoadedEvent[]; awaited: Map<number, LoadedEvent[]> }> {
    const { routes, deadLetters } = this.#parts;
    const decoded: LoadedEvent[] = [];
    const awaited = new Map<number, LoadedEvent[]>();
    for (const record of records) {
      try {
        const { events, entry } = decodeRecord(record, routes);
        for (const event of events) decoded.push(event);
        if (entry.route.answersAfter === 'store') awaited.set(record.position, events);
      } catch (error) {
        await deadLetters.bury(record, error);
      }
    }
    return { decoded, awaited };
  }

  async #place(events: readonly LoadedEvent[]): Promise<AliasRow[]> {
    const { telemetry } = this.#parts;
    const aliases = await retriedForever(() => this.#traces.resolve(events), telemetry);
    // An event that is stored has its number; no vendor both numbers events and deletes spans.
    await retriedForever(() => this.#steps.assign(events.filter((event) => !event.stored)), telemetry);
    return aliases;
  }
}

/** The deletion itself failed and is tried again; its event was stored all the same. */
function repeatsDeletion({ draft, record }: LoadedEvent): boolean {
  return draft.erases !== undefined && retryOf(record.meta) !== undefined;
}

function built(events: readonly LoadedEvent[], aliases: readonly AliasRow[], prices: PriceBook): BatchRows | undefined {
  try {
    return toRows(events, aliases, prices);
  } catch {
    return undefined;
  }
}
