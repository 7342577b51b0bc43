/**
 * Most questions first ask what few loads change: are there late parents, hidden spans, traces over several hours? That was
 * a third of the work of a chart (50 of 150 ms, measured), and a page asks for many charts at once.
 */

import { recalledAnswersMax, recalledKeyCharsMax, recalledMsMax, recalledRowsMax } from '../limits.ts';
import { whileShared } from './asked.ts';
import type { QueryParams, StoreReader } from './store.ts';

interface Remembered {
  readonly askedAt: number;
  readonly rows: Promise<readonly unknown[]>;
}

export class RememberingReader implements StoreReader {
  readonly #store: StoreReader;
  /** By statement and parameters, also while they are asked. */
  #answers = new Map<string, Remembered>();

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
    if (key.length > recalledKeyCharsMax) return this.#store.select<Row>(sql, params);
    const known = answers.get(key);
    const now = performance.now();
    // One statement gives rows of one type.
    if (known !== undefined && now - known.askedAt < recalledMsMax) return known.rows as Promise<readonly Row[]>;
    if (answers.size >= recalledAnswersMax) answers.clear();
    const rows = whileShared(() => this.#store.select<Row>(sql, params));
    const asked: Remembered = { askedAt: now, rows };
    answers.set(key, asked);
    const forget = () => answers.get(key) === asked && answers.delete(key);
    rows.then(({ length }) => length > recalledRowsMax && forget(), forget);
    return rows;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
