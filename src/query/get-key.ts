/** `GET /key`: whose key this is and what it may do, for whoever holds it. */

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import type { Principal } from '../registry/registry.ts';
import type { StoreReader } from '../store/store.ts';
import { version } from '../version.ts';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { errorResponse } from './schemas.ts';

const KeyDetails = z
  .object({
    keyId: z.string().nullable(),
    keyName: z.string().nullable(),
    keyPrefix: z.string().nullable(),
    scopes: z.array(z.string()),
    project: z.object({ id: z.string(), name: z.string(), createdAt: z.string() }),
    serverVersion: z.string(),
    hasEvents: z.boolean().openapi({ description: 'Something is stored in the project' }),
  })
  .openapi('KeyDetails');
type KeyDetails = z.infer<typeof KeyDetails>;

export const getKeyRoute = createRoute({
  method: 'get',
  path: '/key',
  summary: 'The key that asks, and its project',
  responses: {
    200: { description: 'The key', content: { 'application/json': { schema: KeyDetails } } },
    401: errorResponse('No key, or an unknown one'),
    404: errorResponse('The project of the key is gone'),
  },
});

export function answerKey(api: OpenAPIHono<QueryEnv>, parts: QueryParts): void {
  api.use('/key', requireScope(parts.registry, 'any'));
  api.openapi(getKeyRoute, async (c) => {
    const found = await getKey(parts, c.var.principal);
    return found === undefined
      ? (fault(c, 'not-found', 'The project of this key is gone') as never)
      : c.json(found, 200);
  });
}

async function getKey({ registry, store }: QueryParts, principal: Principal): Promise<KeyDetails | undefined> {
  const { projectId, keyId, scopes } = principal;
  const project = (await registry.listProjects()).find(({ id }) => id === projectId);
  if (project === undefined) return undefined;
  const key = keyId === undefined ? undefined : (await registry.listKeys(projectId)).find(({ id }) => id === keyId);
  return {
    keyId: key?.id ?? null,
    keyName: key?.name ?? null,
    keyPrefix: key?.prefix ?? null,
    scopes: [...scopes],
    project: { id: project.id, name: project.name, createdAt: project.createdAt },
    serverVersion: version,
    hasEvents: await hasEvents(store, projectId),
  };
}

async function hasEvents(store: StoreReader, project: ProjectId): Promise<boolean> {
  const rows = await store.select('SELECT 1 AS one FROM tributary.events WHERE project_id = {project:UUID} LIMIT 1', {
    project,
  });
  return rows.length > 0;
}
