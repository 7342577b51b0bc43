/** Repeats what fails for a reason that can pass. Intake goes on meanwhile, until the log is full. */

import { StoreError } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** ClickHouse's errors that say "these bytes are no rows": trying again cannot help. Source: its ErrorCodes list. */
const DATA_ERRORS = new Set([6, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 130, 131]);
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 5_000;

/** Rejects only when the store says that the data itself cannot be stored, or for what is no matter of the store. */
export async function retried<T>(action: () => Promise<T>, telemetry: Telemetry): Promise<T> {
  for (let waitMs = RETRY_MS_MIN; ; waitMs = Math.min(waitMs * 2, RETRY_MS_MAX)) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof StoreError) || (error.code !== undefined && DATA_ERRORS.has(error.code))) throw error;
      telemetry.emit({ level: 'warn', name: 'store_retry', detail: error.message.slice(0, 500), waitMs });
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
