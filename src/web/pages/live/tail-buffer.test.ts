import { describe, expect, test } from 'vitest';
import type { LiveEvent } from '../../api/live.ts';
import { payloadText, textLength } from './payload-text.ts';
import { KEPT_EVENTS_MAX, NO_TAIL, type TailEvent, tailEvent, withEvents, withHistory } from './tail-buffer.ts';
import { holdsWords, wordsOf } from './words.ts';

const EVENT: Omit<LiveEvent, 'position'> = {
  ...{ eventId: 'e', dialect: 'weflayr', type: 'my.call.after', traceId: 't', spanId: 's' },
  ...{ timestamp: '2026-01-01T00:00:00Z', receivedAt: '2026-01-01T00:00:00Z', environment: null, userAgent: null },
  payload: { model: 'Llama' },
};
const at = (position: number, payload: unknown = EVENT.payload): TailEvent =>
  tailEvent({ ...EVENT, position, payload });
const positions = ({ events }: { events: readonly TailEvent[] }) => events.map(({ event }) => event.position);

describe('the tail', () => {
  test('has the newest first, over several deliveries', () => {
    const tail = withEvents(withEvents(NO_TAIL, [at(1), at(2)]), [at(3)]);
    expect(positions(tail)).toEqual([3, 2, 1]);
    expect(tail).toMatchObject({ came: 3, dropped: 0 });
  });

  test('is bounded by events, and says how many are gone', () => {
    const many = Array.from({ length: KEPT_EVENTS_MAX + 7 }, (_, position) => at(position));
    const tail = withEvents(NO_TAIL, many);
    expect(tail.events.length).toBe(KEPT_EVENTS_MAX);
    expect(positions(tail)[0]).toBe(KEPT_EVENTS_MAX + 6);
    expect(tail.dropped).toBe(7);
  });

  test('is bounded by text, and keeps the newest whatever its size', () => {
    const large: TailEvent = { ...at(1), chars: 30_000_000 };
    const tail = withEvents(withEvents(NO_TAIL, [large, { ...large, id: 'b' }]), [{ ...large, id: 'c', chars: 9e9 }]);
    expect(tail.events.map(({ id }) => id)).toEqual(['c']);
    expect(tail.dropped).toBe(2);
  });

  test('takes what was there before once, below what the stream brought', () => {
    const tail = withHistory(withEvents(NO_TAIL, [at(5), at(6)]), [at(5), at(3), at(4)]);
    expect(positions(tail)).toEqual([6, 5, 4, 3]);
    expect(tail.came).toBe(4);
  });
});

describe('text of a payload', () => {
  test('is JSON, as far as it goes', () => {
    const payload = { a: [1, 'x"y', null, { b: true }], c: {}, d: [] };
    expect(payloadText(payload, 1000)).toBe(JSON.stringify(payload));
    expect(payloadText(payload, 8)).toBe(`${JSON.stringify(payload).slice(0, 8)}…`);
  });

  test('of ten thousand levels, or a megabyte in a line, costs no more than what is shown', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    expect(payloadText(deep, 50)).toBe(`${'['.repeat(50)}…`);
    expect(payloadText({ text: 'x'.repeat(1_000_000) }, 20)).toBe(`{"text":"${'x'.repeat(11)}…`);
    expect(textLength(deep, 1e9)).toBe(20_003);
    expect(textLength(['x'.repeat(5000)], 1000)).toBe(1000);
  });

  test('does not break a character in two', () => {
    expect(payloadText('😀😀', 2).isWellFormed()).toBe(true);
  });

  test('shows members by hostile names as what they are', () => {
    const payload: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":2}');
    expect(payloadText(payload, 100)).toBe('{"__proto__":{"a":1},"constructor":2}');
  });
});

test('words are found in head and payload, whatever their case', () => {
  expect(holdsWords(at(1), wordsOf(' llama  WEFLAYR '))).toBe(true);
  expect(holdsWords(at(1), wordsOf('llama lunary'))).toBe(false);
  expect(holdsWords(at(1), wordsOf(undefined))).toBe(true);
});
