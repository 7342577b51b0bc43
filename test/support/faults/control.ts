/** Starts a server whose parts can be made to fail while it runs (`preload.mjs`), and says when they do. */

import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PRELOAD = new URL('./preload.mjs', import.meta.url).href;
const LIMITS_PRELOAD = new URL('./limits-preload.mjs', import.meta.url).href;

export type EngineFault = (
  | { readonly kind: 'refuse'; readonly message: string }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'hang' }
) & {
  /** Only statements or rows that contain this text. */
  readonly match?: string;
  readonly only?: 'insert' | 'query';
};

export interface FaultSet {
  readonly store?: EngineFault;
  /** Writes to files whose path contains `part` fail half-way. */
  readonly disk?: { readonly code: 'ENOSPC' | 'EIO'; readonly part: string };
  readonly registry?: { readonly code: string; readonly thread?: 'main' | 'loader' | 'enrich' };
  readonly clock?: { readonly offsetMs: number };
  readonly die?: { readonly thread: 'loader' | 'enrich'; readonly how: 'throw' | 'exit' };
}

/** What an engine that is away says, as ClickHouse words it. The codes are of all three kinds (`src/loader/retried.ts`). */
export const OUTAGES = {
  full: 'Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)',
  network: 'the connection was refused',
  unheardOf: 'Code: 722. DB::Exception: Waiting for the async load job failed. (ASYNC_LOAD_WAIT_FAILED)',
  confused: 'Code: 117. DB::Exception: Incorrect data. (INCORRECT_DATA)',
} as const;

export class Faults {
  readonly #directory = mkdtempSync(join(tmpdir(), 'tributary-faults-'));
  readonly #path = join(this.#directory, 'control.json');
  readonly #limits: Readonly<Record<string, number>>;

  /** `limits`: other values for bounds of `src/limits.ts`, by name. */
  constructor(limits: Readonly<Record<string, number>> = {}) {
    this.#limits = limits;
  }

  get env(): Record<string, string> {
    const others = Object.keys(this.#limits).length === 0 ? '' : ` --import ${LIMITS_PRELOAD}`;
    return {
      NODE_OPTIONS: `--import ${PRELOAD}${others}`,
      FAULTS_CONTROL: this.#path,
      FAULTS_LIMITS: JSON.stringify(this.#limits),
      // The preload uses the pool before the program could set it.
      UV_THREADPOOL_SIZE: '10',
    };
  }

  /** In force for every call that begins after this returns. */
  set(faults: FaultSet): void {
    const next = `${this.#path}.next`;
    writeFileSync(next, JSON.stringify(faults));
    renameSync(next, this.#path);
  }

  clear(): void {
    this.set({});
  }

  /** The thread that `die` has ended. */
  get died(): string {
    return readFileSync(`${this.#path}.died`, 'utf8');
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
