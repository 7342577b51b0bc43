/**
 * A data set of any size, made inside the engine and the same each time: spans of all five vendors in the shapes that the
 * loader writes, with their events. Ten spans a trace on average (1 to 19) and one trace of 10 000, agents with versions,
 * models with prices, users, sessions, errors; about 1 KB of input and output a span; evenly spread over the 30 days
 * before `anchor`. One span in ten is two rows, as it is when its end comes in a later batch than its start.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DIALECTS } from '../src/canonical/event.ts';
import { TEXT_REGISTERS } from '../src/canonical/span.ts';
import { openChdbWriter } from '../src/store/chdb/chdb.ts';
import { columnOf, DEFERRED_INDEXES, EVENT_COLUMNS, migrate, SPAN_COLUMNS } from '../src/store/schema/schema.ts';
import type { StoreWriter } from '../src/store/store.ts';
import { VOCABULARY } from './vocabulary.ts';

export const LARGE_TRACE = { id: 'large-trace', spans: 10_000 } as const;
export const DAYS = 30;
/** About one span in a hundred thousand says it. */
export const RARE_WORD = 'xylograph';
/** Two words of every day: many spans say both. */
export const COMMON_WORDS = 'bafa bane';

const DAY_MICROS = 86_400_000_000;
const CHUNK_SPANS = 50_000;
/** Traces in a row, 100 spans together: where each one begins. `single`: every span is a trace. */
const TRACE_STARTS = {
  mixed: [0, 1, 5, 11, 19, 29, 39, 51, 65, 81],
  single: Array.from({ length: 100 }, (_, place) => place),
} as const;
export type TraceSizes = keyof typeof TRACE_STARTS;
const MODELS = ['gpt-4o', 'gpt-4o-mini', 'o3-mini', 'claude-sonnet-4', 'claude-haiku-3-5', 'gemini-2.5-flash'];
const AGENTS = 20;
const USERS = 5_000;
const TRACES_PER_SESSION = 8;

export interface DataSet {
  readonly spans: number;
  readonly sizes: TraceSizes;
  /** The end of its time, in microseconds. */
  readonly anchor: number;
}

/** What lies in `directory`, if it was finished. */
export async function existing(directory: string): Promise<DataSet | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, 'generated.json'), 'utf8')) as DataSet;
  } catch {
    return undefined;
  }
}

/** `store` is the server's folder of the engine, in its data directory. */
export async function generate(
  directory: string,
  storeDirectory: string,
  project: string,
  spans: number,
  sizes: TraceSizes = 'mixed',
): Promise<DataSet> {
  const anchor = Date.now() * 1000;
  const data: DataSet = { spans, sizes, anchor };
  const store = await openChdbWriter(storeDirectory);
  try {
    await migrate(store);
    for (let from = 0; from < spans; from += CHUNK_SPANS) {
      const source = ordinary(from, Math.min(CHUNK_SPANS, spans - from), data);
      await insertSpans(store, project, source, 'first');
      await insertSpans(store, project, source, 'rest');
      await insertEvents(store, project, source);
    }
    await insertSpans(store, project, large(spans, anchor), 'first');
    await insertEvents(store, project, large(spans, anchor));
  } finally {
    await store.close();
  }
  await writeFile(join(directory, 'generated.json'), JSON.stringify(data));
  return data;
}

const WORDS = `[${[...VOCABULARY, RARE_WORD].map((word) => `'${word}'`).join(',')}]`;
/** Few words are said often, as in any language. */
const sentence = (seed: string, count: number) =>
  `arrayStringConcat(arrayMap(k -> words[1 + toUInt32(${VOCABULARY.length} * pow(cityHash64(${seed}, i, k) / 18446744073709551616., 3))], range(${count})), ' ')`;
const oneOf = (values: readonly string[], index: string) =>
  `[${values.map((value) => `'${value}'`).join(', ')}][1 + ${index} % ${values.length}]`;

/** Columns i (number of the span), t (of the trace), place (in the trace, from 0), trace, began. */
function ordinary(from: number, count: number, { spans, sizes, anchor }: DataSet): string {
  const starts = TRACE_STARTS[sizes];
  const startOf = (at: string) => `[${starts.join(', ')}][${at}]`;
  return `SELECT number AS i, arrayLastIndex(start -> start <= number % 100, [${starts.join(', ')}]) AS nth,
      intDiv(number, 100) * ${starts.length} + nth AS t, toUInt32(number % 100 - ${startOf('nth')}) AS place,
      lower(hex(MD5(concat('t', toString(t))))) AS trace,
      toInt64(${anchor - DAYS * DAY_MICROS} + t * ${Math.floor((DAYS * DAY_MICROS * 100) / (spans * starts.length))}) AS began
    FROM numbers(${from}, ${count})`;
}

function large(spans: number, anchor: number): string {
  return `SELECT number + ${spans} AS i, toUInt64(${spans}) AS t, toUInt32(number) AS place, '${LARGE_TRACE.id}' AS trace,
    toInt64(${anchor - DAY_MICROS / 12}) AS began FROM numbers(${LARGE_TRACE.spans})`;
}

/** What a span says, in plain columns. */
function told(source: string): string {
  return `WITH ${WORDS} AS words SELECT *, cityHash64('s', i) AS h, cityHash64('t', t) AS g,
    ${oneOf(DIALECTS, 'g')} AS dialect_name, lower(hex(h)) AS span, lower(hex(cityHash64('s', i - place))) AS root_span,
    began + place * 300000 + h % 200000 AS start_micros, start_micros + 20000 + cityHash64('d', i) % 4000000 AS end_micros,
    place = 0 AS is_root, multiIf(is_root, 'agent', h % 10 < 4, 'llm', h % 10 < 7, 'tool', h % 10 < 9, 'chain', 'retriever') AS span_kind,
    if(span_kind = 'llm', ${oneOf(MODELS, 'intDiv(h, 16)')}, '') AS model_name,
    concat('agent-', toString(g % ${AGENTS})) AS agent, concat('1.', toString(intDiv(g, 32) % 3)) AS version,
    multiIf(is_root, agent, span_kind = 'llm', model_name, concat(span_kind, '-', toString(intDiv(h, 64) % 30))) AS span_name,
    concat('user-', toString(intDiv(g, 128) % ${USERS})) AS user,
    concat('session-', toString(intDiv(t, ${TRACES_PER_SESSION}))) AS session,
    if(intDiv(h, 128) % 33 = 0, 'error', 'ok') AS state,
    -- In how many rows it is written.
    dialect_name = 'lunary' AND h % 2 = 1 AS is_split,
    ${sentence("'in'", 85)} AS asked, concat(${sentence("'out'", 55)}, if(h % 100000 = 7, ' ${RARE_WORD}', '')) AS answered,
    if(is_root, concat('"', asked, '"'), concat('[{"role":"user","content":"', asked, '"}]')) AS input_json,
    concat('{"role":"assistant","content":"', answered, '"}') AS output_json
  FROM (${source})`;
}

const NOT_SAID = `(0, 0, '')`;
/** A register that the row says when `when`. */
const register = (when: string, value: string, time = 'start_micros') =>
  `if(${when}, (toUInt8(1), toInt64(${time}), ${value}), ${NOT_SAID})`;

/** `first`: all of the spans that are one row, the start of the others; `rest`: the end of the others. */
async function insertSpans(store: StoreWriter, project: string, source: string, part: 'first' | 'rest'): Promise<void> {
  const saysStart = part === 'first' ? '1' : '0';
  const saysEnd = part === 'first' ? 'NOT is_split' : '1';
  const prompt = 'toInt64(150 + cityHash64(1, i) % 3000)';
  const completion = 'toInt64(10 + cityHash64(2, i) % 900)';
  const texts: Record<(typeof TEXT_REGISTERS)[number], string> = {
    name: register(saysStart, 'span_name'),
    kind: register(saysStart, 'span_kind'),
    status: `if(${saysEnd}, (toUInt8(2), end_micros, state), (toUInt8(1), start_micros, 'running'))`,
    parentSpanId: register(`${saysStart} AND NOT is_root`, 'root_span'),
    model: register(`${saysStart} AND model_name != ''`, 'model_name'),
    provider: register(
      `${saysStart} AND model_name != ''`,
      `if(startsWith(model_name, 'claude'), 'anthropic', if(startsWith(model_name, 'gemini'), 'google', 'openai'))`,
    ),
    input: register(saysStart, 'input_json'),
    output: register(saysEnd, 'output_json', 'end_micros'),
    params: register(`${saysStart} AND model_name != ''`, `'{"temperature":0.2,"max_tokens":1024}'`),
    error: register(`${saysEnd} AND state = 'error'`, `'{"message":"upstream timed out","type":"TimeoutError"}'`),
    userId: register(`${saysStart} AND is_root`, 'user'),
    sessionId: register(`${saysStart} AND is_root`, 'session'),
    agentName: register(`${saysStart} AND (is_root OR h % 3 = 0)`, 'agent'),
    agentVersion: register(`${saysStart} AND is_root`, 'version'),
    environment: register(`${saysStart} AND is_root`, `'production'`),
  };
  const columns: Record<string, string> = {
    project_id: `toUUID('${project}')`,
    trace_id: 'trace',
    dialect: 'dialect_name',
    span_id: 'span',
    start_time: `fromUnixTimestamp64Micro(${part === 'first' ? 'start_micros' : 'end_micros'})`,
    end_time: `if(${saysEnd}, fromUnixTimestamp64Micro(end_micros), NULL)`,
    tokens: `if(${saysEnd} AND model_name != '', (toUInt8(1), end_micros, [${prompt}, ${completion}, -1, -1, -1, ${prompt} + ${completion}, -1, -1, -1, 0]), (0, 0, []))`,
    price: `if(${saysStart} AND model_name NOT IN ('', 'o3-mini'), (toUInt8(1), start_micros, toUInt64(1), concat('bench/', model_name),
      arrayMap(k -> toInt64((1 + k) * (50000 + cityHash64(model_name) % 2000000)), range(7))), (0, 0, 0, '', []))`,
    duration_micros: `if(${saysEnd} AND dialect_name IN ('weflayr', 'vellum'), (toUInt8(1), end_micros, end_micros - start_micros), (0, 0, 0))`,
    tags: `if(is_root AND h % 8 = 0, ['nightly', concat('team-', toString(g % 7))], [])`,
    metadata: `if(is_root, [(toUInt8(1), start_micros, concat('{"region":"eu-', toString(g % 4), '","attempt":1}'))], [])`,
    feedback: `if(is_root AND g % 20 = 0 AND ${saysEnd}, [(toUInt8(1), end_micros, '{"feedback":{"thumb":"up"}}')], [])`,
    steps: `if(dialect_name = 'whyops', [toUInt64(place + 1)], [])`,
    parent_step: '(0, 0, 0)',
    hidden: '0',
    first_token: `if(${saysEnd} AND span_kind = 'llm', fromUnixTimestamp64Micro(start_micros + 15000), NULL)`,
    timed_by_arrival: '0',
    ...Object.fromEntries(TEXT_REGISTERS.map((name) => [columnOf(name), texts[name]])),
  };
  await insert(
    store,
    'tributary.spans',
    SPAN_COLUMNS,
    columns,
    `(${told(source)}) WHERE ${part === 'first' ? '1' : 'is_split'}`,
  );
}

async function insertEvents(store: StoreWriter, project: string, source: string): Promise<void> {
  const columns: Record<string, string> = {
    project_id: `toUUID('${project}')`,
    dialect: 'dialect_name',
    event_id: `concat('e-', span)`,
    type: `'span'`,
    trace_id: 'trace',
    span_id: 'span',
    timestamp: 'fromUnixTimestamp64Micro(start_micros)',
    received_at: 'fromUnixTimestamp64Micro(end_micros)',
    position: 'i',
    environment: `'production'`,
    user_agent: `'bench'`,
    step: `if(dialect_name = 'whyops', place + 1, 0)`,
    parent_step: '0',
    payload: `concat('{"id":"', span, '","kind":"', span_kind, '","input":', input_json, ',"output":', output_json, '}')`,
    last_step: `if(dialect_name = 'whyops', place + 1, 0)`,
  };
  await insert(store, 'tributary.events', EVENT_COLUMNS, columns, `(${told(source)})`);
}

/** Big enough that a chunk is one part, as a batch of the loader is. */
const INSERT_SETTINGS = `max_threads = 2, max_insert_threads = 1, max_block_size = 16384, min_insert_block_size_rows = ${CHUNK_SPANS},
  min_insert_block_size_bytes = 0, exclude_materialize_skip_indexes_on_insert = '${DEFERRED_INDEXES.join(',')}'`;

async function insert(
  store: StoreWriter,
  table: string,
  names: readonly string[],
  columns: Readonly<Record<string, string>>,
  from: string,
): Promise<void> {
  const values = names.map((name) => columns[name] ?? `'no column ${name}'`);
  await store.command(
    `INSERT INTO ${table} (${names.join(', ')}) SELECT ${values.join(', ')} FROM ${from} SETTINGS ${INSERT_SETTINGS}`,
  );
}
