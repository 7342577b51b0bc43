import { expect, it } from 'vitest';
import { samplingPoint } from './sampling.ts';

/** `protocols/whyops.md` 4.4, computed with the vendor's code: prefix 962b70e2. */
it('the point of a trace is the vendor’s', () => {
  const trace = { traceId: 'trace-1', userId: 'user-1', environmentId: 'env-1', agentName: 'agent-1' };
  expect(samplingPoint(trace)).toBe(0x962b70e2 / 0xffffffff);
  expect(samplingPoint(trace)).toBeCloseTo(0.5866, 4);
  // Neither the order of keys nor further members count.
  const reordered = { extra: 1, agentName: 'agent-1', environmentId: 'env-1', userId: 'user-1', traceId: 'trace-1' };
  expect(samplingPoint(reordered)).toBe(samplingPoint(trace));
});

it('points spread evenly: a rate keeps its share of traces', () => {
  const points = Array.from({ length: 2000 }, (_, i) =>
    samplingPoint({ traceId: `trace ${i}`, userId: '', environmentId: '', agentName: 'a' }),
  );
  expect(points.every((point) => point >= 0 && point <= 1)).toBe(true);
  const kept = points.filter((point) => point <= 0.25).length;
  expect(kept).toBeGreaterThan(430);
  expect(kept).toBeLessThan(570);
});
