/** Shapes that several answers share, as the OpenAPI document shows them. */

import { z } from '@hono/zod-openapi';
import { DIALECTS } from '../canonical/event.ts';
import { isoFromMicros, microsFromIso } from '../canonical/time.ts';
import { pageRowsDefault, pageRowsMax } from '../limits.ts';

export const ErrorBody = z
  .object({ error: z.object({ code: z.string(), message: z.string(), path: z.string().optional() }) })
  .openapi('Error');

export const errorResponse = (description: string) => ({
  description,
  content: { 'application/json': { schema: ErrorBody } },
});

/** The refusals that every question of a project can give. */
export const refusals = {
  400: errorResponse('A parameter is not valid; `path` names it'),
  401: errorResponse('No key, or an unknown one'),
  403: errorResponse('The key lacks the scope'),
};

export const Time = z
  .string()
  .openapi({ description: 'ISO-8601, UTC, microseconds', example: '2026-01-31T09:30:00.000001Z' });

export const TimeParam = z
  .string()
  .transform((text, context) => {
    const micros = microsFromIso(text);
    if (micros !== undefined) return micros;
    context.addIssue({ code: 'custom', message: 'must be an ISO-8601 time' });
    return z.NEVER;
  })
  .openapi({ type: 'string', example: '2026-01-31T09:30:00Z' });

export const PageParams = {
  limit: z.coerce.number().int().min(1).max(pageRowsMax).default(pageRowsDefault),
  cursor: z.string().max(4096).optional().openapi({ description: 'nextCursor of the page before' }),
};

export const DialectParam = z.enum(DIALECTS);

export const UsageBody = z
  .object({
    inputTokens: z.number().nullable(),
    outputTokens: z.number().nullable(),
    cacheReadTokens: z.number().nullable(),
    cacheWriteTokens: z.number().nullable(),
    reasoningTokens: z.number().nullable(),
    totalTokens: z.number().nullable(),
  })
  .openapi('Usage');

export function page<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}

export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts of a cursor, or `undefined` for anything that this server did not make. */
export function decodeCursor(cursor: string, shape: readonly ('string' | 'number')[]): (string | number)[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || parts.length !== shape.length) return undefined;
    const valid = parts.every(
      (part: unknown, i) => typeof part === shape[i] && (typeof part !== 'number' || Number.isSafeInteger(part)),
    );
    return valid ? parts : undefined;
  } catch {
    return undefined;
  }
}

export function isoOrNull(micros: number | null): string | null {
  return micros === null ? null : isoFromMicros(micros);
}
