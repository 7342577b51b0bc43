import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StepRequest } from '../canonical/event.ts';
import { draftOf, type Subject, Workbench } from './testing.ts';

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

const numbered = (id: string, steps: StepRequest, spanId = id) => draftOf(id, spanId, { steps });
const stepsOf = async (subject: Subject) => (await subject.events()).map(({ step, parentStep }) => [step, parentStep]);

// `protocols/whyops.md` 3.2: a legacy tool call is a request at step N and a response at N+1.
const CALLS = [
  numbered('first', {}),
  numbered('tool', { span: 2 }),
  numbered('after', {}),
  numbered('asked', { step: 10, parentStep: 4, span: 2 }),
  numbered('last', {}),
];
const STEPS = [
  [1, 0],
  [2, 1],
  [4, 3],
  [10, 4],
  [12, 11],
];

it('an event that takes several numbers has the first, and the next event goes on behind its last', async () => {
  for (const isOneByOne of [false, true]) {
    const subject = await bench.subject();
    if (!isOneByOne) await subject.drafts(...CALLS);
    for (const call of isOneByOne ? CALLS : []) {
      await subject.drafts(call);
      await subject.load();
    }
    await subject.load();
    expect(await stepsOf(subject)).toEqual(STEPS);
    const spans = await subject.spans();
    expect(spans.find((span) => span.spanId === 'tool')?.steps).toEqual([2, 3]);
    expect(spans.find((span) => span.spanId === 'asked')?.steps).toEqual([10, 11]);
  }
});

it('also when the process died between writing the spans and the events', async () => {
  const subject = await bench.subject();
  // Both events of the shared span are stored or none of its numbers counts.
  await subject.drafts(numbered('tool', { span: 2 }, 's'));
  await subject.load();
  await subject.drafts(numbered('more', { span: 3 }, 's'), numbered('last', {}, 's'));
  let died: () => void = () => undefined;
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const dying = bench.storeBut({
    insert: async (table, columns, rows) => {
      if (table !== 'tributary.events') return bench.store.insert(table, columns, rows);
      died();
      return new Promise(() => undefined);
    },
  });
  await Promise.race([subject.load({ store: dying }), death]);
  await subject.load({ from: 0, replay: true });
  expect(await stepsOf(subject)).toEqual([
    [1, 0],
    [3, 2],
    [6, 5],
  ]);
  expect((await subject.spans()).map((span) => span.steps)).toEqual([[1, 2, 3, 4, 5, 6]]);
});
