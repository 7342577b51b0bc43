/**
 * The schema, as a list of steps that are applied once, in order. A released step is never edited: data is upgraded by
 * appending one. docs/decisions/0002 says why spans are registers in an AggregatingMergeTree.
 */

import { TEXT_REGISTERS } from '../../canonical/span.ts';
import type { StoreWriter } from '../store.ts';

/**
 * A 2xx is durable on power loss too: parts are synced when written, and again when merged into new ones. A part below
 * 128 MiB is one file for all columns: fewer files to write and to sync per insert.
 */
const DURABLE = `SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
  min_compressed_bytes_to_fsync_after_merge = 1, min_bytes_for_wide_part = 134217728`;

/** (rank, time, value): the greatest tuple wins, so equal inputs in any order give the same register. */
const REGISTER = 'SimpleAggregateFunction(max, Tuple(UInt8, Int64, String))';
const PATCHES = 'SimpleAggregateFunction(groupUniqArrayArray, Array(Tuple(UInt8, Int64, String)))';
const MICROS = "DateTime64(6, 'UTC')";

const LARGE_REGISTERS: readonly string[] = ['input', 'output', 'params', 'error'];
const SEARCHED_REGISTERS: readonly string[] = ['input', 'output'];

/** Registers with many values, by which traces are looked for. */
const LOOKED_UP_REGISTERS: readonly string[] = ['user_id', 'session_id'];

/**
 * These are built when parts are merged, not when they are written: of words alone that is a quarter less work per insert
 * (measured). A search reads the few rows that are not merged yet as they are.
 */
export const DEFERRED_INDEXES: readonly string[] = [
  ...SEARCHED_REGISTERS.map((register) => `${register}_words`),
  ...LOOKED_UP_REGISTERS.map((register) => `${register}_bloom`),
];

/** `parentSpanId` → `parent_span_id`. */
export function columnOf(register: string): string {
  return register.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** JSON's escapes, backslash first: a line break is no letter n. Punctuation beyond ASCII, which the tokenizer keeps. */
const NO_WORDS = ['\\\\', '\\n', '\\r', '\\t', ...'“”‘’«»…—–、。，'];

/**
 * The words of a register that holds JSON text: lower case, without escapes; the tokenizer splits at all other ASCII that
 * is neither letter nor digit. A search must use this very expression to use the index. Plain replacements, because one
 * regular expression for all of it took 187 µs a row of 1.3 KB against 3.2 µs (measured), and merges do this again and again.
 */
export function wordsOf(register: string): string {
  const text = `tupleElement(${columnOf(register)}, 3)`;
  return `lowerUTF8(${NO_WORDS.reduce((inner, part) => `replaceAll(${inner}, '${part.replaceAll('\\', '\\\\')}', ' ')`, text)})`;
}

function textIndex(register: string): string {
  return `INDEX ${register}_words ${wordsOf(register)} TYPE text(tokenizer = 'splitByNonAlpha')`;
}

export const EVENT_COLUMNS = [
  'project_id',
  'dialect',
  'event_id',
  'type',
  'trace_id',
  'span_id',
  'timestamp',
  'received_at',
  'position',
  'environment',
  'user_agent',
  'step',
  'parent_step',
  'payload',
  'last_step',
] as const;

/** What the loader writes. `counted` and `repeats` are found out later, by the enrich stage. */
export const SPAN_COLUMNS = [
  'project_id',
  'trace_id',
  'dialect',
  'span_id',
  'start_time',
  'end_time',
  ...TEXT_REGISTERS.map(columnOf),
  'tokens',
  'price',
  'duration_micros',
  'tags',
  'metadata',
  'feedback',
  'steps',
  'parent_step',
  'hidden',
  'first_token',
  'timed_by_arrival',
] as const;

export const ALIAS_COLUMNS = ['project_id', 'dialect', 'from_id', 'to_id', 'version'] as const;

const INITIAL: readonly string[] = [
  // One row per accepted event, never changed. A delivery that was repeated has the same (timestamp, event_id), so even
  // copies that were written twice fold into the first one.
  `CREATE TABLE tributary.events (
    project_id UUID,
    dialect LowCardinality(String),
    event_id String,
    type String,
    trace_id String,
    span_id String,
    timestamp ${MICROS} CODEC(Delta, ZSTD(1)),
    received_at ${MICROS} CODEC(Delta, ZSTD(1)),
    position UInt64 CODEC(Delta, ZSTD(1)),
    environment LowCardinality(String),
    user_agent LowCardinality(String),
    step UInt64,
    parent_step UInt64,
    payload String CODEC(ZSTD(1)),
    version UInt64 MATERIALIZED bitNot(position),
    INDEX event_id_bloom event_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX span_id_bloom span_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX position_range position TYPE minmax GRANULARITY 1
  ) ENGINE = ReplacingMergeTree(version) ORDER BY (project_id, timestamp, dialect, event_id) ${DURABLE}`,

  // One row per folded batch of fragments of a span; readers and merges join them.
  `CREATE TABLE tributary.spans (
    project_id UUID,
    trace_id String,
    dialect LowCardinality(String),
    span_id String,
    start_time SimpleAggregateFunction(min, ${MICROS}),
    end_time SimpleAggregateFunction(max, Nullable(${MICROS})),
    ${TEXT_REGISTERS.map((name) => `${columnOf(name)} ${REGISTER}${LARGE_REGISTERS.includes(name) ? ' CODEC(ZSTD(1))' : ''}`).join(',\n    ')},
    usage SimpleAggregateFunction(max, Tuple(UInt8, Int64, Int64, Int64, Int64, Int64, Int64, Int64)),
    duration_micros SimpleAggregateFunction(max, Tuple(UInt8, Int64, Int64)),
    tags SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
    metadata ${PATCHES} CODEC(ZSTD(1)),
    feedback ${PATCHES},
    steps SimpleAggregateFunction(groupUniqArrayArray, Array(UInt64)),
    parent_step SimpleAggregateFunction(max, Tuple(UInt8, Int64, UInt64)),
    ${SEARCHED_REGISTERS.map(textIndex).join(',\n    ')},
    INDEX span_id_bloom span_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX start_time_range start_time TYPE minmax GRANULARITY 1
  ) ENGINE = AggregatingMergeTree ORDER BY (project_id, trace_id, dialect, span_id) ${DURABLE}`,

  // "What is stored under trace from_id belongs to trace to_id." An empty to_id marks a trace id that was guessed before
  // the span of that name was seen (docs/decisions/0003).
  `CREATE TABLE tributary.trace_aliases (
    project_id UUID,
    dialect LowCardinality(String),
    from_id String,
    to_id String,
    version UInt8,
    INDEX to_id_bloom to_id TYPE bloom_filter(0.01) GRANULARITY 1
  ) ENGINE = ReplacingMergeTree(version) ORDER BY (project_id, dialect, from_id) ${DURABLE}`,
];

/** Runs only while `tributary.spans` has the column, or has not: what reads a column or a table that the same step drops. */
type Conditional = { readonly sql: string } & (
  | { readonly whileSpansHave: string }
  | { readonly whileSpansLack: string }
);

/**
 * Usage says what it leaves out, and spans know what they cost. Each column is a join like all others, so whoever finds
 * something out later writes a row with nothing else in it.
 */
const USAGE_AND_PRICE: readonly (string | Conditional)[] = [
  `ALTER TABLE tributary.spans
    -- (rank, time, usageCounts); (0, 0, []) is "not said".
    ADD COLUMN IF NOT EXISTS tokens SimpleAggregateFunction(max, Tuple(UInt8, Int64, Array(Int64))),
    -- (rank and time of the model's register, revision of the prices, id, amounts): pico-dollars per token in the order of
    -- PRICED_PARTS, then the same again for each tier, behind the length of the prompt that it is for. An empty id: no price.
    ADD COLUMN IF NOT EXISTS price SimpleAggregateFunction(max, Tuple(UInt8, Int64, UInt64, String, Array(Int64))),
    -- (log position when counted, input, output, is an estimate): what the client did not report, -1 for what it did.
    ADD COLUMN IF NOT EXISTS counted SimpleAggregateFunction(max, Tuple(UInt64, Int64, Int64, UInt8)),
    -- (log position, 1 when the usage repeats what spans below report, so that sums leave it out).
    ADD COLUMN IF NOT EXISTS repeats SimpleAggregateFunction(max, Tuple(UInt64, UInt8)),
    ADD COLUMN IF NOT EXISTS hidden SimpleAggregateFunction(max, UInt8),
    ADD COLUMN IF NOT EXISTS first_token SimpleAggregateFunction(min, Nullable(${MICROS})),
    -- 1: a sender sent no time, arrival stands for it.
    ADD COLUMN IF NOT EXISTS timed_by_arrival SimpleAggregateFunction(max, UInt8)`,
  // An event may take several numbers in a row: step to last_step.
  'ALTER TABLE tributary.events ADD COLUMN IF NOT EXISTS last_step UInt64 DEFAULT step',
  // The six counts of before are the first six of now. Rows that say only this are joined to the others, twice is as once.
  {
    whileSpansHave: 'usage',
    sql: `INSERT INTO tributary.spans (project_id, trace_id, dialect, span_id, start_time, tokens)
      SELECT project_id, trace_id, dialect, span_id, start_time, (tupleElement(usage, 1), tupleElement(usage, 2),
        [${[3, 4, 5, 6, 7, 8].map((i) => `tupleElement(usage, ${i})`).join(', ')}, -1, -1, -1, 0])
      FROM tributary.spans WHERE tupleElement(usage, 1) > 0`,
  },
  'ALTER TABLE tributary.spans DROP COLUMN IF EXISTS usage',
];

const HOUR_MICROS = 3_600_000_000;
/** Times begin in 1900, 613 608 hours before the epoch; of positive numbers alone `intDiv` is the floor. */
const HOURS_BEFORE_EPOCH = 1_000_000;

/** Which hour a time is in, as `hour` of `tributary.spans` counts them, from the epoch. */
export function hourOf(micros: number): number {
  return Math.floor(micros / HOUR_MICROS);
}

/** The columns of before; `hour` follows from them. */
const COLUMNS_WITHOUT_HOUR = [
  ...['project_id', 'trace_id', 'dialect', 'span_id', 'start_time', 'end_time', ...TEXT_REGISTERS.map(columnOf)],
  ...[
    'duration_micros',
    'tags',
    'metadata',
    'feedback',
    'steps',
    'parent_step',
    'tokens',
    'price',
    'counted',
    'repeats',
  ],
  ...['hidden', 'first_token', 'timed_by_arrival'],
].join(', ');

const TRACE_HOURS = 'SELECT DISTINCT project_id, cityHash64(trace_id) AS trace_hash, hour FROM tributary.spans';

/**
 * Spans by time: what is asked of a day reads that day. A span whose rows start in different hours stays as many rows, so
 * `trace_hours` says in which hours each trace has rows (docs/decisions/0009).
 */
const BY_HOUR: readonly (string | Conditional)[] = [
  `CREATE TABLE tributary.spans_by_hour (
    project_id UUID,
    hour Int32 DEFAULT intDiv(toUnixTimestamp64Micro(start_time) + ${HOURS_BEFORE_EPOCH * HOUR_MICROS}, ${HOUR_MICROS}) - ${HOURS_BEFORE_EPOCH} CODEC(Delta, ZSTD(1)),
    trace_id String,
    dialect LowCardinality(String),
    span_id String,
    start_time SimpleAggregateFunction(min, ${MICROS}),
    end_time SimpleAggregateFunction(max, Nullable(${MICROS})),
    ${TEXT_REGISTERS.map((name) => `${columnOf(name)} ${REGISTER}${LARGE_REGISTERS.includes(name) ? ' CODEC(ZSTD(1))' : ''}`).join(',\n    ')},
    duration_micros SimpleAggregateFunction(max, Tuple(UInt8, Int64, Int64)),
    tags SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
    metadata ${PATCHES} CODEC(ZSTD(1)),
    feedback ${PATCHES},
    steps SimpleAggregateFunction(groupUniqArrayArray, Array(UInt64)),
    parent_step SimpleAggregateFunction(max, Tuple(UInt8, Int64, UInt64)),
    tokens SimpleAggregateFunction(max, Tuple(UInt8, Int64, Array(Int64))),
    price SimpleAggregateFunction(max, Tuple(UInt8, Int64, UInt64, String, Array(Int64))),
    counted SimpleAggregateFunction(max, Tuple(UInt64, Int64, Int64, UInt8)),
    repeats SimpleAggregateFunction(max, Tuple(UInt64, UInt8)),
    hidden SimpleAggregateFunction(max, UInt8),
    first_token SimpleAggregateFunction(min, Nullable(${MICROS})),
    timed_by_arrival SimpleAggregateFunction(max, UInt8),
    ${SEARCHED_REGISTERS.map(textIndex).join(',\n    ')},
    INDEX span_id_bloom span_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX hidden_range hidden TYPE minmax GRANULARITY 64
  ) ENGINE = AggregatingMergeTree ORDER BY (project_id, hour, trace_id, dialect, span_id) ${DURABLE}, index_granularity = 2048`,
  { whileSpansLack: 'hour', sql: 'TRUNCATE TABLE tributary.spans_by_hour' },
  {
    whileSpansLack: 'hour',
    sql: `INSERT INTO tributary.spans_by_hour (${COLUMNS_WITHOUT_HOUR}) SELECT ${COLUMNS_WITHOUT_HOUR} FROM tributary.spans`,
  },
  { whileSpansLack: 'hour', sql: 'EXCHANGE TABLES tributary.spans AND tributary.spans_by_hour' },
  'DROP TABLE IF EXISTS tributary.spans_by_hour SYNC',
  // Hashes, because sixteen bytes a trace are read through at once; two traces of one hash only share their hours.
  `CREATE TABLE tributary.trace_hours (
    project_id UUID,
    trace_hash UInt64,
    hour Int32
  ) ENGINE = ReplacingMergeTree ORDER BY (project_id, trace_hash, hour) ${DURABLE}, index_granularity = 1024`,
  `INSERT INTO tributary.trace_hours ${TRACE_HOURS}`,
  `CREATE MATERIALIZED VIEW IF NOT EXISTS tributary.trace_hours_of_spans TO tributary.trace_hours AS ${TRACE_HOURS}`,
];

/**
 * Agents send their whole history with every turn, so the same texts come again and again, with other conversations in
 * between. Blocks that hold many turns, and a window as long as a block, store them once: an eighth of the bytes
 * (measured, docs/decisions/0016). Parts that are one file cannot have such blocks, so those of events stay small; a
 * block is read whole, so those of the spans' texts, which pages are made of, are shorter.
 */
const REPEATED_TEXTS: readonly string[] = [
  `ALTER TABLE tributary.events MODIFY COLUMN payload String CODEC(ZSTD(1, 24)) ${blocksOf(16)}`,
  'ALTER TABLE tributary.events MODIFY SETTING min_bytes_for_wide_part = 33554432',
  ...SEARCHED_REGISTERS.map(
    (register) => `ALTER TABLE tributary.spans MODIFY COLUMN ${register} ${REGISTER} CODEC(ZSTD(1, 22)) ${blocksOf(4)}`,
  ),
];

/** Whose rows stand anywhere in the project: a session is found in the blocks that have it. */
const BY_OWNER: readonly string[] = LOOKED_UP_REGISTERS.flatMap((register) => [
  `ALTER TABLE tributary.spans ADD INDEX IF NOT EXISTS ${register}_bloom tupleElement(${register}, 3) TYPE bloom_filter(0.01) GRANULARITY 4`,
  `ALTER TABLE tributary.spans MATERIALIZE INDEX ${register}_bloom`,
]);

function blocksOf(mebibytes: number): string {
  const bytes = mebibytes * 2 ** 20;
  return `SETTINGS (min_compress_block_size = ${bytes}, max_compress_block_size = ${bytes})`;
}

/**
 * Condition on `tributary.spans`: hours in which these traces have rows, so that the key finds them. `ids` is an array.
 * Rows of other traces pass it too.
 */
export function inHoursOf(ids: string): string {
  return `hour IN (SELECT hour FROM tributary.trace_hours WHERE project_id = {project:UUID}
    AND trace_hash IN (SELECT cityHash64(arrayJoin(${ids}))))`;
}

export const STEPS: readonly (readonly (string | Conditional)[])[] = [
  INITIAL,
  USAGE_AND_PRICE,
  BY_HOUR,
  REPEATED_TEXTS,
  BY_OWNER,
];

/**
 * Brings the store to this program's schema. A step is recorded after it is done, and each of its statements may run again
 * after any of the later ones: a crash in between is repaired by the next start.
 */
export async function migrate(store: StoreWriter, steps = STEPS): Promise<void> {
  await store.command('CREATE DATABASE IF NOT EXISTS tributary');
  await store.command(
    `CREATE TABLE IF NOT EXISTS tributary.schema_steps (step UInt32) ENGINE = MergeTree ORDER BY step ${DURABLE}`,
  );
  const [row] = await store.select<{ done: number }>('SELECT max(step) AS done FROM tributary.schema_steps');
  const done = row?.done ?? 0;
  if (done > steps.length)
    throw new Error(`the data was written by a newer Tributary (schema ${done}, this one knows ${steps.length})`);
  for (const [i, statements] of steps.entries()) {
    if (i < done) continue;
    for (const statement of statements) await run(store, statement);
    await store.insert('tributary.schema_steps', ['step'], Buffer.from(`[${i + 1}]\n`));
  }
}

async function run(store: StoreWriter, statement: string | Conditional): Promise<void> {
  if (typeof statement === 'string') {
    await store.command(statement.replace('CREATE TABLE ', 'CREATE TABLE IF NOT EXISTS '));
    return;
  }
  const columns = await store.select(
    `SELECT name FROM system.columns WHERE database = 'tributary' AND table = 'spans' AND name = {name:String}`,
    { name: 'whileSpansHave' in statement ? statement.whileSpansHave : statement.whileSpansLack },
  );
  if (columns.length > 0 === 'whileSpansHave' in statement) await store.command(statement.sql);
}
