import { describe, expect, it } from 'vitest';
import { draft, drafts, RECEIVED_AT, span, spansOf } from './testing.ts';

const T = 1_700_000_000_000;
const START = { type: 'llm', event: 'start', runId: 'r', timestamp: T, name: 'gpt-4o', input: 'Hi' };
const END = { type: 'llm', event: 'end', runId: 'r', timestamp: T + 2000, output: 'Hello' };

describe('start and end', () => {
  it('make one span in either order', () => {
    const expected = {
      kind: 'llm',
      name: 'gpt-4o',
      model: 'gpt-4o',
      status: 'ok',
      input: 'Hi',
      output: 'Hello',
      start: T * 1000,
      end: (T + 2000) * 1000,
    };
    expect(span(START, END)).toMatchObject(expected);
    expect(span(END, START)).toEqual(span(START, END));
  });

  it('start alone runs; end alone keeps what it knows', () => {
    expect(span(START)).toMatchObject({ status: 'running', name: 'gpt-4o' });
    expect(span(START)).not.toHaveProperty('end');
    expect(span({ ...END, name: 'm' })).toMatchObject({ kind: 'llm', name: 'm', model: 'm', status: 'ok' });
  });

  it('end never changes type, name, parent, params or tags of a start', () => {
    const start = { ...START, type: 'agent', name: 'A', parentRunId: 'p', params: { a: 1 }, tags: ['s'] };
    const end = { ...END, type: 'chain', name: 'B', parentRunId: 'q', params: { b: 1 }, tags: ['e'] };
    expect(span(start, end)).toMatchObject({
      kind: 'agent',
      name: 'A',
      agentName: 'A',
      parentSpanId: 'p',
      params: { a: 1 },
      tags: ['s'],
    });
    expect(span({ ...END, parentRunId: 'q' })).not.toHaveProperty('parentSpanId');
  });

  it('an event without type does not decide the kind', () => {
    expect(span({ ...START, type: null }, END)).toMatchObject({ kind: 'llm' });
    expect(span({ ...START, type: null })).toMatchObject({ kind: 'event' });
  });

  it('input of an end counts when it says something and no start gave one', () => {
    expect(span({ ...END, input: 'e' })).toMatchObject({ input: 'e' });
    expect(span(START, { ...END, input: 'e' })).toMatchObject({ input: 'Hi' });
    expect(span({ ...END, input: '' })).not.toHaveProperty('input');
    expect(span({ ...START, input: false })).toMatchObject({ input: false });
  });

  it('the later end wins', () => {
    expect(span(START, END, { ...END, timestamp: T + 1, output: 'first' })).toMatchObject({ output: 'Hello' });
  });

  it.each([
    ['llm', 'llm'],
    ['agent', 'agent'],
    ['tool', 'tool'],
    ['chain', 'chain'],
    ['retriever', 'retriever'],
    ['embed', 'embedding'],
    ['chat', 'message'],
    ['message', 'message'],
    ['thread', 'chain'],
    ['convo', 'chain'],
    ['banana', 'event'],
    ['constructor', 'event'],
  ])('type %s is kind %s', (type, kind) => {
    expect(span({ ...START, type })).toMatchObject({ kind });
  });

  it('keeps __NOT_INGESTED__ as it is', () => {
    expect(span({ ...START, input: '__NOT_INGESTED__' })).toMatchObject({ input: '__NOT_INGESTED__' });
  });
});

describe('fields of a start', () => {
  it.each([
    ['models/gemini-1.5-pro', 'gemini-1.5-pro'],
    ['publishers/models/x', 'publishers/models/x'],
    ['models/', undefined],
    [5, undefined],
  ])('name %j becomes %j', (name, expected) => {
    expect(span({ ...START, name }).name).toBe(expected);
    expect(span({ ...START, name }).model).toBe(expected);
  });

  it('only model calls have a model, only agents an agent name', () => {
    expect(span({ ...START, type: 'tool' })).not.toHaveProperty('model');
    expect(span({ ...START, type: 'embed' })).toMatchObject({ model: 'gpt-4o' });
    expect(span(START)).not.toHaveProperty('agentName');
  });

  it('params win over extra', () => {
    expect(span({ ...START, params: { a: 1 }, extra: { a: 2 } })).toMatchObject({ params: { a: 1 } });
    expect(span({ ...START, params: null, extra: { a: 2 } })).toMatchObject({ params: { a: 2 } });
  });

  it.each([
    [{ tags: ['a', 1, null] }, ['1', 'a']],
    [{ tags: 'solo' }, ['solo']],
    [{ tags: null, metadata: { tags: ['m'] } }, ['m']],
    [{ tags: ['a'], metadata: { tags: ['m'] } }, ['a']],
    [{ tags: { a: 1 } }, []],
  ])('tags of %j are %j', (fields, tags) => {
    expect(span({ ...START, ...fields }).tags).toEqual(tags);
  });

  it('template and runtime go into the metadata, under the keys of the user', () => {
    const fields = { templateId: 42, templateVersionId: '43', runtime: 'lunary-js' };
    expect(span({ ...START, ...fields, metadata: { a: { deep: null } } })).toMatchObject({
      metadata: { templateId: '43', runtime: 'lunary-js', a: { deep: null } },
    });
    expect(span({ ...START, ...fields, metadata: { runtime: 'mine' } })).toMatchObject({
      metadata: { runtime: 'mine' },
    });
  });

  it('envelope keys may be snake case, user data is never renamed', () => {
    const event = {
      ...{ event: 'start', type: 'llm', run_id: 's', parent_run_id: 'p', user_id: 'u', user_props: { my_key: 1 } },
      input: { my_key: 1, 'dash-key': 2, nested: [{ tool_calls: [] }] },
    };
    expect(span(event)).toMatchObject({ parentSpanId: 'p', userId: 'u', input: event.input });
    expect(draft(event).mentions).toEqual({ person: { id: 'u', properties: '{"my_key":1}' } });
    const end = {
      event: 'end',
      type: 'llm',
      run_id: 's',
      tokens_usage: { prompt: 1, completion: 2, prompt_cached: 3 },
    };
    expect(span(end)).toMatchObject({ usage: { input: 1, output: 2, cacheRead: 3 } });
  });
});

describe('placement', () => {
  it.each([
    [{ parentRunId: 'p' }, { by: 'parent', parentSpanId: 'p' }],
    [{}, { by: 'parent' }],
    [{ parentRunId: null }, { by: 'parent' }],
    [{ parentRunId: 'r' }, { by: 'parent' }],
    [{ event: 'end', parentRunId: 'p' }, { by: 'span' }],
    [{ event: 'error', parentRunId: 'p' }, { by: 'span' }],
    [{ event: 'update' }, { by: 'span' }],
    [{ event: 'feedback', type: null }, { by: 'span' }],
    [{ event: 'frobnicate' }, { by: 'span' }],
  ])('of %j is %j', (fields, placement) => {
    expect(draft({ ...START, ...fields })).toMatchObject({ placement, spanId: 'r' });
  });
});

describe('errors', () => {
  const failed = (error: unknown) => span(START, JSON.parse(JSON.stringify({ ...END, event: 'error', error })));

  it.each([
    [
      { message: 'm', stack: 's' },
      { message: 'm', stack: 's' },
    ],
    [{ stack: 's' }, { stack: 's' }],
    [
      { name: 'TypeError', message: 'm', code: 7 },
      { message: 'm', type: 'TypeError', code: '7' },
    ],
    [{ message: { a: 1 } }, { message: '{"a":1}' }],
    [{ detail: 'x' }, { message: '{"detail":"x"}' }],
    ['text', { message: 'text' }],
    [['a'], { message: '["a"]' }],
    [{}, undefined],
    [null, undefined],
    ['', undefined],
  ])('%j', (error, expected) => {
    expect(failed(error)).toMatchObject({ status: 'error' });
    expect(failed(error).error).toEqual(expected);
  });

  it('end and error: the later one gives the status, and the error stays', () => {
    const error = { ...END, event: 'error', error: 'e', timestamp: T + 1000 };
    expect(span(START, END, error)).toMatchObject({ status: 'ok', error: { message: 'e' } });
    expect(span(START, END, { ...error, timestamp: T + 3000 })).toMatchObject({ status: 'error', output: 'Hello' });
  });
});

/** The vendor's id of the run `r`, from an implementation of the rule in Python (protocols/lunary.md 2.2). */
const UUID_OF_R = { 'tributary.uuid': '454349e4-22f0-4297-a91e-ad13e21d3db5' };

describe('usage, metadata, users', () => {
  it('reads what Python leaves null as not said', () => {
    const usage = span({ ...END, tokensUsage: { prompt: null, completion: 3 } }).usage;
    expect(usage).toMatchObject({ input: -1, output: 3, cacheRead: -1 });
    expect(span({ ...END, tokensUsage: { prompt: 10, completion: 5, promptCached: 6 } }).usage).toMatchObject({
      ...{ input: 10, output: 5, cacheRead: 6 },
    });
  });

  it('metadata of start, end and update merge in the order of their times', () => {
    const start = { ...START, metadata: { a: 1, b: 1, c: 1 } };
    const end = { ...END, metadata: { b: 2, c: 2 } };
    const update = { ...END, event: 'update', timestamp: T + 3000, metadata: { c: 3 } };
    expect(span(update, end, start).metadata).toEqual({ ...UUID_OF_R, a: 1, b: 2, c: 3 });
  });

  it('the uuid of the vendor and a type that its kind does not tell are metadata; clients cannot send such', () => {
    const forged = { 'tributary.isPublic': true, 'tributary.score.a': { value: 1 }, mine: 1 };
    expect(span({ ...START, metadata: forged }).metadata).toEqual({ ...UUID_OF_R, mine: 1 });
    expect(span({ ...START, type: 'banana' }).metadata).toMatchObject({ 'tributary.type': 'banana' });
    expect(span({ ...START, runId: '8ee49969-4335-426c-c68d-cf993e874aee' }).metadata).toEqual({});
  });

  it('a user on any event counts, the one of the start most', () => {
    expect(span(START, { ...END, userId: 'e' })).toMatchObject({ userId: 'e' });
    expect(span({ ...START, userId: 's' }, { ...END, userId: 'e' })).toMatchObject({ userId: 's' });
    expect(span({ ...START, userId: 5 })).not.toHaveProperty('userId');
  });

  it('people are mentioned by text ids only, and absent properties stay absent', () => {
    expect(draft({ ...START, userId: 'u' }).mentions).toEqual({ person: { id: 'u' } });
    expect(draft({ ...START, userId: 'u', userProps: null }).mentions).toEqual({ person: { id: 'u' } });
    expect(draft({ ...START, userProps: { a: 1 } })).not.toHaveProperty('mentions');
    expect(draft({ ...START, userId: 5, userProps: { a: 1 } })).not.toHaveProperty('mentions');
  });
});

describe('time', () => {
  it.each([
    [1_700_000_000_000, 1_700_000_000_000_000],
    [1_700_000_000, 1_700_000_000_000],
    ['2023-11-14T22:13:20.000001+00:00', 1_700_000_000_000_001],
    ['2024-01-02', Date.UTC(2024, 0, 2) * 1000],
    ['2024-01-02T03:04:05', Date.UTC(2024, 0, 2, 3, 4, 5) * 1000],
    ['Tue, 14 Nov 2023 22:13:20 GMT', 1_700_000_000_000_000],
    ['Tue Nov 14 2023 23:13:20 GMT+0100 (Central European Standard Time)', 1_700_000_000_000_000],
  ])('%j is a time', (timestamp, micros) => {
    const event = draft({ ...START, timestamp });
    expect(event.timestamp).toBe(micros);
    expect(event.fragments[0]).toMatchObject({ start: micros, time: micros });
  });

  it.each([['1700000000000'], ['yesterday'], ['Tue Nov 14 2023 23:13:20'], [null], [{}], [undefined]])(
    '%j is none: arrival, which never wins a register',
    (timestamp) => {
      const event = draft(JSON.parse(JSON.stringify({ ...END, timestamp })));
      expect(event.timestamp).toBe(RECEIVED_AT);
      expect(event.fragments[0]).toMatchObject({ start: RECEIVED_AT, end: RECEIVED_AT, time: 0 });
    },
  );
});

describe('identity', () => {
  it('the same event in another batch is the same event', () => {
    const [alone] = drafts([END]);
    const [, resent] = drafts({ events: [START, END] });
    expect(resent).toEqual(alone);
  });

  it('another time, payload or run is another event', () => {
    const ids = drafts([END, { ...END, timestamp: T }, { ...END, output: 'x' }, { ...END, runId: 'q' }]);
    expect(new Set(ids.map((event) => event.eventId)).size).toBe(4);
  });

  it('ids stay as sent', () => {
    const ids = ['AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE', '8ee49969-4335-426c-c68d-cf993e874aee', ' x ', '__proto__'];
    expect(ids.map((runId) => draft({ ...START, runId }).spanId)).toEqual(ids);
  });

  it('the type is the event as sent', () => {
    expect(draft(START).type).toBe('start');
    expect(draft({ ...START, event: 'frobnicate' }).type).toBe('frobnicate');
    expect(draft({ ...START, event: null }).type).toBe('llm');
    expect(draft({ runId: 'r', type: 5 }).type).toBe('unknown');
  });

  it('an unknown event says only that the run exists', () => {
    const unknown = { ...START, event: 'frobnicate', name: 'x' };
    expect(spansOf(drafts([unknown])).r).toMatchObject({ kind: 'llm', status: 'running', name: 'x' });
    expect(span(START, unknown)).toEqual({ ...span(START) });
  });
});
