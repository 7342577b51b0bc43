/** Rates with a clock of the test's own. */

import { describe, expect, it } from 'vitest';
import { newProjectId, type ProjectId } from '../canonical/ids.ts';
import { DEFAULT_BOUNDS, type IntakeBounds, lower, type SomeBounds } from '../registry/limits.ts';
import { RateLimits } from './rate-limits.ts';

const A = newProjectId();
const B = newProjectId();

function limited(bounds: SomeBounds, keys: Record<string, SomeBounds> = {}, countersMax = 1000) {
  const clock = { ms: 0 };
  const projects = new Map<ProjectId, IntakeBounds>([[A, lower(DEFAULT_BOUNDS, bounds)]]);
  const limits = new RateLimits(
    { ofProject: (id) => projects.get(id) ?? DEFAULT_BOUNDS, ofKey: (id) => keys[id] },
    () => clock.ms,
    countersMax,
  );
  const enter = (projectId = A, keyId?: string) =>
    limits.enter({ projectId, scopes: ['ingest'], ...(keyId === undefined ? {} : { keyId }) });
  /** How many of `count` requests are let in; each is answered at once. */
  const sent = (count: number, projectId = A, keyId?: string) => {
    let passed = 0;
    for (let i = 0; i < count; i += 1) {
      const pass = enter(projectId, keyId);
      if (!pass.ok) continue;
      passed += 1;
      pass.value.leave();
    }
    return passed;
  };
  return { clock, limits, projects, enter, sent };
}

describe('requests per second', () => {
  it('are let in up to the burst, then at the rate, each second again', () => {
    const { clock, sent } = limited({ requestsPerSecond: 10, requestBurst: 25 });
    expect(sent(100)).toBe(25);
    let passed = 0;
    for (let ms = 0; ms < 10_000; ms += 7) {
      clock.ms += 7;
      passed += sent(3);
    }
    expect(passed).toBeGreaterThanOrEqual(99);
    expect(passed).toBeLessThanOrEqual(101);
    clock.ms += 60_000;
    expect(sent(100)).toBe(25);
  });

  it('have a burst of one second when only the rate is lowered', () => {
    expect(limited({ requestsPerSecond: 7 }).sent(100)).toBe(7);
  });

  it('say when to come back: 1 to 5 seconds', () => {
    const waits = [1, 1000].map((requestsPerSecond) => {
      const { enter } = limited({ requestsPerSecond, requestBurst: 1 });
      enter();
      return enter();
    });
    for (const wait of waits)
      expect(wait).toMatchObject({ ok: false, fault: { code: 'rate-limited', retryAfterS: 1 } });
  });

  it('are counted for each project alone', () => {
    const { sent } = limited({ requestsPerSecond: 5 });
    expect([sent(10, A), sent(10, B)]).toEqual([5, 10]);
  });

  it('change with the bounds, from the next request on', () => {
    const { projects, sent, clock } = limited({ requestsPerSecond: 1000 });
    expect(sent(100)).toBe(100);
    projects.set(A, lower(DEFAULT_BOUNDS, { requestsPerSecond: 2 }));
    expect(sent(100)).toBe(2);
    projects.set(A, DEFAULT_BOUNDS);
    clock.ms += 10;
    expect(sent(1000)).toBe(200);
  });
});

describe('bytes per second', () => {
  it('let a large body in, and nothing more until it is paid for', () => {
    const { clock, enter, sent } = limited({ bytesPerSecond: 1000 });
    const pass = enter();
    if (!pass.ok) throw new Error('refused');
    pass.value.charge(3500);
    pass.value.leave();
    expect(enter()).toMatchObject({ ok: false, fault: { code: 'rate-limited', retryAfterS: 3 } });
    clock.ms += 2499;
    expect(sent(1)).toBe(0);
    clock.ms += 2;
    expect(sent(1)).toBe(1);
  });

  it('never ask for more than 5 seconds of patience', () => {
    const { enter } = limited({ bytesPerSecond: 1 });
    const pass = enter();
    if (!pass.ok) throw new Error('refused');
    pass.value.charge(1_000_000);
    expect(enter()).toMatchObject({ ok: false, fault: { retryAfterS: 5 } });
  });
});

describe('requests in flight', () => {
  it('are let in again when one is answered', () => {
    const { enter } = limited({ requestsInFlight: 2 });
    const [first] = [enter(), enter()];
    expect(enter()).toMatchObject({ ok: false, fault: { code: 'rate-limited' } });
    if (first.ok) first.value.leave();
    expect(enter().ok).toBe(true);
    expect(enter().ok).toBe(false);
  });
});

describe('a key with bounds of its own', () => {
  it('is held to them, next to its project', () => {
    const { sent, enter } = limited({ requestsPerSecond: 10 }, { slow: { requestsPerSecond: 3, bodyBytes: 100 } });
    const pass = enter(A, 'slow');
    expect(pass.ok && pass.value.bounds.bodyBytes).toBe(100);
    expect(sent(10, A, 'slow')).toBe(2);
    expect(sent(10, A, 'other')).toBe(7);
    expect(sent(10, A, 'slow')).toBe(0);
  });

  it('costs its project nothing when it is refused', () => {
    const { sent } = limited({ requestsPerSecond: 10 }, { slow: { requestsPerSecond: 1 } });
    expect([sent(100, A, 'slow'), sent(100, A)]).toEqual([1, 9]);
  });
});

describe('counters', () => {
  it('are bounded; who has requests in flight, or sends much, is not forgotten', () => {
    const { limits, enter, sent } = limited({ requestsPerSecond: 5 }, {}, 10);
    const busy = enter(A);
    for (let i = 0; i < 1000; i += 1) {
      sent(1, newProjectId());
      expect(limits.counters).toBeLessThanOrEqual(10);
    }
    expect(sent(10, A)).toBe(4);
    if (busy.ok) busy.value.leave();
    for (let i = 0; i < 30; i += 1) sent(1, newProjectId());
    expect(sent(10, A)).toBe(5);
  });
});
