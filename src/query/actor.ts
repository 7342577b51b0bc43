/** The key behind a request: what it may see, and how the records of what it did name it. */

import type { Context } from 'hono';
import type { Actor } from '../registry/audit.ts';
import type { Principal, Registry } from '../registry/registry.ts';
import type { Viewer } from '../registry/viewer.ts';
import type { QueryEnv } from './access.ts';

export function viewerOf(c: Context<QueryEnv>): Viewer {
  const { projectId, scopes } = c.var.principal;
  return { projectId, seesNobodys: scopes.includes('instance') };
}

export async function actorOf(registry: Registry, { projectId, keyId }: Principal): Promise<Actor> {
  const key = (await registry.listKeys(projectId)).find(({ id }) => id === keyId);
  return { keyId: keyId ?? '', keyName: key?.name ?? '', keyPrefix: key?.prefix ?? '' };
}
