/** `GET /sessions`: traces that share a session id, last seen first. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { agentNamesPerSessionMax } from '../limits.ts';
import { wordsOf } from '../store/schema/schema.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf } from './aliases.ts';
import { joinedTraces, traceKeysWith } from './joined.ts';
import { DialectParam, page, refusals } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import {
  type Asked,
  ask,
  Figures,
  type FiguresRow,
  figures,
  TallyFilters,
  type TallyPage,
  TRACE_FIGURES,
  tally,
} from './tally.ts';

const SearchText = z.string().max(1024);

export const SessionFilters = z.strictObject({
  ...TallyFilters,
  userId: SearchText.optional().openapi({ description: 'Sessions with a trace of this user' }),
  q: SearchText.optional().openapi({
    description: 'Sessions with a trace in which all these words occur in an input or in an output',
  }),
});
export type SessionFilters = z.infer<typeof SessionFilters>;

export const SessionBody = z
  .object({
    sessionId: z.string(),
    dialect: z.string(),
    traceCount: z.number(),
    spanCount: z.number(),
    ...Figures,
    userId: z.string().nullable().openapi({ description: 'Of the newest trace that names one' }),
    agentNames: z.array(z.string()),
    durationMs: z.number().openapi({ description: 'From firstSeen to lastSeen' }),
  })
  .openapi('Session');
export type SessionBody = z.infer<typeof SessionBody>;

export const listSessionsRoute = createRoute({
  method: 'get',
  path: '/sessions',
  summary: 'Sessions, last seen first',
  description:
    'A session is the traces of one vendor that have one session id. `from` and `to` choose traces by their start.',
  request: { query: SessionFilters },
  responses: {
    200: { description: 'A page of sessions', content: { 'application/json': { schema: page(SessionBody) } } },
    ...refusals,
  },
});

interface Row extends FiguresRow {
  readonly dialect: string;
  readonly spans: number;
  readonly user_id: string;
  readonly agents: string[];
}

/** `undefined` when the cursor is not one of ours. */
export async function listSessions(
  store: StoreReader,
  project: ProjectId,
  filters: SessionFilters,
  vanishing?: Vanishing,
): Promise<TallyPage<SessionBody> | undefined> {
  const asked = await ask(store, project, filters, vanishing);
  const words = (filters.q ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const conditions: string[] = [];
  if (filters.userId !== undefined) conditions.push('countIf(trace_user = {user:String}) > 0');
  if (words.length > 0) conditions.push(`countIf(trace_key IN (${traceKeysWith(asked.scope, saysWords())})) > 0`);
  const params = { ...asked.params, user: filters.userId ?? '', words };
  return tally(store, sessions(asked, { having: conditions }), params, filters, toSession);
}

/** The same words as in `GET /traces?q=`. */
function saysWords(): string {
  return ['input', 'output']
    .map((register) => `hasAllTokens(${wordsOf(register)}, {words:Array(String)})`)
    .join(' OR ');
}

interface Restriction {
  /** On traces. */
  readonly where?: string;
  /** On the traces of a session together. */
  readonly having?: readonly string[];
}

function sessions({ scope, within }: Asked, { where = `trace_session != ''`, having = [] }: Restriction): string {
  return `SELECT dialect, concat(dialect, '|', trace_session) AS key, sum(span_count) AS spans,
    argMaxIf(trace_user, (started, trace_key), trace_user != '') AS user_id,
    arraySlice(arraySort(groupUniqArrayIf(trace_agent, trace_agent != '')), 1, ${agentNamesPerSessionMax}) AS agents,
    ${TRACE_FIGURES}
    FROM (${joinedTraces(scope)}) WHERE ${where} AND ${within('started')}
    GROUP BY dialect, trace_session HAVING ${['1', ...having].join(' AND ')}`;
}

/** The sessions of one id, at most one per vendor, all of each. */
export async function findSessions(store: StoreReader, asked: Asked, where: string): Promise<SessionBody[]> {
  const found = await tally(
    store,
    sessions(asked, { where }),
    asked.params,
    { limit: DialectParam.options.length },
    toSession,
  );
  return found?.data ?? [];
}

function toSession(row: Row): SessionBody {
  return {
    sessionId: idOf(row.key),
    dialect: row.dialect,
    traceCount: row.things,
    spanCount: row.spans,
    ...figures(row),
    userId: row.user_id === '' ? null : row.user_id,
    agentNames: row.agents,
    durationMs: (row.last_seen - row.first_seen) / 1000,
  };
}
