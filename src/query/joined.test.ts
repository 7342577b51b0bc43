import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newProjectId } from '../canonical/ids.ts';
import { usageCounts } from '../canonical/usage.ts';
import { openChdbWriter } from '../store/chdb/chdb.ts';
import { ALIAS_COLUMNS, migrate } from '../store/schema/schema.ts';
import type { StoreWriter } from '../store/store.ts';
import { joinedSpans, joinedTraces, openScope } from './joined.ts';
import { AgentFilters, listAgents } from './list-agents.ts';

let directory: string;
let store: StoreWriter;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-joined-'));
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

/** Few aliases travel in the statement, many are followed by the store: the same must come of both. */
it.each([3, 600])('%i traces, each stored under three ids', async (traces) => {
  const project = newProjectId();
  const numbers = Array.from({ length: traces }, (_, i) => i);
  const hops = numbers.flatMap((i) => [
    [project, 'lunary', `c${i}`, `b${i}`, 1],
    [project, 'lunary', `b${i}`, `a${i}`, 1],
    [project, 'lunary', `d${i}`, '', 0],
  ]);
  await insert('tributary.trace_aliases', ALIAS_COLUMNS, hops);
  // One span under all three ids, and one under each.
  const columns = ['project_id', 'trace_id', 'dialect', 'span_id', 'start_time', 'status', 'tokens'];
  const span = (trace: string, id: string, rank: number, tokens: number) => [
    project,
    trace,
    'lunary',
    id,
    1_790_000_000_000_000,
    [rank, 0, tokens > 5 ? 'error' : 'ok'],
    [rank, 0, usageCounts({ input: tokens })],
  ];
  for (const [rank, id] of ['a', 'b', 'c'].entries()) {
    const rows = numbers.flatMap((i) => [
      span(`${id}${i}`, `shared${i}`, rank + 1, rank + 5),
      span(`${id}${i}`, `own${id}${i}`, 1, 1),
    ]);
    await insert('tributary.spans', columns, rows);
  }
  const { scope, params } = await openScope(store, project, undefined);
  const [total] = await store.select(
    `SELECT count() AS traces, sum(span_count) AS spans, sum(error_count) AS errors, sum(tokens_total) AS tokens FROM (${joinedTraces(scope)})`,
    params,
  );
  expect(total).toEqual({ traces, spans: 4 * traces, errors: traces, tokens: (7 + 3) * traces });
  const keys = await store.select(
    `SELECT trace_key, count() AS spans FROM (${joinedSpans(scope, ['status'])}) GROUP BY trace_key ORDER BY trace_key LIMIT 1`,
    params,
  );
  expect(keys).toEqual([{ trace_key: 'lunary|a0', spans: 4 }]);
});

it('counts a span for the version that it names itself, else for that of its trace', async () => {
  const project = newProjectId();
  const columns = [
    'project_id',
    'trace_id',
    'dialect',
    'span_id',
    'start_time',
    'parent_span_id',
    'agent_name',
    'agent_version',
    'tokens',
  ];
  const span = (id: string, parent: string, agent: string, version: string, tokens: number) => [
    ...[project, 't', 'voker', id, 1_790_000_000_000_000],
    ...[
      [1, 0, parent],
      [1, 0, agent],
      [1, 0, version],
      [1, 0, usageCounts({ input: tokens })],
    ],
  ];
  await insert('tributary.spans', columns, [
    span('root', '', 'a', 'v1', 1),
    span('silent', 'root', '', '', 2),
    span('newer', 'root', 'a', 'v2', 4),
    // Another agent's version is none of this one.
    span('other', 'root', 'b', 'v9', 8),
  ]);
  const found = await listAgents(store, project, AgentFilters.parse({}));
  const versions = found?.data[0]?.versions.map((one) => [one.agentVersion, one.traceCount, one.usage.inputTokens]);
  expect(found?.data.map(({ agentName, usage }) => [agentName, usage.inputTokens])).toEqual([['a', 15]]);
  expect(versions).toEqual([
    ['v2', 1, 4],
    ['v1', 1, 11],
  ]);
});
