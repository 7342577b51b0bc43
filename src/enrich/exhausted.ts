/** Statements that are too much for the bounds of one statement: the loader's way, to try until it works, would never end. */

import { retried } from '../loader/retried.ts';
import { StoreError } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** ClickHouse's errors for the bounds of time and of memory. */
const EXHAUSTED: ReadonlySet<number> = new Set([159, 241]);

export class ExhaustedError extends Error {}

/** As `retried`, but rejects with `ExhaustedError` when asking for the same again would end the same. */
export function retriedInBounds<T>(action: () => Promise<T>, telemetry: Telemetry): Promise<T> {
  return retried(async () => {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof StoreError) || !EXHAUSTED.has(error.code ?? 0)) throw error;
      throw new ExhaustedError(error.message, { cause: error });
    }
  }, telemetry);
}
