/**
 * The embedded engine. The only file that loads the 543 MB native library, so that an installation with a cluster can
 * leave it out.
 *
 * Facts it is built on (engine 26.7, chdb 3.4): one session runs one query at a time, several sessions on one directory
 * run side by side; the synchronous calls stop the event loop; a thread that ends takes the engine down with it, so
 * sessions are closed in the order readers, then writer, before a thread exits.
 */

import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { Session } from 'chdb';
import { eventsPerRequestMax, queryMemoryBytesMax, queryMsMax, statementBytesMax } from '../../limits.ts';
import { currentSignal } from '../asked.ts';
import { RowBinary } from '../row-binary.ts';
import { DEFERRED_INDEXES } from '../schema/schema.ts';
import { type QueryParams, type Rows, StoreError, type StoreReader, type StoreWriter } from '../store.ts';
import { BEHIND_ANSWERS, putMergesBehindAnswers } from './behind-answers.ts';
import { bindLiterals } from './literals.ts';
import { SessionPool } from './session-pool.ts';

const READ_SETTINGS = [
  `max_execution_time = ${queryMsMax / 1000}`,
  `max_memory_usage = ${queryMemoryBytesMax}`,
  'output_format_json_quote_64bit_integers = 0',
  'output_format_json_quote_denormals = 0',
  'output_format_write_statistics = 0',
  // Derives comparisons from comparisons by hashing the whole statement, again and again: 0.4 s of planning instead of
  // 0.15 s for a list of traces (measured), and nothing here gains from it.
  'optimize_and_compare_chain = 0',
  // Compiling the expressions of these statements takes as long as planning them (0.1 s of processor time, measured).
  'compile_expressions = 0',
  // Reading an index beside the data costs more than before it: a word in 10 M spans takes 12 to 45 ms instead of 430 (measured).
  'use_skip_indexes_on_data_read = 0',
];

/**
 * Rewritings of a statement that find nothing in ours, and took nearly half of the time that a list of sessions takes in a
 * small project (users, models: as much; all of it planning, measured). `query_plan_merge_expressions` looks like one of
 * them, but without it no condition moves before the reading, and words are looked for without their index.
 */
const NO_REWRITINGS = [
  'optimize_aggregators_of_group_by_keys',
  'optimize_arithmetic_operations_in_aggregate_functions',
  'optimize_extract_common_expressions',
  'optimize_group_by_function_keys',
  'optimize_if_chain_to_multiif',
  'optimize_if_transform_strings_to_enum',
  'optimize_injective_functions_in_group_by',
  'optimize_injective_functions_inside_uniq',
  'optimize_inverse_dictionary_lookup',
  'optimize_multiif_to_if',
  'optimize_normalize_count_variants',
  'optimize_or_like_chain',
  'optimize_redundant_functions_in_order_by',
  'optimize_rewrite_aggregate_function_with_if',
  'optimize_rewrite_array_exists_to_has',
  'optimize_rewrite_sum_if_to_count_if',
  'optimize_syntax_fuse_functions',
  'optimize_time_filter_with_preimage',
  'optimize_uniq_to_count',
  'query_plan_lift_up_union',
];

/** Inserts are already batches: the engine's own batching would only add its waiting time. */
const INSERT_SETTINGS = {
  ...BEHIND_ANSWERS,
  async_insert: 0,
  input_format_parallel_parsing: 0,
  exclude_materialize_skip_indexes_on_insert: DEFERRED_INDEXES.join(','),
};

const BINARY_SETTINGS = [
  ...assignments(BEHIND_ANSWERS),
  'async_insert = 0',
  'max_threads = 1',
  'max_insert_threads = 1',
  // A batch is folded already (loader/rows.ts): to look for rows to join took a third of an insert of spans (measured).
  'optimize_on_insert = 0',
  // The largest batch is one block: all rows or none.
  `max_block_size = ${eventsPerRequestMax * 2}`,
  `exclude_materialize_skip_indexes_on_insert = '${DEFERRED_INDEXES.join(',')}'`,
].join(', ');

async function openSession(directory: string): Promise<Session> {
  const { Session } = await import('chdb').catch((cause: unknown) => {
    throw new Error('the embedded engine (npm package `chdb`) is not installed', { cause });
  });
  const session = new Session(directory);
  // Lists of ids travel in the statement, and are read before the statement's own settings are.
  const settings = [`max_query_size = ${statementBytesMax}`, ...NO_REWRITINGS.map((name) => `${name} = 0`)];
  try {
    await guarded(() => session.queryAsync(`SET ${settings.join(', ')}`));
  } catch (error) {
    session.close();
    throw error;
  }
  return session;
}

/** `settings` apply to every question, beside those that all have. */
export async function openChdbReader(
  directory: string,
  sessions: number,
  settings: EngineSettings = {},
): Promise<StoreReader> {
  const pool = await Promise.all(Array.from({ length: sessions }, () => openSession(directory)));
  return new ChdbReader(pool, assignments(settings));
}

/** What the loader and the enrich stage look up: nobody waits for it. */
export function openChdbLookup(directory: string): Promise<StoreReader> {
  return openChdbReader(directory, 1, BEHIND_ANSWERS);
}

type EngineSettings = Readonly<Record<string, number>>;

function assignments(settings: EngineSettings): readonly string[] {
  return Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
}

export async function openChdbWriter(directory: string): Promise<StoreWriter> {
  const handover = join(directory, 'handover');
  await mkdir(handover, { recursive: true });
  writersOpened += 1;
  // The same names at every start: what a killed process left is overwritten.
  const session = await openSession(directory);
  await putMergesBehindAnswers();
  return new ChdbWriter(session, join(handover, `${threadId}-${writersOpened}.rows`));
}

let writersOpened = 0;

class ChdbReader implements StoreReader {
  readonly #sessions: readonly Session[];
  readonly #pool: SessionPool<Session>;
  readonly #running = new Set<Promise<unknown>>();
  readonly #settings: readonly string[];

  constructor(sessions: readonly Session[], settings: readonly string[]) {
    this.#sessions = sessions;
    this.#settings = settings;
    this.#pool = new SessionPool(sessions);
  }

  /**
   * While it waits for its turn it ends, with `ABANDONED`, when nobody asks any more (asked.ts). Once it runs it runs to
   * its end: KILL QUERY in this engine sometimes emptied the next answer of the session instead (2 of 488, measured).
   */
  async select<Row>(sql: string, params: QueryParams = {}): Promise<Row[]> {
    const session = await this.#pool.take(currentSignal());
    const query = runSelect<Row>(session, sql, params, this.#settings);
    this.#running.add(query);
    try {
      return await query;
    } finally {
      this.#running.delete(query);
      this.#pool.give(session);
    }
  }

  recall<Row>(sql: string, params?: QueryParams): Promise<readonly Row[]> {
    return this.select<Row>(sql, params);
  }

  async close(): Promise<void> {
    this.#pool.close();
    // A session must not be closed under a running query: that aborts the engine.
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    for (const session of this.#sessions) session.close();
  }
}

/** One session for everything: the loader never overlaps its own calls. */
class ChdbWriter implements StoreWriter {
  readonly #session: Session;
  /** The file that rows pass through; nothing stays in it. */
  readonly #handover: string;
  /** The insert that has it, and those that wait for it. */
  #handovers: Promise<void> = Promise.resolve();
  /** Columns of a table as RowBinary has them: `name Type, …`. */
  readonly #structures = new Map<string, string>();

  constructor(session: Session, handover: string) {
    this.#session = session;
    this.#handover = handover;
  }

  select<Row>(sql: string, params: QueryParams = {}): Promise<Row[]> {
    return runSelect<Row>(this.#session, sql, params, []);
  }

  recall<Row>(sql: string, params?: QueryParams): Promise<readonly Row[]> {
    return this.select<Row>(sql, params);
  }

  async command(sql: string, params: QueryParams = {}): Promise<void> {
    await guarded(() => this.#session.queryAsync(bindLiterals(sql, params)));
  }

  async insert(table: string, columns: readonly string[], rows: Rows): Promise<void> {
    if (rows.length === 0) return;
    if (rows instanceof RowBinary) {
      const inserted = this.#handovers.then(() => this.#insertBinary(table, columns, rows));
      this.#handovers = inserted.catch(() => undefined);
      return inserted;
    }
    await guarded(() =>
      this.#session.insert({ table, columns, values: rows, format: 'JSONCompactEachRow', settings: INSERT_SETTINGS }),
    );
  }

  /**
   * chdb takes only text formats from memory. So the rows pass through a file, which is cut off as soon as they are
   * inserted: the pages never need to reach the disk, and both copies together cost a tenth of parsing JSON.
   */
  async #insertBinary(table: string, columns: readonly string[], rows: RowBinary): Promise<void> {
    const structure = await this.#structureOf(table, columns);
    await guarded(async () => {
      const path = this.#handover;
      const file = await open(path, 'w');
      try {
        await writeFully(file, rows.bytes);
        const list = columns.join(', ');
        const sql = `INSERT INTO ${table} (${list}) SELECT ${list} FROM file({path:String}, RowBinary, {structure:String}) SETTINGS ${BINARY_SETTINGS}`;
        await this.#session.queryAsync(bindLiterals(sql, { path, structure }));
      } finally {
        await file.truncate(0).finally(() => file.close());
      }
    });
  }

  async #structureOf(table: string, columns: readonly string[]): Promise<string> {
    const key = `${table} ${columns.join()}`;
    const known = this.#structures.get(key);
    if (known !== undefined) return known;
    const [database = '', name = ''] = table.split('.');
    const rows = await this.select<{ name: string; type: string }>(
      'SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {name:String}',
      { database, name },
    );
    const types = new Map(rows.map((row) => [row.name, row.type.replace(STORED_JOIN, '$1')]));
    const structure = columns.map((column) => `${column} ${types.get(column)}`).join(', ');
    this.#structures.set(key, structure);
    return structure;
  }

  async close(): Promise<void> {
    this.#session.close();
    await rm(this.#handover, { force: true });
  }
}

/** A column that joins its rows holds, and is written as, the type that is joined. */
const STORED_JOIN = /^SimpleAggregateFunction\(\w+, (.*)\)$/;

async function writeFully(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; )
    written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
}

async function runSelect<Row>(
  session: Session,
  sql: string,
  params: QueryParams,
  settings: readonly string[],
): Promise<Row[]> {
  const statement = `${bindLiterals(sql, params)}\nSETTINGS ${[...READ_SETTINGS, ...settings].join(', ')}`;
  const result = await guarded(() => session.queryAsync(statement, { format: 'JSONCompact' }));
  return rowsOf<Row>(result.text());
}

/** What is read of the engine's format JSONCompact. */
interface CompactResult {
  readonly meta: readonly { readonly name: string }[];
  readonly data: readonly (readonly unknown[])[];
}

/**
 * Rows as objects. Their names stand in the answer once: of 10 000 spans, rows with names in each took 250 ms to write,
 * decode and parse, these take 150 ms (measured).
 */
function rowsOf<Row>(text: string): Row[] {
  if (text === '') return [];
  const { meta, data }: CompactResult = JSON.parse(text);
  const names = meta.map(({ name }) => name);
  // Copies have their shape from the beginning, and do not grow to it name by name.
  const blank: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, null]));
  return data.map((values) => {
    const row = { ...blank };
    for (const [i, name] of names.entries()) row[name] = values[i];
    // The caller names the columns and their types.
    return row as Row;
  });
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
