/**
 * The embedded engine. The only file that loads the 543 MB native library, so that an installation with a cluster can
 * leave it out.
 *
 * Facts it is built on (engine 26.7, chdb 3.4): one session runs one query at a time, several sessions on one directory
 * run side by side; the synchronous calls stop the event loop; a thread that ends takes the engine down with it, so
 * sessions are closed in the order readers, then writer, before a thread exits.
 */

import type { Session } from 'chdb';
import { queryMemoryBytesMax, queryMsMax, statementBytesMax } from '../../limits.ts';
import { DEFERRED_INDEXES } from '../schema/schema.ts';
import { type QueryParams, StoreError, type StoreReader, type StoreWriter } from '../store.ts';
import { bindLiterals } from './literals.ts';

const READ_SETTINGS = [
  `max_execution_time = ${queryMsMax / 1000}`,
  `max_memory_usage = ${queryMemoryBytesMax}`,
  'output_format_json_quote_64bit_integers = 0',
  'output_format_json_quote_denormals = 0',
  // Derives comparisons from comparisons by hashing the whole statement, again and again: 0.4 s of planning instead of
  // 0.15 s for a list of traces (measured), and nothing here gains from it.
  'optimize_and_compare_chain = 0',
].join(', ');

/** Inserts are already batches: the engine's own batching would only add its waiting time. */
const INSERT_SETTINGS = {
  async_insert: 0,
  input_format_parallel_parsing: 0,
  exclude_materialize_skip_indexes_on_insert: DEFERRED_INDEXES.join(','),
};

async function openSession(directory: string): Promise<Session> {
  const { Session } = await import('chdb').catch((cause: unknown) => {
    throw new Error('the embedded engine (npm package `chdb`) is not installed', { cause });
  });
  const session = new Session(directory);
  // Lists of ids travel in the statement, and are read before the statement's own settings are.
  await session.queryAsync(`SET max_query_size = ${statementBytesMax}`);
  return session;
}

export async function openChdbReader(directory: string, sessions: number): Promise<StoreReader> {
  const pool = await Promise.all(Array.from({ length: sessions }, () => openSession(directory)));
  return new ChdbReader(pool);
}

export async function openChdbWriter(directory: string): Promise<StoreWriter> {
  return new ChdbWriter(await openSession(directory));
}

class ChdbReader implements StoreReader {
  readonly #sessions: readonly Session[];
  readonly #idle: Session[];
  readonly #waiting: ((session: Session) => void)[] = [];
  readonly #running = new Set<Promise<unknown>>();

  constructor(sessions: readonly Session[]) {
    this.#sessions = sessions;
    this.#idle = [...sessions];
  }

  async select<Row>(sql: string, params: QueryParams = {}): Promise<Row[]> {
    const session = this.#idle.pop() ?? (await new Promise<Session>((resolve) => this.#waiting.push(resolve)));
    const query = runSelect<Row>(session, sql, params);
    this.#running.add(query);
    try {
      return await query;
    } finally {
      this.#running.delete(query);
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(session);
      else next(session);
    }
  }

  async close(): Promise<void> {
    // A session must not be closed under a running query: that aborts the engine.
    await Promise.allSettled(this.#running);
    for (const session of this.#sessions) session.close();
  }
}

/** One session for everything: the loader never overlaps its own calls. */
class ChdbWriter implements StoreWriter {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  select<Row>(sql: string, params: QueryParams = {}): Promise<Row[]> {
    return runSelect<Row>(this.#session, sql, params);
  }

  async command(sql: string, params: QueryParams = {}): Promise<void> {
    await guarded(() => this.#session.queryAsync(bindLiterals(sql, params)));
  }

  async insert(table: string, columns: readonly string[], rows: Buffer): Promise<void> {
    if (rows.length === 0) return;
    await guarded(() =>
      this.#session.insert({ table, columns, values: rows, format: 'JSONCompactEachRow', settings: INSERT_SETTINGS }),
    );
  }

  async close(): Promise<void> {
    this.#session.close();
  }
}

async function runSelect<Row>(session: Session, sql: string, params: QueryParams): Promise<Row[]> {
  const statement = `${bindLiterals(sql, params)}\nSETTINGS ${READ_SETTINGS}`;
  const result = await guarded(() => session.queryAsync(statement, { format: 'JSONEachRow' }));
  const text = result.text().trimEnd();
  // JSONEachRow escapes line breaks inside values, so a line break is always the end of a row.
  const rows: Row[] = text === '' ? [] : JSON.parse(`[${text.replaceAll('\n', ',')}]`);
  return rows;
}

async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = /^Code: (\d+)/.exec(message)?.[1];
    throw new StoreError(message.slice(0, 2000), code === undefined ? undefined : Number(code), error);
  }
}
