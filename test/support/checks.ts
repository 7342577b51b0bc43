/** What must hold after a replay. Each check gives lines; none when all is as it should be. */

import { canonical, differences, isObject, listedDifferences, pairUp, show } from './compare.ts';
import type { Exchange, Expectation, ExpectedTrace } from './replay.ts';
import type { Stored, StoredEvent, StoredTrace } from './stored.ts';

/** Status and body, request by request. An expectation without a body is an answer without one. */
export function checkReplies(exchanges: readonly Exchange[], replies: Expectation['replies']): string[] {
  return exchanges.flatMap(({ index, isPart, title, status, body }) => {
    const expected = replies[index];
    if (expected === undefined) return [`${title}: the expectation has no reply for it`];
    return [
      ...differences(expected.status, status, `${title}: status`),
      // The recording tells what the whole is answered with.
      ...(isPart === true ? [] : differences(expected.body, body, `${title}: body`)),
    ];
  });
}

interface SentEvent {
  readonly value: unknown;
  /** The body that it stood in. */
  readonly body: string;
}

/** Every accepted event is stored once, as it was sent, and nothing else is. */
export function checkEvents(exchanges: readonly Exchange[], { events, traces }: Stored, count: number): string[] {
  const sent = groupByText(exchanges.flatMap(acceptedEvents), (event) => event.value);
  const stored = groupByText(events, (event) => event.payload);
  const spansOf = new Map(traces.map(({ trace, spans }) => [trace.traceId, spans]));
  const lost = [...sent.keys()].filter((text) => !stored.has(text));
  return [
    ...differences(count, events.length, 'stored events'),
    ...differences(events.length, new Set(events.map((event) => event.eventId)).size, 'different ids of stored events'),
    ...lost.map((text) => `accepted, not stored: ${show(JSON.parse(text))}`),
    ...[...stored].flatMap(([text, copies]) => checkCopies(copies, sent.get(text) ?? [])),
    ...events
      .filter(({ traceId, spanId }) => !hasSpan(spansOf, traceId, spanId))
      .map((event) => `event ${event.eventId} is of span ${event.spanId} in trace ${event.traceId}: no such span`),
  ];
}

function hasSpan(spansOf: ReadonlyMap<string, StoredTrace['spans']>, traceId: string, spanId: string): boolean {
  if (!spansOf.has(traceId)) return false;
  return spansOf.get(traceId)?.some((span) => span.spanId === spanId) ?? true;
}

function checkCopies(copies: readonly StoredEvent[], sent: readonly SentEvent[]): string[] {
  const [copy] = copies;
  if (sent.length === 0) return [`stored, not sent: ${show(copy?.payload)}`];
  return [
    ...(copies.length > sent.length
      ? [`sent ${sent.length} times, stored ${copies.length}: ${show(copy?.payload)}`]
      : []),
    ...copies
      .filter(({ text }) => !sent.some((event) => event.body.includes(text)))
      .map(({ text }) => `the payload is not the text that was sent: ${text}`),
  ];
}

/** The events of a body that were accepted, whatever the vendor: `{…}`, `[…]`, `{events: […]}`, `{events: {…}}`, `[[{…}]]`. */
function acceptedEvents({ sent, status, headers, body: reply }: Exchange): SentEvent[] {
  if (status >= 300 || headers['x-tributary-receipt'] === undefined) return [];
  const body: unknown = JSON.parse(sent);
  const list = isObject(body) && Object.hasOwn(body, 'events') ? body.events : body;
  const items = (Array.isArray(list) ? list : [list]).map((item) =>
    Array.isArray(item) && item.length === 1 ? (item[0] as unknown) : (item as unknown),
  );
  const results = isObject(reply) ? reply.results : reply;
  const isRefused = (i: number) =>
    Array.isArray(results) &&
    results.length === items.length &&
    (results[i] as { success?: boolean }).success === false;
  return items.flatMap((value, i) => (isRefused(i) ? [] : [{ value, body: sent }]));
}

function groupByText<T>(items: readonly T[], read: (item: T) => unknown): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const text = canonical(read(item));
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [item]);
    else group.push(item);
  }
  return groups;
}

/** Exactly the expected traces with exactly the expected spans; of each the fields that the expectation lists. */
export function checkTraces(expected: readonly ExpectedTrace[], actual: readonly StoredTrace[]): string[] {
  const { pairs, missing, unexpected } = pairUp(
    expected,
    actual,
    { expected: (trace) => trace.traceId, actual: ({ trace }) => trace.traceId },
    (left, right) => checkTrace(left, right).length === 0,
  );
  return [
    ...missing.map((trace) => `trace ${trace.traceId} is missing: ${show(trace)}`),
    ...unexpected.map((found) => `trace ${found.trace.traceId} is not expected: ${show(found)}`),
    ...pairs.flatMap(([left, right]) => checkTrace(left, right)),
  ];
}

function checkTrace({ spans: expectedSpans, ...expected }: ExpectedTrace, { trace, spans }: StoredTrace): string[] {
  const place = `trace ${trace.traceId}`;
  const summary = listedDifferences(expected, trace, place);
  if (expectedSpans === undefined || spans === undefined) return summary;
  const { pairs, missing, unexpected } = pairUp(
    expectedSpans,
    [...spans].sort(byStepThenStart),
    { expected: (span) => span.spanId, actual: (span) => span.spanId },
    (left, right) => checkSpan(left, right, '').length === 0,
  );
  return [
    ...summary,
    ...missing.map((span) => `${place}: span ${span.spanId} is missing: ${show(span)}`),
    ...unexpected.map((span) => `${place}: span ${span.spanId} is not expected: ${show(span)}`),
    ...pairs.flatMap(([left, right]) => checkSpan(left, right, `${place}: span ${right.spanId}`)),
  ];
}

type Span = NonNullable<StoredTrace['spans']>[number];

function byStepThenStart(a: Span, b: Span): number {
  return Number(a.step ?? 0) - Number(b.step ?? 0) || String(a.startTime).localeCompare(String(b.startTime));
}

const NO_USAGE = {
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  totalTokens: null,
  source: 'reported',
};

/** Counts that an expectation leaves out must not be there; the client reported the others, unless it says otherwise. */
function checkSpan(expected: NonNullable<ExpectedTrace['spans']>[number], span: Span, place: string): string[] {
  const usage = isObject(expected.usage) ? { usage: { ...NO_USAGE, ...expected.usage } } : {};
  return listedDifferences({ ...expected, ...usage }, span, place);
}
