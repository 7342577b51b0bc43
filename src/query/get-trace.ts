/** `GET /traces/{traceId}`: the trace and its spans, by start time. */

import { createRoute, z } from '@hono/zod-openapi';
import type { DialectName } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { inHoursOf } from '../store/schema/schema.ts';
import type { StoreReader } from '../store/store.ts';
import { TraceAliases } from './aliases.ts';
import { readSpans } from './read-spans.ts';
import { DialectParam, errorResponse, refusals } from './schemas.ts';
import { SpanBody } from './span-body.ts';
import type { Vanishing } from './status-sql.ts';
import { summarise, TraceSummary } from './trace-summary.ts';

export const TraceParams = z.object({
  traceId: z
    .string()
    .min(1)
    .openapi({ param: { name: 'traceId', in: 'path' } }),
});
export const TraceQuery = z.strictObject({
  dialect: DialectParam.optional().openapi({ description: 'Needed only when two vendors used one trace id' }),
  hidden: z.enum(['true', 'false']).default('false').openapi({
    description: "true: with spans that are plumbing of the client's framework; they are counted then, too",
  }),
});

export const TraceDetail = z.object({ trace: TraceSummary, spans: z.array(SpanBody) });

export const getTraceRoute = createRoute({
  method: 'get',
  path: '/traces/{traceId}',
  summary: 'A trace with its spans',
  request: { params: TraceParams, query: TraceQuery },
  responses: {
    200: { description: 'The trace', content: { 'application/json': { schema: TraceDetail } } },
    404: errorResponse('The project has no such trace'),
    ...refusals,
  },
});

export interface TraceOptions {
  readonly dialect?: DialectName | undefined;
  readonly showsHidden?: boolean;
  readonly vanishing?: Vanishing | undefined;
}

/** `undefined` when the project has no such trace. An id that was only a guess leads to the trace it turned out to be. */
export async function getTrace(
  store: StoreReader,
  project: ProjectId,
  traceId: string,
  { dialect, showsHidden = false, vanishing }: TraceOptions = {},
): Promise<z.infer<typeof TraceDetail> | undefined> {
  const aliases = new TraceAliases(store, project);
  const found = await dialectsOf(store, project, traceId, dialect);
  const roots = await aliases.roots(found.map((name) => `${name}|${traceId}`));
  const [root] = new Set(roots.values());
  if (root === undefined) return undefined;
  const rootOf = await aliases.members([root]);
  const [[summarised], spans] = await Promise.all([
    summarise(store, project, rootOf, { vanishing, showsHidden }),
    readSpans(store, project, { rootOf, showsHidden, vanishing }),
  ]);
  return summarised === undefined ? undefined : { trace: summarised.summary, spans: spans.map(({ span }) => span) };
}

async function dialectsOf(
  store: StoreReader,
  project: ProjectId,
  traceId: string,
  dialect: DialectName | undefined,
): Promise<string[]> {
  if (dialect !== undefined) return [dialect];
  const rows = await store.select<{ dialect: string }>(
    `SELECT DISTINCT dialect FROM (
       SELECT dialect FROM tributary.spans WHERE project_id = {project:UUID} AND ${inHoursOf('[{id:String}]')} AND trace_id = {id:String}
       UNION ALL SELECT dialect FROM tributary.trace_aliases WHERE project_id = {project:UUID} AND from_id = {id:String}
     ) ORDER BY dialect`,
    { project, id: traceId },
  );
  return rows.map((row) => row.dialect);
}
