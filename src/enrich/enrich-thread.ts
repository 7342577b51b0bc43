/**
 * The enrich stage's place on a thread of its own, seen from the HTTP thread. The thread is started when there is
 * something to do for the first time: many servers never need it, and a vocabulary takes 70 MB of memory (measured).
 */

import { Worker } from 'node:worker_threads';
import type { TouchedSpan } from '../loader/touched.ts';
import type { Registry } from '../registry/registry.ts';
import { RegistryUnavailable } from '../registry/unavailable.ts';
import type { LogLevel } from '../telemetry/telemetry.ts';
import type { EnrichProgress } from './enrich.ts';

export interface EnrichOptions {
  readonly storeDirectory: string;
  readonly registryPath: string;
  readonly logLevel: LogLevel;
  /** Everything before this log position is stored as the server starts. */
  readonly storedUntil: number;
}

/** What the thread is started with. */
export interface EnrichStart extends EnrichOptions {
  /** Everything before this position has been dealt with. */
  readonly doneUntil: number;
}

export type ToEnrich =
  | { readonly type: 'touched'; readonly spans: readonly TouchedSpan[]; readonly position: number }
  | { readonly type: 'prices' }
  | { readonly type: 'repricing' }
  | { readonly type: 'settle'; readonly id: number }
  | { readonly type: 'stop' };
export type FromEnrich =
  | { readonly type: 'progress'; readonly progress: EnrichProgress }
  | { readonly type: 'settled'; readonly id: number }
  | { readonly type: 'stopped' };

const MARK = 'enrich';
/** Saved late is harmless: more is looked at again after a crash, with the same result. */
const MARK_INTERVAL_MS = 1_000;

export class EnrichThread {
  readonly #options: EnrichOptions;
  readonly #registry: Pick<Registry, 'mark' | 'setMark' | 'repricings'>;
  readonly #onFailure: (error: Error) => void;
  readonly #settling = new Map<number, () => void>();
  #worker: Worker | undefined;
  #hasFailed = false;
  #hasStopped = false;
  #position: number;
  #progress: EnrichProgress;
  #savedMark = 0;
  #saving: Promise<void> = Promise.resolve();
  #saveTimer: NodeJS.Timeout | undefined;
  #settles = 0;
  #stopped: () => void = () => undefined;

  /** `onFailure`: the stage cannot go on. What it has not done is found again at the next start. */
  constructor(
    options: EnrichOptions,
    registry: Pick<Registry, 'mark' | 'setMark' | 'repricings'>,
    onFailure: (error: Error) => void,
  ) {
    this.#options = options;
    this.#registry = registry;
    this.#onFailure = onFailure;
    this.#position = options.storedUntil;
    this.#progress = {
      doneUntil: options.storedUntil,
      countedSpans: 0,
      repeatChanges: 0,
      repricedSpans: 0,
      skippedTraces: 0,
      waitingSpans: 0,
    };
  }

  /** Once, before `touched`: takes up what a process before this one has left. */
  async begin(): Promise<void> {
    const mark = await this.#registry.mark(MARK);
    this.#savedMark = mark;
    this.#progress = { ...this.#progress, doneUntil: Math.min(mark, this.#options.storedUntil) };
    const { storedUntil } = this.#options;
    if (mark < storedUntil || (await this.#registry.repricings.unfinished()).length > 0) this.#start(storedUntil);
  }

  /** Counters, and the log position up to which everything has been dealt with. */
  get progress(): EnrichProgress {
    return this.#progress;
  }

  /** Everything before `position` is stored; `spans` are those since the last call that have to be looked at. */
  touched(spans: readonly TouchedSpan[], position: number): void {
    this.#position = Math.max(this.#position, position);
    if (this.#worker === undefined && spans.length === 0) {
      this.#advance({ ...this.#progress, doneUntil: this.#position });
      return;
    }
    this.#start().postMessage({ type: 'touched', spans, position } satisfies ToEnrich);
  }

  /** Prices have changed: re-pricing uses the new ones from now on. */
  pricesChanged(): void {
    this.#worker?.postMessage({ type: 'prices' } satisfies ToEnrich);
  }

  /** There is an unfinished re-pricing in the registry. */
  repricingRequested(): void {
    this.#start().postMessage({ type: 'repricing' } satisfies ToEnrich);
  }

  /** Resolves when all that was asked for before is done. */
  settled(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined || this.#hasFailed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#settles += 1;
      this.#settling.set(this.#settles, resolve);
      worker.postMessage({ type: 'settle', id: this.#settles } satisfies ToEnrich);
    });
  }

  /** Ends after the step under way. The thread itself stays until the process ends (store/chdb). */
  async stop(): Promise<void> {
    const worker = this.#worker;
    if (worker !== undefined && !this.#hasFailed) {
      await new Promise<void>((resolve) => {
        this.#stopped = resolve;
        worker.postMessage({ type: 'stop' } satisfies ToEnrich);
      });
    }
    clearTimeout(this.#saveTimer);
    await this.#saving;
    await this.#saveMark().catch((error: unknown) => {
      if (!(error instanceof RegistryUnavailable)) throw error;
    });
  }

  /** What is stored before `storedUntil` and was not dealt with is looked for by the thread itself. */
  #start(storedUntil = this.#progress.doneUntil): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const start: EnrichStart = { ...this.#options, doneUntil: this.#progress.doneUntil, storedUntil };
    // The built file: a worker thread gets none of the loaders that could run TypeScript.
    this.#worker = new Worker(new URL('./enrich-worker.js', import.meta.url), { workerData: start });
    this.#worker.on('message', (message: FromEnrich) => this.#receive(message));
    this.#worker.on('error', (error) => this.#fail(error));
    // Without an error it ends only when somebody ends it.
    this.#worker.on('exit', (code) => {
      if (!this.#hasStopped && !this.#hasFailed) this.#fail(new Error(`the enrich stage's thread ended with ${code}`));
    });
    return this.#worker;
  }

  #receive(message: FromEnrich): void {
    if (message.type === 'progress') this.#advance(message.progress);
    else if (message.type === 'stopped') {
      this.#hasStopped = true;
      this.#stopped();
    } else {
      this.#settling.get(message.id)?.();
      this.#settling.delete(message.id);
    }
  }

  #fail(error: Error): void {
    this.#hasFailed = true;
    for (const resolve of this.#settling.values()) resolve();
    this.#settling.clear();
    this.#stopped();
    this.#onFailure(error);
  }

  #advance(progress: EnrichProgress): void {
    this.#progress = progress;
    this.#saveTimer ??= setTimeout(() => {
      this.#saveTimer = undefined;
      this.#saving = this.#saveMark().catch((error: unknown) => {
        // A full disk, for instance: it is saved with the next progress, or more is looked at again.
        if (!(error instanceof RegistryUnavailable))
          this.#onFailure(error instanceof Error ? error : new Error(String(error)));
      });
    }, MARK_INTERVAL_MS).unref();
  }

  async #saveMark(): Promise<void> {
    const { doneUntil } = this.#progress;
    if (doneUntil === this.#savedMark) return;
    await this.#registry.setMark(MARK, doneUntil);
    this.#savedMark = doneUntil;
  }
}
