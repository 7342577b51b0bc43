/**
 * Traces that last over hours, are stored under several ids, and have plumbing: what SQL says of all traces of a range and
 * what the program says of each trace (trace-summary.ts) must be the same, whichever range is asked for.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newProjectId, type ProjectId } from '../canonical/ids.ts';
import { isoFromMicros } from '../canonical/time.ts';
import { usageCounts } from '../canonical/usage.ts';
import { openChdbWriter } from '../store/chdb/chdb.ts';
import { ALIAS_COLUMNS, hourOf, migrate } from '../store/schema/schema.ts';
import type { StoreWriter } from '../store/store.ts';
import { TraceAliases } from './aliases.ts';
import { joinedSpans, joinedTraces, openScope } from './joined.ts';
import { summarise } from './trace-summary.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 20261121);
const HOUR = 3_600_000_000;
/** Just before the end of an hour, in the year 2026. */
const BASE = 494_000 * HOUR - 5_000_000;
const TRACES = 8;

let directory: string;
let store: StoreWriter;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-hours-'));
  store = await openChdbWriter(directory);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

function insert(table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]): Promise<void> {
  if (rows.length === 0) return Promise.resolve();
  return store.insert(table, columns, Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
}

const COLUMNS = [
  ...['project_id', 'trace_id', 'dialect', 'span_id', 'start_time', 'end_time', 'status', 'parent_span_id', 'user_id'],
  ...['session_id', 'agent_name', 'tokens', 'price', 'duration_micros', 'hidden', 'tags'],
];

const Fragment = fc.record({
  trace: fc.nat(TRACES - 1),
  /** Stored under an id that turned out to be another trace's. */
  isGuessed: fc.boolean(),
  span: fc.nat(3),
  parent: fc.option(fc.nat(4), { nil: undefined }),
  halfMinutes: fc.nat(360),
  lasts: fc.option(fc.oneof(fc.nat(200), fc.constant(0)), { nil: undefined }),
  status: fc.constantFrom('', 'running', 'ok', 'error'),
  user: fc.constantFrom('', 'ada', 'bob'),
  agent: fc.constantFrom('', 'helper'),
  tokens: fc.option(fc.nat(1000), { nil: undefined }),
  /** -1: one moment is all that was said. */
  measured: fc.option(fc.oneof(fc.nat(1000), fc.constant(-1)), { nil: undefined }),
  isHidden: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
});
type Fragment = typeof Fragment extends fc.Arbitrary<infer T> ? T : never;

function rowOf(project: ProjectId, fragment: Fragment, i: number): unknown[] {
  const start = BASE + fragment.halfMinutes * 30_000_000;
  const rank = 1 + (i % 3);
  const register = (value: string) => (value === '' ? [0, 0, ''] : [rank, i, value]);
  return [
    ...[project, `${fragment.isGuessed ? 'g' : 't'}${fragment.trace}`, 'lunary', `s${fragment.span}`, start],
    fragment.lasts === undefined ? null : start + fragment.lasts * 30_000_000,
    register(fragment.status),
    register(fragment.parent === undefined ? '' : `s${fragment.parent}`),
    ...[register(fragment.user), register(fragment.user === 'ada' ? 'session' : ''), register(fragment.agent)],
    fragment.tokens === undefined ? [0, 0, []] : [rank, i, usageCounts({ input: fragment.tokens })],
    fragment.tokens === undefined ? [0, 0, 0, '', []] : [rank, i, 1, 'price', [1000, 0, 0, 0, 2000, 0, 0]],
    fragment.measured === undefined ? [0, 0, 0] : [rank, i, fragment.measured],
    ...[fragment.isHidden ? 1 : 0, fragment.user === 'bob' ? ['late', 'x'] : []],
  ];
}

async function fromSql(project: ProjectId, range: { from?: number; to?: number }) {
  const { scope, params } = await openScope(store, project, undefined, range);
  const [from, to] = [range.from ?? 0, range.to ?? Number.MAX_SAFE_INTEGER];
  const traces = await store.select<Record<string, unknown>>(
    `SELECT trace_key, trace_status, trace_user, trace_session, trace_agent, started, ended, duration, span_count, error_count,
       tokens_input, toString(cost_pico) AS cost
     FROM (${joinedTraces(scope)}) WHERE started >= {from:Int64} AND started < {to:Int64} ORDER BY started, trace_key`,
    { ...params, from, to },
  );
  const [spans] = await store.select<{ n: number }>(
    `SELECT count() AS n FROM (${joinedSpans(scope, [])}) WHERE first >= {from:Int64} AND first < {to:Int64}`,
    { ...params, from, to },
  );
  return { traces, spans: spans?.n };
}

async function fromProgram(project: ProjectId, range: { from?: number; to?: number }) {
  const keys = Array.from({ length: TRACES }, (_, i) => `lunary|t${i}`);
  const rootOf = await new TraceAliases(store, project).members(keys);
  const found = await summarise(store, project, rootOf, { vanishing: undefined });
  const isIn = (time: string) =>
    (range.from === undefined || time >= isoFromMicros(range.from)) &&
    (range.to === undefined || time < isoFromMicros(range.to));
  return found
    .filter(({ summary }) => isIn(summary.startTime))
    .sort((a, b) => (a.summary.startTime + a.key < b.summary.startTime + b.key ? -1 : 1))
    .map(({ key, summary }) => ({
      trace_key: key,
      trace_status: summary.status,
      trace_user: summary.userId ?? '',
      trace_session: summary.sessionId ?? '',
      trace_agent: summary.agentName ?? '',
      started: summary.startTime,
      ended: summary.endTime,
      duration: summary.durationMs,
      span_count: summary.spanCount,
      error_count: summary.errorCount,
      tokens_input: summary.usage.inputTokens,
      cost: summary.costUsd,
    }));
}

it('the hour of a time is what the table computes, also before the epoch', async () => {
  const times = [
    0,
    -1,
    HOUR - 1,
    HOUR,
    -HOUR,
    -HOUR - 1,
    BASE,
    Date.UTC(1900, 0, 1) * 1000,
    Date.UTC(2261, 11, 31) * 1000,
  ];
  const project = newProjectId();
  const rows = times.map((time, i) => [project, `t${i}`, 'lunary', 's', time]);
  await insert('tributary.spans', COLUMNS.slice(0, 5), rows);
  const stored = await store.select<{ hour: number }>(
    'SELECT hour FROM tributary.spans WHERE project_id = {project:UUID} ORDER BY trace_id',
    { project },
  );
  expect(stored.map(({ hour }) => hour)).toEqual(times.map(hourOf));
});

it('says the same of a trace from whatever hours it is asked', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Fragment, { minLength: 1, maxLength: 60 }), fc.nat(5), async (fragments, hour) => {
      const project = newProjectId();
      const guessed = [...new Set(fragments.flatMap(({ isGuessed, trace }) => (isGuessed ? [trace] : [])))];
      await insert(
        'tributary.trace_aliases',
        ALIAS_COLUMNS,
        guessed.map((n) => [project, 'lunary', `g${n}`, `t${n}`, 1]),
      );
      const rows = fragments.map((fragment, i) => rowOf(project, fragment, i));
      // Several parts, so that nothing relies on merges.
      for (const part of [0, 1, 2])
        await insert(
          'tributary.spans',
          COLUMNS,
          rows.filter((_, i) => i % 3 === part),
        );
      const border = BASE + hour * HOUR;
      const ranges = [{}, { from: border }, { to: border }];
      const counted: number[] = [];
      for (const range of ranges) {
        const { traces, spans } = await fromSql(project, range);
        counted.push(spans ?? 0);
        const shown = traces.map((row) => ({
          ...row,
          started: isoFromMicros(Number(row.started)),
          ended: row.ended === null ? null : isoFromMicros(Number(row.ended)),
          duration: row.duration === null ? null : Number(row.duration) / 1000,
          cost: row.cost === null ? null : Number(row.cost) / 1e12,
        }));
        expect(shown).toEqual(await fromProgram(project, range));
      }
      // A span is on one side of the border, wherever its rows are.
      expect((counted[1] ?? 0) + (counted[2] ?? 0)).toBe(counted[0]);
    }),
    { seed: SEED, numRuns: 3, endOnFailure: true },
  );
}, 180_000);
