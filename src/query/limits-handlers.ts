/** The handlers of limits.ts. */

import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { BOUND_NAMES, ceilingOf, type IntakeBounds, lower, type SomeBounds } from '../registry/limits.ts';
import type { Principal, Registry } from '../registry/registry.ts';
import { fault, type QueryEnv, requireScope } from './access.ts';
import { noProject, projectOf } from './administer.ts';
import {
  getKeyLimitsRoute,
  getLimitsRoute,
  type LimitsBody,
  resetKeyLimitsRoute,
  resetLimitsRoute,
  setKeyLimitsRoute,
  setLimitsRoute,
} from './limits.ts';

type Context = Parameters<typeof fault>[0];
/** As the body gives them: what is absent may also be there without a value. */
type Given = { readonly [Name in keyof IntakeBounds]?: number | undefined };

export function limit(api: OpenAPIHono<QueryEnv>, registry: Registry): void {
  api.on('GET', ['/limits'], requireScope(registry, 'read'));
  api.on(['PUT', 'DELETE'], ['/limits'], requireScope(registry, 'admin'));
  api.use('/keys/:keyId/limits', requireScope(registry, 'admin'));
  limitProjects(api, registry);
  limitKeys(api, registry);
}

function limitProjects(api: OpenAPIHono<QueryEnv>, registry: Registry): void {
  const { limits } = registry;

  api.openapi(getLimitsRoute, async (c) => {
    const projectId = await projectOf(registry, c.var.principal, c.req.valid('query').project);
    if (projectId === undefined) return noProject(c) as never;
    return c.json(projectLimits(registry, c.var.principal, projectId), 200);
  });

  api.openapi(setLimitsRoute, async (c) => {
    const projectId = await projectOf(registry, c.var.principal, c.req.valid('query').project);
    if (projectId === undefined) return noProject(c) as never;
    const given = withoutGaps(c.req.valid('json'));
    if (isOperator(c.var.principal)) await limits.set(projectId, 'instance', given);
    else {
      const refused = aboveCeiling(c, given, ceilingOf(limits.at(projectId, 'instance')), 'scope-missing');
      if (refused !== undefined) return refused as never;
      await limits.set(projectId, 'project', given);
    }
    return c.json(projectLimits(registry, c.var.principal, projectId), 200);
  });

  api.openapi(resetLimitsRoute, async (c) => {
    const projectId = await projectOf(registry, c.var.principal, c.req.valid('query').project);
    if (projectId === undefined) return noProject(c) as never;
    if (isOperator(c.var.principal)) await limits.set(projectId, 'instance', {});
    await limits.set(projectId, 'project', {});
    return c.json(projectLimits(registry, c.var.principal, projectId), 200);
  });
}

function limitKeys(api: OpenAPIHono<QueryEnv>, registry: Registry): void {
  const { limits } = registry;

  api.openapi(getKeyLimitsRoute, async (c) => {
    const { keyId } = c.req.valid('param');
    const projectId = await projectOfKey(registry, c.var.principal, c.req.valid('query').project, keyId);
    return projectId === undefined ? (noKey(c) as never) : c.json(keyLimits(registry, projectId, keyId), 200);
  });

  api.openapi(setKeyLimitsRoute, async (c) => {
    const { keyId } = c.req.valid('param');
    const projectId = await projectOfKey(registry, c.var.principal, c.req.valid('query').project, keyId);
    if (projectId === undefined) return noKey(c) as never;
    const given = withoutGaps(c.req.valid('json'));
    const refused = aboveCeiling(c, given, limits.ofProject(projectId), 'invalid-event');
    if (refused !== undefined) return refused as never;
    await limits.setForKey(projectId, keyId, given);
    return c.json(keyLimits(registry, projectId, keyId), 200);
  });

  api.openapi(resetKeyLimitsRoute, async (c) => {
    const { keyId } = c.req.valid('param');
    const projectId = await projectOfKey(registry, c.var.principal, c.req.valid('query').project, keyId);
    if (projectId === undefined) return noKey(c) as never;
    await limits.setForKey(projectId, keyId, {});
    return c.json(keyLimits(registry, projectId, keyId), 200);
  });
}

function isOperator({ scopes }: Principal): boolean {
  return scopes.includes('instance');
}

function projectLimits({ limits }: Registry, principal: Principal, projectId: ProjectId): LimitsBody {
  const ceiling = ceilingOf(limits.at(projectId, 'instance'));
  const own = limits.at(projectId, isOperator(principal) ? 'instance' : 'project');
  return { effective: limits.ofProject(projectId), own, ceiling };
}

function keyLimits({ limits }: Registry, projectId: ProjectId, keyId: string): LimitsBody {
  const ceiling = limits.ofProject(projectId);
  const own = limits.ofKey(keyId) ?? {};
  return { effective: lower(ceiling, own), own, ceiling };
}

async function projectOfKey(
  registry: Registry,
  principal: Principal,
  reference: string | undefined,
  keyId: string,
): Promise<ProjectId | undefined> {
  const projectId = await projectOf(registry, principal, reference);
  if (projectId === undefined) return undefined;
  const keys = await registry.listKeys(projectId);
  return keys.some((key) => key.id === keyId && key.revokedAt === null) ? projectId : undefined;
}

function aboveCeiling(
  c: Context,
  given: SomeBounds,
  ceiling: IntakeBounds,
  code: 'scope-missing' | 'invalid-event',
): Response | undefined {
  const name = BOUND_NAMES.find((one) => (given[one] ?? 0) > ceiling[one]);
  if (name === undefined) return undefined;
  const who = code === 'scope-missing' ? 'without the instance scope' : 'for a key of this project';
  return fault(c, code, `may be at most ${ceiling[name]} ${who}`, name);
}

function withoutGaps(given: Given): SomeBounds {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function noKey(c: Context): Response {
  return fault(c, 'not-found', 'The project has no such active key', 'keyId');
}
