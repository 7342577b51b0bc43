/** What every registry must do about sampling. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import type { Registry } from './registry.ts';
import type { Drop } from './sampling.ts';

export function describeSampling(
  name: string,
  make: () => Promise<{ open(): Promise<Registry>; dispose(): Promise<void> }>,
): void {
  describe(`sampling contract: ${name}`, () => {
    let subject: Awaited<ReturnType<typeof make>>;
    let registry: Registry;
    let a: ProjectId;
    let b: ProjectId;
    beforeAll(async () => {
      subject = await make();
      registry = await subject.open();
      a = (await registry.createProject('a')).id;
      b = (await registry.createProject('b')).id;
    });
    afterAll(async () => {
      await registry.close();
      await subject.dispose();
    });
    const drop = (traceId: string, position: number, more: Partial<Drop> = {}): Drop => ({
      projectId: a,
      agentName: 'agent',
      traceId,
      events: 1,
      position,
      ...more,
    });

    it('keeps a rate per agent, of a new agent too, and no rate of 1', async () => {
      const directory = registry.directory(a, async () => undefined);
      await directory.ensureAgent('known');
      await directory.setSamplingRate('known', 0.5);
      await registry.sampling.setRate(a, 'new', 0);
      await registry.sampling.setRate(a, 'all', 0.1);
      await registry.sampling.setRate(a, 'all', 1);
      expect(await directory.samplingRates()).toEqual(
        new Map([
          ['known', 0.5],
          ['new', 0],
        ]),
      );
      expect(await registry.sampling.rates(b)).toEqual(new Map());
      expect((await directory.listAgents()).map((agent) => [agent.name, agent.number])).toEqual([
        ['known', 1],
        ['new', 2],
        ['all', 3],
      ]);
      for (const rate of [-0.1, 1.1, Number.NaN])
        await expect(registry.sampling.setRate(a, 'all', rate)).rejects.toThrow();
    });

    it('remembers what was left out, and counts a record that is read again once', async () => {
      await registry.sampling.record([drop('t', 10, { events: 2 }), drop('u', 10)]);
      await registry.sampling.record([drop('t', 12), drop('t', 10, { events: 2 })]);
      await registry.sampling.record([drop('u', 10), drop('v', 11, { agentName: 'other' })]);
      await registry.sampling.record([]);
      expect(await registry.sampling.dropped(a, ['t', 'x', 'v', 't'])).toEqual(new Set(['t', 'v']));
      expect(await registry.sampling.dropped(b, ['t'])).toEqual(new Set());
      expect(await registry.sampling.dropped(a, [])).toEqual(new Set());
      expect(await registry.sampling.counts(a)).toEqual([
        { agentName: 'agent', droppedTraces: 2, droppedEvents: 4 },
        { agentName: 'other', droppedTraces: 1, droppedEvents: 1 },
      ]);
      expect(await registry.sampling.counts(b)).toEqual([]);
    });

    it('finds among many ids, also those that no file could hold', async () => {
      const odd = ['lone \ud800 surrogate', 'nul \u0000 inside', 'quote \' " and 💾'];
      await registry.sampling.record(odd.map((traceId, i) => drop(traceId, 20 + i)));
      const many = Array.from({ length: 5000 }, (_, i) => `kept ${i}`);
      expect(await registry.sampling.dropped(a, [...many, ...odd])).toEqual(new Set(odd));
    });
  });
}
