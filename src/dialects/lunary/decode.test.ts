import { describe, expect, it } from 'vitest';
import { eventsPerRequestMax, idCharsMax } from '../../limits.ts';
import { drafts, reply } from './testing.ts';

const START = { type: 'llm', event: 'start', runId: 'r', timestamp: 1_700_000_000_000, name: 'gpt-4o' };
const ingest = (body: unknown) => reply('/v1/runs/ingest', body);
const results = (body: unknown) => ingest(body).body;

describe('shapes of a body', () => {
  it.each([
    ['a wrapped array', { events: [START] }],
    ['a wrapped event', { events: START }],
    ['a bare array', [START]],
    ['a bare event', START],
    ['a nested array of one', { events: [[START]] }],
    ['siblings of events', { projectId: 'p', events: [START], sdk: 1 }],
  ])('%s', (_, body) => {
    expect(ingest(body)).toEqual({ status: 200, body: { results: [{ id: 'r', success: true }] } });
    expect(drafts(body).map((draft) => draft.payload)).toEqual([JSON.stringify(START)]);
  });

  it.each([[{ event: 'start' }], [{ type: 'llm' }], [{ run_id: 'r' }]])('%j is a bare event', (body) => {
    expect(ingest(body).status).toBe(200);
  });

  it('an empty list is fine', () => {
    expect(ingest({ events: [] })).toEqual({ status: 200, body: { results: [] } });
    expect(ingest([])).toEqual({ status: 200, body: { results: [] } });
  });

  it.each([
    ['nothing', '', 'Missing events payload.'],
    ['blanks', ' \n', 'Missing events payload.'],
    ['an empty object', '{}', 'Missing events payload.'],
    ['null for events', '{"events":null}', 'Missing events payload.'],
    ['no events among other keys', '{"foo":1}', 'Missing events payload.'],
    ['a string', '"str"', 'invalid JSON, only supports object and array'],
    ['null', 'null', 'invalid JSON, only supports object and array'],
    ['a number', '5', 'invalid JSON, only supports object and array'],
    ['a cut body', '{"events":[', expect.stringContaining('The body is not JSON')],
    ['a form', 'events=foo', expect.stringContaining('The body is not JSON')],
  ])('%s is refused with 400', (_, text, message) => {
    expect(ingest(text)).toEqual({ status: 400, body: { message } });
  });

  it('too many events fail the request with 413', () => {
    const text = `[${'{},'.repeat(eventsPerRequestMax)}{}]`;
    expect(ingest(text)).toMatchObject({ status: 413 });
  });
});

describe('payloads', () => {
  it('are the bytes as sent, numbers, escapes, blanks and duplicate keys included', () => {
    const raw =
      '{ "runId":"a", "event":"start","input":{"n":1.0e2,"s":"\\u0041\\ud800","k":1,"k":12345678901234567890}}';
    expect(drafts(`{"events": [ ${raw} ,[ ${raw} ]]}`).map((draft) => draft.payload)).toEqual([raw, raw]);
    expect(drafts(` ${raw}\n`).map((draft) => draft.payload)).toEqual([raw]);
  });

  it('stay with their event when neighbours fail', () => {
    const texts = drafts([null, START, 'x', [], { ...START, runId: 'b' }]).map((draft) => draft.payload);
    expect(texts).toEqual([JSON.stringify(START), JSON.stringify({ ...START, runId: 'b' })]);
  });
});

describe('results', () => {
  it('stand in input order, whatever the times', () => {
    const late = { ...START, runId: 'late', timestamp: 2e12 };
    expect(results([late, START])).toEqual({
      results: [
        { id: 'late', success: true },
        { id: 'r', success: true },
      ],
    });
  });

  it.each([
    ['null', null, { success: false, error: 'events[0] must be a JSON object' }],
    ['a string', 'foo', { success: false, error: 'events[0] must be a JSON object' }],
    ['an array of two', [START, START], { success: false, error: 'events[0] must be a JSON object' }],
    ['an empty event', {}, { success: false, error: 'events[0].runId is required' }],
    ['null runId', { ...START, runId: null }, { id: null, success: false, error: 'events[0].runId is required' }],
    ['a number', { runId: 123 }, { id: 123, success: false, error: 'events[0].runId must be a non-empty string' }],
    ['an object', { runId: {} }, { id: {}, success: false, error: 'events[0].runId must be a non-empty string' }],
    ['blank runId', { runId: ' ' }, { id: ' ', success: false, error: 'events[0].runId must be a non-empty string' }],
    [
      'chat without message',
      { event: 'chat', runId: 'm' },
      { id: 'm', success: false, error: 'events[0].message must be an object with role and content' },
    ],
  ])('%s fails alone', (_, event, result) => {
    expect(results({ events: [event, START] })).toEqual({ results: [result, { id: 'r', success: true }] });
    expect(drafts({ events: [event, START] })).toHaveLength(1);
  });

  it('name the position of the event that failed', () => {
    expect(results([START, {}])).toMatchObject({ results: [{}, { error: 'events[1].runId is required' }] });
  });

  it.each(['runId', 'parentRunId'])('an overlong %s fails', (key) => {
    const long = 'x'.repeat(idCharsMax + 1);
    expect(results([{ ...START, [key]: long }])).toMatchObject({
      results: [{ success: false, error: `events[0].${key} must have at most ${idCharsMax} characters` }],
    });
  });

  it.each([['foo'], [5], [true]])('events: %j is one event that fails', (events) => {
    expect(results({ events })).toEqual({ results: [{ success: false, error: 'events[0] must be a JSON object' }] });
  });

  it('have no id for an id in snake case', () => {
    expect(results({ run_id: 's', event: 'start' })).toEqual({ results: [{ success: true }] });
  });

  it.each([
    ['an unknown event', { event: 'frobnicate', type: 'llm', runId: 'r' }],
    ['an unknown type', { event: 'start', type: 'banana', runId: 'r' }],
    ['no event', { type: 'llm', runId: 'r' }],
    ['no type', { event: 'start', runId: 'r' }],
    ['a log without runId', { type: 'log', event: 'info' }],
    ['a parent that is no text', { event: 'start', runId: 'r', parentRunId: 5 }],
    ['a chat without thread', { event: 'chat', runId: 'm', message: { role: 'user', content: 'x' } }],
    ['own __proto__ keys', JSON.parse('{"event":"start","runId":"r","__proto__":{"runId":1},"input":{"__proto__":1}}')],
  ])('%s is accepted and stored', (_, event) => {
    expect(results([event])).toMatchObject({ results: [{ success: true }] });
    expect(drafts([event])).toHaveLength(1);
  });
});
