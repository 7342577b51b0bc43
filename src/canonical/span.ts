/**
 * A span is a set of registers. Each event writes some of them with a rank and a time; the join in `merge.ts` picks the
 * winner, so the span does not depend on the order, the number of deliveries or the batching of its events.
 *
 * Rank says who is trustworthy about a register (a Lunary `start` about the name, an `end` about the output); each
 * dialect's README lists its ranks. 0 is never written: it means "nobody said anything".
 */

import type { Micros } from './time.ts';
import type { Usage } from './usage.ts';

export type SpanKind =
  | 'llm'
  | 'agent'
  | 'tool'
  | 'chain'
  | 'workflow'
  | 'node'
  | 'retriever'
  | 'embedding'
  | 'message'
  | 'event';
/** Readers also show `unknown`: running for so long that nobody expects an end any more. */
export type SpanStatus = 'running' | 'ok' | 'error' | 'paused';

export interface SpanError {
  readonly message?: string;
  readonly type?: string;
  readonly stack?: string;
  readonly code?: string;
}

/** Registers that hold one text; `input`, `output`, `params` and `error` hold JSON text. */
export const TEXT_REGISTERS = [
  'name',
  'kind',
  'status',
  'parentSpanId',
  'model',
  'provider',
  'input',
  'output',
  'params',
  'error',
  'userId',
  'sessionId',
  'agentName',
  'agentVersion',
  'environment',
] as const;
export type TextRegister = (typeof TEXT_REGISTERS)[number];

export type RegisterName = TextRegister | 'usage' | 'durationMicros';

/** What one event says about one span. Absent registers are untouched; explicit nulls of a vendor count as absent. */
export interface SpanFragment {
  readonly spanId: string;
  /** Rank of every register this fragment writes, 1 to 255, unless `ranks` says otherwise. */
  readonly rank: number;
  readonly ranks?: Partial<Record<RegisterName, number>>;
  /**
   * The sender's time for this event, or 0 when it sent none. Among equal ranks the later time wins; arrival time is
   * never used, it would make the result depend on the order of arrival.
   */
  readonly time: Micros;
  /** The span began no later than this (joined by minimum). */
  readonly start: Micros;
  /** The span ended no earlier than this (joined by maximum). Absent while it runs. */
  readonly end?: Micros;
  readonly text: Partial<Record<TextRegister, string>> & { readonly kind?: SpanKind; readonly status?: SpanStatus };
  readonly usage?: Usage;
  /** The first piece of the output was there (joined by minimum). */
  readonly firstToken?: Micros;
  /** Plumbing that its vendor keeps out of sight: stored, and shown only on request (joined by or). */
  readonly hidden?: true;
  /** Measured by the sender; wins over `end - start`. */
  readonly durationMicros?: number;
  /**
   * The event has one time for the whole of the work. A span whose start and end stay that moment has no duration: 0 would
   * stand in every percentile as the fastest call of all.
   */
  readonly isMoment?: true;
  readonly tags?: readonly string[];
  /** JSON objects, shallow-merged in the order of (rank, time): later keys win. */
  readonly metadata?: string;
  /** As metadata, but a key set to null is cleared, and `{"overwrite":true,...}` is handled by the reader. */
  readonly feedback?: string;
  /** Sequence number that the event asks for; see `StepRequest` in event.ts. */
  readonly step?: number;
  readonly parentStep?: number;
}

/** JSON text for the error register; `undefined` when there is nothing to tell. */
export function errorText(error: SpanError): string | undefined {
  return Object.values(error).some((part) => part !== undefined) ? JSON.stringify(error) : undefined;
}
