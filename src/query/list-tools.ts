/** `GET /tools`: calls of each tool, last seen first. A call is a span of kind `tool`. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros } from '../canonical/time.ts';
import type { StoreReader } from '../store/store.ts';
import { joinedSpans } from './joined.ts';
import { page, refusals } from './schemas.ts';
import {
  ask,
  MEASURED,
  type MeasuredRow,
  Percentiles99,
  percentiles99,
  Seen,
  TallyFilters,
  type TallyPage,
  type TallyRow,
  tally,
} from './tally.ts';

export const ToolFilters = z.object(TallyFilters);
export type ToolFilters = z.infer<typeof ToolFilters>;

export const ToolBody = z
  .object({
    name: z.string().nullable().openapi({ description: 'Null: calls that name no tool' }),
    callCount: z.number(),
    errorCount: z.number().openapi({ description: 'Calls that failed' }),
    ...Percentiles99,
    ...Seen,
  })
  .openapi('Tool');
export type ToolBody = z.infer<typeof ToolBody>;

export const listToolsRoute = createRoute({
  method: 'get',
  path: '/tools',
  summary: 'Tools, last seen first',
  description: 'A call is a span of kind `tool`; `from` and `to` choose calls by their start.',
  request: { query: ToolFilters },
  responses: {
    200: { description: 'A page of tools', content: { 'application/json': { schema: page(ToolBody) } } },
    ...refusals,
  },
});

interface Row extends TallyRow, MeasuredRow {
  readonly call_count: number;
  readonly errors: number;
  readonly first_seen: number;
}

/** `undefined` when the cursor is not one of ours. */
export async function listTools(
  store: StoreReader,
  project: ProjectId,
  filters: ToolFilters,
): Promise<TallyPage<ToolBody> | undefined> {
  const { scope, within, params } = await ask(store, project, filters);
  const statement = `SELECT name AS key, count() AS call_count, countIf(status = 'error') AS errors, ${MEASURED},
    min(first) AS first_seen, max(seen) AS last_seen
    FROM (${joinedSpans(scope, ['name', 'kind', 'status'])}) WHERE kind = 'tool' AND ${within('first')} GROUP BY name`;
  return tally<Row, ToolBody>(store, statement, params, filters, (row) => ({
    name: row.key === '' ? null : row.key,
    callCount: row.call_count,
    errorCount: row.errors,
    ...percentiles99(row),
    firstSeen: isoFromMicros(row.first_seen),
    lastSeen: isoFromMicros(row.last_seen),
  }));
}
