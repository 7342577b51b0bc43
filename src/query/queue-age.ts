/** How long the oldest record that is not loaded has waited, to about a second: from when the log grew, not from records. */

const SAMPLE_MS = 500;
/** At a standstill of the loader the first samples matter, and the last one stands for all that follow. */
const SAMPLES_MAX = 1000;

interface Sample {
  readonly position: number;
  readonly at: number;
}

export class QueueAge {
  #samples: Sample[] = [];
  readonly #loadedUntil: () => number;
  readonly #now: () => number;

  /** `loadedUntil`: everything before this position is stored. `now` in milliseconds. */
  constructor(loadedUntil: () => number, now: () => number = () => performance.now()) {
    this.#loadedUntil = loadedUntil;
    this.#now = now;
  }

  /** The next record will be accepted at `position`. */
  advanced(position: number): void {
    const at = this.#now();
    const last = this.#samples.at(-1);
    const isFull = this.#samples.length >= SAMPLES_MAX;
    if (last !== undefined && (isFull || at - last.at < SAMPLE_MS)) {
      // What came since the sample counts as old as it.
      this.#samples[this.#samples.length - 1] = { position, at: last.at };
      return;
    }
    this.#forget();
    this.#samples.push({ position, at });
  }

  /** 0 when nothing waits. After a start, what waited before counts from the start. */
  seconds(): number {
    this.#forget();
    const [oldest] = this.#samples;
    return oldest === undefined ? 0 : (this.#now() - oldest.at) / 1000;
  }

  #forget(): void {
    const loaded = this.#loadedUntil();
    const waits = this.#samples.findIndex(({ position }) => position > loaded);
    this.#samples = waits === -1 ? [] : this.#samples.slice(waits);
  }
}
