import { afterAll, beforeAll, expect, it } from 'vitest';
import { draftOf, end, fragmentOf, start, Workbench } from './testing.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

it('tells which spans to look at again, when they are stored, and not again for what was stored before', async () => {
  const subject = await bench.subject();
  const call = fragmentOf('call', { text: { kind: 'llm', status: 'ok', input: '"q"', output: '"a"' } });
  await subject.drafts(draftOf('call', 'call', { fragments: [call] }));
  const loader = subject.loader();
  const running = loader.run();
  loader.advance(subject.log.head, true);
  await expect.poll(() => subject.touched.length, { interval: 5 }).toBeGreaterThan(0);
  expect(subject.touched).toMatchObject([{ projectId: subject.project, traceId: 't', spanId: 'call' }]);
  expect((await subject.spans()).map((span) => span.spanId)).toEqual(['call']);
  loader.stop();
  await running;
  expect(subject.touched).toHaveLength(1);
  await subject.load({ from: 0, replay: true });
  expect(subject.touched).toHaveLength(1);
});

it('goes on with what comes while a batch is written', async () => {
  const subject = await bench.subject();
  const loader = subject.loader();
  const running = loader.run();
  for (let i = 0; i < 20; i += 1) {
    await subject.lunary(start(`run ${i}`, i === 0 ? undefined : `run ${i - 1}`), end(`run ${i}`));
    loader.advance(subject.log.head, i % 3 === 0);
  }
  loader.stop();
  await running;
  expect(subject.progress).toMatchObject({ position: subject.log.head.position, loadedEvents: 40, duplicateEvents: 0 });
  expect(Object.keys((await subject.trees())['run 0'] ?? {})).toHaveLength(20);
});
