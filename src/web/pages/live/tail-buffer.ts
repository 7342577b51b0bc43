/** The newest events, as many as are kept: a count and an amount of text, because an event may be large. */

import type { LiveEvent } from '../../api/live.ts';
import { textLength } from './payload-text.ts';

export const KEPT_EVENTS_MAX = 2_000;
/** Of payloads, in characters: some hundred megabytes of memory at worst, and not gigabytes. */
const KEPT_CHARS_MAX = 32_000_000;
/** So far the text of one event is counted; larger ones count as this. */
const COUNTED_CHARS_MAX = 4_000_000;

export interface TailEvent {
  readonly event: LiveEvent;
  /** The same delivery has the same one. */
  readonly id: string;
  readonly chars: number;
}

export interface Tail {
  /** Newest first. */
  readonly events: readonly TailEvent[];
  readonly chars: number;
  /** Came since the page was opened or cleared, those that are no longer kept included. */
  readonly came: number;
  readonly dropped: number;
}

export const NO_TAIL: Tail = { events: [], chars: 0, came: 0, dropped: 0 };

export function tailEvent(event: LiveEvent): TailEvent {
  return {
    event,
    id: `${event.position} ${event.dialect} ${event.eventId}`,
    chars: textLength(event.payload, COUNTED_CHARS_MAX),
  };
}

/** `arrived`: in the order of acceptance. What came before is dropped from the end. */
export function withEvents(tail: Tail, arrived: readonly TailEvent[]): Tail {
  if (arrived.length === 0) return tail;
  const events: TailEvent[] = [];
  let chars = 0;
  for (const one of [...arrived].reverse().concat(tail.events)) {
    // The newest is shown, however large it is.
    if (events.length > 0 && (events.length >= KEPT_EVENTS_MAX || chars + one.chars > KEPT_CHARS_MAX)) break;
    events.push(one);
    chars += one.chars;
  }
  const came = tail.came + arrived.length;
  return { events, chars, came, dropped: came - events.length };
}

/** What was there before the stream began: below what it brought, and each event once. */
export function withHistory(tail: Tail, history: readonly TailEvent[]): Tail {
  const known = new Set(tail.events.map(({ id }) => id));
  const before = history.filter(({ id }) => !known.has(id)).sort((a, b) => b.event.position - a.event.position);
  const room = Math.max(0, KEPT_EVENTS_MAX - tail.events.length);
  const added = before.slice(0, room);
  return {
    events: [...tail.events, ...added],
    chars: tail.chars + added.reduce((sum, { chars }) => sum + chars, 0),
    came: tail.came + added.length,
    dropped: tail.dropped,
  };
}
