/**
 * Whether somebody still waits for what the store is asked. A page that is left abandons its questions; the engine runs
 * only a few at a time, so the next page would wait for answers that nobody reads (18 s at a million traces, measured).
 *
 * The signal goes along with the asynchronous work of a request by itself: questions pass through a dozen functions that
 * have no other reason to know of it. What several requests share must not run below one of them.
 */

import { AsyncLocalStorage } from 'node:async_hooks';

/** As ClickHouse numbers QUERY_WAS_CANCELLED. */
export const ABANDONED = 394;

const signals = new AsyncLocalStorage<AbortSignal>();

/** Questions to the store that `work` asks and that wait for their turn end when `signal` aborts: they reject with a `StoreError` of code `ABANDONED`. */
export function whileAsked<Result>(signal: AbortSignal, work: () => Result): Result {
  return signals.run(signal, work);
}

/** What several requests wait for goes on when one of them is gone. */
export function whileShared<Result>(work: () => Result): Result {
  return signals.exit(work);
}

/** Of the request that this is done for, if it is done for one. */
export function currentSignal(): AbortSignal | undefined {
  return signals.getStore();
}
