/** `GET /users`: whom traces name as their user, of all vendors, last seen first. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { QueryParts } from './access.ts';
import { joinedTraces } from './joined.ts';
import { page, refusals } from './schemas.ts';
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

export const UserFilters = z.strictObject(TallyFilters);
export type UserFilters = z.infer<typeof UserFilters>;

export const UserBody = z
  .object({
    userId: z.string(),
    traceCount: z.number(),
    sessionCount: z.number(),
    ...Figures,
    properties: z
      .record(z.string(), z.unknown())
      .nullable()
      .openapi({ description: 'What a vendor client has told about this person' }),
  })
  .openapi('User');
export type UserBody = z.infer<typeof UserBody>;

export const listUsersRoute = createRoute({
  method: 'get',
  path: '/users',
  summary: 'Users, last seen first',
  description: 'Traces are counted for the user that they name. `from` and `to` choose traces by their start.',
  request: { query: UserFilters },
  responses: {
    200: { description: 'A page of users', content: { 'application/json': { schema: page(UserBody) } } },
    ...refusals,
  },
});

interface Row extends FiguresRow {
  readonly session_count: number;
}

export type People = Pick<QueryParts, 'store' | 'registry' | 'vanishing'>;

/** `undefined` when the cursor is not one of ours. */
export async function listUsers(
  parts: People,
  project: ProjectId,
  filters: UserFilters,
): Promise<TallyPage<UserBody> | undefined> {
  const asked = await ask(parts.store, project, filters, parts.vanishing);
  return usersWhere(parts, project, asked, `trace_user != ''`, filters);
}

export async function usersWhere(
  { store, registry }: People,
  project: ProjectId,
  { scope, within, params }: Asked,
  where: string,
  filters: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<TallyPage<UserBody> | undefined> {
  const statement = `SELECT trace_user AS key,
    uniqExactIf((dialect, trace_session), trace_session != '') AS session_count, ${TRACE_FIGURES}
    FROM (${joinedTraces(scope)}) WHERE ${where} AND ${within('started')} GROUP BY trace_user`;
  const found = await tally<Row, Row>(store, statement, params, filters, (row) => row);
  if (found === undefined) return undefined;
  // Nothing that is asked here waits for events to be loaded.
  const people = registry.directory(project, async () => {});
  const data = found.data.map(async (row) => toUser(row, (await people.getPerson(row.key))?.properties ?? null));
  return { ...found, data: await Promise.all(data) };
}

function toUser(row: Row, properties: JsonObject | null): UserBody {
  return {
    userId: row.key,
    traceCount: row.things,
    sessionCount: row.session_count,
    ...figures(row),
    properties,
  };
}
