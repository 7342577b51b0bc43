/** Deletion on request: of everything of a user, a session or a trace. */

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { storableText } from '../canonical/json.ts';
import { deletionsMax, idCharsMax } from '../limits.ts';
import { DELETION_KINDS, DELETION_STATES, type Deletion, type DeletionKind } from '../registry/deletions.ts';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { decodeCursor, encodeCursor, errorResponse, PageParams, page, refusals } from './schemas.ts';

const Count = (description: string) => z.number().openapi({ description });

export const DeletionBody = z
  .object({
    deletionId: z.string(),
    kind: z.enum(DELETION_KINDS),
    id: z.string().openapi({ description: 'Of the user, the session or the trace' }),
    state: z.enum(DELETION_STATES).openapi({
      description:
        '`waiting` for what was accepted before to be stored, `collecting` what has to go, `deleting` it, `done`: and looked again',
    }),
    targetsWaiting: Count('Traces, and single spans of other traces, that are found and not known to be gone yet'),
    removed: z.object({
      traces: z.number(),
      spans: z.number(),
      events: z.number(),
      aliases: z.number(),
      people: z.number(),
      deadLetters: z.number(),
    }),
    remaining: z.number().nullable().openapi({ description: 'Rows found when looking again; null before that' }),
    reason: z.string().nullable().openapi({ description: 'What went wrong last; it is tried again' }),
    createdAt: z.string(),
    finishedAt: z.string().nullable(),
  })
  .openapi('Deletion');
export type DeletionBody = z.infer<typeof DeletionBody>;

const Id = z.string().min(1).max(idCharsMax);
const json = (description: string) => ({ description, content: { 'application/json': { schema: DeletionBody } } });

export const createDeletionRoute = createRoute({
  method: 'post',
  path: '/deletions',
  summary: 'Delete everything of a user, a session or a trace (scope: admin)',
  description:
    'Name one of the three. It will be done once this has answered, also after a crash. Covers all that was accepted before.',
  request: {
    body: {
      content: {
        'application/json': {
          schema: z
            .strictObject({ userId: Id.optional(), sessionId: Id.optional(), traceId: Id.optional() })
            .refine((body) => Object.values(body).filter((id) => id !== undefined).length === 1, {
              message: 'name one of userId, sessionId and traceId',
            }),
        },
      },
      required: true,
    },
  },
  responses: { 202: json('It will be done'), 503: errorResponse('Too many wait'), ...refusals },
});

export const listDeletionsRoute = createRoute({
  method: 'get',
  path: '/deletions',
  summary: 'Deletions on request, the newest first (scope: admin)',
  request: { query: z.object(PageParams) },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: page(DeletionBody) } } },
    ...refusals,
  },
});

export const getDeletionRoute = createRoute({
  method: 'get',
  path: '/deletions/{deletionId}',
  summary: 'How far a deletion is (scope: admin)',
  request: { params: z.object({ deletionId: z.string().openapi({ param: { name: 'deletionId', in: 'path' } }) }) },
  responses: { 200: json('The deletion'), 404: errorResponse('There is no such deletion'), ...refusals },
});

/** `fault` answers are declared in each route's `responses`; Hono's types cannot join the two. */
export function answerDeletions(api: OpenAPIHono<QueryEnv>, { registry, log, onDeletion }: QueryParts): void {
  for (const path of ['/deletions', '/deletions/*']) api.use(path, requireScope(registry, 'admin'));

  api.openapi(createDeletionRoute, async (c) => {
    const { projectId } = c.var.principal;
    const waiting = (await registry.deletions.unfinished()).filter((one) => one.projectId === projectId);
    if (waiting.length >= deletionsMax)
      return fault(c, 'overloaded', `${waiting.length} deletions of this project wait or run`) as never;
    const [kind, id] = subjectOf(c.req.valid('json'));
    // Everything that was answered with a 2xx until now is before this position.
    const deletion = await registry.deletions.request(projectId, kind, storableText(id), log.head.position);
    onDeletion?.();
    return c.json(deletionBody(deletion), 202);
  });

  api.openapi(listDeletionsRoute, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const [before] = cursor === undefined ? [undefined] : (decodeCursor(cursor, ['string']) ?? [null]);
    if (before === null) return fault(c, 'invalid-event', 'The cursor is not one of this server', 'cursor') as never;
    const found = await registry.deletions.list(
      c.var.principal.projectId,
      limit + 1,
      before === undefined ? undefined : String(before),
    );
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const nextCursor = found.length > limit && last !== undefined ? encodeCursor([last.id]) : null;
    return c.json({ data: shown.map(deletionBody), nextCursor }, 200);
  });

  api.openapi(getDeletionRoute, async (c) => {
    const found = await registry.deletions.find(c.var.principal.projectId, c.req.valid('param').deletionId);
    return found === undefined
      ? (fault(c, 'not-found', 'The project has no such deletion', 'deletionId') as never)
      : c.json(deletionBody(found), 200);
  });
}

function subjectOf(
  body: Partial<Record<'userId' | 'sessionId' | 'traceId', string | undefined>>,
): [DeletionKind, string] {
  if (body.userId !== undefined) return ['user', body.userId];
  return body.sessionId !== undefined ? ['session', body.sessionId] : ['trace', body.traceId ?? ''];
}

function deletionBody({ id, projectId: _, position: __, subject, ...rest }: Deletion): DeletionBody {
  return { deletionId: id, ...rest, id: subject };
}
