/** One thread of a run: every input of its share that needs no server. */

import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { check } from './check.ts';
import { Finding, propertyOf } from './finding.ts';
import type { GrowthInput } from './growth.ts';
import { type HttpInput, type Input, inputOf, isHttp } from './inputs.ts';
import { readSeeds } from './seeds.ts';

export interface WorkerStart {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  /** The input under way, for whoever watches: an endless loop tells nobody. */
  readonly current: Int32Array;
}

export interface Found {
  readonly n: number;
  readonly property: string;
  readonly detail: string;
}

export type FromWorker =
  | { readonly type: 'found'; readonly found: Found }
  | {
      readonly type: 'totals';
      readonly totals: Readonly<Record<string, number>>;
      readonly heapBytesMax: number;
      readonly msMax: number;
    }
  | { readonly type: 'done' };

/** An input may take this long, and this much more for its size; the best of three attempts counts, other programs run here, too. */
const INPUT_MS_MAX = 1000;
const INPUT_MS_PER_KB_MAX = 2;
const REPORT_EVERY = 2000;

async function run(
  { seed, from, to, stride, current }: WorkerStart,
  tell: (message: FromWorker) => void,
): Promise<void> {
  const seeds = readSeeds();
  let totals: Record<string, number> = {};
  let [heapBytesMax, msMax, unreported] = [0, 0, 0];
  const report = () => {
    tell({ type: 'totals', totals, heapBytesMax, msMax });
    totals = {};
    unreported = 0;
  };
  for (let n = from; n < to; n += stride) {
    if (isHttp(n)) continue;
    Atomics.store(current, 0, n);
    const input = inputOf(seed, n, seeds);
    if (input.kind === 'http') continue;
    const attempt = async () => {
      const startedAt = performance.now();
      const outcome = await check(input);
      return { outcome, ms: performance.now() - startedAt };
    };
    try {
      const { outcome, ms } = await attempt();
      totals[outcome] = (totals[outcome] ?? 0) + 1;
      if (input.kind !== 'growth') {
        const bound = INPUT_MS_MAX + (INPUT_MS_PER_KB_MAX * sizeOf(input)) / 1024;
        const best = ms > bound ? Math.min(ms, (await attempt()).ms, (await attempt()).ms) : ms;
        msMax = Math.max(msMax, best);
        if (best > bound) throw new Finding(`slow: ${input.kind}`, `${Math.round(best)} ms for ${sizeOf(input)} bytes`);
      }
    } catch (error) {
      totals.found = (totals.found ?? 0) + 1;
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      tell({ type: 'found', found: { n, property: propertyOf(error), detail: detail.slice(0, 3000) } });
    }
    unreported += 1;
    if (unreported === REPORT_EVERY) {
      heapBytesMax = Math.max(heapBytesMax, getHeapStatistics().used_heap_size);
      report();
    }
  }
  report();
  tell({ type: 'done' });
}

function sizeOf(input: Exclude<Input, HttpInput | GrowthInput>): number {
  return input.kind === 'parser' ? input.text.length : input.body.length + input.query.length;
}

const port = parentPort;
// Whoever starts the thread gives it this.
if (port !== null) await run(workerData as WorkerStart, (message) => port.postMessage(message));
