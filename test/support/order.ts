/**
 * The same traffic in another order, with repeats and cut differently: what to send, and what must come of it. Each
 * event is delivered twice, once in its recorded batch and once alone, all of it shuffled.
 */

import { ANY, isObject } from './compare.ts';
import { habitsOf, isEventRequest } from './habits.ts';
import type { Case, Delivery, ExpectedTrace, RecordedRequest, Tenant } from './replay.ts';
import type { Stored, StoredEvent, StoredTrace } from './stored.ts';

/** How often the replay waits for the store on the way: events then meet earlier ones in the store, not in a batch. */
const PAUSES = 2;

export function shuffledDeliveries(one: Case, seed: number): Delivery[] {
  const { comesFirst = () => false, comesLast = () => false, isAnotherEachTime = () => false } = habitsOf(one);
  const first: Delivery[] = [];
  const last: Delivery[] = [];
  const rest: Delivery[] = [];
  for (const [index, request] of one.requests.entries()) {
    if (comesFirst(request)) first.push({ index, request });
    else if (comesLast(request)) last.push({ index, request });
    else rest.push({ index, request }, ...(isAnotherEachTime(request) ? [] : partsOf(one, index, request)));
  }
  const random = mulberry32(seed);
  const shuffled = rest
    .map((delivery) => ({ delivery, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ delivery }) => delivery);
  const pauses = new Set(Array.from({ length: PAUSES }, () => Math.floor(random() * (shuffled.length - 1))));
  return [...first, ...shuffled.map((delivery, i) => ({ ...delivery, thenSettle: pauses.has(i) })), ...last];
}

/** A request for each event of a batch; anything else is repeated as it is. */
function partsOf(one: Case, index: number, request: RecordedRequest): Delivery[] {
  const { body } = request;
  const list = isObject(body) ? body.events : body;
  if (!isEventRequest(one, index) || !Array.isArray(list) || list.length === 0) return [{ index, request }];
  return list.map((event: unknown) => ({
    index,
    isPart: true,
    request: { ...request, body: isObject(body) ? { ...body, events: [event] } : [event] },
  }));
}

/** A small seeded generator; `Math.random` has no seed. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TIMES = ['startTime', 'endTime', 'durationMs', 'timeToFirstTokenMs'];
/** A trace takes these from its earliest root. */
const OF_THE_ROOT = ['name', 'userId', 'sessionId', 'agentName', 'environment'];

/**
 * What one replay stored, as the expectation for another. All fields count, except what depends on arrival by contract:
 * ids that the server makes, times of spans whose sender sent none, and what the dialect numbers as it arrives.
 * `events` are those of both replays.
 */
export function toExpectation(
  one: Case,
  { tenant, stored }: { readonly tenant: Tenant; readonly stored: Stored },
  events: readonly StoredEvent[],
): ExpectedTrace[] {
  const { orderedFields = [] } = habitsOf(one);
  const recorded = JSON.stringify(one.requests);
  const idOrAny = (id: string) => (recorded.includes(JSON.stringify(id).slice(1, -1)) ? id : ANY);
  const traces: StoredTrace[] = JSON.parse(tenant.recorded(JSON.stringify(stored.traces)));
  const arrivals = new Set(events.filter((event) => event.timestamp === event.receivedAt).map(({ spanId }) => spanId));
  return traces.map(({ trace, spans = [] }): ExpectedTrace => {
    const isTimedByArrival = spans.map(({ spanId }) => arrivals.has(spanId) || idOrAny(spanId) === ANY);
    const hasArrivals = isTimedByArrival.includes(true);
    const summaryFields = [...(hasArrivals ? TIMES : []), ...(hasArrivals && spans.length > 1 ? OF_THE_ROOT : [])];
    return {
      ...without(trace, summaryFields),
      traceId: idOrAny(trace.traceId),
      spans: spans.map((span, i) => ({
        ...without(span, [...orderedFields, ...(isTimedByArrival[i] === true ? TIMES : [])]),
        spanId: idOrAny(span.spanId),
        parentSpanId: typeof span.parentSpanId === 'string' ? idOrAny(span.parentSpanId) : span.parentSpanId,
      })),
    };
  });
}

function without(object: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}
