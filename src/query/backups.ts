/** Backups while serving: started, watched. Only the instance scope may name a directory. */

import { isAbsolute } from 'node:path';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { errorResponse, refusals } from './schemas.ts';

const PATH_CHARS_MAX = 4096;

export const BackupBody = z
  .object({
    backupId: z.string(),
    directory: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    step: z.string().openapi({ description: 'What it is doing' }),
    files: z.number(),
    bytes: z.number(),
    events: z.number().nullable().openapi({ description: 'Stored events in it; more may be in its part of the log' }),
    logPosition: z.number().nullable().openapi({ description: 'Everything accepted before this is in it' }),
    reason: z.string().nullable().openapi({ description: 'Why it failed' }),
    startedAt: z.string(),
    finishedAt: z.string().nullable(),
  })
  .openapi('Backup');
export type BackupBody = z.infer<typeof BackupBody>;

/** Takes them, one at a time. */
export interface BackupTaker {
  /** A sentence when it cannot be taken there. */
  start(directory: string): Promise<BackupBody | { readonly refusal: string; readonly isBusy?: true }>;
  /** Since the server started. */
  find(backupId: string): BackupBody | undefined;
}

const json = (description: string) => ({ description, content: { 'application/json': { schema: BackupBody } } });

export const startBackupRoute = createRoute({
  method: 'post',
  path: '/backups',
  summary: 'Back up the whole server into a new directory on its machine (scope: instance)',
  request: {
    body: {
      content: {
        'application/json': { schema: z.strictObject({ directory: z.string().min(1).max(PATH_CHARS_MAX) }) },
      },
      required: true,
    },
  },
  responses: { 202: json('It has begun'), 409: errorResponse('Another one is being taken'), ...refusals },
});

export const getBackupRoute = createRoute({
  method: 'get',
  path: '/backups/{backupId}',
  summary: 'How far a backup is (scope: instance)',
  request: { params: z.object({ backupId: z.string().openapi({ param: { name: 'backupId', in: 'path' } }) }) },
  responses: {
    200: json('The backup'),
    404: errorResponse('No such backup since the server started'),
    ...refusals,
  },
});

/** `fault` answers are declared in each route's `responses`; Hono's types cannot join the two. */
export function answerBackups(api: OpenAPIHono<QueryEnv>, { registry, backups }: QueryParts): void {
  for (const path of ['/backups', '/backups/*']) api.use(path, requireScope(registry, 'instance'));

  api.openapi(startBackupRoute, async (c) => {
    const { directory } = c.req.valid('json');
    if (!isAbsolute(directory) || directory.includes('\0'))
      return fault(c, 'invalid-event', 'must be an absolute path on the machine of the server', 'directory') as never;
    const started = await backups?.start(directory);
    if (started === undefined) return fault(c, 'not-found', 'This server takes no backups') as never;
    if ('refusal' in started) {
      const code = started.isBusy === true ? 'conflict' : 'invalid-event';
      return fault(c, code, started.refusal, 'directory') as never;
    }
    return c.json(started, 202);
  });

  api.openapi(getBackupRoute, async (c) => {
    const found = backups?.find(c.req.valid('param').backupId);
    return found === undefined
      ? (fault(c, 'not-found', 'There is no such backup since the server started', 'backupId') as never)
      : c.json(found, 200);
  });
}
