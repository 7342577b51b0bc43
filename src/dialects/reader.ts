/**
 * What a dialect may read back: one project's stored spans, events and counts, in the trace model's words. Each vendor's
 * read routes say the same in that vendor's words. Everything accepted before the question is in the answer.
 */

import type { JsonValue } from '../canonical/json.ts';
import type { SpanError } from '../canonical/span.ts';
import type { Micros } from '../canonical/time.ts';

/** Counts as `Usage` has them, with the total that adds up; null is "not known". */
export interface ReadUsage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly totalTokens: number | null;
}

/** A span as `GET /traces/{traceId}` shows it. Times are ISO-8601 in UTC with microseconds. */
export interface ReadSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly kind: string | null;
  readonly name: string | null;
  /** `running`, `ok`, `error`, `paused`, `unknown`. */
  readonly status: string;
  readonly startTime: string;
  readonly endTime: string | null;
  readonly durationMs: number | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly input: JsonValue;
  readonly output: JsonValue;
  readonly params: JsonValue;
  readonly error: SpanError | null;
  readonly usage: ReadUsage | null;
  readonly costUsd: number | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly agentName: string | null;
  readonly agentVersion: string | null;
  readonly environment: string | null;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, JsonValue>>;
  /** See canonical/annotations.ts; names without the prefix. Conditions on metadata name them with it. */
  readonly annotations: Readonly<Record<string, JsonValue>>;
  readonly feedback: Readonly<Record<string, JsonValue>> | null;
  readonly step: number | null;
}

export interface ReadEvent {
  readonly eventId: string;
  readonly type: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly timestamp: string;
  readonly receivedAt: string;
  readonly position: number;
  readonly environment: string | null;
  readonly step: number | null;
  readonly parentStep: number | null;
  /** As it came. */
  readonly payload: JsonValue;
}

/** Text columns of a span; '' stands for "not said". `parentSpanId` and `traceId` are as stored under late parents. */
export type TextField =
  | 'traceId'
  | 'spanId'
  | 'parentSpanId'
  | 'kind'
  | 'name'
  | 'status'
  | 'model'
  | 'provider'
  | 'userId'
  | 'sessionId'
  | 'agentName'
  | 'agentVersion'
  | 'environment';
/** `start` in microseconds since 1970; a number that is not known matches nothing. */
export type NumberField = 'start' | 'durationMs' | 'costUsd' | 'inputTokens' | 'outputTokens' | 'totalTokens';
export type Comparison = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte';

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly field: TextField; readonly in: readonly string[] }
  | { readonly field: NumberField; readonly op: Comparison; readonly value: number }
  /** All words occur in the input or all in the output. */
  | { readonly words: string }
  | { readonly tag: string }
  /** The member of the metadata is, as text, `equals`. */
  | { readonly metadata: string; readonly equals: string }
  /** The member of the feedback is this text; `undefined`: there is any feedback with this member. */
  | { readonly feedback: string; readonly equals?: string }
  /** The span has no parent, or none that is stored. */
  | { readonly isRoot: boolean };

export interface SpanQuestion {
  readonly where: Condition;
  /** Newest start first unless said otherwise; ties by span id. */
  readonly orderBy?: { readonly field: NumberField; readonly direction: 'asc' | 'desc' };
  readonly limit: number;
  readonly offset: number;
}

export interface EventQuestion {
  readonly eventId?: string;
  readonly traceId?: string;
  readonly spanIds?: readonly string[];
  readonly types?: readonly string[];
  /** Events whose span has this user, this session. */
  readonly userId?: string;
  readonly sessionId?: string;
  /** A text member of the payload, by its path: `['providerId']`. */
  readonly payload?: { readonly path: readonly string[]; readonly equals: string };
  /** By timestamp, ties by position. */
  readonly direction: 'asc' | 'desc';
  readonly limit: number;
  readonly offset: number;
}

export type Dimension =
  | Exclude<TextField, 'parentSpanId' | 'spanId'>
  /** Start of the bucket of `interval`, in ISO-8601. */
  | 'time';

export interface TallyQuestion {
  readonly where: Condition;
  /** None: one row for everything. */
  readonly by: readonly Dimension[];
  /** For the dimension `time`: buckets of this length in this time zone (IANA). */
  readonly interval?: { readonly unit: 'hour' | 'day' | 'week' | 'month'; readonly timeZone: string };
  /** Newest `lastSeen` first unless said otherwise. */
  readonly orderBy?: {
    readonly field: 'lastSeen' | 'firstSeen' | 'count' | 'costUsd';
    readonly direction: 'asc' | 'desc';
  };
  readonly limit: number;
  readonly offset: number;
}

/** One group. Durations are of spans, in milliseconds; null where no span tells one. Tokens and cost count repeats once. */
export interface Tally {
  /** The values of `by`, in its order; null is "not said". */
  readonly group: readonly (string | null)[];
  readonly count: number;
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly totalTokens: number;
  /** Null when nothing in the group has a price. */
  readonly costUsd: number | null;
  readonly durationMs: {
    readonly avg: number;
    readonly p50: number;
    readonly p75: number;
    readonly p90: number;
    readonly p95: number;
    readonly p99: number;
  } | null;
  /** Distinct users and traces in the group. */
  readonly users: number;
  readonly traces: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export interface Reader {
  /** The trace with its spans by start, `undefined` when there is none; ids that were guesses lead to the real trace. */
  trace(traceId: string): Promise<readonly ReadSpan[] | undefined>;
  /** Spans with these ids, in any order; none for ids that are not stored. The only question that finds hidden spans. */
  spansById(spanIds: readonly string[]): Promise<readonly ReadSpan[]>;
  spans(question: SpanQuestion): Promise<readonly ReadSpan[]>;
  countSpans(where: Condition): Promise<number>;
  /** `total` counts all that match, not only the page. */
  events(question: EventQuestion): Promise<{ readonly events: readonly ReadEvent[]; readonly total: number }>;
  tally(question: TallyQuestion): Promise<{ readonly groups: readonly Tally[]; readonly total: number }>;
  /** Now, as the reader's clock has it. */
  now(): Micros;
}

/** The store gave a question up because it would take too long, or too much memory: the caller has to narrow it. */
export class QuestionTooExpensive extends Error {
  constructor(cause: unknown) {
    super('the question takes too long or too much memory', { cause });
    this.name = 'QuestionTooExpensive';
  }
}

/** The store does not answer at the moment; the same question may be asked again. */
export class StoreAway extends Error {
  constructor(cause: unknown) {
    super('the store does not answer', { cause });
    this.name = 'StoreAway';
  }
}

/** The name of a time zone as `TallyQuestion.interval` takes it; `undefined` when there is no such zone. */
export function readTimeZone(text: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
