/**
 * The bounds of projects and keys. A key with the instance scope sets what a project may at most have; an admin sets
 * less for the own project or one of its keys, never more. `PUT` replaces what its level says, absent bounds are those
 * of the level above.
 */

import { createRoute, z } from '@hono/zod-openapi';
import { raisedBoundMax } from '../limits.ts';
import { type BoundName, DEFAULT_BOUNDS, FIXED_BOUNDS, type IntakeBounds } from '../registry/limits.ts';
import { errorResponse, refusals } from './schemas.ts';

const DESCRIPTIONS: Readonly<Record<BoundName, string>> = {
  requestsPerSecond: 'Requests per second; above it 429',
  requestBurst: 'Requests at once after a silence; unless it is set, those of one second',
  bytesPerSecond: 'Bytes of bodies per second, after decompression; above it 429',
  bodyBytes: 'Bytes of one body, after decompression; above it 413',
  eventsPerRequest: 'Events of one request; above it 413',
  requestsInFlight: 'Requests that are received or wait for their answer; above it 429',
};

const bound = (name: BoundName) =>
  z
    .number()
    .int()
    .min(1)
    .max(FIXED_BOUNDS.includes(name) ? DEFAULT_BOUNDS[name] : raisedBoundMax)
    .openapi({ description: DESCRIPTIONS[name] });
const fields = {
  requestsPerSecond: bound('requestsPerSecond'),
  requestBurst: bound('requestBurst'),
  bytesPerSecond: bound('bytesPerSecond'),
  bodyBytes: bound('bodyBytes'),
  eventsPerRequest: bound('eventsPerRequest'),
  requestsInFlight: bound('requestsInFlight'),
} satisfies Record<keyof IntakeBounds, z.ZodType>;

const Bounds = z.object(fields).openapi('Bounds');
const SomeBounds = z.object(fields).partial().openapi('SomeBounds');

export const LimitsBody = z
  .object({
    effective: Bounds.openapi({ description: 'What holds' }),
    own: SomeBounds.openapi({ description: 'What was set at this level' }),
    ceiling: Bounds.openapi({ description: 'What may be set at most' }),
  })
  .openapi('Limits');
export type LimitsBody = z.infer<typeof LimitsBody>;

const query = z.object({
  project: z.string().optional().openapi({ description: 'Another project, by id or name; needs the instance scope' }),
});
const params = z.object({ keyId: z.string().openapi({ param: { name: 'keyId', in: 'path' } }) });
const body = { content: { 'application/json': { schema: z.strictObject(fields).partial() } }, required: true };
const noProject = { 404: errorResponse('No such project') };
const noKey = { 404: errorResponse('The project has no such active key') };
const ok = { 200: { description: 'The bounds', content: { 'application/json': { schema: LimitsBody } } } };

export const getLimitsRoute = createRoute({
  method: 'get',
  path: '/limits',
  summary: 'How much the project may send',
  request: { query },
  responses: { ...ok, ...noProject, ...refusals },
});

export const setLimitsRoute = createRoute({
  method: 'put',
  path: '/limits',
  summary: 'Set how much the project may send (scope: admin; above the ceiling: instance)',
  request: { query, body },
  responses: { ...ok, ...noProject, ...refusals },
});

export const resetLimitsRoute = createRoute({
  method: 'delete',
  path: '/limits',
  summary: 'Take back what was set for the project (scope: admin; with the instance scope, also the ceiling)',
  request: { query },
  responses: { ...ok, ...noProject, ...refusals },
});

export const getKeyLimitsRoute = createRoute({
  method: 'get',
  path: '/keys/{keyId}/limits',
  summary: 'How much one key may send (scope: admin)',
  request: { params, query },
  responses: { ...ok, ...noKey, ...refusals },
});

export const setKeyLimitsRoute = createRoute({
  method: 'put',
  path: '/keys/{keyId}/limits',
  summary: 'Set how much one key may send, within what its project may (scope: admin)',
  request: { params, query, body },
  responses: { ...ok, ...noKey, ...refusals },
});

export const resetKeyLimitsRoute = createRoute({
  method: 'delete',
  path: '/keys/{keyId}/limits',
  summary: 'Take back what was set for one key (scope: admin)',
  request: { params, query },
  responses: { ...ok, ...noKey, ...refusals },
});
