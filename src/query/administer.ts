/** The handlers of projects.ts. An admin acts in its own project; the instance scope may name any. */

import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type ProjectId, readProjectId } from '../canonical/ids.ts';
import type { Principal, Registry, Scope } from '../registry/registry.ts';
import { fault, type QueryEnv, requireScope } from './access.ts';
import {
  createKeyRoute,
  createProjectRoute,
  importKeyRoute,
  listKeysRoute,
  listProjectsRoute,
  PROJECT_SCOPES,
  revokeKeyRoute,
} from './projects.ts';

export function administer(api: OpenAPIHono<QueryEnv>, registry: Registry): void {
  for (const path of ['/projects', '/keys', '/keys/*']) api.use(path, requireScope(registry, 'admin'));

  api.openapi(createProjectRoute, async (c) => {
    if (!c.var.principal.scopes.includes('instance')) return notAllowed(c) as never;
    const { name, id } = c.req.valid('json');
    const projects = await registry.listProjects();
    const projectId = id === undefined ? undefined : readProjectId(id);
    const isKey = id !== undefined && registry.authenticate(id) !== undefined;
    if (isKey || projects.some((project) => project.name === name || project.id === projectId)) {
      return fault(c, 'conflict', 'A project with this name or id exists', 'name') as never;
    }
    const project = await registry.createProject(name, projectId);
    const { secret } = await registry.createKey(project.id, 'first key', PROJECT_SCOPES);
    return c.json({ ...project, key: secret }, 201);
  });

  api.openapi(listProjectsRoute, async (c) => {
    const { scopes, projectId } = c.var.principal;
    const projects = await registry.listProjects();
    return c.json(
      { data: projects.filter((project) => scopes.includes('instance') || project.id === projectId), nextCursor: null },
      200,
    );
  });

  api.openapi(createKeyRoute, async (c) => {
    const { name, scopes, project } = c.req.valid('json');
    const projectId = await projectOf(registry, c.var.principal, project);
    if (projectId === undefined) return noProject(c) as never;
    if (!mayGive(c.var.principal, scopes)) return notAllowed(c) as never;
    const { key, secret } = await registry.createKey(projectId, name, scopes);
    return c.json({ ...key, scopes: [...key.scopes], secret }, 201);
  });

  api.openapi(importKeyRoute, async (c) => {
    const { secret, name, scopes, project } = c.req.valid('json');
    const projectId = await projectOf(registry, c.var.principal, project);
    if (projectId === undefined) return noProject(c) as never;
    if (!mayGive(c.var.principal, scopes)) return notAllowed(c) as never;
    const key = await registry.importKey(projectId, secret, name, scopes);
    if (key === undefined) return fault(c, 'conflict', 'Another project uses this key', 'secret') as never;
    return c.json({ ...key, scopes: [...key.scopes] }, 201);
  });

  api.openapi(listKeysRoute, async (c) => {
    const projectId = await projectOf(registry, c.var.principal, c.req.valid('query').project);
    if (projectId === undefined) return noProject(c) as never;
    const keys = await registry.listKeys(projectId);
    return c.json({ data: keys.map((key) => ({ ...key, scopes: [...key.scopes] })), nextCursor: null }, 200);
  });

  api.openapi(revokeKeyRoute, async (c) => {
    const projectId = await projectOf(registry, c.var.principal, c.req.valid('query').project);
    if (projectId === undefined) return noProject(c) as never;
    const revoked = await registry.revokeKey(projectId, c.req.valid('param').keyId);
    if (!revoked) return fault(c, 'not-found', 'The project has no such active key', 'keyId') as never;
    return c.json({ revoked: true as const }, 200);
  });
}

/** `undefined` also for projects that exist but are not the caller's: their names are nobody's business. */
export async function projectOf(
  registry: Registry,
  principal: Principal,
  reference: string | undefined,
): Promise<ProjectId | undefined> {
  if (reference === undefined) return principal.projectId;
  const id = readProjectId(reference);
  const found = (await registry.listProjects()).find((project) => project.id === id || project.name === reference);
  return found !== undefined && (found.id === principal.projectId || principal.scopes.includes('instance'))
    ? found.id
    : undefined;
}

/** A key for a whole instance is made only by one. */
function mayGive(principal: Principal, scopes: readonly Scope[]): boolean {
  return scopes.every((scope) => scope !== 'instance' || principal.scopes.includes('instance'));
}

function notAllowed(c: Context): Response {
  return fault(c, 'scope-missing', 'This key has no instance scope');
}

export function noProject(c: Context): Response {
  return fault(c, 'not-found', 'No such project', 'project');
}
