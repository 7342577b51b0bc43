/** `GET /traces/{traceId}`: the trace and its spans, by start time. */

import { createRoute, z } from '@hono/zod-openapi';
import type { DialectName } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { TEXT_REGISTERS } from '../canonical/span.ts';
import { traceSpansMax } from '../limits.ts';
import { columnOf } from '../store/schema/schema.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf, TraceAliases } from './aliases.ts';
import { DialectParam, errorResponse, refusals } from './schemas.ts';
import { SpanBody, type SpanRow, toSpans } from './span-body.ts';
import { summarise, TraceSummary } from './trace-summary.ts';

export const TraceParams = z.object({
  traceId: z
    .string()
    .min(1)
    .openapi({ param: { name: 'traceId', in: 'path' } }),
});
export const TraceQuery = z.object({
  dialect: DialectParam.optional().openapi({ description: 'Needed only when two vendors used one trace id' }),
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

const text = (register: string) => `tupleElement(max(${columnOf(register)}), 3) AS ${register}`;

const SPANS = `SELECT span_id AS spanId, toUnixTimestamp64Micro(min(start_time)) AS start, toUnixTimestamp64Micro(max(end_time)) AS end,
  ${TEXT_REGISTERS.map(text).join(', ')},
  [${[3, 4, 5, 6, 7, 8].map((i) => `tupleElement(max(usage), ${i})`).join(', ')}] AS counts, tupleElement(max(duration_micros), 3) AS duration, tupleElement(max(duration_micros), 1) AS duration_rank,
  tupleElement(max(usage), 1) AS usage_rank,
  arraySort(groupUniqArrayArray(spans.tags)) AS tag_list, arraySort(groupUniqArrayArray(spans.metadata)) AS metadata_patches,
  arraySort(groupUniqArrayArray(spans.feedback)) AS feedback_patches,
  arraySort(groupUniqArrayArray(spans.steps)) AS step_list, tupleElement(max(spans.parent_step), 3) AS parentStep
  FROM tributary.spans AS spans
  WHERE project_id = {project:UUID} AND trace_id IN {ids:Array(String)} AND concat(dialect, '|', trace_id) IN {members:Array(String)}
  GROUP BY dialect, span_id ORDER BY start, spanId LIMIT {limit:UInt64}`;

/** `undefined` when the project has no such trace. An id that was only a guess leads to the trace it turned out to be. */
export async function getTrace(
  store: StoreReader,
  project: ProjectId,
  traceId: string,
  dialect: DialectName | undefined,
): Promise<z.infer<typeof TraceDetail> | undefined> {
  const aliases = new TraceAliases(store, project);
  const found = await dialectsOf(store, project, traceId, dialect);
  const roots = await aliases.roots(found.map((name) => `${name}|${traceId}`));
  const [root] = new Set(roots.values());
  if (root === undefined) return undefined;
  const members = await aliases.members([root]);
  const [[summarised], rows] = await Promise.all([
    summarise(store, project, members),
    store.select<SpanRow>(SPANS, {
      project,
      members: [...members.keys()],
      ids: [...new Set([...members.keys()].map(idOf))],
      limit: traceSpansMax,
    }),
  ]);
  return summarised === undefined ? undefined : { trace: summarised.summary, spans: toSpans(rows) };
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
       SELECT dialect FROM tributary.spans WHERE project_id = {project:UUID} AND trace_id = {id:String}
       UNION ALL SELECT dialect FROM tributary.trace_aliases WHERE project_id = {project:UUID} AND from_id = {id:String}
     ) ORDER BY dialect`,
    { project, id: traceId },
  );
  return rows.map((row) => row.dialect);
}
