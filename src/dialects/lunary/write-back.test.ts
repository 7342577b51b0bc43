import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../canonical/event.ts';
import type { JsonObject } from '../../canonical/json.ts';
import { ok } from '../../canonical/outcome.ts';
import type { EventRoute, IntakeRequest } from '../dialect.ts';
import type { ReadSpan } from '../reader.ts';
import { fakeDirectory, fakeReader, readSpan, storedMetadata } from './fake-reader.ts';
import { pythonUuid, vendorUuid } from './ids.ts';
import { lunary } from './lunary.ts';
import { isPublic, scoresOf } from './marks.ts';
import { RECEIVED_AT, spansOf } from './testing.ts';

const KEY = '1111aaaa-1111-4111-8111-11111111aaaa';

function routeOf(method: string, path: string): EventRoute {
  const found = lunary.routes.find((route) => route.method === method && route.path === path);
  if (found?.kind !== 'events') throw new Error(`no route ${method} ${path}`);
  return found;
}

interface Sent {
  readonly id?: string;
  readonly body?: unknown;
  readonly userAgent?: string;
  readonly spans?: readonly ReadSpan[];
  readonly receivedAt?: number;
}

function requestOf({ id = 'r', body, userAgent, receivedAt = RECEIVED_AT }: Sent): IntakeRequest {
  const headers = { authorization: `Bearer ${KEY}`, 'user-agent': userAgent };
  const text = body === undefined ? '' : JSON.stringify(body);
  return {
    head: { method: 'PATCH', params: { id }, query: new URLSearchParams(), headers },
    text,
    receivedAt,
  };
}

let events = 0;

/** What comes of a request: its drafts, or its refusal. */
async function send(route: EventRoute, sent: Sent): Promise<readonly EventDraft[] | ReturnType<EventRoute['refused']>> {
  const request = requestOf(sent);
  const decoded = route.decode(request);
  if (!decoded.ok) return route.refused(decoded.fault, request);
  const context = { directory: fakeDirectory(), reader: fakeReader(sent.spans ?? []) };
  const admitted = (await route.admit?.(request, decoded.items, context)) ?? ok(request.head);
  if (!admitted.ok) return route.refused(admitted.fault, request);
  // What the log keeps of a request: params, and no header that the route has not named.
  const logged: IntakeRequest = { ...request, head: { ...admitted.value, headers: {} } };
  const newEventId = () => `event-${events++}`;
  return route.events(logged, decoded.items, { receivedAt: request.receivedAt, newEventId });
}

const patch = (name: string, sent: Sent) => send(routeOf('PATCH', `/v1/runs/:id/${name}`), sent);

async function drafted(name: string, sent: Sent): Promise<readonly EventDraft[]> {
  const drafts = await patch(name, sent);
  if (!Array.isArray(drafts)) throw new Error(`refused: ${JSON.stringify(drafts)}`);
  return drafts;
}

/** The run as it would be read after these. */
function changed(drafts: readonly EventDraft[], before: ReadSpan): ReadSpan {
  const span = spansOf(drafts)[before.spanId] ?? {};
  const metadata: JsonObject = Object.assign({}, storedMetadata(before), span.metadata);
  return readSpan({ ...before, metadata: JSON.parse(JSON.stringify(metadata)) });
}

describe('the run that is meant', () => {
  const stored = [
    readSpan({ spanId: 'a' }),
    readSpan({ spanId: vendorUuid('b') }),
    readSpan({ spanId: pythonUuid('c', KEY) }),
  ];
  const spanOf = async (sent: Sent) =>
    (await drafted('visibility', { body: { visibility: true }, ...sent }))[0]?.spanId;

  it('is found by its own id, by the hash of the vendor, by the one of Python', async () => {
    expect(await spanOf({ id: 'a', spans: stored })).toBe('a');
    expect(await spanOf({ id: 'b', spans: stored })).toBe(vendorUuid('b'));
    expect(await spanOf({ id: 'c', spans: stored })).toBe(pythonUuid('c', KEY));
    const marked = [readSpan({ spanId: 'd', metadata: { 'tributary.uuid': vendorUuid('d') } })];
    expect(await spanOf({ id: vendorUuid('d'), spans: marked })).toBe('d');
  });

  it('that is not stored yet is the one that will have this id, or the one that Python will send', async () => {
    expect(await spanOf({ id: 'new' })).toBe('new');
    expect(await spanOf({ id: 'new', userAgent: 'python-requests/2.32.3' })).toBe(pythonUuid('new', KEY));
    expect(await spanOf({ id: 'AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE' })).toBe('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee');
  });
});

describe('feedback', () => {
  const patchesOf = async (body: unknown) =>
    (await drafted('feedback', { body })).flatMap(({ fragments }) =>
      fragments.flatMap(({ feedback }) => (feedback === undefined ? [] : [JSON.parse(feedback).feedback])),
    );

  it.each([
    [{ thumb: 'up' }, [{ thumb: 'up' }]],
    [{ thumb: null, comment: null }, [{ thumb: null, comment: null }]],
    [{ thumbs: 'down' }, [{ thumb: 'down' }]],
    [{ comment: 'c', junk: 1 }, [{ comment: 'c' }]],
    [{ junk: 1 }, []],
    [{}, []],
    [null, []],
  ])('%j', async (body, expected) => {
    expect(await patchesOf(body)).toEqual(expected);
  });

  it('what says nothing is no event, anything else is one with the body as it came', async () => {
    for (const body of [null, {}, { junk: 1 }, undefined]) expect(await drafted('feedback', { body })).toEqual([]);
    expect(await drafted('feedback', { body: { thumb: 'up' } })).toMatchObject([
      { type: 'feedback', spanId: 'r', payload: '{"thumb":"up"}', timestamp: RECEIVED_AT, placement: { by: 'span' } },
    ]);
  });
});

describe('scores', () => {
  it.each([0.5, 'good', true, false, 0, ''])('%j is a value', async (value) => {
    const run = readSpan({ spanId: 'r' });
    const drafts = await drafted('score', { body: { label: 'a.b', value, comment: 'c' }, spans: [run] });
    expect(scoresOf(changed(drafts, run))).toEqual([{ label: 'a.b', value, comment: 'c' }]);
  });

  it('are kept per label, the latest of each', async () => {
    const run = readSpan({ spanId: 'r' });
    const scores: readonly JsonObject[] = [
      { label: 'a', value: 9 },
      { label: 'b', value: 1 },
      { label: 'a', value: 2 },
    ];
    const drafts: EventDraft[] = [];
    for (const [i, body] of scores.entries())
      drafts.push(...(await drafted('score', { body, spans: [run], receivedAt: RECEIVED_AT + i })));
    const expected = [
      { label: 'a', value: 2, comment: null },
      { label: 'b', value: 1, comment: null },
    ];
    expect(scoresOf(changed(drafts, run))).toEqual(expected);
    expect(scoresOf(changed(drafts.toReversed(), run))).toEqual(expected);
  });

  it('of a run whose clock is ahead do not make it begin earlier', async () => {
    const ahead = readSpan({ spanId: 'r', startTime: '2027-01-31T09:30:00.000000Z' });
    const [draft] = await drafted('score', { body: { label: 'a', value: 1 }, spans: [ahead] });
    expect(draft?.fragments[0]).toMatchObject({ start: Date.UTC(2027, 0, 31, 9, 30) * 1000, time: RECEIVED_AT });
  });
});

describe('tags and visibility', () => {
  it('replace what is there, again and again', async () => {
    let run = readSpan({ spanId: 'r', tags: ['a', 'b'] });
    for (const [tags, expected] of [
      [
        ['b', 'c'],
        ['b', 'c'],
      ],
      [[], []],
      [['a'], ['a']],
      [null, []],
    ] as const) {
      run = changed(await drafted('tags', { body: { tags }, spans: [run] }), run);
      expect(run.tags).toEqual(expected);
    }
  });

  it('show, and hide again', async () => {
    let run = readSpan({ spanId: 'r' });
    for (const visibility of [true, false]) {
      run = changed(await drafted('visibility', { body: { visibility }, spans: [run] }), run);
      expect(isPublic(run)).toBe(visibility);
    }
  });
});

describe('bad bodies', () => {
  it.each<[string, unknown, string]>([
    ['feedback', { thumb: 'sideways' }, `Invalid enum value. Expected 'up' | 'down', received 'sideways' at "thumb"`],
    ['feedback', { thumb: 1 }, 'at "thumb"'],
    ['feedback', { comment: 1 }, 'Expected string, received number at "comment"'],
    ['feedback', [], 'Expected object, received array'],
    [
      'score',
      { label: 'acc', value: null },
      'Expected number, received null at "value", or Expected string, received null at "value", or Expected boolean, received null at "value"',
    ],
    ['score', undefined, 'Required at "label"'],
    ['score', { label: 5, value: 1 }, 'Expected string, received number at "label"'],
    ['score', { label: '', value: 1 }, 'at "label"'],
    ['score', { label: 'x'.repeat(2000), value: 1 }, 'at most 1024 character(s) at "label"'],
    ['score', { label: 'a', value: {} }, 'received object at "value"'],
    ['score', { label: 'a', value: 1, comment: [] }, 'Expected string, received array at "comment"'],
    ['tags', {}, 'Required at "tags"'],
    ['tags', { tags: 'a' }, 'Expected array, received string at "tags"'],
    ['tags', { tags: ['a', 1] }, 'Expected string, received number at "tags[1]"'],
    ['tags', { tags: Array.from({ length: 1001 }, () => 'x') }, 'at most 1000 element(s) at "tags"'],
    ['visibility', { visibility: 'yes' }, 'Expected boolean, received string at "visibility"'],
    ['visibility', null, 'Expected object, received null'],
  ])('%s %j', async (name, body, message) => {
    const refusal = await patch(name, { body });
    expect(refusal).toMatchObject({ status: 422, body: { error: 'Error', message: expect.stringContaining(message) } });
  });

  it('not JSON is 400', () => {
    const route = routeOf('PATCH', '/v1/runs/:id/score');
    const request = { ...requestOf({}), text: '{"label":' };
    const decoded = route.decode(request);
    expect(decoded.ok ? undefined : route.refused(decoded.fault, request).status).toBe(400);
  });
});

describe('deleting', () => {
  const tree = [
    readSpan({ spanId: 'top', traceId: 'top', kind: 'agent', userId: 'u' }),
    readSpan({ spanId: 'r', traceId: 'top', parentSpanId: 'top' }),
    readSpan({ spanId: 'below', traceId: 'top', parentSpanId: 'r' }),
    readSpan({ spanId: 'deeper', traceId: 'top', parentSpanId: 'below' }),
    readSpan({ spanId: 'loop', traceId: 'loop', parentSpanId: 'loop' }),
    readSpan({ spanId: 'm', kind: 'message', name: 'user', sessionId: 'th' }),
    readSpan({ spanId: 'a', kind: 'agent', traceId: 'm', parentSpanId: 'm' }),
  ];
  const erased = async (id: string) => {
    const drafts = await send(routeOf('DELETE', '/v1/runs/:id'), { id, spans: tree });
    return Array.isArray(drafts) ? drafts.map((draft: EventDraft) => [...(draft.erases ?? [])].sort()) : drafts;
  };

  it('takes a run and all below it, and a thread with its messages', async () => {
    expect(await erased('r')).toEqual([['below', 'deeper', 'r']]);
    expect(await erased('loop')).toEqual([['loop']]);
    expect(await erased('th')).toEqual([['a', 'm', 'th']]);
  });

  it('leaves an event that says so, and no span', async () => {
    const [draft] = (await send(routeOf('DELETE', '/v1/runs/:id'), { id: 'r', spans: tree })) as EventDraft[];
    expect(draft).toMatchObject({ type: 'delete', spanId: 'r', fragments: [] });
    expect(JSON.parse(draft?.payload ?? '')).toMatchObject({ id: 'r' });
  });

  it('what is not there is 404, and other rights are not enough', async () => {
    expect(await erased('nobody')).toEqual({ status: 404, body: { message: 'Run not found' } });
    const fault = { code: 'scope-missing', message: '' } as const;
    const forbidden = { status: 403, body: { error: 'Forbidden', message: "You don't have access to this resource" } };
    expect(routeOf('DELETE', '/v1/runs/:id').refused(fault)).toEqual(forbidden);
    expect(routeOf('PATCH', '/v1/runs/:id/feedback').refused(fault)).toEqual(forbidden);
    expect(routeOf('PATCH', '/v1/runs/:id/score').refused(fault)).toEqual({
      status: 401,
      body: { message: 'This route requires a private API key' },
    });
  });
});
