/** The registry as one consistent file, on a thread of its own: SQLite works synchronously, and requests go on meanwhile. */

import { Worker } from 'node:worker_threads';

export interface RegistryCopy {
  readonly from: string;
  readonly to: string;
  /** The enrich stage had dealt with everything before this when the backup began. */
  readonly enrichedUntil: number;
  /** Re-pricings that ended since then may not have ended in the copy of the store. ISO-8601. */
  readonly startedAt: string;
}

export function copyRegistry(copy: RegistryCopy): Promise<void> {
  return new Promise((resolve, reject) => {
    // The built file: a worker thread gets none of the loaders that could run TypeScript.
    const worker = new Worker(new URL('./copy-registry-worker.js', import.meta.url), { workerData: copy });
    worker.once('error', reject);
    worker.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`copying the registry ended with ${code}`)),
    );
  });
}
