/** Projects and keys: administration over the same API. A secret is in an answer once, when it is made. */

import { createRoute, z } from '@hono/zod-openapi';
import { looksLikeUuid } from '../canonical/ids.ts';
import { SCOPES } from '../registry/registry.ts';
import { errorResponse, refusals } from './schemas.ts';

export const ProjectBody = z.object({ id: z.string(), name: z.string(), createdAt: z.string() }).openapi('Project');

export const KeyBody = z
  .object({
    id: z.string(),
    projectId: z.string(),
    name: z.string(),
    prefix: z.string().openapi({ description: 'The first characters of the secret' }),
    scopes: z.array(z.enum(SCOPES)),
    createdAt: z.string(),
    revokedAt: z.string().nullable(),
  })
  .openapi('Key');

const Name = z.string().trim().min(1).max(200);
/** What the first key of a project gets, and what an imported vendor key gets: its clients send and read back. */
export const PROJECT_SCOPES = ['ingest', 'read', 'admin'] as const;
export const IMPORT_SCOPES = ['ingest', 'read'] as const;

const Scopes = z.array(z.enum(SCOPES)).min(1);
const ProjectRef = {
  project: z.string().optional().openapi({ description: 'Another project, by id or name; needs the instance scope' }),
};

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
const body = <T extends z.ZodType>(schema: T) => ({
  body: { content: { 'application/json': { schema } }, required: true },
});

export const createProjectRoute = createRoute({
  method: 'post',
  path: '/projects',
  summary: 'Make a project and its first key (scope: instance)',
  request: body(z.object({ name: Name, id: z.string().refine(looksLikeUuid, 'must look like a UUID').optional() })),
  responses: {
    201: json(ProjectBody.extend({ key: z.string() }), 'The project; `key` is shown only here'),
    409: errorResponse('The name or id is taken'),
    ...refusals,
  },
});

export const listProjectsRoute = createRoute({
  method: 'get',
  path: '/projects',
  summary: 'Projects: all with the instance scope, else the own one (scope: admin)',
  responses: { 200: json(z.object({ data: z.array(ProjectBody), nextCursor: z.null() }), 'The projects'), ...refusals },
});

export const createKeyRoute = createRoute({
  method: 'post',
  path: '/keys',
  summary: 'Make a key (scope: admin)',
  request: body(z.object({ name: Name, scopes: Scopes.default([...IMPORT_SCOPES]), ...ProjectRef })),
  responses: {
    201: json(KeyBody.extend({ secret: z.string() }), 'The key; `secret` is shown only here'),
    404: errorResponse('No such project'),
    ...refusals,
  },
});

export const importKeyRoute = createRoute({
  method: 'post',
  path: '/keys/import',
  summary: "Take a vendor's existing key, so that no client has to change its secret (scope: admin)",
  request: body(
    z.object({
      secret: z.string().min(1).max(1024),
      name: Name.default('imported'),
      scopes: Scopes.default([...IMPORT_SCOPES]),
      ...ProjectRef,
    }),
  ),
  responses: {
    201: json(KeyBody, 'The key'),
    404: errorResponse('No such project'),
    409: errorResponse('Another project uses this key'),
    ...refusals,
  },
});

export const listKeysRoute = createRoute({
  method: 'get',
  path: '/keys',
  summary: "The project's keys (scope: admin)",
  request: { query: z.object(ProjectRef) },
  responses: {
    200: json(z.object({ data: z.array(KeyBody), nextCursor: z.null() }), 'The keys, without their secrets'),
    404: errorResponse('No such project'),
    ...refusals,
  },
});

export const revokeKeyRoute = createRoute({
  method: 'delete',
  path: '/keys/{keyId}',
  summary: 'Revoke a key, at once (scope: admin)',
  request: {
    params: z.object({ keyId: z.string().openapi({ param: { name: 'keyId', in: 'path' } }) }),
    query: z.object(ProjectRef),
  },
  responses: {
    200: json(z.object({ revoked: z.literal(true) }), 'Revoked'),
    404: errorResponse('The project has no such active key'),
    ...refusals,
  },
});
