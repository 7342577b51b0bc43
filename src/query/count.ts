/** The handlers of the questions that count: sessions, users, agents, models, tools, series. */

import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { getSession, getSessionRoute } from './get-session.ts';
import { getUser, getUserRoute } from './get-user.ts';
import { listAgents, listAgentsRoute } from './list-agents.ts';
import { listModels, listModelsRoute } from './list-models.ts';
import { listSessions, listSessionsRoute } from './list-sessions.ts';
import { listTools, listToolsRoute } from './list-tools.ts';
import { listUsers, listUsersRoute } from './list-users.ts';
import { metricSeries, metricSeriesRoute } from './metric-series.ts';
import { metricTotals, metricTotalsRoute } from './metric-totals.ts';

const PATHS = ['/sessions', '/sessions/*', '/users', '/users/*', '/agents', '/models', '/tools', '/metrics/*'];

/** `fault` answers are declared in each route's `responses`; Hono's types cannot join the two. */
export function count(api: OpenAPIHono<QueryEnv>, parts: QueryParts): void {
  const { store, vanishing } = parts;
  for (const path of PATHS) api.use(path, requireScope(parts.registry, 'read'));

  api.openapi(listSessionsRoute, async (c) => {
    const found = await listSessions(store, c.var.principal.projectId, c.req.valid('query'), vanishing);
    return found === undefined ? (notOurCursor(c) as never) : c.json(found, 200);
  });

  api.openapi(getSessionRoute, async (c) => {
    const { sessionId } = c.req.valid('param');
    const found = await getSession(store, c.var.principal.projectId, sessionId, c.req.valid('query'), vanishing);
    if (found === 'not our cursor') return notOurCursor(c) as never;
    if (found === 'no such session')
      return fault(c, 'not-found', `There is no session ${sessionId}`, 'sessionId') as never;
    return c.json(found, 200);
  });

  api.openapi(listUsersRoute, async (c) => {
    const found = await listUsers(parts, c.var.principal.projectId, c.req.valid('query'));
    return found === undefined ? (notOurCursor(c) as never) : c.json(found, 200);
  });

  api.openapi(getUserRoute, async (c) => {
    const { userId } = c.req.valid('param');
    const found = await getUser(parts, c.var.principal.projectId, userId, c.req.valid('query'));
    if (found === 'not our cursor') return notOurCursor(c) as never;
    if (found === 'no such user') return fault(c, 'not-found', `There is no user ${userId}`, 'userId') as never;
    return c.json(found, 200);
  });

  api.openapi(listAgentsRoute, async (c) => {
    const found = await listAgents(store, c.var.principal.projectId, c.req.valid('query'), vanishing);
    return found === undefined ? (notOurCursor(c) as never) : c.json(found, 200);
  });

  api.openapi(listModelsRoute, async (c) => {
    const found = await listModels(store, c.var.principal.projectId, c.req.valid('query'), vanishing);
    return found === undefined ? (notOurCursor(c) as never) : c.json(found, 200);
  });

  api.openapi(listToolsRoute, async (c) => {
    const found = await listTools(store, c.var.principal.projectId, c.req.valid('query'), vanishing);
    return found === undefined ? (notOurCursor(c) as never) : c.json(found, 200);
  });

  api.openapi(metricSeriesRoute, async (c) => {
    const answer = await metricSeries(store, c.var.principal.projectId, c.req.valid('query'), vanishing);
    return 'path' in answer ? (fault(c, 'invalid-event', answer.message, answer.path) as never) : c.json(answer, 200);
  });

  api.openapi(metricTotalsRoute, async (c) => {
    const answer = await metricTotals(store, c.var.principal.projectId, c.req.valid('query'), vanishing);
    return 'path' in answer ? (fault(c, 'invalid-event', answer.message, answer.path) as never) : c.json(answer, 200);
  });
}

function notOurCursor(c: Context): Response {
  return fault(c, 'invalid-event', 'The cursor is not one of this server', 'cursor');
}
