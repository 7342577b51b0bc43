/** Re-pricing: spans keep the price that they were loaded with, until somebody asks for today's prices. */

import { createRoute, z } from '@hono/zod-openapi';
import { repricingsMax } from '../limits.ts';
import type { Repricing } from '../registry/prices.ts';
import { errorResponse, refusals, Time, TimeParam } from './schemas.ts';

export const RepricingBody = z
  .object({
    repricingId: z.string(),
    from: Time.nullable(),
    to: Time.nullable(),
    state: z.enum(['running', 'done', 'failed']),
    spansTotal: z.number().openapi({ description: 'Spans to look at; 0 until they are counted' }),
    spansSeen: z.number(),
    spansChanged: z.number().openapi({ description: 'Spans that got another price' }),
    reason: z.string().nullable().openapi({ description: 'Why it failed' }),
    createdAt: z.string(),
    finishedAt: z.string().nullable(),
  })
  .openapi('Repricing');
export type RepricingBody = z.infer<typeof RepricingBody>;

const json = (description: string) => ({ description, content: { 'application/json': { schema: RepricingBody } } });

export const startRepricingRoute = createRoute({
  method: 'post',
  path: '/repricings',
  summary: "Give past spans today's prices (scope: admin)",
  description: `For spans that started in the range. Goes on after a restart. At most ${repricingsMax} of a project run or wait.`,
  request: {
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({
            from: TimeParam.nullable().default(null),
            to: TimeParam.nullable().default(null),
          }),
        },
      },
      required: true,
    },
  },
  responses: { 202: json('It has begun'), 503: errorResponse('Too many run or wait'), ...refusals },
});

export const getRepricingRoute = createRoute({
  method: 'get',
  path: '/repricings/{repricingId}',
  summary: 'How far a re-pricing is',
  request: {
    params: z.object({ repricingId: z.string().openapi({ param: { name: 'repricingId', in: 'path' } }) }),
  },
  responses: { 200: json('The re-pricing'), 404: errorResponse('There is no such re-pricing'), ...refusals },
});

export function repricingBody({ id, projectId: _, ...rest }: Repricing): RepricingBody {
  return { repricingId: id, ...rest };
}
