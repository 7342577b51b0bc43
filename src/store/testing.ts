import type { StoreReader } from './store.ts';

/** A reader that answers with `select`, and has nothing to close. */
export function readerOf(select: StoreReader['select']): StoreReader {
  return { select, recall: select, close: async () => undefined };
}
