/** A reader of spans in memory, and what routes are called with, for the tests of this folder. */

import { ANNOTATION_PREFIX, annotatedTags, annotationsOf, plainMetadata } from '../../canonical/annotations.ts';
import { groupBy } from '../../canonical/group-by.ts';
import { type JsonValue, storableText } from '../../canonical/json.ts';
import { type Micros, microsFromIso } from '../../canonical/time.ts';
import type { Directory, Person, Reply, RequestHead } from '../dialect.ts';
import type { Comparison, Condition, Dimension, NumberField, Reader, ReadSpan, Tally } from '../reader.ts';
import { lunary } from './lunary.ts';

export const NOW: Micros = Date.UTC(2026, 0, 31, 12) * 1000;

/** A finished call to a model, unless said otherwise. */
/** `metadata` as it is stored, annotations included. */
export function readSpan(span: Partial<ReadSpan> & { readonly spanId: string }): ReadSpan {
  const metadata = span.metadata ?? {};
  return {
    ...{ traceId: span.spanId, parentSpanId: null, kind: 'llm', name: 'gpt-4o', status: 'ok' },
    ...{ startTime: '2026-01-31T09:30:00.000000Z', endTime: '2026-01-31T09:30:01.500000Z', durationMs: 1500 },
    ...{ model: span.kind === undefined ? 'gpt-4o' : null, provider: null, input: null, output: null, params: null },
    ...{ error: null, usage: null, costUsd: null, userId: null, sessionId: null, agentName: null, agentVersion: null },
    ...{ environment: null, feedback: null, step: null },
    ...span,
    tags: annotatedTags(span.tags ?? [], annotationsOf(metadata)),
    metadata: plainMetadata(metadata),
    annotations: annotationsOf(metadata),
  };
}

/** The inverse of what `readSpan` takes apart. */
export function storedMetadata({ metadata, annotations }: ReadSpan): Record<string, JsonValue> {
  const reserved = Object.entries(annotations).map(([name, value]) => [ANNOTATION_PREFIX + name, value] as const);
  return { ...metadata, ...Object.fromEntries(reserved) };
}

export function fakeReader(spans: readonly ReadSpan[]): Reader {
  const stored = new Set(spans.map((span) => keyOf(span.traceId, span.spanId)));
  const matching = (where: Condition) => spans.filter((span) => matches(where, span, stored));
  return {
    now: () => NOW,
    trace: async (traceId) => {
      const trace = matching({ field: 'traceId', in: [traceId] });
      return trace.length === 0 ? undefined : trace.sort((a, b) => a.startTime.localeCompare(b.startTime));
    },
    spansById: async (ids) => spans.filter((span) => ids.includes(span.spanId)),
    spans: async ({ where, orderBy = { field: 'start', direction: 'desc' }, limit, offset }) => {
      const sign = orderBy.direction === 'asc' ? 1 : -1;
      const key = (span: ReadSpan) => numberOf(orderBy.field, span) ?? Number.NaN;
      const order = (a: ReadSpan, b: ReadSpan) =>
        Number(Number.isNaN(key(a))) - Number(Number.isNaN(key(b))) ||
        sign * (key(a) - key(b) || 0) ||
        (a.spanId < b.spanId ? -1 : 1);
      return matching(where)
        .sort(order)
        .slice(offset, offset + limit);
    },
    countSpans: async (where) => matching(where).length,
    events: async () => ({ events: [], total: 0 }),
    tally: async ({ where, by, orderBy = { field: 'lastSeen', direction: 'desc' }, limit, offset }) => {
      const groupOf = (span: ReadSpan) => JSON.stringify(by.map((dimension) => dimensionOf(dimension, span)));
      const groups = [...groupBy(matching(where), groupOf)].map(([key, members]) => tallyOf(JSON.parse(key), members));
      const sign = orderBy.direction === 'asc' ? 1 : -1;
      groups.sort((a, b) => sign * ((a[orderBy.field] ?? 0) < (b[orderBy.field] ?? 0) ? -1 : 1));
      return { groups: groups.slice(offset, offset + limit), total: groups.length };
    },
  };
}

function keyOf(traceId: string, spanId: string): string {
  return JSON.stringify([traceId, spanId]);
}

function tallyOf(group: Tally['group'], spans: readonly ReadSpan[]): Tally {
  const sum = (read: (span: ReadSpan) => number | null | undefined) =>
    spans.reduce((total, span) => total + (read(span) ?? 0), 0);
  const starts = spans.map((span) => span.startTime).sort();
  const durations = spans.flatMap((span) => span.durationMs ?? []);
  const avg = durations.reduce((total, duration) => total + duration, 0) / durations.length;
  return {
    group,
    count: spans.length,
    errors: spans.filter((span) => span.status === 'error').length,
    inputTokens: sum((span) => span.usage?.inputTokens),
    outputTokens: sum((span) => span.usage?.outputTokens),
    cacheReadTokens: sum((span) => span.usage?.cacheReadTokens),
    cacheWriteTokens: sum((span) => span.usage?.cacheWriteTokens),
    totalTokens: sum((span) => span.usage?.totalTokens),
    costUsd: spans.some((span) => span.costUsd !== null) ? sum((span) => span.costUsd) : null,
    durationMs: durations.length === 0 ? null : { avg, p50: avg, p75: avg, p90: avg, p95: avg, p99: avg },
    users: new Set(spans.flatMap((span) => span.userId ?? [])).size,
    traces: new Set(spans.map((span) => span.traceId)).size,
    firstSeen: starts[0] ?? '',
    lastSeen: starts.at(-1) ?? '',
  };
}

/** Buckets are days in UTC. */
function dimensionOf(dimension: Dimension, span: ReadSpan): string | null {
  return dimension === 'time' ? `${span.startTime.slice(0, 10)}T00:00:00.000000Z` : span[dimension];
}

const COMPARISONS: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  neq: (a, b) => a !== b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
};

function matches(condition: Condition, span: ReadSpan, stored: ReadonlySet<string>): boolean {
  if ('all' in condition) return condition.all.every((part) => matches(part, span, stored));
  if ('any' in condition) return condition.any.some((part) => matches(part, span, stored));
  if ('not' in condition) return !matches(condition.not, span, stored);
  if ('in' in condition) return condition.in.map(storableText).includes(span[condition.field] ?? '');
  if ('op' in condition) {
    const value = numberOf(condition.field, span);
    return value !== null && COMPARISONS[condition.op](value, condition.value);
  }
  if ('words' in condition) {
    const said = JSON.stringify([span.input, span.output]).toLowerCase();
    return condition.words
      .toLowerCase()
      .split(/\W+/)
      .every((word) => said.includes(word));
  }
  if ('tag' in condition) return span.tags.includes(condition.tag);
  if ('metadata' in condition) return shown(storedMetadata(span)[condition.metadata]) === condition.equals;
  if ('feedback' in condition) {
    const said = shown(span.feedback?.[condition.feedback]);
    return condition.equals === undefined ? said !== undefined : said === condition.equals;
  }
  const isRoot = !stored.has(keyOf(span.traceId, span.parentSpanId ?? ''));
  return isRoot === condition.isRoot;
}

function numberOf(field: NumberField, span: ReadSpan): number | null {
  if (field === 'start') return microsFromIso(span.startTime) ?? null;
  return field === 'durationMs' || field === 'costUsd' ? span[field] : (span.usage?.[field] ?? null);
}

function shown(value: JsonValue | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

export function person(id: string, properties: Person['properties'] = null): Person {
  return { id, properties, createdAt: '2026-01-01T00:00:00.000Z', created: false };
}

/** A directory that knows people, and whose registry is otherwise empty. */
export function fakeDirectory(people: readonly Person[] = []): Directory {
  const known: Partial<Directory> = {
    settled: () => Promise.resolve(),
    updatePerson: () => Promise.resolve(undefined),
    people: (ids) => Promise.resolve(people.filter((one) => ids.includes(one.id))),
    listPeople: ({ limit, offset }) =>
      Promise.resolve({ people: people.slice(offset, offset + limit), total: people.length }),
  };
  // The routes of this folder ask for nothing else.
  return known as Directory;
}

export interface World {
  readonly spans?: readonly ReadSpan[];
  readonly people?: readonly Person[];
  readonly key?: string;
}

/** GET `path`, answered from spans in memory. */
export async function get(path: string, { spans = [], people = [], key = 'k' }: World = {}): Promise<Reply> {
  const { pathname, search } = new URL(path, 'http://lunary');
  const found = lunary.routes
    .filter((route) => route.method === 'GET')
    .map((route) => ({ route, params: paramsOf(route.path, pathname) }))
    .find(({ params }) => params !== undefined);
  if (found?.route.kind !== 'resource' || found.params === undefined) throw new Error(`nothing to read at ${pathname}`);
  const head: RequestHead = {
    ...{ method: 'GET', params: found.params, query: new URLSearchParams(search) },
    headers: { authorization: `Bearer ${key}` },
  };
  const context = { directory: fakeDirectory(people), reader: fakeReader(spans), projectId: 'p' };
  return found.route.handle({ head, text: '', receivedAt: NOW }, context);
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const [parts, segments] = [pattern.split('/'), path.split('/')];
  const isFit = (part: string, i: number) => part.startsWith(':') || part === segments[i];
  if (parts.length !== segments.length || !parts.every(isFit)) return undefined;
  const named = parts.flatMap((part, i) =>
    part.startsWith(':') ? [[part.slice(1), decodeURIComponent(segments[i] ?? '')]] : [],
  );
  return Object.fromEntries(named);
}
