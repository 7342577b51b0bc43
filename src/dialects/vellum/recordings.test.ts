/**
 * The recorded traffic through decode, map and join, without a server: the spans are those of `expected.json`, and the
 * order, the number of deliveries and the cuts between batches make no difference.
 */

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventDraft } from '../../canonical/event.ts';
import type { JsonObject, JsonValue } from '../../canonical/json.ts';
import { emptySpan, type FoldedSpan, isGreater, joinFragment } from '../../canonical/merge.ts';
import type { TextRegister } from '../../canonical/span.ts';
import { totalTokens, usageOfCounts } from '../../canonical/usage.ts';
import { decode } from './decode.ts';
import { vellumEvent } from './map.ts';

const CASES = new URL('../../../conformance/vellum/', import.meta.url);
const JSON_REGISTERS: readonly string[] = ['input', 'output', 'error'];
const TEXT_KEYS: readonly TextRegister[] = [
  'parentSpanId',
  'kind',
  'name',
  'status',
  'input',
  'output',
  'error',
  'userId',
  'sessionId',
  'agentName',
  'agentVersion',
  'model',
  'provider',
];

interface Expected {
  readonly events: number;
  readonly replies: readonly { readonly status: number; readonly body: JsonObject }[];
  readonly traces: readonly {
    readonly traceId: string;
    readonly spans: readonly ({ spanId: string } & JsonObject)[];
  }[];
}

function read<T>(name: string, file: string): T {
  return JSON.parse(readFileSync(new URL(`${name}/${file}`, CASES), 'utf8'));
}

function bodies(name: string): JsonValue[] {
  const { requests } = read<{ requests: { body: JsonValue }[] }>(name, 'requests.json');
  return requests.map((request) => request.body);
}

function drafts(body: JsonValue): EventDraft[] {
  const decoded = decode({ text: JSON.stringify(body) });
  if (!decoded.ok) throw new Error(decoded.fault.message);
  return decoded.items.flatMap((item) => (item.ok ? [vellumEvent(item.value, JSON.stringify(item.value), 0)] : []));
}

/** Keyed by `trace/span`; a draft that leaves the trace to its span goes where the others put that span. */
function foldAll(events: readonly EventDraft[]): Map<string, FoldedSpan> {
  const traces = new Map<string, string>();
  for (const { placement, spanId } of events) if (placement.by === 'trace') traces.set(spanId, placement.traceId);
  const spans = new Map<string, FoldedSpan>();
  for (const { spanId, fragments } of events) {
    const key = `${traces.get(spanId) ?? spanId}/${spanId}`;
    const span = spans.get(key) ?? emptySpan();
    for (const fragment of fragments) joinFragment(span, fragment);
    spans.set(key, span);
  }
  return spans;
}

function present(spanId: string, span: FoldedSpan): { spanId: string } & Record<string, unknown> {
  const text = TEXT_KEYS.map((key) => {
    const value = span.text[key]?.[2] ?? null;
    return [key, value !== null && JSON_REGISTERS.includes(key) ? JSON.parse(value) : value] as const;
  });
  const usage = span.tokens === undefined ? undefined : usageOfCounts(span.tokens[2]);
  const patches = [...span.metadata.values()].sort((a, b) => (isGreater(a, b) ? 1 : -1));
  return {
    ...Object.fromEntries(text),
    spanId,
    tags: [...span.tags],
    metadata: Object.assign({}, ...patches.map(([, , patch]) => JSON.parse(patch))),
    durationMs: span.end === undefined ? null : (span.end - span.start) / 1000,
    ...(usage === undefined
      ? {}
      : { usage: { inputTokens: usage.input, outputTokens: usage.output, totalTokens: totalTokens(usage) } }),
  };
}

const names = readdirSync(CASES).sort();

test('all recordings are here', () => {
  expect(names).toHaveLength(10);
});

test.each(names)('%s becomes the spans that are expected', (name) => {
  const expected = read<Expected>(name, 'expected.json');
  const accepted = bodies(name).filter((_, i) => expected.replies[i]?.status === 200);
  const events = accepted.flatMap(drafts);
  expect(new Set(events.map((event) => event.eventId)).size).toBe(expected.events);
  const spans = [...foldAll(events)].map(([key, span]) => [key, present(key.split('/')[1] ?? '', span)]);
  const wanted = expected.traces.flatMap(({ traceId, spans: list }) => list.map((s) => [`${traceId}/${s.spanId}`, s]));
  expect(Object.fromEntries(spans)).toEqual(Object.fromEntries(wanted));
});

test.each(names)('%s: order, repeats and cuts make no difference', (name) => {
  const events = bodies(name).flatMap((body) => (Array.isArray(body) ? body : [body]));
  const whole = sorted(foldAll(events.flatMap(drafts)));
  fc.assert(
    fc.property(fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), (shuffled) => {
      const middle = Math.floor(shuffled.length / 3);
      const batches = [shuffled.slice(0, middle), shuffled.slice(middle)];
      expect(sorted(foldAll(batches.flatMap(drafts)))).toEqual(whole);
    }),
    { numRuns: 20 },
  );
});

function sorted(spans: Map<string, FoldedSpan>): unknown {
  return [...spans].sort(([a], [b]) => (a < b ? -1 : 1));
}
