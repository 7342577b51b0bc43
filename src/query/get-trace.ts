/** `GET /traces/{traceId}`: the trace and its spans, by start time. */

import { createRoute, z } from '@hono/zod-openapi';
import type { DialectName } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { errorMessageCharsMax } from '../limits.ts';
import { inHoursOf } from '../store/schema/schema.ts';
import type { StoreReader } from '../store/store.ts';
import { TraceAliases } from './aliases.ts';
import { readWholeTraces } from './read-spans.ts';
import { DialectParam, errorResponse, refusals } from './schemas.ts';
import { SpanBody } from './span-body.ts';
import type { Vanishing } from './status-sql.ts';
import { summarise, summaryOf, TraceSummary } from './trace-summary.ts';

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
  bodies: z
    .enum(['full', 'none'])
    .default('full')
    .openapi({
      description: `none: without input, output, params, metadata, annotations and feedback; of errors the type, and ${errorMessageCharsMax} characters of the message`,
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
  readonly hasBodies?: boolean;
}

/** `undefined` when the project has no such trace. An id that was only a guess leads to the trace it turned out to be. */
export async function getTrace(
  store: StoreReader,
  project: ProjectId,
  traceId: string,
  { dialect, showsHidden = false, vanishing, hasBodies = true }: TraceOptions = {},
): Promise<z.infer<typeof TraceDetail> | undefined> {
  const rootOf = await storedKeys(store, project, traceId, dialect);
  if (rootOf === undefined) return undefined;
  const { spans, summed } = await readWholeTraces(store, project, { rootOf, showsHidden, vanishing, hasBodies });
  // From the same rows, if they are all here.
  const summarised =
    summed === undefined
      ? (await summarise(store, project, rootOf, { vanishing, showsHidden }))[0]
      : summaryOf(summed, showsHidden);
  return summarised === undefined ? undefined : { trace: summarised.summary, spans: spans.map(({ span }) => span) };
}

/** Every key that the trace is stored under, with the one that it has. `undefined`: there is nothing of that name. */
export async function storedKeys(
  store: StoreReader,
  project: ProjectId,
  traceId: string,
  dialect: DialectName | undefined,
): Promise<ReadonlyMap<string, string> | undefined> {
  const aliases = new TraceAliases(store, project);
  const found = await dialectsOf(store, project, traceId, dialect);
  const roots = await aliases.roots(found.map((name) => `${name}|${traceId}`));
  const [root] = new Set(roots.values());
  return root === undefined ? undefined : aliases.members([root]);
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
