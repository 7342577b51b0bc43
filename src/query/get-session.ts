/** `GET /sessions/{sessionId}`: the session and its traces, oldest first: a conversation reads downwards. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import type { StoreReader } from '../store/store.ts';
import { TraceAliases } from './aliases.ts';
import { joinedTraces } from './joined.ts';
import { findSessions, SessionBody } from './list-sessions.ts';
import { narrow } from './narrow.ts';
import { DialectParam, decodeCursor, encodeCursor, errorResponse, PageParams, refusals } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import { ask } from './tally.ts';
import { summarise, TraceSummary } from './trace-summary.ts';

export const SessionQuery = z.strictObject({
  ...PageParams,
  dialect: DialectParam.optional().openapi({ description: 'Needed only when two vendors used one session id' }),
});

export const SessionDetail = z.object({
  session: SessionBody,
  data: z.array(TraceSummary).openapi({ description: 'A page of its traces, oldest first' }),
  nextCursor: z.string().nullable(),
});

export const getSessionRoute = createRoute({
  method: 'get',
  path: '/sessions/{sessionId}',
  summary: 'A session with its traces',
  request: {
    params: z.object({
      sessionId: z
        .string()
        .min(1)
        .openapi({ param: { name: 'sessionId', in: 'path' } }),
    }),
    query: SessionQuery,
  },
  responses: {
    200: { description: 'The session', content: { 'application/json': { schema: SessionDetail } } },
    404: errorResponse('The project has no such session'),
    ...refusals,
  },
});

const HAS_ID = 'trace_session = {session:String}';
/** A trace's session is one that a row of it names. */
const ROW_HAS_ID = 'tupleElement(session_id, 3) = {session:String}';

export type SessionAnswer = z.infer<typeof SessionDetail> | 'no such session' | 'not our cursor';

export async function getSession(
  store: StoreReader,
  project: ProjectId,
  sessionId: string,
  query: z.infer<typeof SessionQuery>,
  vanishing?: Vanishing,
): Promise<SessionAnswer> {
  const [started, key] = query.cursor === undefined ? [] : (decodeCursor(query.cursor, ['number', 'string']) ?? [NaN]);
  if (started !== undefined && !Number.isSafeInteger(started)) return 'not our cursor';
  const asked = await ask(store, project, { dialect: query.dialect }, vanishing);
  const narrowed = await narrow(store, project, asked, [ROW_HAS_ID], { session: sessionId });
  // Without a dialect, the first one by name that has such a session.
  const [session] = (await findSessions(store, narrowed, HAS_ID)).sort((a, b) => (a.dialect < b.dialect ? -1 : 1));
  if (session === undefined) return 'no such session';
  const rows = await store.select<{ trace_key: string; started: number }>(
    `SELECT trace_key, started FROM (${joinedTraces({ ...narrowed.scope, hasDialect: true }, false)})
     WHERE ${HAS_ID} ${started === undefined ? '' : 'AND (started, trace_key) > ({after:Int64}, {afterKey:String})'}
     ORDER BY started, trace_key LIMIT {limit:UInt64}`,
    {
      ...narrowed.params,
      dialect: session.dialect,
      after: Number(started ?? 0),
      afterKey: String(key ?? ''),
      limit: query.limit + 1,
    },
  );
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    session,
    data: await summaries(
      store,
      project,
      shown.map((row) => row.trace_key),
      vanishing,
    ),
    nextCursor: rows.length > shown.length && last !== undefined ? encodeCursor([last.started, last.trace_key]) : null,
  };
}

async function summaries(
  store: StoreReader,
  project: ProjectId,
  keys: readonly string[],
  vanishing: Vanishing | undefined,
): Promise<TraceSummary[]> {
  const found = await summarise(store, project, await new TraceAliases(store, project).members(keys), { vanishing });
  const byKey = new Map(found.map((trace) => [trace.key, trace.summary]));
  return keys.flatMap((key) => byKey.get(key) ?? []);
}
