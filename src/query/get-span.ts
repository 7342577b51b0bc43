/** `GET /spans/{spanId}`: one span with the trace that it belongs to. */

import { createRoute, z } from '@hono/zod-openapi';
import type { DialectName } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf, TraceAliases } from './aliases.ts';
import { type FoundSpan, readSpans } from './read-spans.ts';
import { DialectParam, errorResponse, refusals } from './schemas.ts';
import { SpanBody } from './span-body.ts';
import type { Vanishing } from './status-sql.ts';

export const SpanParams = z.object({
  spanId: z
    .string()
    .min(1)
    .openapi({ param: { name: 'spanId', in: 'path' } }),
});
export const SpanQuery = z.strictObject({
  traceId: z
    .string()
    .max(4096)
    .optional()
    .openapi({ description: 'Needed only when two traces have a span of one id' }),
  dialect: DialectParam.optional().openapi({ description: 'Needed only when two vendors used one span id' }),
});
export type SpanQuery = z.infer<typeof SpanQuery>;

/** Whose span it is. */
export const Owner = { traceId: z.string(), dialect: z.string() };
export const SpanDetail = z.object({ ...Owner, ...SpanBody.shape }).openapi('SpanDetail');
export type SpanDetail = z.infer<typeof SpanDetail>;

export const getSpanRoute = createRoute({
  method: 'get',
  path: '/spans/{spanId}',
  summary: 'A span',
  request: { params: SpanParams, query: SpanQuery },
  responses: {
    200: { description: 'The span', content: { 'application/json': { schema: SpanDetail } } },
    404: errorResponse('The project has no such span'),
    ...refusals,
  },
});

export interface LocatedSpan extends FoundSpan {
  /** Every key that its trace is stored under. */
  readonly storedKeys: readonly string[];
}

/** `undefined` when the project has no such span. Of several, the one of the first vendor and trace by name. */
export async function findSpan(
  store: StoreReader,
  project: ProjectId,
  spanId: string,
  query: SpanQuery,
  vanishing?: Vanishing,
): Promise<LocatedSpan | undefined> {
  const aliases = new TraceAliases(store, project);
  const stored =
    query.traceId === undefined ? await storedKey(store, project, spanId, query.dialect) : namedKeys(query);
  const roots = await aliases.roots(stored);
  const rootOf = await aliases.members([...new Set(roots.values())]);
  const found = await readSpans(store, project, { rootOf, spanIds: [spanId], showsHidden: false, vanishing });
  const [first] = found.sort((a, b) => (a.traceKey < b.traceKey ? -1 : 1));
  if (first === undefined) return undefined;
  return { ...first, storedKeys: [...rootOf].filter(([, root]) => root === first.traceKey).map(([key]) => key) };
}

function namedKeys({ traceId, dialect }: SpanQuery): string[] {
  const dialects = dialect === undefined ? DialectParam.options : [dialect];
  return dialects.map((name) => `${name}|${traceId}`);
}

async function storedKey(
  store: StoreReader,
  project: ProjectId,
  spanId: string,
  dialect: DialectName | undefined,
): Promise<string[]> {
  const rows = await store.select<{ stored_key: string }>(
    `SELECT concat(dialect, '|', trace_id) AS stored_key FROM tributary.spans
     WHERE project_id = {project:UUID} AND span_id = {span:String} ${dialect === undefined ? '' : 'AND dialect = {dialect:String}'}
     ORDER BY stored_key LIMIT 1`,
    { project, span: spanId, dialect: dialect ?? '' },
  );
  return rows.map((row) => row.stored_key);
}

export function ownerOf({ traceKey }: FoundSpan): { traceId: string; dialect: string } {
  return { traceId: idOf(traceKey), dialect: traceKey.slice(0, traceKey.indexOf('|')) };
}

export async function getSpan(
  store: StoreReader,
  project: ProjectId,
  spanId: string,
  query: SpanQuery,
  vanishing: Vanishing | undefined,
): Promise<SpanDetail | undefined> {
  const found = await findSpan(store, project, spanId, query, vanishing);
  return found === undefined ? undefined : { ...ownerOf(found), ...found.span };
}
