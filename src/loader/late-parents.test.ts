import { afterAll, beforeAll, expect, it } from 'vitest';
import { end, start, Workbench } from './testing.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

const FAMILY = [
  start('root'),
  start('child', 'root'),
  start('grandchild', 'child'),
  start('great', 'grandchild'),
  end('great'),
  end('grandchild'),
  end('child'),
  end('root'),
];
const TREE = { root: '', child: 'root', grandchild: 'child', great: 'grandchild' };

it.each([
  ['in order', FAMILY],
  ['children first', [...FAMILY].reverse()],
  [
    'ends first, inner starts last',
    [
      end('great'),
      end('child'),
      start('great', 'grandchild'),
      start('root'),
      end('root'),
      end('grandchild'),
      start('grandchild', 'child'),
      start('child', 'root'),
    ],
  ],
])('one trace when they come %s, in one batch or one by one, also across restarts', async (_, events) => {
  for (const isOneByOne of [false, true]) {
    const subject = await bench.subject();
    if (!isOneByOne) await subject.lunary(...events);
    for (const event of isOneByOne ? events : []) {
      await subject.lunary(event);
      await subject.load();
    }
    await subject.load();
    expect(await subject.trees()).toEqual({ root: TREE });
    expect((await subject.spans()).map((span) => span.status)).toEqual(['ok', 'ok', 'ok', 'ok']);
  }
});

it('joins what two processes saw of one span, whichever saw the parent', async () => {
  const subject = await bench.subject();
  const call = (phase: string, more: object) =>
    subject.accept('weflayr.event', { event_id: 'call', event_type: `x.${phase}`, ...more });
  await call('before', { trace_id: 'T' });
  await subject.load();
  await call('after', {});
  await subject.load();
  await subject.lunary(start('X'), start('C', 'X'));
  await subject.load();
  await subject.lunary(start('R'), start('X', 'R'));
  await subject.load();
  expect(await subject.trees()).toEqual({ T: { call: '' }, R: { R: '', X: 'R', C: 'X' } });
});

it('joins a chain of any depth that comes leaf first', async () => {
  const subject = await bench.subject();
  const chain = Array.from({ length: 120 }, (_, i) => start(`n${i}`, i === 0 ? undefined : `n${i - 1}`));
  await subject.lunary(...chain.reverse());
  await subject.load();
  const trees = await subject.trees();
  expect(Object.keys(trees)).toEqual(['n0']);
  expect(Object.keys(trees.n0 ?? {})).toHaveLength(120);
});

it('a parent that never comes leaves a trace of its name; cycles and self-parents end as roots', async () => {
  const subject = await bench.subject();
  await subject.lunary(start('orphan', 'never'), start('self', 'self'), start('a', 'b'), start('b', 'a'));
  await subject.load();
  const { never, self, ...cycle } = await subject.trees();
  expect(never).toEqual({ orphan: 'never' });
  expect(Object.keys(self ?? {})).toEqual(['self']);
  expect(Object.values(cycle).flatMap((tree) => Object.keys(tree))).toEqual(['a', 'b']);
});
