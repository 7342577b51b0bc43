/** Who goes first, without a clock: rivals are rivals while the test's clock stands still. */

import { describe, expect, it } from 'vitest';
import { fairShareBytesMax, fairSliceBytesMax, workingBytesMax } from '../limits.ts';
import { FairTurns } from './fair-turns.ts';

const KiB = 1024;
const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve));

function turns() {
  const clock = { ms: 10_000 };
  const fair = new FairTurns(() => clock.ms);
  const order: string[] = [];
  const begin = (owner: string, bytes: number, name = owner) => {
    const turn = fair.enter(owner, bytes);
    if (turn === undefined) order.push(name);
    else void turn.then(() => order.push(name));
  };
  return { clock, fair, order, begin };
}

describe('one owner alone', () => {
  it('goes on at once, up to the bound of memory', async () => {
    const { begin, order, fair } = turns();
    const body = 16 * KiB * KiB;
    for (let i = 0; i < 6; i += 1) begin('a', body);
    expect(order).toHaveLength(workingBytesMax / body);
    expect(fair.workingBytes).toBe(workingBytesMax);
    fair.leave('a', body);
    await turnOfLoop();
    expect(order).toHaveLength(workingBytesMax / body + 1);
  });

  it('gets a body larger than any bound, alone', async () => {
    const { begin, order, fair } = turns();
    begin('a', workingBytesMax * 2, 'huge');
    begin('a', 1, 'small');
    expect(order).toEqual(['huge']);
    fair.leave('a', workingBytesMax * 2);
    await turnOfLoop();
    expect(order).toEqual(['huge', 'small']);
  });
});

describe('rivals', () => {
  it('a quiet one goes before all that a flood has waiting', async () => {
    const { begin, order, fair } = turns();
    begin('flood', KiB);
    begin('quiet', KiB);
    fair.leave('quiet', KiB);
    for (let i = 0; i < 500; i += 1) begin('flood', 32 * KiB);
    const before = order.length;
    begin('quiet', KiB);
    expect(order.slice(before)).toEqual(['quiet']);
    expect(order.filter((owner) => owner === 'flood')).toHaveLength(1);
  });

  it('a flood begins one slice in each turn of the event loop, and holds at most its share', async () => {
    const { begin, order, fair } = turns();
    begin('quiet', 1);
    for (let i = 0; i < 200; i += 1) begin('flood', 32 * KiB);
    let before = order.length;
    for (let i = 0; i < 5; i += 1) {
      await turnOfLoop();
      expect((order.length - before) * 32 * KiB).toBeLessThanOrEqual(fairSliceBytesMax);
      before = order.length;
    }
    for (let i = 0; i < 200; i += 1) await turnOfLoop();
    expect(fair.workingBytes - 1).toBe(fairShareBytesMax);
    fair.leave('flood', 32 * KiB);
    await turnOfLoop();
    await turnOfLoop();
    expect(fair.workingBytes - 1).toBe(fairShareBytesMax);
  });

  it('take turns, however many one has sent before', async () => {
    const { begin, order, fair } = turns();
    begin('b', 1);
    for (let i = 0; i < 9; i += 1) begin('a', 40 * KiB);
    for (let i = 0; i < 3; i += 1) begin('b', 40 * KiB);
    for (let i = 0; i < 20; i += 1) await turnOfLoop();
    expect(order.slice(0, 8).filter((owner) => owner === 'b')).toHaveLength(4);
    expect(order).toHaveLength(13);
    for (const owner of order.slice(1)) fair.leave(owner, 40 * KiB);
    expect(fair.workingBytes).toBe(1);
  });

  it('are none any more after a second of silence', async () => {
    const { clock, begin, order } = turns();
    begin('quiet', 1);
    begin('flood', KiB);
    clock.ms += 1001;
    for (let i = 0; i < 100; i += 1) begin('flood', 32 * KiB);
    expect(order).toHaveLength(102);
  });
});

it('everybody gets a turn, whatever comes', async () => {
  for (const seed of [1, 2, 3]) {
    let state = seed;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state % below;
    };
    const fair = new FairTurns(() => 0);
    let done = 0;
    const work = async (owner: string, bytes: number) => {
      const turn = fair.enter(owner, bytes);
      if (turn !== undefined) await turn;
      expect(fair.workingBytes).toBeLessThanOrEqual(workingBytesMax);
      for (let i = random(4); i > 0; i -= 1) await turnOfLoop();
      fair.leave(owner, bytes);
      done += 1;
    };
    const all: Promise<void>[] = [];
    for (let i = 0; i < 500; i += 1) {
      all.push(work(`owner ${random(5)}`, random(20) === 0 ? random(20 * KiB * KiB) : random(100 * KiB)));
      if (random(10) === 0) await turnOfLoop();
    }
    await Promise.all(all);
    expect([seed, done, fair.workingBytes]).toEqual([seed, 500, 0]);
  }
});
