import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isoFromMicros } from '../canonical/time.ts';
import type { EventQuestion } from '../dialects/reader.ts';
import { at, RECEIVED_AT, ReaderBench } from './reader-testing.ts';

let bench: ReaderBench;
beforeAll(async () => {
  bench = await ReaderBench.open();
});
afterAll(() => bench.close());

const page = { limit: 100, offset: 0 };

describe('events', () => {
  it('come by time, ties by position, in pages with the total', async () => {
    const own = await bench.project('events');
    const span = (spanId: string, seconds: number, eventId: string, user?: string) => ({
      spanId,
      traceId: `t-${spanId}`,
      eventId,
      type: spanId,
      start: at(seconds),
      text: user === undefined ? {} : { userId: user, sessionId: `s-${user}` },
      payload: { say: { it: eventId }, big: 1 },
    });
    await bench.load(own, [
      span('x', 5, 'e1', 'ada'),
      span('x', 3, 'e2'),
      span('y', 5, 'e0', 'bob'),
      span('y', 5, 'e9'),
    ]);
    // Delivered again.
    await bench.load(own, [span('x', 3, 'e2')]);
    const mine = bench.reader(own);
    const asked = async (question: Partial<EventQuestion>) => {
      const { events, total } = await mine.events({ direction: 'asc', ...page, ...question });
      return [total, ...events.map(({ eventId }) => eventId)];
    };
    expect(await asked({})).toEqual([4, 'e2', 'e1', 'e0', 'e9']);
    expect(await asked({ direction: 'desc' })).toEqual([4, 'e9', 'e0', 'e1', 'e2']);
    expect(await asked({ limit: 2, offset: 1 })).toEqual([4, 'e1', 'e0']);
    expect(await asked({ offset: 9 })).toEqual([4]);
    expect(await asked({ limit: 0 })).toEqual([4]);
    expect(await asked({ spanIds: ['x'] })).toEqual([2, 'e2', 'e1']);
    expect(await asked({ spanIds: [] })).toEqual([0]);
    expect(await asked({ types: ['y', 'z'] })).toEqual([2, 'e0', 'e9']);
    expect(await asked({ traceId: 't-y' })).toEqual([2, 'e0', 'e9']);
    expect(await asked({ traceId: 'nobody' })).toEqual([0]);
    expect(await asked({ eventId: 'e9' })).toEqual([1, 'e9']);
    // All events of her span, also those that do not name her.
    expect(await asked({ userId: 'ada' })).toEqual([2, 'e2', 'e1']);
    expect(await asked({ sessionId: 's-ada' })).toEqual([2, 'e2', 'e1']);
    expect(await asked({ sessionId: 's-ada', userId: 'bob' })).toEqual([0]);
    expect(await asked({ payload: { path: ['say', 'it'], equals: 'e0' } })).toEqual([1, 'e0']);
    expect(await asked({ payload: { path: ['big'], equals: '1' } })).toEqual([0]);
    expect(await asked({ payload: { path: [], equals: 'e0' } })).toEqual([0]);
    const { events } = await mine.events({ eventId: 'e1', direction: 'asc', ...page });
    expect(events).toMatchObject([
      {
        type: 'x',
        traceId: 't-x',
        spanId: 'x',
        timestamp: isoFromMicros(at(5)),
        receivedAt: isoFromMicros(RECEIVED_AT),
        environment: null,
        step: null,
        parentStep: null,
        payload: { say: { it: 'e1' }, big: 1 },
      },
    ]);
  });
});
