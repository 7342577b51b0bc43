/**
 * Who is to blame when a write is refused: what is written, or the store. A record becomes a dead letter only when the
 * store takes a row that is known to be good and then refuses the record's own; otherwise the store is waited for.
 */

import { StoreError } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { isAboutData, retried, retriedForever } from './retried.ts';

/** An error that does not speak of the data is believed after so many rounds. */
const UNKNOWN_ROUNDS = 3;

/**
 * Does `action` until it is done (resolves with `undefined`), or it is proven that it will never be (resolves with the
 * reason). `probe` writes a row that the store has taken before.
 */
export async function refusalOf(
  action: () => Promise<void>,
  probe: () => Promise<void>,
  telemetry: Telemetry,
): Promise<StoreError | undefined> {
  for (let rounds = 1; ; rounds += 1) {
    try {
      await retried(action, telemetry);
      return undefined;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (!(await isDone(probe))) {
        // The store refuses good rows, too: that says nothing about these.
        await retriedForever(probe, telemetry);
        rounds = 0;
      } else if (rounds >= (isAboutData(error.code) ? 1 : UNKNOWN_ROUNDS)) return error;
    }
  }
}

async function isDone(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return false;
  }
}
