import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newProjectId, type ProjectId } from '../canonical/ids.ts';
import { usageCounts } from '../canonical/usage.ts';
import { carriedKeysMax } from '../limits.ts';
import { openChdbWriter } from '../store/chdb/chdb.ts';
import { ALIAS_COLUMNS, migrate } from '../store/schema/schema.ts';
import type { StoreWriter } from '../store/store.ts';
import type { TimeRange } from './hours.ts';
import { joinedTraces, openScope } from './joined.ts';
import { narrow } from './narrow.ts';

const HOUR = 3_600_000_000;
const START = 497_000 * HOUR;
const COLUMNS = ['project_id', 'trace_id', 'dialect', 'span_id', 'start_time', 'session_id', 'user_id', 'tokens'];
const OF_SESSION = 'tupleElement(session_id, 3) = {session:String}';
const OF_USER = 'tupleElement(user_id, 3) = {user:String}';

let directory: string;
let store: StoreWriter;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-narrow-'));
  store = await openChdbWriter(directory);
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

function insert(table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]): Promise<void> {
  return store.insert(table, columns, Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
}

/**
 * Of each trace a root that names the session, half an hour later a span that names the user, and two hours later one that
 * names nobody. `aN` to `a4` have late parents: what names the session stands under one id, all else under another.
 */
async function projectOf(traces: number): Promise<ProjectId> {
  const project = newProjectId();
  const rows = Array.from({ length: traces }, (_, i) => i).flatMap((i) =>
    ['lunary', 'voker'].flatMap((dialect) => {
      const start = START + (i % 50) * HOUR;
      const span = (id: string, trace: string, at: number, session: string, user: string) => [
        ...[project, trace, dialect, `${id}${i}`, at / 1e6],
        ...[
          [1, 0, session],
          [1, 0, user],
          [1, 0, usageCounts({ input: i + 1 })],
        ],
      ];
      const guessed = i < 5 ? `guessed${i}` : `t${i}`;
      return [
        span('root', `t${i}`, start, dialect === 'lunary' ? `s${i % 10}` : 's0', ''),
        span('inner', guessed, start + HOUR / 2, '', `u${i % 3}`),
        span('late', guessed, start + 2 * HOUR, '', ''),
      ];
    }),
  );
  await insert('tributary.spans', COLUMNS, rows);
  const aliases = ['lunary', 'voker'].flatMap((dialect) =>
    Array.from({ length: Math.min(traces, 5) }, (_, i) => [project, dialect, `guessed${i}`, `t${i}`, 1]),
  );
  await insert('tributary.trace_aliases', ALIAS_COLUMNS, aliases);
  return project;
}

const TRACES = `SELECT trace_key, trace_session, trace_user, started, ended, span_count, tokens_input`;

it.each<[string, TimeRange]>([
  ['all time', {}],
  ['some hours', { from: START + 2 * HOUR, to: START + 20 * HOUR }],
])('says of the traces of a filter what is said of them among all: %s', async (_, range) => {
  const project = await projectOf(120);
  const opened = await openScope(store, project, undefined, range);
  const values = { session: 's0', user: 'u0' };
  const all = await store.select<{ trace_key: string; trace_session: string; trace_user: string }>(
    `${TRACES} FROM (${joinedTraces(opened.scope)}) ORDER BY trace_key`,
    opened.params,
  );
  for (const [conditions, isMeant] of [
    [[OF_SESSION], (trace) => trace.trace_session === 's0'],
    [[OF_SESSION, OF_USER], (trace) => trace.trace_session === 's0' && trace.trace_user === 'u0'],
    [['0'], () => false],
    [[], () => true],
  ] satisfies [string[], (trace: (typeof all)[number]) => boolean][]) {
    const { scope, params } = await narrow(store, project, opened, conditions, values);
    expect(scope.isCarried ?? false).toBe(conditions.length > 0);
    const found = await store.select(`${TRACES} FROM (${joinedTraces(scope)}) ORDER BY trace_key`, params);
    const expected = all.filter(isMeant);
    expect(found).toEqual(expected);
    expect(expected.length > 0).toBe(conditions[0] !== '0');
  }
});

it('leaves the statement to look for more than can travel, and finds the same', async () => {
  const project = await projectOf(carriedKeysMax + 1);
  const opened = await openScope(store, project, undefined);
  const ofLunary = Math.ceil((carriedKeysMax + 1) / 10);
  for (const [condition, isCarried, traces] of [
    ['1', false, 2 * (carriedKeysMax + 1)],
    [OF_SESSION, false, carriedKeysMax + 1 + ofLunary],
    [`${OF_SESSION} AND dialect = 'lunary'`, true, ofLunary],
  ] as const) {
    const { scope, params } = await narrow(store, project, opened, [condition], { session: 's0' });
    expect([condition, scope.isCarried ?? false]).toEqual([condition, isCarried]);
    const found = await store.select(`SELECT count() AS traces FROM (${joinedTraces(scope, false)})`, params);
    expect(found).toEqual([{ traces }]);
  }
});
