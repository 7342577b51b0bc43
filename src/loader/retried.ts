/** Repeats what fails for a reason that can pass. Intake goes on meanwhile, until the log is full. */

import { StoreError } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** ClickHouse's errors that say "these bytes are no rows": trying again cannot help. Source: its list of error codes. */
const DATA_ERRORS: ReadonlySet<number> = new Set([6, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 130, 131]);
/** Those that pass: no file, no memory, no space, too many parts, time-outs, network, shutdown. Same source. */
const PASSING_ERRORS: ReadonlySet<number> = new Set([
  74, 75, 76, 77, 88, 159, 202, 203, 209, 210, 236, 241, 243, 252, 279, 499, 999, 1000, 1001,
]);
/** What is in neither list is given a few chances: a batch that can never be written must not stop all others. */
const UNKNOWN_TRIES_MAX = 6;
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 5_000;

/** Rejects when trying again will not help, and with what is no matter of the store at all. */
export async function retried<T>(action: () => Promise<T>, telemetry: Telemetry): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof StoreError) || !mayPass(error.code, tries)) throw error;
      const waitMs = Math.min(RETRY_MS_MIN * 2 ** (tries - 1), RETRY_MS_MAX);
      telemetry.emit({ level: 'warn', name: 'store_retry', detail: error.message.slice(0, 500), waitMs });
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** `code`: ClickHouse's, `undefined` when the store was not reached. */
export function mayPass(code: number | undefined, tries: number): boolean {
  if (code === undefined || PASSING_ERRORS.has(code)) return true;
  return !DATA_ERRORS.has(code) && tries < UNKNOWN_TRIES_MAX;
}
