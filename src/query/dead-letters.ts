/** Dead letters: accepted requests that could not be stored. They are listed, shown as they came, retried and discarded. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { receiptOf } from '../canonical/receipt.ts';
import { bodyBytesMax, deadLettersPerRequestMax, shownBodyBytesDefault } from '../limits.ts';
import { DEAD_LETTER_STATES, type DeadLetter, stateOf } from '../registry/dead-letters.ts';
import { DialectParam, errorResponse, PageParams, page, refusals } from './schemas.ts';

const fields = {
  position: z.number().openapi({ description: 'Where it was accepted; its name here' }),
  receipt: z.string().nullable().openapi({ description: 'The receipt that its sender got' }),
  projectId: z.string().nullable().openapi({
    description: 'null when the record does not say; such letters are shown to the instance scope only',
  }),
  dialect: z.string(),
  route: z.string(),
  reason: z.string().openapi({ description: 'Why it could not be stored, the last time that it was tried' }),
  state: z.enum(DEAD_LETTER_STATES).openapi({ description: '`retrying`: in the log again, not loaded yet' }),
  events: z.number().nullable().openapi({ description: 'Events accepted with it' }),
  bodyBytes: z.number(),
  failedRetries: z.number(),
  createdAt: z.string(),
  retriedAt: z.string().nullable(),
  discarded: z
    .object({ at: z.string(), keyId: z.string(), keyName: z.string(), note: z.string() })
    .nullable()
    .openapi({ description: 'Who discarded it, when and why. The request itself is gone' }),
};
export const DeadLetterBody = z.object(fields).openapi('DeadLetter');
export type DeadLetterBody = z.infer<typeof DeadLetterBody>;

const Texts = z.record(z.string(), z.string());
export const ShownDeadLetterBody = z
  .object({
    ...fields,
    request: z
      .object({
        method: z.string(),
        receivedAt: z.string().nullable(),
        userAgent: z.string(),
        params: Texts,
        query: Texts,
        headers: Texts,
      })
      .nullable()
      .openapi({ description: 'Secrets are masked; null when there is none that can be read' }),
    body: z
      .object({
        encoding: z.enum(['text', 'base64']).openapi({ description: '`text` when it is UTF-8' }),
        data: z.string(),
        isWhole: z.boolean().openapi({ description: 'Else ask with a larger bodyBytes' }),
      })
      .nullable(),
  })
  .openapi('ShownDeadLetter');
export type ShownDeadLetterBody = z.infer<typeof ShownDeadLetterBody>;

const Reason = z.string().min(1).max(1000).openapi({ description: 'Part of the reason' });
const Position = z.object({
  position: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .openapi({ param: { name: 'position', in: 'path' } }),
});

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
const none = errorResponse('There is no such dead letter');

export const listDeadLettersRoute = createRoute({
  method: 'get',
  path: '/dead-letters',
  summary: 'Accepted requests that could not be stored, the latest first',
  request: {
    query: z.object({
      ...PageParams,
      dialect: DialectParam.optional(),
      reason: Reason.optional(),
      state: z.enum(DEAD_LETTER_STATES).optional(),
    }),
  },
  responses: { 200: json(page(DeadLetterBody), 'A page of dead letters'), ...refusals },
});

export const getDeadLetterRoute = createRoute({
  method: 'get',
  path: '/dead-letters/{position}',
  summary: 'A dead letter with its request as it came',
  request: {
    params: Position,
    query: z.object({
      bodyBytes: z.coerce
        .number()
        .int()
        .min(0)
        .max(bodyBytesMax)
        .default(shownBodyBytesDefault)
        .openapi({ description: 'So much of the body is shown' }),
    }),
  },
  responses: { 200: json(ShownDeadLetterBody, 'The dead letter'), 404: none, ...refusals },
});

export const retryDeadLetterRoute = createRoute({
  method: 'post',
  path: '/dead-letters/{position}/retry',
  summary: 'Try to store it again (scope: admin)',
  description:
    'It is in the log again before the answer. When it is stored the letter is gone; when it fails again it is the same letter with the new reason. Trying it twice stores it once.',
  request: { params: Position },
  responses: {
    202: json(
      z.object({ position: z.number(), receipt: z.string().nullable(), state: z.literal('retrying') }),
      'Durable in the log again',
    ),
    404: none,
    409: errorResponse('It is discarded, or does not say whose it is'),
    503: errorResponse('The log takes nothing at the moment'),
    ...refusals,
  },
});

const Note = z.string().max(1000).default('').openapi({ description: 'Why; it is kept' });

export const discardDeadLetterRoute = createRoute({
  method: 'post',
  path: '/dead-letters/{position}/discard',
  summary: 'Give it up (scope: admin)',
  description: 'The request is deleted. Who did it, when and why is kept, and its receipt says `discarded`.',
  request: {
    params: Position,
    body: { content: { 'application/json': { schema: z.strictObject({ note: Note }) } }, required: false },
  },
  responses: {
    200: json(DeadLetterBody, 'It is discarded'),
    404: none,
    409: errorResponse('It is being retried'),
    ...refusals,
  },
});

/** A filter must be given or `all`: an empty body by mistake does nothing. */
const Which = {
  all: z.literal(true).optional(),
  dialect: DialectParam.optional(),
  reason: Reason.optional(),
  cursor: PageParams.cursor,
};
export interface Which {
  readonly all?: true | undefined;
  readonly dialect?: string | undefined;
  readonly reason?: string | undefined;
  readonly cursor?: string | undefined;
}
const isGiven = ({ all, dialect, reason }: Which) => all === true || dialect !== undefined || reason !== undefined;
const HOW_MANY = `At most ${deadLettersPerRequestMax} at once: ask again with \`nextCursor\` until it is null.`;

export const retryDeadLettersRoute = createRoute({
  method: 'post',
  path: '/dead-letters/retry',
  summary: 'Try to store many again (scope: admin)',
  description: `Give \`dialect\`, \`reason\` or \`all\`. ${HOW_MANY}`,
  request: {
    body: {
      content: {
        'application/json': { schema: z.strictObject(Which).refine(isGiven, 'give dialect, reason or all: true') },
      },
      required: true,
    },
  },
  responses: {
    202: json(
      z.object({
        retried: z.number(),
        skipped: z.number().openapi({ description: 'Do not say whose they are' }),
        nextCursor: z.string().nullable(),
      }),
      'Durable in the log again',
    ),
    503: errorResponse('The log takes nothing at the moment'),
    ...refusals,
  },
});

export const discardDeadLettersRoute = createRoute({
  method: 'post',
  path: '/dead-letters/discard',
  summary: 'Give many up (scope: admin)',
  description: `Give \`dialect\`, \`reason\` or \`all\`. ${HOW_MANY}`,
  request: {
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({ ...Which, note: Note }).refine(isGiven, 'give dialect, reason or all: true'),
        },
      },
      required: true,
    },
  },
  responses: {
    200: json(z.object({ discarded: z.number(), nextCursor: z.string().nullable() }), 'They are discarded'),
    ...refusals,
  },
});

export function deadLetterBody(letter: DeadLetter, loadedUntil: number): DeadLetterBody {
  const { projectId, position } = letter;
  return {
    position,
    receipt: letterReceipt(letter),
    projectId: projectId === '' ? null : projectId,
    dialect: letter.dialect,
    route: letter.route,
    reason: letter.reason,
    state: stateOf(letter, loadedUntil),
    events: letter.events === 0 ? null : letter.events,
    bodyBytes: letter.bodyBytes,
    failedRetries: letter.failedRetries,
    createdAt: letter.createdAt,
    retriedAt: letter.retriedAt,
    discarded: letter.discarded,
  };
}

export function letterReceipt({ projectId, position }: Pick<DeadLetter, 'projectId' | 'position'>): string | null {
  // The loader writes a project's id or nothing.
  return projectId === '' ? null : receiptOf(projectId as ProjectId, position);
}
