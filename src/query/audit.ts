/** `GET /audit`: who changed what, when, from where. There is no route that changes or deletes an entry. */

import { createRoute, z } from '@hono/zod-openapi';
import { isoFromMicros } from '../canonical/time.ts';
import { auditRetentionDays } from '../limits.ts';
import type { AuditEntry, AuditFilter, AuditLog } from '../registry/audit.ts';
import type { Viewer } from '../registry/viewer.ts';
import { decodeCursor, encodeCursor, PageParams, page, refusals, TimeParam } from './schemas.ts';

export const AuditEntryBody = z
  .object({
    id: z.number(),
    at: z.string(),
    projectId: z.string().nullable().openapi({ description: 'null: the whole server' }),
    action: z.string().openapi({ description: 'Method and path of the route, or `first start`' }),
    subject: z.record(z.string(), z.unknown()).openapi({ description: 'Ids and names of what was acted on' }),
    detail: z.record(z.string(), z.unknown()).openapi({ description: 'What was asked for; secrets are masked' }),
    actor: z
      .object({ keyId: z.string(), keyName: z.string(), keyPrefix: z.string() })
      .nullable()
      .openapi({ description: 'The key; null: the server itself' }),
    address: z.string().nullable().openapi({ description: 'Of the connection: behind a proxy, that of the proxy' }),
    status: z.number().nullable().openapi({
      description: 'Of the answer; null while it runs, or when the process died before it ended',
    }),
  })
  .openapi('AuditEntry');
export type AuditEntryBody = z.infer<typeof AuditEntryBody>;

export const AuditFilters = z.object({
  ...PageParams,
  action: z.string().min(1).max(200).optional().openapi({ description: 'Part of the action: `keys`, `DELETE`' }),
  from: TimeParam.optional(),
  to: TimeParam.optional(),
});
export type AuditFilters = z.infer<typeof AuditFilters>;

export const listAuditRoute = createRoute({
  method: 'get',
  path: '/audit',
  summary: 'Administrative actions, the latest first (scope: admin)',
  description: `Of the own project; with the instance scope of all. Entries are kept for ${auditRetentionDays} days.`,
  request: { query: AuditFilters },
  responses: {
    200: { description: 'A page of entries', content: { 'application/json': { schema: page(AuditEntryBody) } } },
    ...refusals,
  },
});

/** `undefined` when the cursor is not ours. */
export async function listAudit(
  audit: AuditLog,
  viewer: Viewer,
  { limit, cursor, action, from, to }: AuditFilters,
): Promise<{ data: AuditEntryBody[]; nextCursor: string | null } | undefined> {
  const before = cursor === undefined ? undefined : decodeCursor(cursor, ['number'])?.[0];
  if (cursor !== undefined && typeof before !== 'number') return undefined;
  const filter: AuditFilter = {
    ...(action === undefined ? {} : { action }),
    ...(from === undefined ? {} : { from: isoFromMicros(from) }),
    ...(to === undefined ? {} : { to: isoFromMicros(to) }),
  };
  const page = { limit: limit + 1, ...(typeof before === 'number' ? { before } : {}) };
  const entries = await audit.list(viewer, filter, page);
  const data = entries.slice(0, limit);
  const last = data.at(-1);
  return {
    data: data.map(entryBody),
    nextCursor: entries.length > limit && last !== undefined ? encodeCursor([last.id]) : null,
  };
}

function entryBody({ projectId, address, ...entry }: AuditEntry): AuditEntryBody {
  return { ...entry, projectId: projectId || null, address: address || null };
}
