/** A span as the API shows it, from its joined registers. */

import { z } from '@hono/zod-openapi';
import { isObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { TextRegister } from '../canonical/span.ts';
import { isoFromMicros } from '../canonical/time.ts';
import { isoOrNull, Time, UsageBody } from './schemas.ts';
import { usageBody } from './trace-summary.ts';

/** Any JSON; as the vendor sent it. */
const Json = z.unknown().openapi({ description: 'Any JSON, as sent' });
const Name = z.string().nullable();

export const SpanBody = z
  .object({
    spanId: z.string(),
    parentSpanId: Name.openapi({ description: 'As the vendor said it; the parent may be missing from the trace' }),
    kind: Name,
    name: Name,
    status: z.string(),
    startTime: Time,
    endTime: Time.nullable(),
    durationMs: z.number().nullable(),
    model: Name,
    provider: Name,
    input: Json,
    output: Json,
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
    costUsd: z.number().nullable(),
    userId: Name,
    sessionId: Name,
    agentName: Name,
    agentVersion: Name,
    environment: Name,
    tags: z.array(z.string()),
    metadata: z.record(z.string(), Json),
    feedback: z.record(z.string(), Json).nullable(),
    step: z.number().nullable(),
  })
  .openapi('Span');
export type SpanBody = z.infer<typeof SpanBody>;

type Patch = readonly [rank: number, time: number, json: string];

export type SpanRow = Readonly<Record<TextRegister, string>> & {
  readonly spanId: string;
  readonly start: number;
  readonly end: number | null;
  readonly counts: readonly number[];
  readonly usage_rank: number;
  readonly duration: number;
  readonly duration_rank: number;
  readonly tag_list: string[];
  readonly metadata_patches: readonly Patch[];
  readonly feedback_patches: readonly Patch[];
  readonly step_list: readonly number[];
  readonly parentStep: number;
};

export function toSpans(rows: readonly SpanRow[]): SpanBody[] {
  const spanAtStep = new Map(rows.flatMap((row) => row.step_list.map((step) => [step, row.spanId] as const)));
  const spans = rows.map((row) =>
    toSpan(row, row.parentSpanId !== '' ? row.parentSpanId : spanAtStep.get(row.parentStep)),
  );
  return cutCycles(spans);
}

function toSpan(row: SpanRow, parent: string | undefined): SpanBody {
  const isRunning = row.status === 'running' || row.status === 'paused';
  const end = isRunning && row.end === null ? null : (row.end ?? null);
  const durationMicros = row.duration_rank > 0 ? row.duration : end === null ? null : end - row.start;
  return {
    spanId: row.spanId,
    parentSpanId: parent === undefined || parent === row.spanId ? null : parent,
    kind: orNull(row.kind),
    name: orNull(row.name),
    // A span that nobody has said anything about yet, as far as is known, runs.
    status: row.status === '' ? 'running' : row.status,
    startTime: isoFromMicros(row.start),
    endTime: isoOrNull(end),
    durationMs: durationMicros === null ? null : durationMicros / 1000,
    model: orNull(row.model),
    provider: orNull(row.provider),
    input: json(row.input),
    output: json(row.output),
    params: json(row.params),
    error: errorOf(row.error),
    usage: row.usage_rank === 0 ? null : withTotal(usageBody(row.counts)),
    costUsd: null,
    userId: orNull(row.userId),
    sessionId: orNull(row.sessionId),
    agentName: orNull(row.agentName),
    agentVersion: orNull(row.agentVersion),
    environment: orNull(row.environment),
    tags: row.tag_list,
    metadata: mergePatches(row.metadata_patches),
    feedback: row.feedback_patches.length === 0 ? null : mergeFeedback(row.feedback_patches),
    step: row.step_list[0] ?? null,
  };
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

function withTotal(usage: z.infer<typeof UsageBody>): z.infer<typeof UsageBody> {
  const { inputTokens, outputTokens, totalTokens } = usage;
  const sum = inputTokens === null && outputTokens === null ? null : (inputTokens ?? 0) + (outputTokens ?? 0);
  return { ...usage, totalTokens: totalTokens ?? sum };
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

/** A span cannot be its own ancestor: the earliest of a cycle becomes a root. Rows come sorted by start. */
function cutCycles(spans: readonly SpanBody[]): SpanBody[] {
  const parentOf = new Map(spans.map((span) => [span.spanId, span.parentSpanId]));
  const isSafe = new Set<string>();
  for (const { spanId } of spans) {
    const path = new Set<string>();
    let current: string | null | undefined = spanId;
    while (typeof current === 'string' && !isSafe.has(current)) {
      if (path.has(current)) {
        cutAtEarliest(cycleOf(current, parentOf), spans, parentOf);
        break;
      }
      path.add(current);
      current = parentOf.get(current);
    }
    for (const id of path) isSafe.add(id);
  }
  return spans.map((span) => ({ ...span, parentSpanId: parentOf.get(span.spanId) ?? null }));
}

function cycleOf(start: string, parentOf: ReadonlyMap<string, string | null>): Set<string> {
  const cycle = new Set<string>();
  for (let id: string | null | undefined = start; typeof id === 'string' && !cycle.has(id); id = parentOf.get(id))
    cycle.add(id);
  return cycle;
}

function cutAtEarliest(
  cycle: ReadonlySet<string>,
  spans: readonly SpanBody[],
  parentOf: Map<string, string | null>,
): void {
  const earliest = spans.find((span) => cycle.has(span.spanId));
  if (earliest !== undefined) parentOf.set(earliest.spanId, null);
}
