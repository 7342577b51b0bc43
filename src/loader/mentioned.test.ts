import { afterAll, beforeAll, expect, it } from 'vitest';
import { start, Workbench } from './testing.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

it('people have the properties that came last, and none are wiped by an event without', async () => {
  const subject = await bench.subject();
  let runs = 0;
  for (const userProps of [{ plan: 'a' }, { plan: 'b' }, { plan: 'a' }, undefined]) {
    await subject.lunary({
      ...start(`run ${runs++}`),
      userId: 'u',
      ...(userProps === undefined ? {} : { userProps }),
    });
  }
  await subject.load();
  const directory = bench.registry.directory(subject.project, async () => undefined);
  expect(await directory.getPerson('u')).toMatchObject({ properties: { plan: 'a' } });
});
