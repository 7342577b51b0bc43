/** The time of day, in steps: pages that show "the last hour" ask again when it has moved on, and not at every paint. */

import { useSyncExternalStore } from 'react';

const TICK_MS = 5_000;

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, TICK_MS);
  return () => clearInterval(timer);
}

/** Milliseconds, rounded down to a multiple of `stepMs`. */
export function useNow(stepMs: number): number {
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / stepMs) * stepMs);
}
