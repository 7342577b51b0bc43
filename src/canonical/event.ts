/** What a dialect hands over for each accepted event: the row to keep, and what it says about spans. */

import type { SpanFragment } from './span.ts';
import type { Micros } from './time.ts';

export const DIALECTS = ['weflayr', 'lunary', 'vellum', 'voker', 'whyops'] as const;
export type DialectName = (typeof DIALECTS)[number];

/** Where an event's span belongs. Vendors differ in how much of the tree one event tells. */
export type Placement =
  /** The event names its trace. */
  | { readonly by: 'trace'; readonly traceId: string }
  /** The event names the parent span: its trace is the parent's. Without a parent the span is a root, its id the trace id. */
  | { readonly by: 'parent'; readonly parentSpanId?: string }
  /** The event names only its span, which has a life of its own: its trace is whatever that span's is (asked if need be). */
  | { readonly by: 'span' }
  /** Calls of this vendor normally stand alone: the span is its own trace, unless another of its events said otherwise. */
  | { readonly by: 'self' };

/** The vendor numbers events within a trace; absent numbers are assigned in log order when the event is loaded. */
export interface StepRequest {
  readonly step?: number;
  readonly parentStep?: number;
  /** Numbers in a row that the event takes, the first of which is its own; 1 unless said otherwise. */
  readonly span?: number;
}

/** Things an event names that exist apart from traces; made when they do not exist yet. */
export interface Mentions {
  readonly agent?: { readonly name: string; readonly version?: string; readonly isDefault?: boolean };
  readonly person?: { readonly id: string; readonly properties?: string };
}

export interface EventDraft {
  /**
   * Identity within (project, dialect). The same event delivered again has the same id and is stored once. Events
   * without an identity of their own get one from `DecodeContext.newEventId`.
   */
  readonly eventId: string;
  /** The sender chose the id as an idempotency key and may repeat it at any later time. */
  readonly isIdempotencyKey?: boolean;
  /** As sent. */
  readonly type: string;
  /** The sender's time, else the time of arrival. */
  readonly timestamp: Micros;
  readonly placement: Placement;
  readonly spanId: string;
  readonly environment?: string;
  readonly steps?: StepRequest;
  readonly mentions?: Mentions;
  /**
   * The agent whose sampling rate decides about the whole trace, and where this trace stands between 0 and 1. Only for
   * events that name their trace (`placement`).
   */
  readonly sampling?: { readonly agentName: string; readonly point: number };
  /** Spans of this vendor that are deleted by this event, with all that was stored about them before it. */
  readonly erases?: readonly string[];
  /** The event's own JSON text, byte for byte. */
  readonly payload: string;
  /** One per span the event speaks of, in the trace of `placement`. Usually one, with this event's `spanId`. */
  readonly fragments: readonly SpanFragment[];
}
