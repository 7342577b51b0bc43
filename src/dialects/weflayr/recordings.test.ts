/** Genuine traffic of both SDK generations, whole, shuffled and damaged. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventDraft } from '../../canonical/event.ts';
import { emptySpan, joinFragment } from '../../canonical/merge.ts';
import { clampMicros } from '../../canonical/time.ts';
import { totalTokens, usageOfCounts } from '../../canonical/usage.ts';
import type { IntakeRequest } from '../dialect.ts';
import { weflayr } from './weflayr.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`recordings.test.ts: PROPERTY_SEED=${seed}`);

const RECEIVED_AT = Date.UTC(2026, 0, 31, 12) * 1000;

interface Expected {
  readonly events: number;
  readonly traces: readonly {
    readonly traceId: string;
    readonly spans: readonly Readonly<Record<string, unknown>>[];
  }[];
}

function read(name: string, file: string): unknown {
  return JSON.parse(
    readFileSync(new URL(`../../../conformance/weflayr/${name}/${file}.json`, import.meta.url), 'utf8'),
  );
}
// The case files are part of the repository; their shape is what the conformance runner documents.
const bodiesOf = (name: string) =>
  (read(name, 'requests') as { requests: { body: unknown }[] }).requests.map((r) => r.body);
const expectedOf = (name: string) => read(name, 'expected') as Expected;

/** What the loader gets out of a body; `index` stands for its place in the log. */
function events(text: string, index = 0): readonly EventDraft[] {
  const [route] = weflayr.routes;
  if (route?.kind !== 'events') throw new Error('Weflayr has one route, for events');
  const head = { method: 'POST', params: { clientId: 'x' }, query: new URLSearchParams(), headers: {} };
  const request: IntakeRequest = { head, text, receivedAt: RECEIVED_AT + index };
  const decoded = route.decode(request);
  if (!decoded.ok) {
    expect(route.refused(decoded.fault).status).toBeLessThan(500);
    return [];
  }
  const context = { receivedAt: RECEIVED_AT + index, newEventId: (i: number) => `new-${index}-${i}` };
  return route.events(request, decoded.items, context);
}

/** Spans by id, each event once, registers without their ranks. */
function fold(drafts: readonly EventDraft[]) {
  const spans = new Map<string, ReturnType<typeof emptySpan>>();
  const fragments = [...new Map(drafts.map((draft) => [draft.eventId, draft])).values()].flatMap((d) => d.fragments);
  for (const fragment of fragments) {
    const span = spans.get(fragment.spanId) ?? emptySpan();
    joinFragment(span, fragment);
    spans.set(fragment.spanId, span);
  }
  return new Map([...spans].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, span]) => [id, present(span)]));
}

function present(span: ReturnType<typeof emptySpan>) {
  const text = Object.fromEntries(Object.entries(span.text).map(([name, [, , value]]) => [name, value]));
  const json = (value: string | undefined) => (value === undefined ? null : JSON.parse(value));
  const usage = usageOfCounts(span.tokens?.[2] ?? []);
  const patches = [...span.metadata.values()].sort(([a], [b]) => a - b).map(([, , patch]) => JSON.parse(patch));
  return {
    parentSpanId: text.parentSpanId ?? null,
    name: text.name ?? null,
    kind: text.kind,
    status: text.status,
    model: text.model ?? null,
    provider: text.provider ?? null,
    input: json(text.input),
    output: json(text.output),
    params: json(text.params),
    error: json(text.error),
    usage: {
      inputTokens: usage.input ?? null,
      outputTokens: usage.output ?? null,
      cacheReadTokens: usage.cacheRead ?? null,
      cacheWriteTokens: usage.cacheWrite ?? null,
      reasoningTokens: usage.reasoning ?? null,
      totalTokens: totalTokens(usage) ?? null,
      cacheWrite1hTokens: usage.cacheWrite1h ?? null,
    },
    userId: text.userId ?? null,
    timeToFirstTokenMs: span.firstToken === undefined ? null : (span.firstToken - span.start) / 1000,
    timedByArrival: span.timedByArrival,
    durationMs: span.end === undefined ? null : (span.duration?.[2] ?? span.end - span.start) / 1000,
    tags: [...span.tags].sort(),
    metadata: Object.assign({}, ...patches),
  };
}

const CASES = ['py-v1', 'py-v2', 'reconstructed'];

describe.each(CASES)('%s', (name) => {
  const bodies = bodiesOf(name);
  const expected = expectedOf(name);
  const drafts = bodies.flatMap((body, i) => events(JSON.stringify(body), i));

  test('gives the spans that were read off the traffic', () => {
    const spans = fold(drafts);
    expect(new Set(drafts.map((draft) => draft.eventId)).size).toBe(expected.events);
    expect(spans.size).toBe(expected.traces.reduce((sum, trace) => sum + trace.spans.length, 0));
    for (const trace of expected.traces) {
      for (const { spanId, ...want } of trace.spans) {
        const point = drafts.find((draft) => isPointOf(draft, trace.traceId) && draft.type === want.name);
        const id = spanId === '<any>' ? point?.spanId : spanId;
        // That a running call is not heard of any more is said by readers.
        const status = want.status === 'unknown' ? 'running' : want.status;
        expect(spans.get(String(id)), trace.traceId).toMatchObject({ ...want, status });
      }
    }
  });

  test('any order and any repetition gives the same spans', () => {
    const all = fold(drafts);
    const deliveries = fc.shuffledSubarray([...drafts, ...drafts], { minLength: 0 });
    fc.assert(
      fc.property(deliveries, (some) => {
        const missing = drafts.filter((draft) => !some.includes(draft));
        expect(fold([...some, ...missing])).toEqual(all);
      }),
      { seed, numRuns: 50 },
    );
  });
});

function isPointOf(draft: EventDraft, traceId: string): boolean {
  return draft.placement.by === 'trace' && draft.placement.traceId === traceId;
}

/** Every value of a body, at any depth, may become any other; keys may be swapped for hostile ones. */
function damage(body: unknown, strike: () => boolean, other: () => unknown): unknown {
  if (strike()) return other();
  if (Array.isArray(body)) return body.map((item) => damage(item, strike, other));
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, damage(value, strike, other)]));
}

/** Whole microseconds that a DateTime64(6) holds; clamping is `time.ts`'s, so a time that fits is one that it made. */
function fitsTheStore(time: number): boolean {
  return clampMicros(time) === time;
}

describe('never throws, and says the same twice', () => {
  const check = (text: string) => {
    const drafts = events(text);
    expect(events(text)).toEqual(drafts);
    for (const draft of drafts) {
      expect(draft.payload).toBe(text);
      for (const { rank, start, end, time } of draft.fragments) {
        expect([start, end ?? start, time].every(fitsTheStore)).toBe(true);
        expect(rank).toBeGreaterThan(0);
      }
      for (const fragment of draft.fragments) {
        const { input, output, params, error } = fragment.text;
        for (const json of [input, output, params, error, fragment.metadata])
          if (json !== undefined) expect(() => JSON.parse(json)).not.toThrow();
      }
    }
  };

  test('arbitrary JSON, and text that is not', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), check), { seed, numRuns: 500 });
  });

  test('arbitrary values in the fields that are read', () => {
    const names = [
      ...['timestamp', 'trace_id', 'parent_id', 'session_id', 'method', 'elapsed_ms', 'model', 'provider', 'tags'],
      ...['response', 'usage', 'error_type', 'error_message', 'status_code', 'messages', 'prompt_tokens', '__proto__'],
    ];
    const types = fc.oneof(fc.constantFrom('before', 'x.after', 'error', 'stream_pending', 'KWTYPE'), fc.string());
    const body = fc.tuple(types, fc.dictionary(fc.constantFrom(...names), fc.jsonValue()));
    fc.assert(
      fc.property(body, ([event_type, fields]) => check(JSON.stringify({ event_id: 'a', event_type, ...fields }))),
      { seed, numRuns: 1000, examples: [[['before', { timestamp: 9007199254740.992 }]]] },
    );
  });

  test('damaged recordings', () => {
    const bodies = CASES.flatMap(bodiesOf);
    const hostile = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(1e300, -1e300, -1, 1e-300, '', 'NaN', '__proto__', '\ud800', '\u0000', [], {}, null),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...bodies),
        fc.infiniteStream(fc.nat(9)),
        fc.infiniteStream(hostile),
        (body, dice, others) => {
          const strike = () => dice.next().value === 0;
          check(JSON.stringify(damage(body, strike, () => others.next().value)));
        },
      ),
      { seed, numRuns: 1000 },
    );
  });

  test('recordings cut off anywhere', () => {
    const texts = CASES.flatMap(bodiesOf).map((body) => JSON.stringify(body));
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.double({ min: 0, max: 1, noNaN: true }), (text, part) =>
        check(text.slice(0, Math.floor(text.length * part))),
      ),
      { seed },
    );
  });
});
