/** `GET /tools`: calls of each tool, last seen first. A call is a span of kind `tool`. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import type { StoreReader } from '../store/store.ts';
import { joinedSpans } from './joined.ts';
import { page, refusals } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import { ask, Figures, type FiguresRow, figures, SPAN_FIGURES, TallyFilters, type TallyPage, tally } from './tally.ts';

export const ToolFilters = z.strictObject(TallyFilters);
export type ToolFilters = z.infer<typeof ToolFilters>;

export const ToolBody = z
  .object({
    name: z.string().nullable().openapi({ description: 'Null: calls that name no tool' }),
    callCount: z.number(),
    ...Figures,
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

/** `undefined` when the cursor is not one of ours. */
export async function listTools(
  store: StoreReader,
  project: ProjectId,
  filters: ToolFilters,
  vanishing?: Vanishing,
): Promise<TallyPage<ToolBody> | undefined> {
  const { scope, within, params } = await ask(store, project, filters, vanishing);
  const statement = `SELECT name AS key, ${SPAN_FIGURES}
    FROM (${joinedSpans(scope, ['name', 'kind', 'status'])}) WHERE kind = 'tool' AND ${within('first')} GROUP BY name`;
  return tally<FiguresRow, ToolBody>(store, statement, params, filters, (row) => ({
    name: row.key === '' ? null : row.key,
    callCount: row.things,
    ...figures(row),
  }));
}
