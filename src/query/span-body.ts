/** A span as the API shows it, from its joined registers. */

import { z } from '@hono/zod-openapi';
import { annotatedTags, annotationsOf, plainMetadata } from '../canonical/annotations.ts';
import { isObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { TextRegister } from '../canonical/span.ts';
import { isoFromMicros } from '../canonical/time.ts';
import { totalTokens, USAGE_FIELDS } from '../canonical/usage.ts';
import { errorMessageCharsMax } from '../limits.ts';
import { USAGE_SOURCES } from './cost-sql.ts';
import { type CostRegisters, deriveCost } from './derive-cost.ts';
import { CostUsd, isoOrNull, Time, UsageBody, usageBody } from './schemas.ts';
import { SHOWN_STATUSES, type ShownStatus } from './status-sql.ts';
import { durationOf } from './trace-summary.ts';

/** Any JSON; as the vendor sent it. */
const Json = z.unknown().openapi({ description: 'Any JSON, as sent' });
const Name = z.string().nullable();

export const SpanBody = z
  .object({
    spanId: z.string(),
    parentSpanId: Name.openapi({
      description: 'As the vendor said it, past hidden spans; the parent may be missing from the trace',
    }),
    kind: Name,
    name: Name,
    status: z.enum(SHOWN_STATUSES).openapi({
      description: 'unknown: no sign of life for long, from a client whose calls may end unseen; an end makes it known',
    }),
    startTime: Time,
    endTime: Time.nullable(),
    durationMs: z.number().nullable().openapi({
      description: 'Null while it is not over, and when one moment is all that the client said of it',
    }),
    timeToFirstTokenMs: z.number().nullable(),
    timesAreEstimated: z.boolean().openapi({ description: 'The client sent no time; arrival stands for it' }),
    model: Name,
    provider: Name,
    input: Json,
    output: Json,
    hasInput: z.boolean().openapi({ description: 'The client said one, also where it is left out here' }),
    hasOutput: z.boolean(),
    params: Json,
    error: z
      .object({
        message: z.string().optional(),
        type: z.string().optional(),
        stack: z.string().optional(),
        code: z.string().optional(),
      })
      .nullable(),
    usage: UsageBody.nullable(),
    costUsd: CostUsd,
    countsInTotals: z.boolean().openapi({
      description: 'False: usage and cost repeat what spans below report, and sums leave them out',
    }),
    userId: Name,
    sessionId: Name,
    agentName: Name,
    agentVersion: Name,
    environment: Name,
    tags: z.array(z.string()),
    metadata: z.record(z.string(), Json),
    annotations: z.record(z.string(), Json).openapi({
      description: 'What was said about the span afterwards or by its place in the vendor’s API: scores, tags, ids',
    }),
    feedback: z.record(z.string(), Json).nullable(),
    step: z.number().nullable(),
  })
  .openapi('Span');
export type SpanBody = z.infer<typeof SpanBody>;

type Patch = readonly [rank: number, time: number, json: string];

export type SpanRow = Readonly<Record<Exclude<TextRegister, 'status'>, string>> &
  CostRegisters & {
    readonly status: ShownStatus;
    readonly trace_key: string;
    readonly spanId: string;
    readonly start: number;
    readonly end: number | null;
    readonly firstToken: number | null;
    readonly timedByArrival: 0 | 1;
    readonly repeats: 0 | 1;
    readonly duration: number;
    readonly duration_rank: number;
    readonly hasInput: 0 | 1;
    readonly hasOutput: 0 | 1;
    readonly isHidden: 0 | 1;
    readonly tag_list: string[];
    readonly metadata_patches: readonly Patch[];
    readonly feedback_patches: readonly Patch[];
    readonly step_list: readonly number[];
  };

export function toSpan(row: SpanRow, parentSpanId: string | null): SpanBody {
  const durationMicros = durationOf(row);
  const metadata = mergePatches(row.metadata_patches);
  const annotations = annotationsOf(metadata);
  return {
    spanId: row.spanId,
    parentSpanId,
    kind: orNull(row.kind),
    name: orNull(row.name),
    status: row.status,
    startTime: isoFromMicros(row.start),
    endTime: isoOrNull(row.end),
    durationMs: durationMicros === null ? null : durationMicros / 1000,
    timeToFirstTokenMs: timeToFirstTokenMs(row),
    timesAreEstimated: row.timedByArrival === 1,
    model: orNull(row.model),
    provider: orNull(row.provider),
    input: json(row.input),
    output: json(row.output),
    hasInput: row.hasInput === 1,
    hasOutput: row.hasOutput === 1,
    params: json(row.params),
    error: errorOf(row.error),
    ...usageAndCost(row),
    countsInTotals: row.repeats === 0,
    userId: orNull(row.userId),
    sessionId: orNull(row.sessionId),
    agentName: orNull(row.agentName),
    agentVersion: orNull(row.agentVersion),
    environment: orNull(row.environment),
    tags: annotatedTags(row.tag_list, annotations),
    metadata: plainMetadata(metadata),
    annotations,
    feedback: row.feedback_patches.length === 0 ? null : mergeFeedback(row.feedback_patches),
    step: row.step_list[0] ?? null,
  };
}

/** Of a span whose large columns were not read: its error as a list shows it. */
export function withoutBodies(span: SpanBody): SpanBody {
  if (span.error === null) return span;
  const { message, type } = span.error;
  const error = {
    ...(message === undefined ? {} : { message: message.slice(0, errorMessageCharsMax).toWellFormed() }),
    ...(type === undefined ? {} : { type }),
  };
  return { ...span, error };
}

/** Here in the program, not in the statement: planning it takes longer than all the rest (measured). */
function usageAndCost(registers: CostRegisters): Pick<SpanBody, 'usage' | 'costUsd'> {
  const { effective, cost } = deriveCost(registers);
  const { usage, source } = effective;
  if (source === null) return { usage: null, costUsd: null };
  const counts = USAGE_FIELDS.map((field) => (field === 'total' ? totalTokens(usage) : usage[field]) ?? -1);
  return { usage: usageBody([...counts, USAGE_SOURCES.indexOf(source)]), costUsd: cost?.costUsd ?? null };
}

/** A clock that was set back gives no time at all. */
function timeToFirstTokenMs({ start, firstToken }: SpanRow): number | null {
  return firstToken === null || firstToken < start ? null : (firstToken - start) / 1000;
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

/** Registers hold JSON text that we wrote; a text that is none would be shown as it is rather than fail the page. */
function json(text: string): JsonValue {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function errorOf(text: string): SpanBody['error'] {
  const parts = json(text);
  if (!isObject(parts)) return null;
  return Object.fromEntries(
    ['message', 'type', 'stack', 'code'].flatMap((name) =>
      typeof parts[name] === 'string' ? [[name, parts[name]]] : [],
    ),
  );
}

/** Patches come sorted by (rank, time, text); `Map` keeps keys like `__proto__` what they are: keys. */
function mergePatches(patches: readonly Patch[]): Record<string, JsonValue> {
  const merged = new Map<string, JsonValue>();
  for (const [, , text] of patches) assign(merged, json(text));
  return Object.fromEntries(merged);
}

/** Keys merge, null clears a key, `overwrite` forgets what was there (`protocols/lunary.md` 2.7 and 7.8). */
function mergeFeedback(patches: readonly Patch[]): Record<string, JsonValue> {
  const merged = new Map<string, JsonValue>();
  for (const [, , text] of patches) {
    const patch = json(text);
    if (!isObject(patch)) continue;
    if (patch.overwrite === true) merged.clear();
    assign(merged, patch.feedback ?? null);
  }
  return Object.fromEntries([...merged].filter(([, value]) => value !== null));
}

function assign(target: Map<string, JsonValue>, patch: JsonValue): void {
  if (!isObject(patch)) return;
  const own: JsonObject = patch;
  for (const [key, value] of Object.entries(own)) if (value !== undefined) target.set(key, value);
}
