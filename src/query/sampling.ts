/** Sampling: which share of an agent's traces is kept, and how much was left out. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { idCharsMax } from '../limits.ts';
import type { Registry } from '../registry/registry.ts';
import { errorResponse, refusals } from './schemas.ts';

export const SamplingBody = z
  .object({
    agentName: z.string(),
    rate: z.number().openapi({ description: 'Share of traces that is kept, 0 to 1' }),
    droppedTraces: z.number(),
    droppedEvents: z.number(),
  })
  .openapi('Sampling');
export type SamplingBody = z.infer<typeof SamplingBody>;

const params = z.object({
  agentName: z
    .string()
    .min(1)
    .max(idCharsMax)
    .openapi({ param: { name: 'agentName', in: 'path' } }),
});
const answer = { description: 'The sampling', content: { 'application/json': { schema: SamplingBody } } };

export const listSamplingRoute = createRoute({
  method: 'get',
  path: '/sampling',
  summary: 'Agents that are sampled, or of which traces were left out',
  responses: {
    200: {
      description: 'The agents, by name',
      content: { 'application/json': { schema: z.object({ data: z.array(SamplingBody), nextCursor: z.null() }) } },
    },
    ...refusals,
  },
});

export const getSamplingRoute = createRoute({
  method: 'get',
  path: '/agents/{agentName}/sampling',
  summary: 'How an agent is sampled',
  request: { params },
  responses: { 200: answer, 404: errorResponse('There is no such agent'), ...refusals },
});

export const setSamplingRoute = createRoute({
  method: 'put',
  path: '/agents/{agentName}/sampling',
  summary: 'Set which share of the traces of an agent is kept (scope: admin)',
  description:
    'For new traces of dialects that sample (WhyOps). What is stored stays complete. An agent that is not known yet is made.',
  request: {
    params,
    body: {
      content: { 'application/json': { schema: z.strictObject({ rate: z.number().min(0).max(1) }) } },
      required: true,
    },
  },
  responses: { 200: answer, ...refusals },
});

export async function listSampling({ sampling }: Registry, project: ProjectId): Promise<SamplingBody[]> {
  const [rates, counts] = [await sampling.rates(project), await sampling.counts(project)];
  const dropped = new Map(counts.map((count) => [count.agentName, count]));
  return [...new Set([...rates.keys(), ...dropped.keys()])].sort().map((agentName) => ({
    agentName,
    rate: rates.get(agentName) ?? 1,
    droppedTraces: dropped.get(agentName)?.droppedTraces ?? 0,
    droppedEvents: dropped.get(agentName)?.droppedEvents ?? 0,
  }));
}

/** Of an agent that is known. */
export async function getSampling(registry: Registry, project: ProjectId, agentName: string): Promise<SamplingBody> {
  const listed = (await listSampling(registry, project)).find((one) => one.agentName === agentName);
  return listed ?? { agentName, rate: 1, droppedTraces: 0, droppedEvents: 0 };
}
