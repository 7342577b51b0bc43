/** What every registry must do about own prices and re-pricings. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import type { OwnPrice } from './prices.ts';
import type { Registry } from './registry.ts';

export function describePrices(
  name: string,
  make: () => Promise<{ open(): Promise<Registry>; dispose(): Promise<void> }>,
): void {
  describe(`prices contract: ${name}`, () => {
    let subject: Awaited<ReturnType<typeof make>>;
    let registry: Registry;
    /** As another thread has it. */
    let other: Registry;
    let a: ProjectId;
    let b: ProjectId;
    beforeAll(async () => {
      subject = await make();
      registry = await subject.open();
      other = await subject.open();
    });
    beforeEach(async () => {
      a = (await registry.createProject(`a ${Math.random()}`)).id;
      b = (await registry.createProject(`b ${Math.random()}`)).id;
    });
    afterAll(async () => {
      await registry.close();
      await other.close();
      await subject.dispose();
    });
    const price = (more: Partial<OwnPrice> = {}): Omit<OwnPrice, 'id' | 'createdAt'> => ({
      projectId: a,
      model: 'm',
      provider: null,
      from: null,
      inputPerMillion: 1.5,
      outputPerMillion: 2,
      cacheReadPerMillion: null,
      cacheWritePerMillion: 0,
      ...more,
    });

    it('replaces the price for the same model, provider and time, whatever their spelling', async () => {
      const first = await registry.prices.set(price());
      expect(first).toMatchObject(price());
      expect(await registry.prices.set(price({ model: 'M', inputPerMillion: 3 }))).toMatchObject({ id: first.id });
      await registry.prices.set(price({ provider: 'Azure', from: '2026-01-01' }));
      await registry.prices.set(price({ provider: 'azure', from: '2026-01-01T01:00:00+01:00', inputPerMillion: 4 }));
      await registry.prices.set(price({ projectId: b }));
      expect((await other.prices.list(a)).map((own) => [own.provider, own.from, own.inputPerMillion])).toEqual([
        [null, null, 3],
        ['azure', '2026-01-01T00:00:00.000000Z', 4],
      ]);
      expect((await other.prices.list()).filter((own) => [a, b].includes(own.projectId))).toHaveLength(3);
    });

    it('counts every change, seen by every connection', async () => {
      const before = await registry.prices.revision();
      const { id } = await registry.prices.set(price());
      await other.prices.set(price());
      expect(await registry.prices.remove(b, id)).toBe(false);
      expect(await other.prices.remove(a, id)).toBe(true);
      expect(await other.prices.remove(a, id)).toBe(false);
      expect(await registry.prices.list(a)).toEqual([]);
      expect(await registry.prices.revision()).toBeGreaterThanOrEqual(before + 3);
    });

    it('keeps re-pricings and their progress across restarts', async () => {
      const first = await registry.repricings.start(a, '2026-01-01T00:00:00.000000Z', null);
      const second = await registry.repricings.start(b, null, null);
      expect(first).toMatchObject({ state: 'running', spansTotal: 0, spansSeen: 0, finishedAt: null });
      await other.repricings.update(first.id, { spansTotal: 5, spansSeen: 3 });
      await other.repricings.update(first.id, {});
      const mine = async () => (await other.repricings.unfinished()).filter((one) => [a, b].includes(one.projectId));
      expect(await mine()).toEqual([{ ...first, spansTotal: 5, spansSeen: 3 }, second]);
      const ended = { state: 'failed', reason: 'why', finishedAt: '2026-01-02T00:00:00.000Z' } as const;
      await other.repricings.update(first.id, ended);
      expect(await registry.repricings.find(a, first.id)).toEqual({ ...first, spansTotal: 5, spansSeen: 3, ...ended });
      expect(await registry.repricings.find(b, first.id)).toBeUndefined();
      expect(await mine()).toEqual([second]);
    });
  });
}
