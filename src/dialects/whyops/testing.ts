/** Requests, contexts and stand-ins for the tests of this folder. */

import { isoFromMicros } from '../../canonical/time.ts';
import type { Directory, IntakeRequest, LoadContext } from '../dialect.ts';
import type { ReadEvent, Reader } from '../reader.ts';

export const RECEIVED_AT = Date.UTC(2026, 0, 31, 9, 30) * 1000;

export function request(body: unknown, headers: Record<string, string> = {}): IntakeRequest {
  const head = { method: 'POST', params: {}, query: new URLSearchParams(), headers };
  return { head, text: typeof body === 'string' ? body : JSON.stringify(body), receivedAt: RECEIVED_AT };
}

export const context: LoadContext = { receivedAt: RECEIVED_AT, newEventId: (index) => `event-${index}` };

const unasked = () => Promise.reject(new Error('not asked in this test'));

/** A registry that knows nothing; a test says what it knows. */
export function directoryWith(known: Partial<Directory> = {}): Directory {
  return {
    ensureFingerprint: unasked,
    hasFingerprint: unasked,
    ensurePerson: unasked,
    getPerson: unasked,
    updatePerson: unasked,
    ensureAgent: unasked,
    getAgent: unasked,
    ensureAgentVersion: unasked,
    getAgentVersion: unasked,
    currentAgentVersion: () => undefined,
    listAgents: unasked,
    listAgentVersions: unasked,
    listPeople: unasked,
    people: unasked,
    settings: async () => ({ strictAgentVersions: false, retentionDays: 'default' }),
    samplingRates: async () => new Map(),
    setSamplingRate: unasked,
    settled: async () => undefined,
    ...known,
  };
}

export function readerWith(known: Partial<Reader> = {}): Reader {
  return {
    trace: unasked,
    spansById: unasked,
    spans: unasked,
    countSpans: unasked,
    events: unasked,
    tally: unasked,
    now: () => RECEIVED_AT,
    ...known,
  };
}

/** Stored events, asked for by trace, id or type; in the order given, which is that of their times. */
export function readerOf(events: readonly ReadEvent[]): Reader {
  return readerWith({
    events: async ({ traceId, eventId, types, direction, limit, offset }) => {
      const found = events.filter(
        (event) =>
          (traceId === undefined || event.traceId === traceId) &&
          (eventId === undefined || event.eventId === eventId) &&
          (types === undefined || types.includes(event.type)),
      );
      const ordered = direction === 'asc' ? found : found.toReversed();
      return { events: ordered.slice(offset, offset + limit), total: found.length };
    },
  });
}

/** `second` is that of its time. */
export function readEvent(second: number, event: Partial<ReadEvent> = {}): ReadEvent {
  const timestamp = isoFromMicros(RECEIVED_AT + second * 1_000_000);
  return {
    eventId: `00000000-0000-8000-a000-${String(second).padStart(12, '0')}`,
    type: 'user_message',
    traceId: 't',
    spanId: `span-${second}`,
    timestamp,
    receivedAt: timestamp,
    position: second,
    environment: null,
    step: second,
    parentStep: second > 1 ? second - 1 : null,
    payload: {},
    ...event,
  };
}
