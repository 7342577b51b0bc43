import { describe, expect, it } from 'vitest';
import type { Placement } from '../canonical/event.ts';
import { newProjectId } from '../canonical/ids.ts';
import type { SpanFragment } from '../canonical/span.ts';
import type { LoadedEvent } from './batch.ts';
import { touchedSpans } from './touched.ts';

const projectId = newProjectId();
type Said = Partial<Omit<SpanFragment, 'text'>> & SpanFragment['text'];

function event(
  spanId: string,
  said: Said,
  more: Partial<LoadedEvent> & { placement?: Placement; erases?: string[] } = {},
): LoadedEvent {
  const { usage, parentStep, ...text } = said;
  const fragment: SpanFragment = {
    spanId,
    rank: 1,
    time: 1,
    start: 1,
    text,
    ...(usage === undefined ? {} : { usage }),
    ...(parentStep === undefined ? {} : { parentStep }),
  };
  const { placement = { by: 'span' }, erases, ...loaded } = more;
  return {
    draft: {
      eventId: 'e',
      type: 't',
      timestamp: 1,
      placement,
      spanId,
      ...(erases === undefined ? {} : { erases }),
      payload: '{}',
      fragments: [fragment],
    },
    projectId,
    dialect: 'lunary',
    position: 1,
    receivedAt: 1,
    userAgent: '',
    record: { position: 1, count: 1, meta: '', body: Buffer.alloc(0) },
    traceId: 't',
    step: 0,
    parentStep: 0,
    lastStep: 0,
    duplicate: false,
    stored: false,
    sampledOut: false,
    hasRow: true,
    fragments: [fragment],
    ...loaded,
  };
}

const both = { input: 1, output: 1 };
const touched = (...events: LoadedEvent[]) =>
  touchedSpans(events).map(
    ({ traceId, spanId, mayNeedCount }) => `${traceId}/${spanId}${mayNeedCount ? ' count' : ''}`,
  );

describe('named', () => {
  it.each<[string, Said]>([
    ['a start, whose end may be there already', { kind: 'llm', status: 'running', input: '"Hi"' }],
    ['an end without usage', { kind: 'llm', status: 'ok', output: '"Hi"' }],
    ['an end without one side', { kind: 'llm', status: 'ok', output: '"Hi"', usage: { output: 1 } }],
    ['content of a kind that another event tells', { output: '"Hi"' }],
    ['an error that an event of another kind tells', { kind: 'event', status: 'error' }],
    ['one side after all', { kind: 'llm', usage: { input: 1 } }],
  ])('to be counted: %s', (_, said) => {
    expect(touched(event('a', said))).toEqual(['t/a count']);
  });

  it.each<[string, Said]>([
    ['a link', { kind: 'chain', parentSpanId: 'p' }],
    ['a link by step', { kind: 'chain', parentStep: 3 }],
    ['usage of what is no call', { kind: 'agent', usage: both }],
    ['usage of a call whose parent another event may tell', { kind: 'llm', usage: both }],
  ])('for its trace: %s', (_, said) => {
    expect(touched(event('a', said), event('b', said))).toEqual(['t/a']);
  });

  it('a trace once, and by the ids that the store has', () => {
    expect(
      touched(event('a', { kind: 'llm', output: '"Hi"' }), event('b', { kind: 'chain', parentSpanId: 'a' })),
    ).toEqual(['t/a count']);
    expect(touched(event('\ud83d', { kind: 'llm', output: '"Hi"' }, { traceId: '\ud83d' }))).toEqual([
      '\ufffd/\ufffd count',
    ]);
  });

  it('a trace that something is deleted from', () => {
    expect(touched(event('a', {}, { erases: ['a'], fragments: [] }))).toEqual(['t/a']);
  });
});

describe('not named', () => {
  it('a complete call of its own', () => {
    const said = { kind: 'llm', status: 'ok', input: '"Hi"', output: '"Hi"', usage: both } as const;
    expect(touched(event('a', said, { traceId: 'a', placement: { by: 'self' } }))).toEqual([]);
    expect(touched(event('a', said, { traceId: 'a', placement: { by: 'trace', traceId: 'a' } }))).toEqual([]);
    expect(touched(event('a', said, { traceId: 'a', placement: { by: 'trace', traceId: 'a' }, step: 1 }))).toEqual([
      'a/a',
    ]);
    expect(touched(event('a', said, { traceId: 'other', placement: { by: 'trace', traceId: 'other' } }))).toEqual([
      'other/a',
    ]);
  });

  it('what is no call and tells no usage, at the root', () => {
    expect(
      touched(
        event('a', { kind: 'chain', status: 'ok', input: '"Hi"', output: '"Hi"' }),
        event('b', { kind: 'message', input: '"Hi"' }),
      ),
    ).toEqual([]);
  });

  it('what a deletion of the same batch has left nothing of', () => {
    expect(touched(event('a', { kind: 'llm', output: '"Hi"' }, { fragments: [] }))).toEqual([]);
  });
});
