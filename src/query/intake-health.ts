/** Intake health: what comes in and what does not, what waits, what was put aside, and how much room there is. */

import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { createRoute, z } from '@hono/zod-openapi';
import type { RefusedCount, RefusedRequest } from '../canonical/refused-request.ts';
import { FAULTS, type FaultCode } from '../faults.ts';
import { deadLettersMax, pageRowsMax, quarantinedRegionsListedMax } from '../limits.ts';
import { listQuarantine } from '../log/disk/quarantine.ts';
import type { Viewer } from '../registry/viewer.ts';
import type { QueryParts } from './access.ts';
import type { QueueAge } from './queue-age.ts';
import { decodeCursor, encodeCursor, PageParams, page, refusals } from './schemas.ts';

/** What only a running server knows. */
export interface IntakeHealthParts {
  readonly refused: {
    list(viewer: Viewer, page: { readonly limit: number; readonly before?: number }): readonly RefusedRequest[];
    counts(projectId: Viewer['projectId']): readonly RefusedCount[];
  };
  readonly counters: {
    readonly acceptedRequests: number;
    readonly acceptedEvents: number;
    readonly refusedEvents: number;
    /** By `<dialect> <fault>`. */
    readonly refused: ReadonlyMap<string, number>;
  };
  readonly queueAge: QueueAge;
  readonly directory: {
    readonly root: string;
    readonly log: string;
    readonly store: string;
    readonly registry: string;
  };
}

// The keys of a constant object.
const FaultName = z.enum(Object.keys(FAULTS) as [FaultCode, ...FaultCode[]]);
const Texts = z.record(z.string(), z.string());

export const RefusedRequestBody = z
  .object({
    id: z.number(),
    projectId: z.string().nullable(),
    at: z.string(),
    dialect: z.string(),
    route: z.string(),
    fault: FaultName,
    message: z.string(),
    field: z.string().nullable().openapi({ description: 'Where in the body, when the fault says so' }),
    method: z.string(),
    path: z.string(),
    query: Texts,
    headers: Texts.openapi({ description: 'Secrets are masked' }),
    body: z.string().nullable().openapi({ description: 'The beginning; null when it was not read' }),
    bodyChars: z.number(),
  })
  .openapi('RefusedRequest');

export const listRefusedRequestsRoute = createRoute({
  method: 'get',
  path: '/refused-requests',
  summary: 'Requests that were refused lately, the latest first',
  description:
    'A few of each project, since start. Those that do not say whose they are, or not truly, are shown to the instance scope.',
  request: { query: z.object(PageParams) },
  responses: {
    200: { description: 'A page', content: { 'application/json': { schema: page(RefusedRequestBody) } } },
    ...refusals,
  },
});

/** `undefined` when the cursor is not ours. */
export function listRefusedRequests(
  { refused }: IntakeHealthParts,
  viewer: Viewer,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): { data: z.infer<typeof RefusedRequestBody>[]; nextCursor: string | null } | undefined {
  const before = cursor === undefined ? undefined : decodeCursor(cursor, ['number'])?.[0];
  if (cursor !== undefined && typeof before !== 'number') return undefined;
  const found = refused.list(viewer, { limit: limit + 1, ...(typeof before === 'number' ? { before } : {}) });
  const data = found.slice(0, limit).map((request) => ({ ...request }));
  const last = data.at(-1);
  return { data, nextCursor: found.length > limit && last !== undefined ? encodeCursor([last.id]) : null };
}

export const QuarantineBody = z
  .object({
    file: z.string().openapi({ description: 'Below log/quarantine/ in the data directory' }),
    segment: z.string(),
    offset: z.number().openapi({ description: 'Where in the segment it began, in bytes' }),
    bytes: z.number(),
    at: z.string(),
  })
  .openapi('QuarantinedRegion');

export const listQuarantineRoute = createRoute({
  method: 'get',
  path: '/quarantine',
  summary: 'Damaged stretches of the log that were put aside, the latest first (scope: instance)',
  request: { query: z.object({ limit: z.coerce.number().int().min(1).max(pageRowsMax).default(pageRowsMax) }) },
  responses: {
    200: { description: 'The stretches', content: { 'application/json': { schema: page(QuarantineBody) } } },
    ...refusals,
  },
});

export async function quarantine(
  { directory }: IntakeHealthParts,
  limit: number,
): Promise<{ data: z.infer<typeof QuarantineBody>[]; nextCursor: null }> {
  const { regions } = await listQuarantine(directory.log, Math.min(limit, quarantinedRegionsListedMax));
  return { data: regions.map((region) => ({ ...region })), nextCursor: null };
}

const Refused = z.array(z.object({ dialect: z.string(), fault: z.string(), requests: z.number() }));

export const IntakeBody = z
  .object({
    project: z.object({
      accepted: z
        .array(z.object({ dialect: z.string(), events: z.number() }))
        .openapi({ description: 'Stored events that arrived in the last 24 hours' }),
      refused: Refused.openapi({ description: 'Since start' }),
      deadLetters: z.number(),
    }),
    server: z
      .object({
        acceptedRequests: z.number(),
        acceptedEvents: z.number(),
        refusedEvents: z.number().openapi({ description: 'Refused one by one within an accepted request' }),
        refused: Refused,
        backlogBytes: z.number().openapi({ description: 'Durable, not stored yet' }),
        oldestWaitingSeconds: z.number(),
        storeWaitingSeconds: z.number().openapi({ description: 'How long the store has refused what waits' }),
        deadLetters: z.number(),
        deadLettersMax: z.number(),
        quarantinedRegions: z.number(),
        quarantinedBytes: z.number(),
        disk: z.object({
          storeBytes: z.number(),
          logBytes: z.number(),
          registryBytes: z.number(),
          freeBytes: z.number(),
        }),
      })
      .nullable()
      .openapi({ description: 'All projects together, since start; only with the instance scope' }),
  })
  .openapi('Intake');
export type IntakeBody = z.infer<typeof IntakeBody>;

export const getIntakeRoute = createRoute({
  method: 'get',
  path: '/intake',
  summary: 'What comes in and what does not, what waits, and how much room there is',
  responses: {
    200: { description: 'Intake health', content: { 'application/json': { schema: IntakeBody } } },
    ...refusals,
  },
});

const DAY_MICROS = 86_400_000_000;

export async function intakeHealth(
  parts: QueryParts,
  health: IntakeHealthParts,
  viewer: Viewer,
  nowMicros: number,
): Promise<IntakeBody> {
  const accepted = await parts.store.select<{ dialect: string; events: number }>(
    `SELECT dialect, count() AS events FROM tributary.events WHERE project_id = {project:UUID}
     AND received_at >= fromUnixTimestamp64Micro({since:Int64}) GROUP BY dialect ORDER BY dialect`,
    { project: viewer.projectId, since: nowMicros - DAY_MICROS },
  );
  return {
    project: {
      accepted: accepted.map(({ dialect, events }) => ({ dialect, events: Number(events) })),
      refused: health.refused.counts(viewer.projectId).map((one) => ({ ...one })),
      deadLetters: await parts.registry.deadLetters.count({ ...viewer, seesNobodys: false }),
    },
    server: viewer.seesNobodys ? await serverHealth(parts, health) : null,
  };
}

async function serverHealth(
  { registry, loader, store }: QueryParts,
  { counters, queueAge, directory }: IntakeHealthParts,
): Promise<IntakeBody['server']> {
  const { count, bytes } = await listQuarantine(directory.log, 0);
  const [row] = await store.select<{ bytes: number }>(
    "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = 'tributary'",
  );
  const { bavail, bsize } = await statfs(directory.root);
  return {
    acceptedRequests: counters.acceptedRequests,
    acceptedEvents: counters.acceptedEvents,
    refusedEvents: counters.refusedEvents,
    refused: [...counters.refused].map(([key, requests]) => {
      const [dialect = '', fault = ''] = key.split(' ');
      return { dialect, fault, requests };
    }),
    backlogBytes: loader.backlogBytes,
    oldestWaitingSeconds: Math.round(queueAge.seconds()),
    storeWaitingSeconds: Math.round(loader.waitingSeconds),
    deadLetters: await registry.deadLetters.count(),
    deadLettersMax,
    quarantinedRegions: count,
    quarantinedBytes: bytes,
    disk: {
      storeBytes: Number(row?.bytes ?? 0),
      logBytes: (await bytesIn(directory.log)) + bytes,
      registryBytes: await bytesOf(directory.registry, `${directory.registry}-wal`),
      freeBytes: bavail * bsize,
    },
  };
}

/** Of the files in a folder, not below. */
async function bytesIn(folder: string): Promise<number> {
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
  return bytesOf(...files.map(({ name }) => join(folder, name)));
}

/** Files may go while they are counted. */
async function bytesOf(...paths: readonly string[]): Promise<number> {
  const sizes = paths.map(async (path) => (await stat(path).catch(() => undefined))?.size ?? 0);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
