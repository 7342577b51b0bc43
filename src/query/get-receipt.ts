/** `GET /receipts/{receipt}`: where an accepted request is now. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { readReceipt } from '../canonical/receipt.ts';
import type { QueryParts } from './access.ts';
import { errorResponse, refusals } from './schemas.ts';

export const ReceiptBody = z
  .object({
    receipt: z.string(),
    status: z.enum(['logged', 'stored', 'dead-letter', 'discarded']).openapi({
      description:
        '`logged`: on disk, not queryable yet. `stored`: queryable. `dead-letter`: kept, but could not be stored; see `reason`. `discarded`: a dead letter that was given up',
    }),
    reason: z.string().optional(),
    retriedAt: z.string().optional().openapi({ description: 'The last time that it was tried again' }),
    discardedAt: z.string().optional(),
    note: z.string().optional().openapi({ description: 'Why it was given up' }),
  })
  .openapi('Receipt');

export const getReceiptRoute = createRoute({
  method: 'get',
  path: '/receipts/{receipt}',
  summary: 'Where an accepted request is now',
  request: { params: z.object({ receipt: z.string().openapi({ param: { name: 'receipt', in: 'path' } }) }) },
  responses: {
    200: { description: 'Its state', content: { 'application/json': { schema: ReceiptBody } } },
    404: errorResponse('Not a receipt of this project'),
    ...refusals,
  },
});

export async function getReceipt(
  parts: QueryParts,
  project: ProjectId,
  receipt: string,
): Promise<z.infer<typeof ReceiptBody> | undefined> {
  const position = readReceipt(project, receipt);
  if (position === undefined || position > parts.log.head.position) return undefined;
  if (position >= parts.loader.progress.position && position < parts.log.head.position)
    return { receipt, status: 'logged' };
  const letter = await parts.registry.deadLetters.find({ projectId: project, seesNobodys: false }, position);
  if (letter === undefined) return { receipt, status: 'stored' };
  const { reason, retriedAt, discarded } = letter;
  if (discarded !== null)
    return { receipt, status: 'discarded', reason, discardedAt: discarded.at, note: discarded.note };
  return { receipt, status: 'dead-letter', reason, ...(retriedAt === null ? {} : { retriedAt }) };
}
