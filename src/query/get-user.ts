/** `GET /users/{userId}`: the user and its traces, newest first. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { listTraces } from './list-traces.ts';
import { type People, UserBody, usersWhere } from './list-users.ts';
import { narrow } from './narrow.ts';
import { errorResponse, PageParams, refusals } from './schemas.ts';
import { ask } from './tally.ts';
import { TraceSummary } from './trace-summary.ts';

export const UserQuery = z.strictObject(PageParams);

export const UserDetail = z.object({
  user: UserBody,
  data: z.array(TraceSummary).openapi({ description: 'A page of its traces, newest first' }),
  nextCursor: z.string().nullable(),
});

export const getUserRoute = createRoute({
  method: 'get',
  path: '/users/{userId}',
  summary: 'A user with its traces',
  request: {
    params: z.object({
      userId: z
        .string()
        .min(1)
        .openapi({ param: { name: 'userId', in: 'path' } }),
    }),
    query: UserQuery,
  },
  responses: {
    200: { description: 'The user', content: { 'application/json': { schema: UserDetail } } },
    404: errorResponse('No trace of the project names this user'),
    ...refusals,
  },
});

/** A trace's user is one that a row of it names. */
const ROW_HAS_ID = 'tupleElement(user_id, 3) = {user:String}';

export type UserAnswer = z.infer<typeof UserDetail> | 'no such user' | 'not our cursor';

export async function getUser(
  parts: People,
  project: ProjectId,
  userId: string,
  query: z.infer<typeof UserQuery>,
): Promise<UserAnswer> {
  const [traces, found] = await Promise.all([
    listTraces(parts.store, project, { ...query, userId: [userId] }, parts.vanishing),
    usersCalled(parts, project, userId),
  ]);
  if (traces === undefined) return 'not our cursor';
  const [user] = found;
  return user === undefined ? 'no such user' : { user, ...traces };
}

async function usersCalled(parts: People, project: ProjectId, userId: string): Promise<readonly UserBody[]> {
  const asked = await ask(parts.store, project, {}, parts.vanishing);
  const narrowed = await narrow(parts.store, project, asked, [ROW_HAS_ID], { user: userId });
  const found = await usersWhere(parts, project, narrowed, 'trace_user = {user:String}', { limit: 1 });
  return found?.data ?? [];
}
