/** The loader's place on a thread of its own, seen from the HTTP thread. */

import { Worker } from 'node:worker_threads';
import type { StoredEvent } from '../dialects/dialect.ts';
import type { LogHead } from '../log/log.ts';
import type { LogLevel } from '../telemetry/telemetry.ts';
import type { LoaderProgress } from './loader.ts';
import type { TouchedSpan } from './touched.ts';

export interface LoaderOptions {
  readonly logDirectory: string;
  readonly storeDirectory: string;
  readonly registryPath: string;
  readonly logLevel: LogLevel;
  readonly head: LogHead;
}

export type ToLoader =
  | { readonly type: 'advance'; readonly head: LogHead; readonly urgent: boolean }
  | { readonly type: 'prices' }
  | { readonly type: 'forget-people' }
  | { readonly type: 'stop' };
export type FromLoader =
  | { readonly type: 'progress'; readonly progress: LoaderProgress }
  /** The store or the registry refuses, and is asked again. Progress ends it. */
  | { readonly type: 'waiting' }
  | { readonly type: 'stopped' };

const YOUNG_GENERATION_MB = 96;
const ANNOUNCE_MS = 20;

interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
}

export class LoaderThread {
  readonly #worker: Worker;
  readonly #results = new Map<number, (events: readonly StoredEvent[] | undefined) => void>();
  readonly #onFailure: (error: Error) => void;
  #waiters: Waiter[] = [];
  #head: LogHead;
  #isAnnouncing = false;
  #progress: LoaderProgress = {
    position: 0,
    consumedBytes: 0,
    quarantinedRegions: 0,
    quarantinedBytes: 0,
    missingSegments: 0,
    loadedEvents: 0,
    duplicateEvents: 0,
    sampledOutEvents: 0,
    deadLetters: 0,
    results: [],
    touched: [],
  };
  #waitingSince: number | undefined;
  #isStopping = false;
  #hasStopped = false;
  #onTouched: (spans: readonly TouchedSpan[], position: number) => void = () => undefined;
  #onProgress: () => void = () => undefined;
  #stopped: (isDone: boolean) => void = () => undefined;

  /** `onFailure`: the loader cannot go on. The process should end; what is in the log is loaded at the next start. */
  constructor(options: LoaderOptions, onFailure: (error: Error) => void) {
    this.#head = options.head;
    this.#onFailure = onFailure;
    // The built file: a worker thread gets none of the loaders that could run TypeScript.
    this.#worker = new Worker(new URL('./loader-worker.js', import.meta.url), {
      workerData: options,
      // Rows are large and short-lived: with room for them, few are copied to the old generation.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.on('message', (message: FromLoader) => this.#receive(message));
    this.#worker.on('error', (error) => this.#onFailure(error));
    // Without an error it ends only when somebody ends it.
    this.#worker.on('exit', (code) => {
      if (!this.#hasStopped) this.#onFailure(new Error(`the loader's thread ended with ${code}`));
    });
  }

  /** How long the store or the registry has refused what the loader has to write; 0 when it does not. */
  get waitingSeconds(): number {
    return this.#waitingSince === undefined ? 0 : (performance.now() - this.#waitingSince) / 1000;
  }

  get progress(): LoaderProgress {
    return this.#progress;
  }

  /** Bytes that are durable but not yet stored. */
  get backlogBytes(): number {
    return Math.max(0, this.#head.totalBytes - this.#progress.consumedBytes);
  }

  /** At once when it has been quiet; else a message now and then, however often the log grows: each costs some 7 µs. */
  advance(head: LogHead): void {
    this.#head = head;
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    setImmediate(() => this.#announce());
  }

  #announce(): void {
    const announced = this.#head;
    this.#send({ type: 'advance', head: announced, urgent: this.#results.size > 0 });
    const again = setTimeout(() => {
      if (this.#head === announced) this.#isAnnouncing = false;
      else this.#announce();
    }, ANNOUNCE_MS);
    // `stop` says how far the log is.
    again.unref();
  }

  /** The outcome of the record at `position`, which must be asked for before it can be loaded; `undefined` after `waitMs`. */
  result(position: number, waitMs: number): Promise<readonly StoredEvent[] | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(undefined), waitMs);
      const finish = (events: readonly StoredEvent[] | undefined) => {
        clearTimeout(timer);
        this.#results.delete(position);
        resolve(events);
      };
      this.#results.set(position, finish);
      this.#send({ type: 'advance', head: this.#head, urgent: true });
    });
  }

  /** Resolves when everything before `position` is stored, or after `waitMs`. */
  settled(position: number, waitMs: number): Promise<void> {
    if (this.#progress.position >= position) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter: Waiter = { position, resolve: () => finish() };
      const timer = setTimeout(() => finish(), waitMs);
      const finish = () => {
        clearTimeout(timer);
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        resolve();
      };
      this.#waiters.push(waiter);
      this.#send({ type: 'advance', head: this.#head, urgent: true });
    });
  }

  /** `listener` is told which spans to look at again, after they are stored, and up to which position all are. */
  onTouched(listener: (spans: readonly TouchedSpan[], position: number) => void): void {
    this.#onTouched = listener;
  }

  /** `listener` is called when more is stored; `progress` says how far. */
  onProgress(listener: () => void): void {
    this.#onProgress = listener;
  }

  /** The registry has other prices: events accepted from now on are loaded with them. */
  pricesChanged(): void {
    this.#send({ type: 'prices' });
  }

  /** People were taken out of the registry. */
  forgetPeople(): void {
    this.#send({ type: 'forget-people' });
  }

  /** Nobody waits for results or for the log to be loaded any more: those who did go on without. */
  dismissWaiting(): void {
    for (const finish of [...this.#results.values()]) finish(undefined);
    for (const waiter of [...this.#waiters]) waiter.resolve();
  }

  /**
   * Loads what is in the log and ends the loader's work; false when the store does not take it: then it stays in the log.
   * The thread itself stays until the process ends (store/chdb).
   */
  stop(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#stopped = resolve;
      this.#isStopping = true;
      if (this.#waitingSince !== undefined) return resolve(false);
      this.#send({ type: 'advance', head: this.#head, urgent: true });
      this.#send({ type: 'stop' });
    });
  }

  #send(message: ToLoader): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromLoader): void {
    if (message.type === 'stopped') {
      this.#hasStopped = true;
      this.#stopped(true);
      return;
    }
    if (message.type === 'waiting') {
      this.#waitingSince ??= performance.now();
      if (this.#isStopping) this.#stopped(false);
      return;
    }
    this.#waitingSince = undefined;
    this.#progress = message.progress;
    this.#onTouched(message.progress.touched, message.progress.position);
    this.#onProgress();
    for (const [position, events] of message.progress.results) this.#results.get(position)?.(events);
    // Passed without a result: a dead letter, which is kept but not stored.
    for (const [position, finish] of this.#results) if (position < message.progress.position) finish(undefined);
    for (const waiter of [...this.#waiters]) if (waiter.position <= message.progress.position) waiter.resolve();
  }
}
