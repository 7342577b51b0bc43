import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../canonical/json.ts';
import { emptySpan, joinFragment } from '../../canonical/merge.ts';
import { weflayrEvent } from './map.ts';

const RECEIVED_AT = Date.UTC(2026, 0, 31, 12) * 1000;

function draft(body: JsonObject, receivedAt = RECEIVED_AT) {
  const sent = { event_id: 'call-1', ...body };
  return weflayrEvent(
    sent,
    JSON.stringify(sent),
    { receivedAt, newEventId: (index) => `new-${receivedAt}-${index}` },
    0,
  );
}

function fragmentOf(body: JsonObject) {
  const [fragment] = draft(body).fragments;
  if (fragment === undefined) throw new Error('an event has one fragment');
  return fragment;
}

/** Texts of the span that the events make together. */
function fold(...bodies: JsonObject[]) {
  const span = emptySpan();
  for (const body of bodies) joinFragment(span, fragmentOf(body));
  return Object.fromEntries(Object.entries(span.text).map(([name, [, , value]]) => [name, value]));
}

describe('where an event belongs', () => {
  test.each<[string, JsonObject, object]>([
    ['a call is its own trace', { event_type: 'before' }, { by: 'self' }],
    ['trace_id', { event_type: 'before', trace_id: 't' }, { by: 'trace', traceId: 't' }],
    ['parent_id', { event_type: 'before', parent_id: 'p' }, { by: 'parent', parentSpanId: 'p' }],
    ['both', { event_type: 'before', parent_id: 'p', trace_id: 't' }, { by: 'trace', traceId: 't' }],
    ['ids of another type', { event_type: 'before', parent_id: {}, trace_id: [] }, { by: 'self' }],
    ['its own parent', { event_type: 'before', parent_id: 'call-1' }, { by: 'self' }],
    ['a point joins the trace of its event_id', { event_type: 'cache.hit' }, { by: 'trace', traceId: 'call-1' }],
    [
      'a point below the call',
      { event_type: 'cache.hit', parent_id: 'call-1' },
      { by: 'parent', parentSpanId: 'call-1' },
    ],
  ])('%s', (_name, body, placement) => {
    expect(draft(body).placement).toEqual(placement);
  });

  test('parent_id is the parent of the span too', () => {
    expect(fragmentOf({ event_type: 'before', parent_id: 'p', trace_id: 't' }).text.parentSpanId).toBe('p');
  });

  test('a point stands below the call of its event_id unless it names another parent', () => {
    expect(fragmentOf({ event_type: 'cache.hit' }).text.parentSpanId).toBe('call-1');
    expect(fragmentOf({ event_type: 'cache.hit', parent_id: 'p' }).text.parentSpanId).toBe('p');
    expect(fragmentOf({ event_type: 'before' }).text.parentSpanId).toBeUndefined();
  });

  test('session from the extension field or from a tag', () => {
    expect(fragmentOf({ event_type: 'before', session_id: 's', tags: { session_id: 't' } }).text.sessionId).toBe('s');
    expect(fragmentOf({ event_type: 'before', tags: { session_id: 7 } }).text.sessionId).toBe('7');
  });

  test('user from tags', () => {
    expect(fragmentOf({ event_type: 'before', tags: { user_id: 42 } }).text.userId).toBe('42');
    expect(fragmentOf({ event_type: 'before', tags: { user: 'u' } }).text.userId).toBe('u');
  });
});

describe('identity', () => {
  const call = { method: 'm', tags: {}, model: 'x' };
  test.each<[string, boolean]>([
    ['before', true],
    ['after', true],
    ['error', true],
    ['stream_start', true],
    ['stream_pending', false],
    ['cache.hit', false],
    ['KWTYPE', false],
  ])('%s delivered twice is one event: %s', (event_type, isSame) => {
    const [first, again] = [draft({ event_type, ...call }, 1e15), draft({ event_type, ...call }, 1e15 + 1)];
    expect(first.eventId === again.eventId).toBe(isSame);
  });

  test('events of one call differ', () => {
    const ids = ['before', 'after', 'x.before'].map((event_type) => draft({ event_type }).eventId);
    expect(new Set(ids).size).toBe(3);
    expect(draft({ event_type: 'after', n: 1 }).eventId).not.toBe(draft({ event_type: 'after', n: 2 }).eventId);
  });

  test('the span of a call is its event_id, the span of a point its own event', () => {
    expect(draft({ event_type: 'before' }).spanId).toBe('call-1');
    const point = draft({ event_type: 'cache.hit' });
    expect(point.spanId).toBe(point.eventId);
    expect(point.fragments[0]?.spanId).toBe(point.eventId);
  });
});

describe('time', () => {
  test('after: arrival minus elapsed_ms is the start', () => {
    expect(fragmentOf({ event_type: 'after', elapsed_ms: 10.8 })).toMatchObject({
      start: RECEIVED_AT - 10_800,
      end: RECEIVED_AT,
      durationMicros: 10_800,
      time: 0,
    });
  });

  test('a client timestamp replaces arrival', () => {
    const sent = draft({ event_type: 'after', elapsed_ms: 1, timestamp: '2026-01-01T00:00:00Z' });
    const at = Date.UTC(2026, 0, 1) * 1000;
    expect(sent.timestamp).toBe(at);
    expect(sent.fragments[0]).toMatchObject({ start: at - 1000, end: at, time: at });
  });

  test('a timestamp that cannot be one is an argument of the call', () => {
    const sent = draft({ event_type: 'before', timestamp: 12.5 });
    expect(sent.timestamp).toBe(RECEIVED_AT);
    expect(sent.fragments[0]?.text.params).toBe('{"timestamp":12.5}');
  });

  test('the first token is there when the stream starts, at arrival or at the time sent', () => {
    expect(fragmentOf({ event_type: 'x.stream_start' })).toMatchObject({ firstToken: RECEIVED_AT, time: 0 });
    const at = Date.UTC(2026, 0, 1) * 1000;
    expect(fragmentOf({ event_type: 'stream_start', timestamp: '2026-01-01T00:00:00Z' })).toMatchObject({
      firstToken: at,
      time: at,
    });
    for (const event_type of ['before', 'stream_pending', 'after', 'error', 'cache.hit'])
      expect(fragmentOf({ event_type }).firstToken).toBeUndefined();
  });

  test('of several starts the earliest counts, in any order', () => {
    const bodies = ['00:02', '00:01', '00:03'].map((time) => ({
      event_type: 'stream_start',
      timestamp: `2026-01-01T00:${time}Z`,
    }));
    for (const some of [bodies, bodies.toReversed(), [...bodies, ...bodies]]) {
      const span = emptySpan();
      for (const body of some) joinFragment(span, fragmentOf(body));
      expect(span.firstToken).toBe(Date.UTC(2026, 0, 1, 0, 0, 1) * 1000);
    }
  });

  test('before and stream events leave the span open, a point is a moment', () => {
    for (const event_type of ['before', 'stream_start', 'stream_pending'])
      expect(fragmentOf({ event_type }).end).toBeUndefined();
    expect(fragmentOf({ event_type: 'cache.hit' })).toMatchObject({ start: RECEIVED_AT, end: RECEIVED_AT });
  });
});

describe('status', () => {
  test.each<[string, readonly JsonObject[], string]>([
    ['before', [{ event_type: 'before' }], 'running'],
    ['stream', [{ event_type: 'before' }, { event_type: 'stream_pending' }], 'running'],
    ['before, after', [{ event_type: 'before' }, { event_type: 'after' }], 'ok'],
    ['before, x.error', [{ event_type: 'x.before' }, { event_type: 'x.error' }], 'error'],
    ['after with error_type', [{ event_type: 'after', error_type: 'E' }], 'error'],
    ['after and error', [{ event_type: 'after' }, { event_type: 'error' }], 'error'],
    ['point', [{ event_type: 'cache.hit' }], 'ok'],
    ['failed point', [{ event_type: 'cache.failed', error_type: 'E' }], 'error'],
  ])('%s', (_name, bodies, status) => {
    expect(fold(...bodies).status).toBe(status);
    expect(fold(...bodies.toReversed()).status).toBe(status);
  });
});

describe('kind', () => {
  test.each([
    ['chat.completions.create.after', 'llm'],
    ['embeddings.create.after', 'embedding'],
    ['client.embeddings.create_async.before', 'embedding'],
    ['embed_content.before', 'embedding'],
    ['audio.speech.create.after', 'llm'],
    ['x.stream_start', 'llm'],
    ['checkout.completed', 'event'],
  ])('%s: %s', (event_type, kind) => {
    expect(fragmentOf({ event_type }).text.kind).toBe(kind);
  });

  test('an event that names no call does not overrule one that does', () => {
    const bodies = [{ event_type: 'before', method: 'embeddings.create' }, { event_type: 'after' }];
    expect(fold(...bodies)).toMatchObject({ kind: 'embedding', name: 'embeddings.create' });
  });
});

describe('model', () => {
  test.each<[string, readonly JsonObject[], string, object | undefined]>([
    ['requested', [{ event_type: 'after', model: 'a' }], 'a', undefined],
    ['served the same', [{ event_type: 'after', model: 'a', response: { model: 'a' } }], 'a', undefined],
    ['served another', [{ event_type: 'after', model: 'a', response: { model: 'b' } }], 'a', { servedModel: 'b' }],
    ['served alone', [{ event_type: 'after', response: { modelId: 'b' } }], 'b', { servedModel: 'b' }],
    [
      'requested in before only',
      [
        { event_type: 'before', model: 'a' },
        { event_type: 'after', response: { model: 'b' } },
      ],
      'a',
      { servedModel: 'b' },
    ],
  ])('%s', (_name, bodies, model, metadata) => {
    expect(fold(...bodies).model).toBe(model);
    const last = bodies.at(-1);
    const text = last && fragmentOf(last).metadata;
    expect(text === undefined ? undefined : JSON.parse(text)).toEqual(metadata);
  });
});

describe('input, output and parameters', () => {
  test.each(['messages', 'input', 'prompt', 'contents'])('%s is the input', (name) => {
    expect(fragmentOf({ event_type: 'before', [name]: ['x'] }).text).toMatchObject({ input: '["x"]' });
  });

  test('a second input stays a parameter', () => {
    const { text } = fragmentOf({ event_type: 'before', messages: [], prompt: 'p', temperature: 0.2 });
    expect(text).toMatchObject({ input: '[]', params: '{"prompt":"p","temperature":0.2}' });
  });

  test.each([0, '', false, [], 'text'])('response %j is an output', (response) => {
    expect(fragmentOf({ event_type: 'after', response }).text.output).toBe(JSON.stringify(response));
  });

  test('counters of audio calls stay parameters, without nulls', () => {
    const body = { event_type: 'audio.transcriptions.create.after', language: 'en', elapsed_ms: 18.9 };
    const counters = { usage_type: 'duration', input_tokens: null, audio_tokens: null, duration_seconds: 3 };
    const fragment = fragmentOf({ ...body, ...counters });
    expect(fragment.text.params).toBe('{"language":"en","usage_type":"duration","duration_seconds":3}');
    expect(fragment.usage).toBeUndefined();
  });

  test('a point keeps method and elapsed_ms among its own fields', () => {
    const { text } = fragmentOf({ event_type: 'http.request', method: 'GET', elapsed_ms: 4 });
    expect(text).toMatchObject({ name: 'http.request', params: '{"method":"GET","elapsed_ms":4}' });
  });

  test('values that could not be read are not lost', () => {
    const { text } = fragmentOf({ event_type: 'after', elapsed_ms: 'NaN', provider: { only: ['x'] }, model: 7 });
    expect(text.params).toBe('{"elapsed_ms":"NaN","provider":{"only":["x"]},"model":7}');
  });

  test('after wins over before, and before fills what after does not say', () => {
    const before = { event_type: 'x.before', provider: 'openai', messages: ['q'], score: null };
    const after = { event_type: 'x.after', messages: ['q'], score: 0.5 };
    expect(fold(after, before)).toMatchObject({ provider: 'openai', input: '["q"]', params: '{"score":0.5}' });
  });
});

test('tags: scalars to filter by, all of them in the metadata', () => {
  const fragment = fragmentOf({ event_type: 'before', tags: { feature: 'chat', nested: { a: 1 } } });
  expect(fragment.tags).toEqual(['feature:chat']);
  expect(fragment.metadata).toBe('{"feature":"chat","nested":{"a":1}}');
});
