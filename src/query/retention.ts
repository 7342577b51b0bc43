/** `GET /retention`: how long traces are kept, what was deleted when, and when it is looked for again. */

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { retentionRunsMax } from '../limits.ts';
import { type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { refusals } from './schemas.ts';

/** What the running server says about it. */
export interface RetentionSchedule {
  daysOf(project: ProjectId): Promise<number | null>;
  /** Milliseconds. */
  readonly schedule: { readonly sweptAt: number | null; readonly nextAt: number };
}

const Run = z.object({
  runId: z.string(),
  state: z.enum(['running', 'done']),
  retentionDays: z.number(),
  cutoff: z.string().openapi({ description: 'Nothing had come to the traces since then' }),
  traces: z.number(),
  spans: z.number(),
  events: z.number(),
  aliases: z.number(),
  deadLetters: z.number(),
  droppedTraces: z.number().openapi({ description: 'Traces that sampling had left out' }),
  remaining: z.number().nullable().openapi({ description: 'Rows found when looking again; 0 when all went well' }),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
});

export const RetentionBody = z
  .object({
    retentionDays: z.number().nullable().openapi({ description: 'null: kept for ever' }),
    setBy: z.enum(['project', 'server']),
    sweptAt: z.string().nullable().openapi({ description: 'When this server looked last' }),
    nextAt: z.string(),
    runs: z.array(Run).openapi({ description: 'Runs that deleted something, the newest first' }),
  })
  .openapi('Retention');
export type RetentionBody = z.infer<typeof RetentionBody>;

export const getRetentionRoute = createRoute({
  method: 'get',
  path: '/retention',
  summary: 'How long traces are kept, and what was deleted when',
  responses: {
    200: { description: 'The retention', content: { 'application/json': { schema: RetentionBody } } },
    ...refusals,
  },
});

const NEVER: RetentionSchedule = { daysOf: async () => null, schedule: { sweptAt: null, nextAt: 0 } };

export function answerRetention(api: OpenAPIHono<QueryEnv>, { registry, retention = NEVER }: QueryParts): void {
  api.use('/retention', requireScope(registry, 'read'));
  api.openapi(getRetentionRoute, async (c) => {
    const { projectId } = c.var.principal;
    const { sweptAt, nextAt } = retention.schedule;
    const [settings, retentionDays, runs] = await Promise.all([
      registry.settings(projectId),
      retention.daysOf(projectId),
      registry.retentionRuns.list(projectId, retentionRunsMax),
    ]);
    return c.json(
      {
        retentionDays,
        setBy: settings.retentionDays === 'default' ? ('server' as const) : ('project' as const),
        sweptAt: sweptAt === null ? null : new Date(sweptAt).toISOString(),
        nextAt: new Date(nextAt).toISOString(),
        runs: runs.map(({ id, projectId: _, ...rest }) => ({ runId: id, ...rest })),
      },
      200,
    );
  });
}
