/** Unmapped fields, found in the recorded traffic of every vendor, with a field planted that nobody reads. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../canonical/event.ts';
import { asObject, field, isObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { dialects } from '../dialects/all.ts';
import type { Dialect, IntakeRequest } from '../dialects/dialect.ts';
import { CONTEXT_HEADERS } from '../dialects/whyops/context.ts';
import { unmappedSliceMs } from '../limits.ts';
import { mappingOf } from './unmapped-mapping.ts';
import { nameOf, type Path, shapeOf, valueAt } from './unmapped-paths.ts';
import { searchUnmapped } from './unmapped-search.ts';
import { Slices, type Turns, Verdicts } from './unmapped-verdicts.ts';

const RECORDINGS = new URL('../../conformance/', import.meta.url);
const RECEIVED_AT = 1_780_000_000_000_000;

interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
}

/** What the recorded requests of a vendor became when they came, each event with the path that it came on. */
function recordedDrafts(dialect: Dialect): readonly { draft: EventDraft; params: Readonly<Record<string, string>> }[] {
  const folder = new URL(`${dialect.name}/`, RECORDINGS);
  return readdirSync(folder).flatMap((name) => {
    const file: { requests: Recorded[] } = JSON.parse(readFileSync(new URL(`${name}/requests.json`, folder), 'utf8'));
    return file.requests.flatMap((request) => draftsOf(dialect, request));
  });
}

function draftsOf(dialect: Dialect, { method, path, headers = {}, body }: Recorded): ReturnType<typeof recordedDrafts> {
  for (const route of dialect.routes) {
    if (route.kind !== 'events' || route.method !== method) continue;
    const pattern = new RegExp(`^(?:/${dialect.name})?${route.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`);
    const match = pattern.exec(path.split('?')[0] ?? '');
    if (match === null) continue;
    // Whom WhyOps's headers name is in no payload.
    const lower = Object.fromEntries(
      Object.entries(headers).flatMap(([header, value]) =>
        CONTEXT_HEADERS.includes(header.toLowerCase()) ? [] : [[header.toLowerCase(), value]],
      ),
    );
    const params = { ...match.groups };
    const request: IntakeRequest = {
      head: { method, params, query: new URLSearchParams(), headers: lower },
      text: typeof body === 'string' ? body : JSON.stringify(body ?? {}),
      receivedAt: RECEIVED_AT,
    };
    const decoded = route.decode(request);
    if (!decoded.ok) return [];
    const context = { receivedAt: RECEIVED_AT, newEventId: () => 'new' };
    return route.events(request, decoded.items, context).map((draft) => ({ draft, params }));
  }
  return [];
}

const storedOf = ({ type, payload }: EventDraft) => ({ type, payload, receivedAt: RECEIVED_AT });

const AT_ONCE: Turns = { turn: () => Promise.resolve() };

async function verdictOf(dialect: Dialect, type: string, event: JsonObject, verdicts: Verdicts, turns = AT_ONCE) {
  const stored = { type, payload: JSON.stringify(event), receivedAt: RECEIVED_AT };
  const verdict = await verdicts.of(dialect, stored, turns);
  if (verdict === undefined) throw new Error('no span tells of it');
  return [...verdict.unmapped.keys()].sort();
}

describe.each(dialects.map((dialect) => [dialect.name, dialect] as const))('%s', (name, dialect) => {
  const recorded = recordedDrafts(dialect).filter(({ draft }) => draft.fragments.length > 0);

  it('a payload alone becomes the span that its request became', () => {
    expect(recorded.length).toBeGreaterThan(20);
    for (const { draft, params } of recorded) {
      const again = mappingOf(dialect, storedOf(draft))?.draft;
      // Which run a write-back is about stands in its path alone.
      const moved = again?.fragments.map((fragment) =>
        params.id === undefined ? fragment : { ...fragment, spanId: params.id },
      );
      expect([draft.payload, moved]).toEqual([draft.payload, draft.fragments]);
    }
  });

  it('a planted field is found, wherever a span shows nothing of it, and its neighbours are not', async () => {
    const verdicts = new Verdicts();
    const planted = new Map<string, number>();
    for (const { draft } of recorded) {
      if ((planted.get(draft.type) ?? 0) >= 4) continue;
      const event: JsonValue = JSON.parse(draft.payload);
      const { unmapped: before } = (await verdicts.of(dialect, storedOf(draft), AT_ONCE)) ?? {};
      if (!isObject(event) || before === undefined) throw new Error(draft.payload);
      for (const [path, changed] of plantedIn(name, event)) {
        planted.set(draft.type, (planted.get(draft.type) ?? 0) + 1);
        const found = await verdictOf(dialect, draft.type, changed, verdicts);
        expect(found).toContain(path);
        expect(found.filter((other) => other !== path && !before.has(other))).toEqual([]);
      }
    }
    expect(planted.size).toBeGreaterThan(name === 'voker' || name === 'weflayr' ? 0 : 5);
  });

  it('fields of the protocol are not', async () => {
    const found = new Map<string, number>();
    const mapped = new Set<string>();
    const verdicts = new Verdicts();
    for (const { draft } of recorded) {
      const verdict = await verdicts.of(dialect, storedOf(draft), AT_ONCE);
      for (const path of verdict?.unmapped.keys() ?? []) found.set(path, (found.get(path) ?? 0) + 1);
      for (const path of verdict?.mapped ?? []) mapped.add(path);
    }
    const left = [...found.keys()].filter((path) => !mapped.has(path));
    expect(left.sort()).toEqual(LEFT_OUT[name]);
    expect([...mapped]).toEqual(expect.arrayContaining([...(SHOWN[name] ?? [])]));
  });
});

/** Read off the recordings and the mappings: credentials, versions, states, lines of logs, and what another field says. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  lunary: ['app', 'appId', 'junk', 'message.feedback', 'projectId'],
  vellum: [
    'api_version',
    'body.attributes',
    'body.edited_by',
    'body.final_state',
    'body.message',
    'body.severity',
    'body.state',
    'links[].span_context.workflow_definition.id',
    'links[].span_context.workflow_definition.module',
    'parent.node_definition',
    'parent.workflow_definition.id',
    'parent.workflow_definition.module',
  ],
  voker: [],
  whyops: ['content.toolCalls[].name'],
  weflayr: [],
};

const SHOWN: Readonly<Record<string, readonly string[]>> = {
  lunary: ['runId', 'parentRunId', 'event', 'type', 'name', 'input', 'output', 'tokensUsage', 'userId', 'metadata'],
  vellum: [
    'id',
    'trace_id',
    'span_id',
    'name',
    'timestamp',
    'parent',
    'body.inputs',
    'body.outputs',
    'body.error.message',
  ],
  voker: ['event_name', 'properties.inputs', 'properties.output', 'session', 'person', 'agent', 'fingerprint_id'],
  whyops: ['traceId', 'spanId', 'agentName', 'eventType', 'content', 'metadata', 'timestamp', 'stepId'],
  weflayr: ['event_id', 'event_type', 'method', 'elapsed_ms', 'messages', 'response', 'model', 'provider', 'tags'],
};

/** Weflayr's bodies are free-form: what nobody knows is a parameter of the call, so there only known parts have unknown fields. */
function plantedIn(name: string, event: JsonObject): [path: string, event: JsonObject][] {
  if (name === 'weflayr') {
    const usage = asObject(field(event, 'usage'));
    return usage === undefined ? [] : [['usage.planted', { ...event, usage: { ...usage, planted: 'x' } }]];
  }
  const body = asObject(field(event, 'body'));
  return [
    ['planted', { ...event, planted: { deep: [1, { a: 'x' }] } }],
    ...(name === 'vellum' && body !== undefined
      ? [['body.planted', { ...event, body: { ...body, planted: 7 } }] satisfies [string, JsonObject]]
      : []),
  ];
}

describe('a search', () => {
  const search = (event: JsonObject, read: (event: JsonObject) => unknown) => {
    const steps = searchUnmapped(event, (one) => JSON.stringify(read(one)) ?? '');
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    return { unmapped: [...step.value.unmapped.keys()], whole: [...step.value.whole] };
  };
  const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);

  it('finds fields in objects and in elements of lists, and the whole of what is not read at all', () => {
    const event = {
      id: 'a',
      links: [{ to: 'x' }, { to: 'y', note: 'z' }],
      inner: { known: 1, unknown: { a: 1, b: [2] } },
      metadata: { any: { thing: [1] } },
    };
    const read = (one: JsonObject) => [
      one.id,
      one.metadata,
      listOf(one.links).map((link) => field(asObject(link), 'to')),
      field(asObject(one.inner), 'known'),
    ];
    expect(search(event, read)).toEqual({ unmapped: ['links[].note', 'inner.unknown'], whole: ['metadata'] });
  });

  it('does not miss what is only read when it says something else', () => {
    const read = (one: JsonObject) => [one.overwrite === true, field(asObject(one.deep), 'flag') === true];
    expect(search({ overwrite: false, deep: { flag: false }, other: false }, read).unmapped).toEqual(['other']);
  });

  it('says nothing of fields without a value', () => {
    expect(search({ a: null, b: '', c: [], d: {}, e: 0 }, () => 1).unmapped).toEqual(['e']);
  });

  it('takes generated keys, and those of large objects, for one field', () => {
    const map = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, { score: i }]));
    const ids = { '3f2504e0-4f89-41d3-9a0c-0305e82c3301': { score: 1 }, '42': { score: 2 }, name: { score: 3 } };
    const objectsIn = (value: JsonValue | undefined) => Object.values(asObject(value) ?? {}).filter(isObject).length;
    const { unmapped } = search({ map, ids }, (one) => [objectsIn(one.map), objectsIn(one.ids)]);
    expect(unmapped).toEqual(['map.*.score', 'ids.*.score', 'ids.name.score']);
    expect(search({ map }, () => 1).unmapped).toEqual(['map']);
    expect(shapeOf({ map }, () => false).split('\n')).toEqual(['map.*.score:number', 'map.*:object', 'map:object']);
  });

  it('looks at a bounded number of fields, so deep', () => {
    let probes = 0;
    let inARow = 0;
    const wide = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [
        `a${i}`,
        Object.fromEntries(Array.from({ length: 60 }, (__, j) => [`b${j}`, 1])),
      ]),
    );
    const keysOf = (value: JsonValue | undefined) => Object.keys(asObject(value) ?? {}).length;
    const steps = searchUnmapped(wide, (one) => {
      probes += 1;
      inARow += 1;
      return JSON.stringify(Object.values(one).map((inner) => keysOf(inner) > 0));
    });
    let inARowMax = 0;
    while (steps.next().done !== true) {
      inARowMax = Math.max(inARowMax, inARow);
      inARow = 0;
    }
    // The event as it is, and a member that is missing, at once: then others may run.
    expect(inARowMax).toBeLessThanOrEqual(2);
    expect(probes).toBeGreaterThan(100);
    expect(probes).toBeLessThan(1500);
    const depthOf = (value: JsonValue | undefined): number =>
      isObject(value) ? 1 + depthOf(Object.values(value)[0]) : 0;
    const nested = (depth: number): JsonObject => (depth === 0 ? { a: 1, b: 1 } : { [`d${depth}`]: nested(depth - 1) });
    expect(search(nested(6), depthOf).unmapped).toEqual(['d6.d5.d4.d3.d2.d1.a', 'd6.d5.d4.d3.d2.d1.b']);
    expect(search(nested(100), depthOf).unmapped).toEqual([]);
  });
});

describe('a path', () => {
  it('is written as people write it, a chain of one member once', () => {
    const parent = { key: 'parent' };
    const paths: Path[] = [
      [{ key: 'metadata' }, { key: 'foo' }],
      [{ key: 'messages' }, '[]', { key: 'x' }],
      [parent, parent, parent, { key: 'x' }],
      [{ key: 'scores' }, '*', { key: 'x' }],
    ];
    expect(paths.map(nameOf)).toEqual(['metadata.foo', 'messages[].x', 'parent.x', 'scores.*.x']);
  });

  it('leads to the first value there is', () => {
    const event = { messages: [{ y: 1 }, { x: 2 }], scores: { '17': { x: 3 } } };
    expect(valueAt(event, [{ key: 'messages' }, '[]', { key: 'x' }])).toBe(2);
    expect(valueAt(event, [{ key: 'scores' }, '*', { key: 'x' }])).toBe(3);
    expect(valueAt(event, [{ key: 'none' }])).toBeUndefined();
  });
});

it('a shape is searched in a few of its events, then remembered', async () => {
  const dialect = dialects.find((one) => one.name === 'lunary');
  if (dialect === undefined) throw new Error('no such dialect');
  const verdicts = new Verdicts();
  let turns = 0;
  const counted: Turns = {
    turn: () => {
      turns += 1;
      return Promise.resolve();
    },
  };
  const extra = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`field${i}`, { inner: 'x' }]));
  const turnsOf = async (n: number) => {
    turns = 0;
    const event = { type: 'llm', event: 'start', runId: `r${n}`, input: 'hello', ...extra };
    expect(await verdictOf(dialect, 'start', event, verdicts, counted)).toEqual(Object.keys(extra).sort());
    return turns;
  };
  for (let n = 0; n < 3; n += 1) expect(await turnsOf(n)).toBeGreaterThan(60);
  expect([await turnsOf(3), await turnsOf(4), verdicts.size]).toEqual([0, 0, 1]);
});

it('the thread is left to others after every slice', async () => {
  const slices = new Slices();
  let others = 0;
  const ticking = setInterval(() => {
    others += 1;
  }, 1);
  for (let slice = 0; slice < 5; slice += 1) {
    const until = performance.now() + unmappedSliceMs + 1;
    while (performance.now() < until);
    await slices.turn();
  }
  clearInterval(ticking);
  expect(others).toBeGreaterThanOrEqual(5);
});

it('what cannot become a span again is left alone', () => {
  const [dialect] = dialects;
  if (dialect === undefined) throw new Error('there are none');
  for (const payload of ['', '[]', '{"a":', '{"a":1}', 'null'])
    expect(mappingOf(dialect, { type: 'start', payload, receivedAt: 0 })).toBeUndefined();
});
