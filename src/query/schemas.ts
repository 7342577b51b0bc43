/** Shapes that several answers share, as the OpenAPI document shows them. */

import { z } from '@hono/zod-openapi';
import { DIALECTS } from '../canonical/event.ts';
import { isoFromMicros, microsFromIso } from '../canonical/time.ts';
import { USAGE_FIELDS } from '../canonical/usage.ts';
import { cursorCharsMax, pageRowsDefault, pageRowsMax } from '../limits.ts';
import { usdOf } from '../pricing/cost.ts';
import { USAGE_SOURCES } from './cost-sql.ts';

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
  cursor: z.string().max(cursorCharsMax).optional().openapi({ description: 'nextCursor of the page before' }),
};

export const DialectParam = z.enum(DIALECTS);

export const UsageBody = z
  .object({
    inputTokens: z.number().nullable().openapi({ description: 'As reported; it may leave cached tokens out' }),
    outputTokens: z.number().nullable().openapi({ description: 'As reported; it may leave reasoning out' }),
    cacheReadTokens: z.number().nullable(),
    cacheWriteTokens: z.number().nullable(),
    reasoningTokens: z.number().nullable(),
    totalTokens: z.number().nullable().openapi({ description: 'As reported, else all parts together' }),
    cacheWrite1hTokens: z.number().optional().openapi({ description: 'The part of cacheWriteTokens kept for an hour' }),
    audioInputTokens: z.number().optional(),
    audioOutputTokens: z.number().optional(),
    source: z.enum(['reported', 'counted', 'estimated']).nullable().openapi({
      description:
        'Where the counts are from. counted: a side that the client left out was counted here; estimated: and not exactly. Of a sum, the least certain one',
    }),
  })
  .openapi('Usage');
export type UsageBody = z.infer<typeof UsageBody>;

/** Counts in the order of `USAGE_FIELDS`, -1 for "not known", then the place of their source in `USAGE_SOURCES`. */
export function usageBody(counts: readonly number[]): UsageBody {
  const known = (field: (typeof USAGE_FIELDS)[number]) => {
    const count = counts[USAGE_FIELDS.indexOf(field)] ?? -1;
    return count < 0 ? null : count;
  };
  const ifKnown = (name: 'cacheWrite1hTokens' | 'audioInputTokens' | 'audioOutputTokens', count: number | null) =>
    count === null ? {} : { [name]: count };
  return {
    inputTokens: known('input'),
    outputTokens: known('output'),
    cacheReadTokens: known('cacheRead'),
    cacheWriteTokens: known('cacheWrite'),
    reasoningTokens: known('reasoning'),
    totalTokens: known('total'),
    ...ifKnown('cacheWrite1hTokens', known('cacheWrite1h')),
    ...ifKnown('audioInputTokens', known('audioInput')),
    ...ifKnown('audioOutputTokens', known('audioOutput')),
    source: USAGE_SOURCES[counts[USAGE_FIELDS.length] ?? 0] ?? null,
  };
}

export const CostUsd = z
  .number()
  .nullable()
  .openapi({ description: 'US dollars; null when nothing in it has a price' });

/** Pico-dollars come as text, because they may be more than a number holds. Rounded here, and only here. */
export function usdOrNull(pico: string | null): number | null {
  return pico === null ? null : usdOf(BigInt(pico));
}

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
