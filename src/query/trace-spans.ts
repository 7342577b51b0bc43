/** `GET /traces/{traceId}/spans`: some spans of a trace, complete, for a page that shows the trace without bodies at first. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { namedSpansMax } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';
import { storedKeys, TraceParams, TraceQuery } from './get-trace.ts';
import { readSpans } from './read-spans.ts';
import { errorResponse, refusals } from './schemas.ts';
import { SpanBody } from './span-body.ts';
import type { Vanishing } from './status-sql.ts';
import { listed } from './trace-filters.ts';

export const TraceSpansQuery = z.strictObject({
  spanId: z.preprocess(listed, z.array(z.string().min(1).max(4096)).min(1).max(namedSpansMax)),
  dialect: TraceQuery.shape.dialect,
  hidden: TraceQuery.shape.hidden,
});
export type TraceSpansQuery = z.infer<typeof TraceSpansQuery>;

export const TraceSpansBody = z.object({ data: z.array(SpanBody) });

export const traceSpansRoute = createRoute({
  method: 'get',
  path: '/traces/{traceId}/spans',
  summary: 'Some spans of a trace, complete, by start',
  request: { params: TraceParams, query: TraceSpansQuery },
  responses: {
    200: {
      description: 'Those of the named spans that the trace has',
      content: { 'application/json': { schema: TraceSpansBody } },
    },
    404: errorResponse('The project has no such trace'),
    ...refusals,
  },
});

/** `undefined` when the project has no such trace. */
export async function traceSpans(
  store: StoreReader,
  project: ProjectId,
  traceId: string,
  { spanId, dialect, hidden }: TraceSpansQuery,
  vanishing?: Vanishing,
): Promise<z.infer<typeof TraceSpansBody> | undefined> {
  const showsHidden = hidden === 'true';
  const rootOf = await storedKeys(store, project, traceId, dialect);
  if (rootOf === undefined) return undefined;
  const found = await readSpans(store, project, { rootOf, spanIds: [...new Set(spanId)], showsHidden, vanishing });
  const data = found.filter(({ isHidden }) => showsHidden || !isHidden).map(({ span }) => span);
  if (data.length === 0 && !(await isThere(store, project, rootOf))) return undefined;
  return { data };
}

/** A vendor that is named may have no such trace. */
async function isThere(store: StoreReader, project: ProjectId, rootOf: ReadonlyMap<string, string>): Promise<boolean> {
  const rows = await store.select(
    `SELECT 1 AS found FROM tributary.spans WHERE project_id = {project:UUID}
       AND concat(dialect, '|', trace_id) IN {members:Array(String)} LIMIT 1`,
    { project, members: [...rootOf.keys()] },
  );
  return rows.length > 0;
}
