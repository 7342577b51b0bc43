/** The handler of audit.ts. */

import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Registry } from '../registry/registry.ts';
import { fault, type QueryEnv, requireScope } from './access.ts';
import { viewerOf } from './actor.ts';
import { listAudit, listAuditRoute } from './audit.ts';

export function answerAudit(api: OpenAPIHono<QueryEnv>, registry: Registry): void {
  api.use('/audit', requireScope(registry, 'admin'));

  api.openapi(listAuditRoute, async (c) => {
    const found = await listAudit(registry.audit, viewerOf(c), c.req.valid('query'));
    return found === undefined
      ? (fault(c, 'invalid-event', 'The cursor is not one of this server', 'cursor') as never)
      : c.json(found, 200);
  });
}
