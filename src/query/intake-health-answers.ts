/** The handlers of intake-health.ts. */

import type { OpenAPIHono } from '@hono/zod-openapi';
import { microsNow } from '../canonical/time.ts';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { viewerOf } from './actor.ts';
import {
  getIntakeRoute,
  type IntakeHealthParts,
  intakeHealth,
  listQuarantineRoute,
  listRefusedRequests,
  listRefusedRequestsRoute,
  quarantine,
} from './intake-health.ts';

export function answerIntakeHealth(api: OpenAPIHono<QueryEnv>, parts: QueryParts, health: IntakeHealthParts): void {
  for (const path of ['/intake', '/refused-requests']) api.use(path, requireScope(parts.registry, 'read'));
  api.use('/quarantine', requireScope(parts.registry, 'instance'));

  api.openapi(getIntakeRoute, async (c) => c.json(await intakeHealth(parts, health, viewerOf(c), microsNow()), 200));

  api.openapi(listRefusedRequestsRoute, async (c) => {
    const found = listRefusedRequests(health, viewerOf(c), c.req.valid('query'));
    return found === undefined
      ? (fault(c, 'invalid-event', 'The cursor is not one of this server', 'cursor') as never)
      : c.json(found, 200);
  });

  api.openapi(listQuarantineRoute, async (c) => c.json(await quarantine(health, c.req.valid('query').limit), 200));
}
