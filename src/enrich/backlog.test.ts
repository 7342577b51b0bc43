import { expect, it } from 'vitest';
import { newProjectId } from '../canonical/ids.ts';
import type { TouchedSpan } from '../loader/touched.ts';
import { Backlog } from './backlog.ts';

const projectId = newProjectId();

function span(traceId: string, spanId: string, mayNeedCount = true): TouchedSpan {
  return { projectId, dialect: 'lunary', traceId, spanId, mayNeedCount };
}

it('is done with a position when all before it is finished', () => {
  const backlog = new Backlog(10, 10);
  backlog.touched([span('a', '1')], 20);
  backlog.touched([], 25);
  backlog.touched([span('b', '1')], 30);
  expect([backlog.doneUntil, backlog.position]).toEqual([10, 30]);
  expect(backlog.take(1).map(({ traceId }) => traceId)).toEqual(['a']);
  expect(backlog.doneUntil).toBe(10);
  // Touched again while it is looked at: it has to be looked at again.
  backlog.touched([span('a', '2')], 40);
  backlog.finished();
  expect(backlog.doneUntil).toBe(25);
  expect(backlog.take(9).map(({ traceId, spanIds }) => [traceId, ...spanIds])).toEqual([
    ['b', '1'],
    ['a', '2'],
  ]);
  backlog.finished();
  expect([backlog.doneUntil, backlog.waitingSpans, backlog.missed]).toEqual([40, 0, undefined]);
});

it('keeps the spans of a trace together, also one that is called "all"', () => {
  const backlog = new Backlog(0, 0);
  backlog.touched([span('a', 'all'), span('a', '1'), span('a', '2', false)], 1);
  backlog.touched([span('a', '3')], 2);
  expect(backlog.waitingSpans).toBe(3);
  expect(backlog.take(9).map(({ spanIds }) => [...spanIds])).toEqual([['all', '1', '3']]);
  expect(backlog.waitingSpans).toBe(0);
});

it('looks up in the store what it never knew and what does not fit', () => {
  const backlog = new Backlog(5, 10, 2);
  expect([backlog.missed, backlog.doneUntil]).toEqual([{ from: 5, to: 10 }, 5]);
  backlog.found([{ projectId, dialect: 'lunary', traceId: 'old' }], 10);
  expect([backlog.missed, backlog.doneUntil]).toEqual([undefined, 5]);
  backlog.touched([span('a', '1'), span('a', '2')], 20);
  expect(backlog.missed).toEqual({ from: 10, to: 20 });
  backlog.touched([span('b', '1')], 30);
  backlog.touched([span('c', '1')], 40);
  expect(backlog.missed).toEqual({ from: 10, to: 40 });
  expect(backlog.hasRoom).toBe(false);
  expect(backlog.take(9).map(({ traceId, spanIds }) => [traceId, spanIds])).toEqual([
    ['old', 'all'],
    ['b', new Set(['1'])],
  ]);
  backlog.finished();
  expect([backlog.doneUntil, backlog.hasRoom]).toEqual([10, true]);
  backlog.found([{ projectId, dialect: 'lunary', traceId: 'b' }], 25);
  backlog.touched([span('b', '1')], 50);
  expect(backlog.take(9).map(({ spanIds }) => spanIds)).toEqual(['all']);
  backlog.finished();
  expect([backlog.missed, backlog.doneUntil]).toEqual([{ from: 25, to: 40 }, 25]);
});

it('never moves back', () => {
  const backlog = new Backlog(10, 10);
  backlog.touched([], 5);
  expect([backlog.position, backlog.doneUntil]).toEqual([10, 10]);
});
