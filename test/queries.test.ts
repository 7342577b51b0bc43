/**
 * Sessions, users, agents, models, tools and series give what summing `/traces` and `/traces/{id}` by hand gives: on the
 * recordings of all five dialects in one project, shuffled and repeated, so that spans are several rows and stand under
 * guessed trace ids.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shuffledDeliveries } from './support/order.ts';
import { readCases, replay, Tenant } from './support/replay.ts';
import { TestServer } from './support/server.ts';
import { readStored } from './support/stored.ts';

/** Another order of delivery: `QUERIES_SEED=<n>`. */
const SEED = Number(process.env.QUERIES_SEED ?? 20_261_122);
/** Together they name sessions, users, agents with versions, models and tools. */
const CASES = [
  'lunary/js-1.0.18',
  'vellum/py-subworkflow',
  'voker/py-0.0.15',
  'voker/reconstructed',
  'weflayr/py-v2',
  'whyops/ts-0.1.1',
];

interface Usage {
  readonly [field: string]: number | string | null;
}
interface Trace {
  readonly traceId: string;
  readonly dialect: string;
  readonly status: string;
  readonly startTime: string;
  readonly durationMs: number | null;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly usage: Usage;
  readonly costUsd: number | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly agentName: string | null;
}
interface Span {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly kind: string | null;
  readonly name: string | null;
  readonly status: string;
  readonly startTime: string;
  readonly endTime: string | null;
  readonly durationMs: number | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly usage: Usage | null;
  readonly costUsd: number | null;
  readonly countsInTotals: boolean;
  readonly agentName: string | null;
  readonly agentVersion: string | null;
}
interface Whole {
  readonly trace: Trace;
  readonly spans: readonly Span[];
}

let server: TestServer;
let tenant: Tenant;
let wholes: Whole[];
let events: { readonly timestamp: string; readonly dialect: string }[];

beforeAll(async () => {
  console.info(`queries: QUERIES_SEED=${SEED}`);
  server = await TestServer.start();
  const cases = readCases().filter((one) => CASES.includes(one.name));
  const credentials = cases.map((one) => one.expected.credentials);
  const projectIds = credentials.flatMap(({ projectId }) => (projectId === undefined ? [] : [projectId]));
  const [projectId = ''] = projectIds;
  const keys = [...new Set(credentials.flatMap((one) => one.keys))];
  tenant = await Tenant.open(server, 'all', { credentials: { projectId, keys }, replies: [], events: 0, traces: [] });
  for (const other of projectIds) tenant.rename(other, tenant.text(projectId));
  for (const one of cases) await replay(server, one, tenant, { deliveries: shuffledDeliveries(one, SEED) });
  await server.settle();
  // The shapes are those of the OpenAPI document; what is wrong with them shows in the comparison.
  wholes = (await readStored(server, tenant.key)).traces as unknown as Whole[];
  events = await server.all('/events', tenant.key);
});
afterAll(() => server.stop());

function get<T>(path: string): Promise<T> {
  return server.get<T>(path, tenant.key);
}
/** Seven to a page, so that there are several. */
async function everything<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const separator = path.includes('?') ? '&' : '?';
    const next: { data: T[]; nextCursor: string | null } = await get(
      `${path}${separator}limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    items.push(...next.data);
    cursor = next.nextCursor;
  }
  return items;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

const FIELDS = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'totalTokens',
] as const;
/** Known only where the client tells them apart. */
const RARE_FIELDS = ['cacheWrite1hTokens', 'audioInputTokens', 'audioOutputTokens'];
const SOURCES: readonly Usage[string][] = [null, 'reported', 'counted', 'estimated'];

/** What spans that count add up to: what is known of each count, the cost to the last digit, the least certain source. */
function totals(spans: readonly Span[]) {
  const counting = spans.filter((span) => span.countsInTotals);
  const usages = counting.map(({ usage }) => usage).filter((usage) => usage !== null);
  const known = (field: string) => usages.flatMap((usage) => (typeof usage[field] === 'number' ? [usage[field]] : []));
  const source = Math.max(0, ...usages.map((usage) => SOURCES.indexOf(usage.source ?? null)));
  return {
    usage: {
      ...Object.fromEntries(FIELDS.map((field) => [field, known(field).length === 0 ? null : sum(known(field))])),
      ...Object.fromEntries(
        RARE_FIELDS.flatMap((name) => (known(name).length === 0 ? [] : [[name, sum(known(name))]])),
      ),
      source: SOURCES[source],
    },
    costUsd: sumUsd(counting.map((span) => span.costUsd)),
  };
}
/** Trillionths of a dollar are whole numbers, so this sum has no error. */
function sumUsd(costs: readonly (number | null)[]): number | null {
  const known = costs.filter((cost) => cost !== null);
  return known.length === 0 ? null : sum(known.map((cost) => Math.round(cost * 1e12))) / 1e12;
}
function percentiles(durations: readonly (number | null)[]) {
  return {
    p50DurationMs: quantile(0.5, durations),
    p95DurationMs: quantile(0.95, durations),
    p99DurationMs: quantile(0.99, durations),
  };
}
function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
function quantile(level: number, durations: readonly (number | null)[]): number | null {
  const sorted = durations.filter((duration) => duration !== null).sort((a, b) => a - b);
  return sorted[Math.floor(level * sorted.length)] ?? null;
}
function seenOf(spans: readonly Span[]): { firstSeen: string; lastSeen: string } {
  const starts = spans.map((span) => span.startTime).sort();
  const moments = spans.flatMap(({ startTime, endTime }) => [startTime, endTime ?? startTime]).sort();
  return { firstSeen: starts[0] ?? '', lastSeen: moments.at(-1) ?? '' };
}
const spansOf = (some: readonly Whole[]) => some.flatMap(({ spans }) => spans);
/** Details are asked of some: each one is several statements. */
const DETAILS = 6;
const errorsOf = (spans: readonly Span[]) => spans.filter(({ status }) => status === 'error').length;
const micros = (time: string) => Date.parse(time) * 1000 + Number(time.slice(-4, -1));

/** By key, and checked to be last seen first. */
function inOrder<T extends { lastSeen: string }>(items: readonly T[], keyOf: (item: T) => string): Map<string, T> {
  const times = items.map((item) => item.lastSeen);
  expect(times).toEqual([...times].sort().reverse());
  const map = new Map(items.map((item) => [keyOf(item), item]));
  expect(map.size).toBe(items.length);
  return map;
}

const failing = (some: readonly Whole[]) => some.filter(({ spans }) => errorsOf(spans) > 0).length;
const counted = (some: readonly Whole[]) => ({
  traceCount: some.length,
  errorCount: errorsOf(spansOf(some)),
  ...totals(spansOf(some)),
  ...percentiles(some.map(({ trace }) => trace.durationMs)),
  ...seenOf(spansOf(some)),
});

function sessionByHand(some: readonly Whole[]) {
  const newestFirst = [...some].sort((a, b) => (a.trace.startTime < b.trace.startTime ? 1 : -1));
  const seen = seenOf(spansOf(some));
  return {
    sessionId: some[0]?.trace.sessionId,
    dialect: some[0]?.trace.dialect,
    ...counted(some),
    spanCount: spansOf(some).length,
    userId: newestFirst.find(({ trace }) => trace.userId !== null)?.trace.userId ?? null,
    agentNames: [...new Set(some.flatMap(({ trace }) => trace.agentName ?? []))].sort(),
    durationMs: (micros(seen.lastSeen) - micros(seen.firstSeen)) / 1000,
  };
}
const sessionKey = ({ dialect, sessionId }: { dialect: string; sessionId: string | null }) =>
  sessionId === null ? null : `${dialect}|${sessionId}`;

describe('by hand and by the server', () => {
  it('the recordings have what there is to count', () => {
    expect(new Set(wholes.map(({ trace }) => trace.dialect)).size).toBe(5);
    for (const { trace, spans } of wholes) {
      expect(spans.length).toBe(trace.spanCount);
      expect(errorsOf(spans)).toBe(trace.errorCount);
      expect({ usage: trace.usage, costUsd: trace.costUsd }, trace.traceId).toEqual(totals(spans));
    }
  });

  it('sessions', async () => {
    const byHand = groupBy(wholes, ({ trace }) => sessionKey(trace));
    const expected = new Map([...byHand].map(([key, some]) => [key, sessionByHand(some)]));
    expect(expected.size).toBeGreaterThan(5);
    const listed = await everything<ReturnType<typeof sessionByHand> & { dialect: string; sessionId: string }>(
      '/sessions',
    );
    expect(inOrder(listed, (session) => String(sessionKey(session)))).toEqual(expected);
    for (const session of listed.slice(0, DETAILS)) {
      const path = `/sessions/${encodeURIComponent(session.sessionId)}?dialect=${session.dialect}`;
      const detail = await get<{ session: unknown }>(path);
      expect(detail.session).toEqual(session);
      const traces = await everything<Trace>(path);
      const starts = traces.map((trace) => trace.startTime);
      expect(starts).toEqual([...starts].sort());
      const ids = (byHand.get(String(sessionKey(session))) ?? []).map(({ trace }) => trace);
      expect([...traces].sort(byId)).toEqual(ids.sort(byId));
    }
  });

  it('sessions of a user, of a vendor, of some words, of a time', async () => {
    const { trace } = wholes.find((one) => one.trace.userId !== null && one.trace.sessionId !== null) ?? {};
    const ofUser = wholes.filter((one) => one.trace.userId === trace?.userId).map((one) => sessionKey(one.trace));
    await expectSessions(`userId=${encodeURIComponent(trace?.userId ?? '')}`, ofUser);
    const ofVoker = wholes.filter((one) => one.trace.dialect === 'voker').map((one) => sessionKey(one.trace));
    await expectSessions('dialect=voker', ofVoker);
    const words = await everything<Trace>('/traces?q=weather');
    await expectSessions('q=weather', words.map(sessionKey));
    const from = [...wholes].map((one) => one.trace.startTime).sort()[Math.floor(wholes.length / 2)] ?? '';
    const later = wholes.filter((one) => one.trace.startTime >= from);
    await expectSessions(
      `from=${from}`,
      later.map((one) => sessionKey(one.trace)),
    );
    const earlier = wholes.filter((one) => one.trace.startTime < from);
    const users = await everything<{ traceCount: number }>(`/users?to=${from}`);
    expect(sum(users.map((user) => user.traceCount))).toBe(earlier.filter((one) => one.trace.userId !== null).length);
  });

  async function expectSessions(query: string, keys: readonly (string | null)[]): Promise<void> {
    const listed = await everything<Trace>(`/sessions?${query}`);
    const expected = [...new Set(keys.filter((key) => key !== null))].sort();
    expect(expected.length).toBeGreaterThan(0);
    expect(listed.map(sessionKey).sort(), query).toEqual(expected);
  }

  it('users', async () => {
    const byHand = groupBy(wholes, ({ trace }) => trace.userId);
    const listed = await everything<{ userId: string; lastSeen: string; properties: unknown }>('/users');
    const users = inOrder(listed, (user) => user.userId);
    expect([...users.keys()].sort()).toEqual([...byHand.keys()].sort());
    for (const [userId, some] of byHand) {
      const sessions = new Set(some.map(({ trace }) => sessionKey(trace)));
      sessions.delete(null);
      const user = { userId, ...counted(some), sessionCount: sessions.size };
      expect(users.get(userId)).toEqual({ ...user, properties: users.get(userId)?.properties });
      if (listed.findIndex((one) => one.userId === userId) >= DETAILS) continue;
      const path = `/users/${encodeURIComponent(userId)}`;
      expect((await get<{ user: unknown }>(path)).user).toEqual(users.get(userId));
      const traces = await everything<Trace>(path);
      expect(traces).toEqual(await everything(`/traces?userId=${encodeURIComponent(userId)}`));
      expect(traces.length).toBe(some.length);
    }
    expect(listed.some((user) => typeof user.properties === 'object' && user.properties !== null)).toBe(true);
  });

  it('agents', async () => {
    const byHand = groupBy(wholes, ({ trace }) => trace.agentName);
    const agents = inOrder(
      await everything<{ agentName: string; lastSeen: string; versions: unknown[] }>('/agents'),
      (agent) => agent.agentName,
    );
    expect([...agents.keys()].sort()).toEqual([...byHand.keys()].sort());
    for (const [agentName, some] of byHand) {
      const versions = [...groupBy(some, (one) => versionOf(one) ?? '')].map(([version, those]) => ({
        agentVersion: version === '' ? null : version,
        failingTraceCount: failing(those),
        ...counted(those),
      }));
      const expected = {
        agentName,
        failingTraceCount: failing(some),
        ...counted(some),
        versions: expect.arrayContaining(versions),
      };
      expect(agents.get(agentName)).toEqual(expected);
      expect(agents.get(agentName)?.versions.length).toBe(versions.length);
    }
  });

  it('models', async () => {
    const key = ({ model, provider }: { model: string | null; provider: string | null }) =>
      model === null ? null : `${model}|${provider}`;
    const expected = new Map(
      [...groupBy(spansOf(wholes), key)].map(([name, calls]) => [
        name,
        {
          model: calls[0]?.model,
          provider: calls[0]?.provider,
          ...calledByHand(calls),
          // Prices are compared in test/costs.test.ts.
          priceIds: expect.any(Array) as unknown,
        },
      ]),
    );
    expect(expected.size).toBeGreaterThan(3);
    const models = await everything<{ model: string; provider: string | null; lastSeen: string }>('/models');
    expect(inOrder(models, (model) => key(model) ?? '')).toEqual(expected);
  });

  it('tools', async () => {
    const calls = groupBy(spansOf(wholes), ({ kind, name }) => (kind === 'tool' ? String(name) : null));
    const expected = new Map([...calls].map(([name, some]) => [name, { name: some[0]?.name, ...calledByHand(some) }]));
    expect(expected.size).toBeGreaterThan(1);
    const tools = await everything<{ name: string | null; lastSeen: string }>('/tools');
    expect(inOrder(tools, ({ name }) => String(name))).toEqual(expected);
  });
});

describe('a range in single figures', () => {
  it.each(['', 'lunary', 'vellum'])('has the traces and spans that start in it: %s', async (dialect) => {
    const starts = wholes.map(({ trace }) => trace.startTime).sort();
    const [from = '', to = ''] = [starts[Math.floor(starts.length / 4)], starts[Math.floor((3 * starts.length) / 4)]];
    const isIn = ({ startTime }: { startTime: string }) => startTime >= from && startTime < to;
    const own = wholes.filter(({ trace }) => dialect === '' || trace.dialect === dialect);
    const traces = own.filter(({ trace }) => isIn(trace));
    const spans = spansOf(own).filter(isIn);
    expect(spans.length).toBeGreaterThan(0);
    const found = await get(`/metrics/totals?from=${from}&to=${to}${dialect === '' ? '' : `&dialect=${dialect}`}`);
    expect(found).toEqual({
      traceCount: traces.length,
      failingTraceCount: failing(traces),
      ...percentiles(traces.map(({ trace }) => trace.durationMs)),
      spanCount: spans.length,
      errorCount: errorsOf(spans),
      ...totals(spans),
    });
  });

  it('is empty where nothing is, and refuses a range that ends before it begins', async () => {
    const none = await get<{ usage: { totalTokens: null } }>('/metrics/totals?from=2020-01-01&to=2020-01-02');
    expect(none).toMatchObject({
      traceCount: 0,
      failingTraceCount: 0,
      spanCount: 0,
      costUsd: null,
      p50DurationMs: null,
    });
    expect(none.usage.totalTokens).toBeNull();
    await expect(get('/metrics/totals?from=2020-01-02&to=2020-01-01')).rejects.toThrow();
  });
});

function byId(a: Trace, b: Trace): number {
  return a.traceId < b.traceId ? -1 : 1;
}
/** The version that the foremost span of the trace's agent names. */
function versionOf({ trace, spans }: Whole): string | null {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const isBelow = ({ parentSpanId }: Span) => parentSpanId !== null && ids.has(parentSpanId);
  const own = spans.filter((span) => span.agentName === trace.agentName && span.agentVersion !== null);
  return (own.find((span) => !isBelow(span)) ?? own[0])?.agentVersion ?? null;
}
function calledByHand(calls: readonly Span[]) {
  const durations = calls.map((call) => call.durationMs);
  return {
    callCount: calls.length,
    errorCount: errorsOf(calls),
    ...totals(calls),
    ...percentiles(durations),
    ...seenOf(calls),
  };
}

describe('series', () => {
  const EVER = 'from=2024-01-01T00:00:00Z&to=2028-01-01T00:00:00Z&interval=day';
  interface Point {
    readonly time: string;
    readonly group: string | null;
    readonly value: number;
  }
  interface Thing {
    readonly at: string;
    readonly group: string | null;
    readonly amount: number | null;
  }

  async function compare(metric: string, group: string, things: readonly Thing[], join: (amounts: number[]) => number) {
    const countable = things.filter(({ at, amount }) => amount !== null && at >= '2024' && at < '2028');
    const buckets = groupBy(countable, (thing) => `${thing.at.slice(0, 10)}|${thing.group}`);
    const expected = [...buckets].map(([key, some]) => [key, join(some.map(({ amount }) => amount ?? 0))]);
    const { data } = await get<{ data: Point[] }>(`/metrics/series?metric=${metric}&groupBy=${group}&${EVER}`);
    const actual = data.map((point) => [`${point.time.slice(0, 10)}|${point.group}`, point.value]);
    expect(actual.length).toBeGreaterThan(0);
    expect(actual.sort(), `${metric} by ${group}`).toEqual(expected.sort());
  }

  const OF_TRACE: Record<string, (trace: Trace) => string | null> = {
    none: () => null,
    dialect: (trace) => trace.dialect,
    agent: (trace) => trace.agentName,
    user: (trace) => trace.userId,
    status: (trace) => trace.status,
  };
  const OF_SPAN: Record<string, (whole: Whole, span: Span) => string | null> = {
    none: () => null,
    dialect: ({ trace }) => trace.dialect,
    agent: ({ trace }) => trace.agentName,
    user: ({ trace }) => trace.userId,
    model: (_, span) => span.model,
    kind: (_, span) => span.kind,
    status: (_, span) => span.status,
  };
  const spanThings = (group: string, amount: (span: Span) => number | null): Thing[] =>
    wholes.flatMap((whole) =>
      whole.spans.map((span) => ({
        at: span.startTime,
        group: OF_SPAN[group]?.(whole, span) ?? null,
        amount: amount(span),
      })),
    );
  const traceThings = (group: string, amount: (trace: Trace) => number | null): Thing[] =>
    wholes.map(({ trace }) => ({
      at: trace.startTime,
      group: OF_TRACE[group]?.(trace) ?? null,
      amount: amount(trace),
    }));

  const tokensOf = (field: string) => (span: Span) => {
    const count = span.countsInTotals ? span.usage?.[field] : null;
    return typeof count === 'number' ? count : null;
  };
  /** Group by group the same as the lists, and all groups together the same as all spans. */
  it.each(Object.keys(OF_SPAN))('of cost by %s', async (group) => {
    const cost = (span: Span) => (span.countsInTotals ? span.costUsd : null);
    await compare('cost', group, spanThings(group, cost), (costs) => sumUsd(costs) ?? 0);
    const { data } = await get<{ data: Point[] }>(`/metrics/series?metric=cost&groupBy=${group}&${EVER}`);
    const within = spansOf(wholes).filter(({ startTime }) => startTime >= '2024' && startTime < '2028');
    expect(sumUsd(data.map(({ value }) => value))).toBe(totals(within).costUsd);
  });

  it.each(Object.keys(OF_SPAN))('of spans by %s', async (group) => {
    await compare(
      'spans',
      group,
      spanThings(group, () => 1),
      sum,
    );
    await compare(
      'errors',
      group,
      spanThings(group, ({ status }) => (status === 'error' ? 1 : null)),
      sum,
    );
    await compare('tokens', group, spanThings(group, tokensOf('totalTokens')), sum);
    await compare('input_tokens', group, spanThings(group, tokensOf('inputTokens')), sum);
    await compare('output_tokens', group, spanThings(group, tokensOf('outputTokens')), sum);
  });

  it.each(Object.keys(OF_TRACE))('of traces by %s', async (group) => {
    await compare(
      'traces',
      group,
      traceThings(group, () => 1),
      sum,
    );
    for (const level of [50, 95, 99]) {
      const join = (durations: number[]) => quantile(level / 100, durations) ?? 0;
      await compare(
        `latency_p${level}`,
        group,
        traceThings(group, (trace) => trace.durationMs),
        join,
      );
    }
  });

  it('of calls by model and kind', async () => {
    for (const group of ['model', 'kind'])
      await compare(
        'latency_p95',
        group,
        spanThings(group, (span) => span.durationMs),
        (all) => quantile(0.95, all) ?? 0,
      );
  });

  it('of events', async () => {
    for (const group of ['none', 'dialect']) {
      const things = events.map(({ timestamp, dialect }) => ({
        at: timestamp,
        group: group === 'none' ? null : dialect,
        amount: 1,
      }));
      await compare('events', group, things, sum);
    }
  });

  it('covers the last day by default', async () => {
    const now = new Date().toISOString();
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    const { data } = await get<{ data: Point[] }>('/metrics/series?metric=spans');
    const recent = spansOf(wholes).filter(({ startTime }) => startTime >= yesterday && startTime < now);
    expect(sum(data.map((point) => point.value))).toBe(recent.length);
  });
});
