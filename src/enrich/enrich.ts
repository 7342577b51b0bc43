/**
 * What costs too much to find out while events are loaded: the tokens that clients did not count, whose usage is told
 * twice, and today's prices for old spans. It runs behind the loader, works on what is stored, and everything it does may
 * be done again; docs/decisions/0008-enrich.md.
 */

import { retriedForever } from '../loader/retried.ts';
import type { TouchedSpan } from '../loader/touched.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { Repricings } from '../registry/prices.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Backlog, TouchedTrace } from './backlog.ts';
import { TraceLooker } from './look-at-traces.ts';
import { RepricingRun } from './reprice.ts';
import { Tokenizers } from './tokenizer.ts';

export interface EnrichProgress {
  /** Everything before this log position has been dealt with. */
  readonly doneUntil: number;
  readonly countedSpans: number;
  /** Spans whose usage was found to repeat others', or not to any more. */
  readonly repeatChanges: number;
  readonly repricedSpans: number;
  /** Traces that the store could not give or take; they are as if this stage did not exist. */
  readonly skippedTraces: number;
  readonly waitingSpans: number;
}

export interface EnrichParts {
  readonly store: StoreWriter;
  readonly lookup: StoreReader;
  readonly repricings: Repricings;
  readonly prices: PriceBook & { reload(): Promise<void> };
  readonly telemetry: Telemetry;
  readonly onProgress: (progress: EnrichProgress) => void;
}

const TRACES_PER_STEP = 12_000;
/**
 * With this many spans waiting, more are gathered for a while: a question about many traces costs little more than one
 * about a few, and a trace that is still being sent is looked at once and not with each of its events (measured:
 * docs/decisions/0014-speed-of-the-loader.md).
 */
const GATHER_SPANS = 500;
const GATHER_MS = 3_000;
const POSITIONS_PER_LOOKUP = 10_000;

export class Enrich {
  readonly #parts: EnrichParts;
  readonly #backlog: Backlog;
  readonly #looker: TraceLooker;
  #repricing: RepricingRun | undefined;
  /** There may be an unfinished job in the registry: at the start, and whenever one is asked for. */
  #mayReprice = true;
  #arePricesOld = false;
  #repricedSpans = 0;
  #lookedAt = 0;
  #stopping = false;
  #settling: (() => void)[] = [];
  #wake: () => void = () => undefined;

  constructor(parts: EnrichParts, backlog: Backlog) {
    this.#parts = parts;
    this.#backlog = backlog;
    this.#looker = new TraceLooker({ ...parts, tokenizers: new Tokenizers() });
  }

  touched(spans: readonly TouchedSpan[], position: number): void {
    this.#backlog.touched(spans, position);
    this.#wake();
  }

  pricesChanged(): void {
    this.#arePricesOld = true;
    this.#wake();
  }

  repricingRequested(): void {
    // Whoever asks has just changed prices, or may have.
    this.#arePricesOld = true;
    this.#mayReprice = true;
    this.#wake();
  }

  /** Resolves when there is nothing left to do. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settling.push(resolve);
      this.#wake();
    });
  }

  /** Ends after the step under way; what is left is found again by the next process. */
  stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  /** Runs until `stop`. Rejects only when the stage cannot go on at all. */
  async run(): Promise<void> {
    while (!this.#stopping) {
      // Re-pricing goes on beside the rest: neither waits for the end of the other.
      await this.#gather();
      const hasLooked = await this.#look();
      const hasPriced = this.#stopping ? false : await this.#reprice();
      this.#report();
      if (hasLooked || hasPriced) continue;
      if (this.#hasNews()) continue;
      for (const resolve of this.#settling.splice(0)) resolve();
      await this.#sleep();
    }
    for (const resolve of this.#settling.splice(0)) resolve();
  }

  async #gather(): Promise<void> {
    const rest = GATHER_MS - (performance.now() - this.#lookedAt);
    if (this.#backlog.waitingSpans >= GATHER_SPANS && this.#settling.length === 0 && rest > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, rest);
        // What comes in is what is waited for; whoever stops the stage or waits for its end does not.
        this.#wake = () => {
          if (!this.#stopping && this.#settling.length === 0) return;
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = () => undefined;
    }
    this.#lookedAt = performance.now();
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** What came while the last step ran. */
  #hasNews(): boolean {
    const { missed, waitingSpans } = this.#backlog;
    return this.#stopping || this.#mayReprice || this.#arePricesOld || missed !== undefined || waitingSpans > 0;
  }

  /** False when there was nothing to do. */
  async #look(): Promise<boolean> {
    if (this.#backlog.missed !== undefined && this.#backlog.hasRoom) await this.#findMissed();
    const traces = this.#backlog.take(TRACES_PER_STEP);
    if (traces.length > 0) await this.#looker.look(traces, this.#backlog.position);
    this.#backlog.finished();
    return traces.length > 0 || this.#backlog.missed !== undefined;
  }

  async #findMissed(): Promise<void> {
    const { missed } = this.#backlog;
    if (missed === undefined) return;
    const until = Math.min(missed.to, missed.from + POSITIONS_PER_LOOKUP);
    const traces = await retriedForever(
      () =>
        this.#parts.lookup.select<Omit<TouchedTrace, 'spanIds'>>(
          `SELECT DISTINCT toString(project_id) AS projectId, dialect, trace_id AS traceId FROM tributary.events
           WHERE position >= {from:UInt64} AND position < {until:UInt64}`,
          { from: missed.from, until },
        ),
      this.#parts.telemetry,
    );
    this.#backlog.found(traces, until);
  }

  /** One page of the job under way, or of the next one. False when there is none. */
  async #reprice(): Promise<boolean> {
    const { repricings, telemetry } = this.#parts;
    if (this.#arePricesOld) {
      this.#arePricesOld = false;
      await retriedForever(() => this.#parts.prices.reload(), telemetry);
    }
    if (this.#repricing === undefined && !this.#mayReprice) return false;
    this.#mayReprice = false;
    const [next] =
      this.#repricing === undefined
        ? await retriedForever(() => repricings.unfinished(), telemetry)
        : [this.#repricing.job];
    if (next === undefined) return false;
    try {
      this.#repricing ??= await RepricingRun.begin(next, this.#parts);
      const changed = await this.#repricing.step();
      this.#repricedSpans += changed.spans;
      if (!changed.isDone) return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
      telemetry.emit({ level: 'error', name: 'repricing_failed', id: next.id, detail: reason });
      const failed = { state: 'failed', reason, finishedAt: new Date().toISOString() } as const;
      await retriedForever(() => repricings.update(next.id, failed), telemetry);
    }
    this.#repricing = undefined;
    // There may be another one behind it.
    this.#mayReprice = true;
    return true;
  }

  #report(): void {
    this.#parts.onProgress({
      doneUntil: this.#backlog.doneUntil,
      countedSpans: this.#looker.countedSpans,
      repeatChanges: this.#looker.repeatChanges,
      repricedSpans: this.#repricedSpans,
      skippedTraces: this.#looker.skippedTraces,
      waitingSpans: this.#backlog.waitingSpans,
    });
  }
}
