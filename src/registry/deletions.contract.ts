/** What every registry must do about deletions and runs of retention. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Registry } from './registry.ts';

export function describeDeletions(
  name: string,
  make: () => Promise<{ open(): Promise<Registry>; dispose(): Promise<void> }>,
): void {
  describe(`deletions contract: ${name}`, () => {
    let subject: Awaited<ReturnType<typeof make>>;
    let registry: Registry;
    beforeAll(async () => {
      subject = await make();
      registry = await subject.open();
    });
    afterAll(async () => {
      await registry.close();
      await subject.dispose();
    });
    const createProject = async (projectName: string) => (await registry.createProject(projectName)).id;

    it('keeps them by project, newest first, and gives the unfinished ones in the order of the requests', async () => {
      const { deletions } = registry;
      const [a, b] = [await createProject('a'), await createProject('b')];
      const first = await deletions.request(a, 'user', 'u', 5);
      const second = await deletions.request(a, 'trace', 't', 6);
      const other = await deletions.request(b, 'user', 'u', 7);
      expect((await deletions.list(a, 10)).map(({ id }) => id)).toEqual([second.id, first.id]);
      expect((await deletions.list(a, 10, second.id)).map(({ id }) => id)).toEqual([first.id]);
      expect(await deletions.find(b, first.id)).toBeUndefined();
      expect((await deletions.unfinished()).map(({ id }) => id)).toEqual([first.id, second.id, other.id]);
      await deletions.update(first.id, { state: 'done', remaining: 0 });
      expect(await deletions.find(a, first.id)).toMatchObject({ state: 'done', finishedAt: expect.any(String) });
      expect((await deletions.unfinished()).map(({ id }) => id)).toEqual([second.id, other.id]);
      expect([await deletions.reopen(5), await deletions.reopen(4)]).toEqual([0, 1]);
      expect(await deletions.find(a, first.id)).toMatchObject({ state: 'waiting', finishedAt: null });
    });

    it('keeps what was found, each once, and gives it page by page', async () => {
      const { deletions } = registry;
      const project = await createProject('c');
      const { id } = await deletions.request(project, 'user', 'u', 0);
      const targets = [{ key: 'lunary|a' }, { key: 'lunary|a', spanId: 's' }, { key: 'whyops|b' }];
      expect(await deletions.addTargets(id, targets)).toEqual(targets);
      expect(await deletions.addTargets(id, [...targets, { key: 'whyops|c' }])).toEqual([{ key: 'whyops|c' }]);
      const page = await deletions.targets(id, 2);
      expect([...page, ...(await deletions.targets(id, 10, page.at(-1)))]).toEqual([...targets, { key: 'whyops|c' }]);
      expect(await deletions.find(project, id)).toMatchObject({ targetsWaiting: 4 });
      await deletions.dropTargets(id);
      expect(await deletions.targets(id, 10)).toEqual([]);
    });

    it('takes up a run of retention that was left, and remembers the newest ones', async () => {
      const project = await createProject('d');
      const { retentionRuns } = registry;
      const begun = await retentionRuns.begin(project, 30, '2026-01-01', '2026-02-01');
      await retentionRuns.save({ ...begun, traces: 3 });
      const again = await retentionRuns.begin(project, 7, '2026-01-24', '2026-02-02');
      expect(again).toMatchObject({ id: begun.id, traces: 3, retentionDays: 7, startedAt: '2026-02-01' });
      await retentionRuns.save({ ...again, state: 'done', finishedAt: '2026-02-03' });
      const next = await retentionRuns.begin(project, 7, '2026-01-25', '2026-02-04');
      expect((await retentionRuns.list(project, 10)).map(({ id }) => id)).toEqual([next.id, begun.id]);
      await retentionRuns.trim(project, 1);
      expect((await retentionRuns.list(project, 10)).map(({ id }) => id)).toEqual([next.id]);
    });
  });
}
