/** The log against its model, on a disk that keeps no more than it has promised. `PROPERTY_SEED=n` repeats a run. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, LogModel, type Session } from './model-testing.ts';
import type { DiskCall } from './simulated-disk.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
const RUNS = Number(process.env.PROPERTY_RUNS ?? 120);
console.info(`log/disk/model.test.ts: PROPERTY_SEED=${seed} PROPERTY_RUNS=${RUNS}`);

/** mulberry32, for what the disk does on its own. */
function random(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const FAULTY: readonly DiskCall[] = [
  ...(['open', 'writev', 'write', 'read', 'stat', 'truncate', 'datasync', 'sync'] as const),
  ...(['close', 'readdir', 'rename', 'unlink'] as const),
];
const appends: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('append' as const),
  sizes: fc.array(fc.nat(300), { minLength: 1, maxLength: 5 }),
  waits: fc.boolean(),
});
const reads: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('read' as const),
  eventsMax: fc.integer({ min: 1, max: 20 }),
});
const releases: fc.Arbitrary<Command> = fc.constant({ do: 'release' });
const faults: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('fault' as const),
  call: fc.constantFrom(...FAULTY),
  fate: fc.oneof(
    fc.constant('short' as const),
    fc.constantFrom('EIO', 'ENOSPC', 'EMFILE').map((code) => ({ code })),
  ),
  times: fc.integer({ min: 1, max: 8 }),
});
const fullness: fc.Arbitrary<Command> = fc.oneof(
  fc.nat(800).map((free) => ({ do: 'full' as const, free })),
  fc.constant({ do: 'space' as const }),
);
const usual = fc.oneof(
  { weight: 5, arbitrary: appends },
  { weight: 3, arbitrary: reads },
  { weight: 1, arbitrary: releases },
);
const any = fc.oneof(
  { weight: 9, arbitrary: usual },
  { weight: 2, arbitrary: faults },
  { weight: 1, arbitrary: fullness },
);

function sessions(command: fc.Arbitrary<Command>, rot: fc.Arbitrary<readonly number[]>): fc.Arbitrary<Session[]> {
  const session = fc.record({
    commands: fc.array(command, { maxLength: 20 }),
    end: fc.constantFrom('close' as const, 'kill' as const, 'power' as const),
    diesAtCall: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
    rot,
  });
  return fc.array(session, { minLength: 1, maxLength: 4 });
}

const NO_ROT = fc.constant([]);
const SOME_ROT = fc.array(fc.nat(999), { maxLength: 3 });

async function holds(runs: fc.Arbitrary<Session[]>): Promise<Record<string, number>> {
  const sum = { acknowledged: 0, refused: 0, deaths: 0, quarantined: 0 };
  await fc.assert(
    fc.asyncProperty(runs, fc.nat(), async (history, luck) => {
      const model = new LogModel(random(luck));
      await model.run(history);
      for (const name of ['acknowledged', 'refused', 'deaths', 'quarantined'] as const) sum[name] += model.counts[name];
    }),
    { numRuns: RUNS, seed },
  );
  return sum;
}

describe('the log on a disk that', { timeout: 60_000 + RUNS * 300 }, () => {
  it('loses, tears and reorders what was not synced', async () => {
    const sum = await holds(sessions(usual, NO_ROT));
    expect(sum.deaths).toBeGreaterThan(RUNS / 4);
    expect(sum.refused).toBe(0);
  });

  it('is full, fails and writes less than asked', async () => {
    const sum = await holds(sessions(any, NO_ROT));
    expect(sum.refused).toBeGreaterThan(RUNS / 4);
  });

  it('changes bits of what it stores', async () => {
    const sum = await holds(sessions(any, SOME_ROT));
    expect(sum.quarantined).toBeGreaterThan(RUNS);
  });

  it.each(['kill', 'power'] as const)('ends at any of its calls (%s)', async (end) => {
    const commands: Command[] = Array.from({ length: 3 }, () => [
      { do: 'append' as const, sizes: [40, 0, 200], waits: false },
      { do: 'append' as const, sizes: [300, 120], waits: true },
      { do: 'read' as const, eventsMax: 8 },
      { do: 'release' as const },
    ]).flat();
    let deaths = 0;
    for (let diesAtCall = 1; ; diesAtCall += 1) {
      const model = new LogModel(random(seed + diesAtCall));
      // Twice in a row: the second start finds what the first one has left.
      const session = { commands, end, diesAtCall, rot: [] };
      await model.run([{ ...session, diesAtCall: undefined }, session, session]);
      if (model.counts.deaths === 0) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(60);
  });
});
