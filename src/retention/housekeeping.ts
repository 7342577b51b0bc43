/**
 * Deletes what has to go: what somebody asked to be deleted, and what is older than its project wants. One thing at a
 * time, and never while a backup is taken: a backup must not show half of a deletion.
 */

import { retentionIntervalMs } from '../limits.ts';
import type { StoreWriter } from '../store/store.ts';
import { quietBefore } from './quiet.ts';
import { runDeletion } from './run-deletion.ts';
import { Stopped, type Surroundings } from './surroundings.ts';
import { sweepProject } from './sweep.ts';

/** A store that refuses is asked again after this. */
const RETRY_MS = 10_000;
/** Looking for what is expired reads much: not as often. */
const SWEEP_RETRY_MS = 300_000;

export class Housekeeping {
  readonly #parts: Surroundings;
  readonly #retentionDaysDefault: number | null;
  #turn: Promise<unknown> = Promise.resolve();
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;
  #sweepAt: number;
  #sweptAt: number | null = null;
  #isAwake = false;

  constructor(parts: Surroundings, retentionDaysDefault: number | null) {
    this.#parts = parts;
    this.#retentionDaysDefault = retentionDaysDefault;
    this.#sweepAt = parts.now();
  }

  /** Once: takes up what a process before this one has left. */
  async begin(): Promise<void> {
    const { registry, checkpoint, telemetry } = this.#parts;
    // Behind a lost checkpoint the log is read from its beginning, and what was deleted comes back to be deleted again.
    const reopened = await registry.deletions.reopen(await checkpoint());
    if (reopened > 0) telemetry.emit({ level: 'warn', name: 'deletions_repeated', count: reopened });
    this.#wake();
  }

  /** There is a new deletion in the registry. */
  deletionRequested(): void {
    this.#wake();
  }

  /** Days after which traces of a project go; `null`: never. */
  async daysOf(project: Parameters<typeof sweepProject>[2]): Promise<number | null> {
    const { retentionDays } = await this.#parts.registry.settings(project);
    return retentionDays === 'default' ? this.#retentionDaysDefault : retentionDays;
  }

  /** When retention looked last, and will look next; milliseconds. */
  get schedule(): { readonly sweptAt: number | null; readonly nextAt: number } {
    return { sweptAt: this.#sweptAt, nextAt: this.#sweepAt };
  }

  /** Runs `work` when nothing is being deleted, and keeps deletions waiting until it has ended. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** All that is due now. Rejects with what went wrong; the rest was done. */
  async runDue(): Promise<void> {
    const errors: unknown[] = [];
    await this.#delete(errors);
    await this.exclusively(() => this.#sweep(errors));
    const [error] = errors;
    if (error !== undefined) throw error;
  }

  /** Ends after the step under way; what is left goes on at the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#turn;
  }

  #wake(): void {
    if (this.#isAwake || this.#stopping) return;
    this.#isAwake = true;
    clearTimeout(this.#timer);
    const done = (waitMs: number) => {
      this.#isAwake = false;
      if (this.#stopping) return;
      this.#timer = setTimeout(() => this.#wake(), Math.min(Math.max(waitMs, 0), retentionIntervalMs)).unref();
    };
    this.runDue().then(
      async () => done((await this.#hasDeletions()) ? 0 : this.#sweepAt - this.#parts.now()),
      (error: unknown) => {
        if (!(error instanceof Stopped)) this.#report(error);
        done(RETRY_MS);
      },
    );
  }

  /** What was asked for while the last round ran. */
  async #hasDeletions(): Promise<boolean> {
    if (this.#stopping) return false;
    return (await this.#parts.registry.deletions.unfinished()).length > 0;
  }

  async #delete(errors: unknown[]): Promise<void> {
    const { registry } = this.#parts;
    for (const deletion of await registry.deletions.unfinished()) {
      if (this.#stopping) return;
      try {
        // Waited for outside of the turn: a backup need not wait for the loader.
        await quietBefore(this.#parts, deletion.position, () => this.#stopping);
        await this.exclusively(() =>
          this.#withWriter((store) => runDeletion(this.#parts, store, deletion, () => this.#stopping)),
        );
      } catch (error) {
        errors.push(error);
        if (error instanceof Stopped) return;
        await registry.deletions.update(deletion.id, { reason: messageOf(error) });
      }
    }
  }

  async #sweep(errors: unknown[]): Promise<void> {
    const { registry, now } = this.#parts;
    if (this.#stopping || now() < this.#sweepAt) return;
    let hasFailed = false;
    for (const { id } of await registry.listProjects()) {
      if (this.#stopping) return;
      try {
        const days = await this.daysOf(id);
        if (days === null) continue;
        await this.#withWriter((store) => sweepProject(this.#parts, store, id, days, () => this.#stopping));
      } catch (error) {
        // The other projects must not suffer.
        errors.push(error);
        hasFailed = true;
      }
    }
    this.#sweptAt = hasFailed ? this.#sweptAt : now();
    this.#sweepAt = now() + (hasFailed ? SWEEP_RETRY_MS : retentionIntervalMs);
  }

  /** A session of its own, so that the long statements of deletions keep nobody else waiting. */
  async #withWriter(work: (store: StoreWriter) => Promise<void>): Promise<void> {
    const store = await this.#parts.openWriter();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  }

  #report(error: unknown): void {
    this.#parts.telemetry.emit({ level: 'error', name: 'housekeeping_failed', detail: messageOf(error) });
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
