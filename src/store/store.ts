/**
 * The store speaks ClickHouse SQL over one of several transports: the engine inside this process (chdb/), later a cluster
 * over HTTP. One schema and one SQL for all; nothing here knows a vendor.
 */

import type { RowBinary } from './row-binary.ts';

/** Values of `{name:Type}` placeholders. Never part of the SQL text; see the transport for how they travel. */
export type QueryParams = Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;

export interface StoreReader {
  /**
   * Rows as objects keyed by column alias. 64-bit integers come as numbers (positions and microseconds are below 2^53).
   * Bounded by `queryMsMax` and `queryMemoryBytesMax`; rejects with `StoreError`.
   */
  select<Row>(sql: string, params?: QueryParams): Promise<Row[]>;
  /**
   * As `select`, for what many questions ask first. It may be an answer given before, if nothing was stored since
   * (remembering-reader.ts); a transport asks each time.
   */
  recall<Row>(sql: string, params?: QueryParams): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export type Rows = Buffer | RowBinary;

export interface StoreWriter extends StoreReader {
  /** Statements without a result: schema, deletions. Resolves when it is done. */
  command(sql: string, params?: QueryParams): Promise<void>;
  /**
   * Rows in the order of `columns`: RowBinary, or JSONCompactEachRow bytes (one array per line) where there are few.
   * Resolves when they are on disk and visible to every reader. One call is one block: all rows or none.
   */
  insert(table: string, columns: readonly string[], rows: Rows): Promise<void>;
}

export class StoreError extends Error {
  /** ClickHouse's error number, where there is one. */
  readonly code: number | undefined;

  constructor(message: string, code: number | undefined, cause: unknown) {
    super(message, { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}
