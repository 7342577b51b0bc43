import { afterEach, expect, it, vi } from 'vitest';
import { recalledAnswersMax, recalledKeyCharsMax, recalledMsMax, recalledRowsMax } from '../limits.ts';
import { currentSignal, whileAsked } from './asked.ts';
import { RememberingReader } from './remembering-reader.ts';
import { readerOf } from './testing.ts';

/** Answers each question with how many came before it. */
function counting(fails = false) {
  const asked: { sql: string; params: unknown; signal: AbortSignal | undefined }[] = [];
  const store = readerOf(async <Row>(sql: string, params: unknown): Promise<Row[]> => {
    asked.push({ sql, params, signal: currentSignal() });
    if (fails) throw new Error('refused');
    return [asked.length as Row];
  });
  return { asked, reader: new RememberingReader(store) };
}

it('asks once until something is stored, and each question for itself', async () => {
  const { asked, reader } = counting();
  const [first, second] = await Promise.all([reader.recall('a', { x: 1 }), reader.recall('a', { x: 1 })]);
  expect([first, second, await reader.recall('a', { x: 1 })]).toEqual([[1], [1], [1]]);
  expect(await reader.recall('a', { x: 2 })).toEqual([2]);
  expect(await reader.recall('b', { x: 1 })).toEqual([3]);
  reader.changed();
  expect(await reader.recall('a', { x: 1 })).toEqual([4]);
  expect(await reader.select('a', { x: 1 })).toEqual([5]);
  expect(asked).toHaveLength(5);
});

it('does not keep an answer that was on its way when something was stored', async () => {
  const { asked, reader } = counting();
  const before = reader.recall('a');
  reader.changed();
  await before;
  await reader.recall('a');
  expect(asked).toHaveLength(2);
});

it('keeps no failure', async () => {
  const { asked, reader } = counting(true);
  await expect(reader.recall('a')).rejects.toThrow('refused');
  await expect(reader.recall('a')).rejects.toThrow('refused');
  expect(asked).toHaveLength(2);
});

it('asks for all: who asked first may go', async () => {
  const { asked, reader } = counting();
  await whileAsked(AbortSignal.abort(), () => reader.recall('a'));
  expect(asked.map(({ signal }) => signal)).toEqual([undefined]);
});

it('asks again after a while, as a batch may be stored in part', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const { asked, reader } = counting();
  await reader.recall('a');
  vi.advanceTimersByTime(recalledMsMax - 1);
  await reader.recall('a');
  expect(asked).toHaveLength(1);
  vi.advanceTimersByTime(1);
  await reader.recall('a');
  expect(asked).toHaveLength(2);
});
afterEach(() => {
  vi.useRealTimers();
});

it('keeps nothing large', async () => {
  let asked = 0;
  const many = Array.from({ length: recalledRowsMax + 1 }, (_, i) => i);
  const reader = new RememberingReader(
    readerOf(async <Row>(sql: string) => {
      asked += 1;
      return (sql === 'many' ? many : []) as Row[];
    }),
  );
  for (const sql of ['many', 'x'.repeat(recalledKeyCharsMax)]) {
    asked = 0;
    await reader.recall(sql);
    await reader.recall(sql);
    expect(asked).toBe(2);
  }
});

it('is bounded', async () => {
  const { asked, reader } = counting();
  for (let i = 0; i <= recalledAnswersMax; i += 1) await reader.recall(`question ${i}`);
  await reader.recall('question 0');
  expect(asked).toHaveLength(recalledAnswersMax + 2);
});
