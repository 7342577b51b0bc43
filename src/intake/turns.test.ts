import { expect, it } from 'vitest';
import { decompressionsMax } from '../limits.ts';
import { Turns } from './turns.ts';

it('runs a few at a time, the others in the order of their coming, also after a failure', async () => {
  const turns = new Turns(decompressionsMax);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const all = Array.from({ length: 20 }, (_, i) =>
    turns.take(async () => {
      running += 1;
      most = Math.max(most, running);
      order.push(i);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (i % 3 === 0) throw new Error('not this one');
    }),
  );
  const results = await Promise.allSettled(all);
  expect(results.map(({ status }) => status === 'rejected')).toEqual(Array.from({ length: 20 }, (_, i) => i % 3 === 0));
  expect([most, running]).toEqual([decompressionsMax, 0]);
  expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
});
