/** The inputs that need no server, shared among threads that are watched: one that hangs or dies is replaced. */

import { Worker } from 'node:worker_threads';
import type { Found, FromWorker, WorkerStart } from './worker.ts';

/** An input that takes longer than this, on a machine with other work, is reported as one that never ends. */
const HANG_MS = 20_000;
const LOOK_EVERY_MS = 1000;
/** A thread's memory; the inputs are small, so what needs more grows without bound. */
const HEAP_MB_MAX = 768;

export interface DecoderTotals {
  readonly outcomes: Record<string, number>;
  heapBytesMax: number;
  msMax: number;
}

export interface DecoderRun {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly workers: number;
  readonly onFound: (found: Found) => void;
  /** Counted while the run goes on. */
  readonly outcomes: Record<string, number>;
}

export async function runDecoders(run: DecoderRun): Promise<DecoderTotals> {
  const totals: DecoderTotals = { outcomes: run.outcomes, heapBytesMax: 0, msMax: 0 };
  const shares = Array.from({ length: run.workers }, (_, i) => runShare(run, run.from + i, totals));
  await Promise.all(shares);
  return totals;
}

async function runShare(run: DecoderRun, from: number, totals: DecoderTotals): Promise<void> {
  let next = from;
  while (next < run.to) {
    const current = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
    const ended = await runThread(
      run,
      { seed: run.seed, from: next, to: run.to, stride: run.workers, current },
      totals,
    );
    if (ended === 'done') return;
    const n = Atomics.load(current, 0);
    // Not a thing about inputs: the program cannot run.
    if (n < 0) throw new Error(`a thread does not start: it ${ended}`);
    run.onFound({ n, property: ended, detail: 'the thread was replaced' });
    next = n + run.workers;
  }
}

type Ended = 'done' | 'hangs' | 'takes all memory' | 'ends the thread';

function runThread({ onFound }: DecoderRun, start: WorkerStart, totals: DecoderTotals): Promise<Ended> {
  const worker = new Worker(new URL('./worker-start.mjs', import.meta.url), {
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
  });
  return new Promise((resolve) => {
    let [seen, seenAt] = [-1, Date.now()];
    const watch = setInterval(() => {
      const n = Atomics.load(start.current, 0);
      if (n !== seen) [seen, seenAt] = [n, Date.now()];
      else if (Date.now() - seenAt > HANG_MS) finish('hangs');
    }, LOOK_EVERY_MS);
    const finish = (ended: Ended) => {
      clearInterval(watch);
      worker.removeAllListeners();
      void worker.terminate().then(() => resolve(ended));
    };
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'found') onFound(message.found);
      else if (message.type === 'done') finish('done');
      else add(totals, message);
    });
    worker.on('error', (error: Error & { code?: string }) => {
      if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') console.error(error);
      finish(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'takes all memory' : 'ends the thread');
    });
  });
}

function add(totals: DecoderTotals, told: Extract<FromWorker, { type: 'totals' }>): void {
  for (const [outcome, count] of Object.entries(told.totals))
    totals.outcomes[outcome] = (totals.outcomes[outcome] ?? 0) + count;
  totals.heapBytesMax = Math.max(totals.heapBytesMax, told.heapBytesMax);
  totals.msMax = Math.max(totals.msMax, told.msMax);
}
