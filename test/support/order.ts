/** What one replay stored, as the expectation for another replay of the same requests in another order. */

import { ANY } from './compare.ts';
import type { Habits } from './habits.ts';
import type { Case, ExpectedTrace, Tenant } from './replay.ts';
import type { Stored, StoredEvent, StoredTrace } from './stored.ts';

const TIMES = ['startTime', 'endTime', 'durationMs'];
/** A trace takes these from its earliest root. */
const OF_THE_ROOT = ['name', 'userId', 'sessionId', 'agentName', 'environment'];

/**
 * All fields count, except what depends on arrival by contract: ids that the server makes, times of spans whose sender
 * sent none, and what the dialect numbers as it arrives. `events` are those of both replays.
 */
export function toExpectation(
  { requests }: Case,
  { tenant, stored }: { readonly tenant: Tenant; readonly stored: Stored },
  events: readonly StoredEvent[],
  { orderedFields = [] }: Habits,
): ExpectedTrace[] {
  const recorded = JSON.stringify(requests);
  const idOrAny = (id: string) => (recorded.includes(JSON.stringify(id).slice(1, -1)) ? id : ANY);
  const traces: StoredTrace[] = JSON.parse(tenant.recorded(JSON.stringify(stored.traces)));
  const isTimedByArrival = arrivals(events);
  return traces.map(({ trace, spans }): ExpectedTrace => {
    const timed = spans.map((span) => isTimedByArrival.has(span.spanId) || idOrAny(span.spanId) === ANY);
    const hasArrivals = timed.includes(true);
    const summaryFields = [...(hasArrivals ? TIMES : []), ...(hasArrivals && spans.length > 1 ? OF_THE_ROOT : [])];
    return {
      ...without(trace, summaryFields),
      traceId: idOrAny(trace.traceId),
      spans: spans.map((span, i) => ({
        ...without(span, [...orderedFields, ...(timed[i] === true ? TIMES : [])]),
        spanId: idOrAny(span.spanId),
        parentSpanId: typeof span.parentSpanId === 'string' ? idOrAny(span.parentSpanId) : span.parentSpanId,
      })),
    };
  });
}

/** Spans of events whose time is that of their arrival. */
function arrivals(events: readonly StoredEvent[]): Set<string> {
  return new Set(events.filter((event) => event.timestamp === event.receivedAt).map((event) => event.spanId));
}

function without(object: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}
