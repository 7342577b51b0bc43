/**
 * What one event says, and how much it counts. Ranks per event (README.md has the table):
 * a `start` is trusted about what the run is, an `end` or `error` about how it came out (`protocols/lunary.md` 7.1).
 */

import { plainMetadata } from '../../canonical/annotations.ts';
import type { Placement } from '../../canonical/event.ts';
import type { JsonObject } from '../../canonical/json.ts';
import type { RegisterName, SpanFragment, SpanKind, SpanStatus, TextRegister } from '../../canonical/span.ts';
import type { Micros } from '../../canonical/time.ts';
import type { Usage } from '../../canonical/usage.ts';
import type { Phase } from './envelope.ts';

export interface Statement {
  readonly spanId: string;
  readonly placement: Placement;
  readonly kind: SpanKind;
  /** The event named a type; otherwise its kind is a guess that any other event may correct. */
  readonly isTyped: boolean;
  readonly status: SpanStatus;
  readonly text?: { readonly [R in Exclude<TextRegister, 'kind' | 'status'>]?: string | undefined };
  readonly usage?: Usage | undefined;
  readonly tags?: readonly string[];
  /** As the client sent it. */
  readonly metadata?: JsonObject | undefined;
  /** Reserved metadata, see `marks.ts`. */
  readonly marks?: JsonObject | undefined;
  readonly feedback?: string | undefined;
}

type Ranks = Partial<Record<RegisterName, number>>;

function ranks(identity: number, outcome: number): Ranks {
  return {
    ...{ name: identity, kind: identity, parentSpanId: identity, model: identity, agentName: identity },
    ...{ input: identity, params: identity, userId: identity, sessionId: identity },
    ...{ output: outcome, error: outcome, status: outcome, usage: outcome },
  };
}

const RANKS: Record<Phase, Ranks> = {
  start: ranks(30, 10),
  chat: ranks(30, 30),
  'custom-event': ranks(30, 30),
  log: ranks(30, 30),
  end: ranks(20, 30),
  error: ranks(20, 30),
  update: ranks(5, 5),
  feedback: ranks(5, 5),
  other: ranks(5, 5),
};
/** Below anything that was really said. */
const GUESS = 1;
/** Metadata and feedback patches have one rank for all events, so that time alone orders them. */
const PATCH_RANK = 20;
/** These tell that the work is over; the rest leave the span open. */
const ENDS: ReadonlySet<Phase> = new Set(['end', 'error', 'chat', 'custom-event', 'log']);
/** One event is all of it. */
const MOMENTS: ReadonlySet<Phase> = new Set(['chat', 'custom-event', 'log']);

export function fragmentOf(said: Statement, phase: Phase, timestamp: Micros, sentAt: Micros | undefined): SpanFragment {
  const { spanId, kind, status, usage, tags, feedback } = said;
  const metadata = { ...said.marks, ...plainMetadata(said.metadata ?? {}) };
  const text: { -readonly [R in TextRegister]?: string } & { kind: SpanKind; status: SpanStatus } = { kind, status };
  for (const [register, value] of Object.entries(said.text ?? {})) {
    // `Object.entries` widens the key; the object has only registers.
    if (value !== undefined) text[register as keyof NonNullable<Statement['text']>] = value;
  }
  return {
    spanId,
    rank: PATCH_RANK,
    ranks: said.isTyped ? RANKS[phase] : { ...RANKS[phase], kind: GUESS },
    time: sentAt ?? 0,
    start: timestamp,
    text,
    ...(ENDS.has(phase) ? { end: timestamp } : {}),
    ...(MOMENTS.has(phase) ? { isMoment: true } : {}),
    ...(usage === undefined ? {} : { usage }),
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata: JSON.stringify(metadata) }),
    ...(feedback === undefined ? {} : { feedback }),
  };
}
