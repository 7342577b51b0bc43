/**
 * `npm run bench:queries -- --spans 1000000`: how long the own API takes to answer, over HTTP from the real server, on
 * generated data (generate.ts). Each question is asked once cold (the first time in this process), then `--rounds` times.
 *
 * `--data <folder>` keeps the data there and uses it again; `--merge` merges every table into one part first;
 * `--only <text>` asks the questions whose names have this text in them; `--program <path>` measures another build.
 */

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SqliteRegistry } from '../src/registry/sqlite/sqlite-registry.ts';
import { openChdbWriter } from '../src/store/chdb/chdb.ts';
import { TestServer } from '../test/support/server.ts';
import { COMMON_WORDS, type DataSet, existing, generate, LARGE_TRACE, RARE_WORD } from './generate.ts';
import { residentMiB, table } from './report.ts';

const { values: options } = parseArgs({
  options: {
    spans: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '10' },
    data: { type: 'string' },
    merge: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    program: { type: 'string' },
  },
});

const PROJECT = '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e';
const DAY = 86_400_000_000;
/** A question that takes longer than this is asked less often. */
const SLOW_MS = 5_000;

interface Question {
  readonly name: string;
  readonly path: string;
  readonly aimMs?: number;
}

interface Ids {
  readonly trace: string;
  readonly span: string;
  readonly session: string;
}

function questions({ anchor, spans }: DataSet, { trace, span, session }: Ids): Question[] {
  const iso = (micros: number) => encodeURIComponent(new Date(micros / 1000).toISOString());
  const range = (days: number) => `from=${iso(anchor - days * DAY)}&to=${iso(anchor)}`;
  const [day, week] = [range(1), range(7)];
  const isAimed = spans >= 10_000_000;
  const aim = (ms: number) => ({ aimMs: ms });
  const series = (query: string) => `/metrics/series?${query}&interval=hour&${day}`;
  return [
    { name: 'newest 50 traces', path: '/traces?limit=50', ...aim(100) },
    { name: 'traces: status=error', path: '/traces?status=error' },
    { name: 'traces: user', path: '/traces?userId=user-7' },
    { name: 'traces: session', path: `/traces?sessionId=${session}` },
    { name: 'traces: model', path: '/traces?model=gpt-4o' },
    { name: 'traces: agent, a day', path: `/traces?agent=agent-3&${day}` },
    { name: 'traces: costUsdMin', path: '/traces?costUsdMin=0.05' },
    { name: 'traces: tokensMin', path: '/traces?tokensMin=15000' },
    { name: 'traces: durationMsMin', path: '/traces?durationMsMin=8000' },
    { name: 'facets, 24 h', path: `/traces/facets?${day}` },
    { name: 'facets: a user', path: '/traces/facets?userId=user-7' },
    { name: 'facets: completing a user', path: `/traces/facets?field=userId&prefix=user-7&${day}` },
    { name: 'errors, 24 h', path: `/errors?${day}` },
    { name: 'full text: rare word', path: `/traces?q=${RARE_WORD}`, ...aim(500) },
    { name: 'full text: two common words', path: `/traces?q=${encodeURIComponent(COMMON_WORDS)}`, ...aim(500) },
    { name: 'full text: nothing found', path: '/traces?q=zzyzzyx', ...aim(500) },
    { name: 'series: traces, 24 h', path: series('metric=traces'), ...aim(150) },
    { name: 'series: errors, 24 h', path: series('metric=errors'), ...aim(150) },
    { name: 'series: tokens, 24 h', path: series('metric=tokens'), ...aim(150) },
    { name: 'series: cost by model, 24 h', path: series('metric=cost&groupBy=model'), ...aim(150) },
    { name: 'series: latency_p95, 24 h', path: series('metric=latency_p95'), ...aim(150) },
    { name: 'series: spans by agent, 24 h', path: series('metric=spans&groupBy=agent'), ...aim(150) },
    { name: 'series: events, 24 h', path: series('metric=events'), ...aim(150) },
    { name: `trace of ${LARGE_TRACE.spans} spans`, path: `/traces/${LARGE_TRACE.id}`, ...aim(300) },
    {
      name: `trace of ${LARGE_TRACE.spans} spans, bodies=none`,
      path: `/traces/${LARGE_TRACE.id}?bodies=none`,
      ...aim(300),
    },
    { name: 'a small trace', path: `/traces/${trace}` },
    { name: 'one span', path: `/spans/${span}` },
    { name: 'events of a trace', path: `/events?traceId=${trace}` },
    { name: 'newest events', path: '/events?limit=50' },
    { name: 'one session', path: `/sessions/${session}` },
    { name: 'one user', path: '/users/user-7' },
    ...['sessions', 'users', 'agents', 'models', 'tools'].flatMap((list) => [
      { name: `${list}, 24 h`, path: `/${list}?${day}` },
      { name: `${list}, 7 d`, path: `/${list}?${week}` },
      { name: `${list}, all time`, path: `/${list}`, ...aim(30_000) },
    ]),
  ].map(({ name, path, ...rest }) => ({ name, path, ...('aimMs' in rest && isAimed ? rest : {}) }));
}

interface Measured {
  readonly what: string;
  readonly cold: number;
  readonly median: number;
  readonly p95: number;
  /** Processor time of the server for one answer: what is left to compare on a machine that others use. */
  readonly cpu: number;
  readonly aim: string;
  readonly answer: string;
}

async function measure(server: TestServer, { name, path, aimMs }: Question, rounds: number): Promise<Measured> {
  const times: number[] = [];
  let answer = '';
  const ask = async () => {
    const startedAt = performance.now();
    const response = await fetch(`${server.url}/api/tributary/v1${path}`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    const body = await response.text();
    times.push(performance.now() - startedAt);
    answer = response.ok ? shape(body) : `${response.status} ${body.slice(0, 80)}`;
  };
  await ask();
  const [cold = 0] = times.splice(0);
  const cpuBefore = await cpuMs(server.pid);
  const asked = cold > SLOW_MS ? 2 : rounds;
  for (let i = 0; i < asked; i += 1) await ask();
  const cpu = Math.round(((await cpuMs(server.pid)) - cpuBefore) / asked);
  const sorted = times.sort((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  const aim = aimMs === undefined ? '' : `${aimMs} ${at(0.5) <= aimMs ? 'met' : 'MISSED'}`;
  return { what: name, cold: Math.round(cold), median: at(0.5), p95: at(0.95), cpu, aim, answer };
}

/** Linux counts in hundredths of a second; the name of the process has no blanks. */
async function cpuMs(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** How much was answered: a fast answer with nothing in it would be no figure. */
function shape(body: string): string {
  const value = JSON.parse(body) as { data?: unknown[]; spans?: unknown[] };
  return value.data !== undefined ? `${value.data.length} rows` : `${value.spans?.length ?? 1} spans`;
}

async function prepare(dataDir: string, spans: number): Promise<DataSet> {
  const found = await existing(dataDir);
  const isThere = found?.spans === spans;
  if (!isThere) {
    console.error(`generating ${spans} spans in ${dataDir}`);
    await rm(dataDir, { recursive: true, force: true });
    await mkdir(dataDir, { recursive: true });
  }
  const data = isThere ? found : await generate(dataDir, join(dataDir, 'store'), PROJECT, spans);
  const registry = await SqliteRegistry.open(join(dataDir, 'registry.db'));
  // The rows are as if the enrich stage had seen them.
  await registry.setMark('enrich', Number.MAX_SAFE_INTEGER);
  await registry.close();
  return data;
}

interface Table {
  readonly table: string;
  readonly parts: number;
  readonly rows: number;
  readonly mib: number;
}

async function look(dataDir: string, isMerging: boolean): Promise<{ tables: Table[]; ids: Ids }> {
  const store = await openChdbWriter(join(dataDir, 'store'));
  try {
    const names = await store.select<{ name: string }>(
      "SELECT name FROM system.tables WHERE database = 'tributary' AND engine LIKE '%MergeTree'",
    );
    if (isMerging) for (const { name } of names) await store.command(`OPTIMIZE TABLE tributary.${name} FINAL`);
    const tables = await store.select<Table>(
      `SELECT table, count() AS parts, sum(rows) AS rows, intDiv(sum(bytes_on_disk), 1048576) AS mib
       FROM system.parts WHERE database = 'tributary' AND active GROUP BY table ORDER BY table`,
    );
    // Of any trace: the middle one by its id.
    const [ids] = await store.select<Ids>(
      `SELECT trace_id AS trace, span_id AS span, tupleElement(session_id, 3) AS session FROM tributary.spans
       WHERE project_id = {project:UUID} AND trace_id >= '8' AND tupleElement(session_id, 3) != '' ORDER BY trace_id LIMIT 1`,
      { project: PROJECT },
    );
    if (ids === undefined) throw new Error('there is no data');
    return { tables, ids };
  } finally {
    await store.close();
  }
}

const spans = Number(options.spans);
const dataDir = options.data ?? (await mkdtemp(join(tmpdir(), 'tributary-bench-')));
try {
  const data = await prepare(dataDir, spans);
  const { tables, ids } = await look(dataDir, options.merge);
  const server = await TestServer.start({
    dataDir,
    projectId: PROJECT,
    ...(options.program === undefined ? {} : { program: options.program }),
  });
  try {
    const rows: Measured[] = [];
    for (const question of questions(data, ids)) {
      if (!question.name.includes(options.only)) continue;
      rows.push(await measure(server, question, Number(options.rounds)));
    }
    const stored = tables.map(
      ({ table: name, parts, rows: n, mib }) => `${name}: ${n} rows, ${parts} parts, ${mib} MiB`,
    );
    console.log(`## Questions at ${spans} spans

\`npm run bench:queries -- --spans ${spans}${options.merge ? ' --merge' : ''}\`: milliseconds over HTTP, ${options.rounds} rounds after a cold one. ${stored.join('; ')}.
Resident memory afterwards: ${Math.round(residentMiB(server.pid))} MiB.

${table(
  ['question', 'cold', 'median', 'p95', 'server CPU', 'aim', 'answer'],
  rows.map((row) => [row.what, row.cold, row.median, row.p95, row.cpu, row.aim, row.answer]),
)}
`);
  } finally {
    await server.terminate();
  }
} finally {
  if (options.data === undefined) await rm(dataDir, { recursive: true, force: true });
}
