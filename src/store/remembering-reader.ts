/**
 * Most questions first ask what few loads change: are there late parents, hidden spans, traces over several hours? That was
 * a third of the work of a chart (50 of 150 ms, measured), and a page asks for many charts at once.
 */

import { recalledAnswersMax } from '../limits.ts';
import { whileShared } from './asked.ts';
import type { QueryParams, StoreReader } from './store.ts';

export class RememberingReader implements StoreReader {
  readonly #store: StoreReader;
  /** By statement and parameters, also while they are asked. */
  #answers = new Map<string, Promise<readonly unknown[]>>();

  constructor(store: StoreReader) {
    this.#store = store;
  }

  /** Something was stored: what is asked from now on is asked anew. */
  changed(): void {
    // Another map: what is under way now is not put among the answers of afterwards.
    this.#answers = new Map();
  }

  select<Row>(sql: string, params?: QueryParams): Promise<Row[]> {
    return this.#store.select<Row>(sql, params);
  }

  async recall<Row>(sql: string, params: QueryParams = {}): Promise<readonly Row[]> {
    const answers = this.#answers;
    const key = JSON.stringify([sql, params]);
    // One statement gives rows of one type.
    const known = answers.get(key) as Promise<readonly Row[]> | undefined;
    if (known !== undefined) return known;
    if (answers.size >= recalledAnswersMax) answers.clear();
    const asked = whileShared(() => this.#store.select<Row>(sql, params));
    answers.set(key, asked);
    asked.catch(() => answers.delete(key));
    return asked;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
