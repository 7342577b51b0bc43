/**
 * How much projects and keys may send: requests per second, bytes per second, requests in flight. One counter for each
 * project that sends, one more for each key with bounds of its own. A counter is refilled when it is looked at (token
 * bucket on the monotonic clock), so it costs no timer, and a request costs two look-ups.
 */

import { type Fault, type Outcome, ok } from '../canonical/outcome.ts';
import { rateCountersMax } from '../limits.ts';
import { type IntakeBounds, lower, type OwnLimits, type SomeBounds } from '../registry/limits.ts';
import type { Principal } from '../registry/registry.ts';

const MS_PER_S = 1000;
/** Longer waits make clients give up (`Retry-After` above the export timeout loses the batch). */
const RETRY_AFTER_S_MAX = 5;

/** A request that may go on. `leave` once, when it is answered. */
export interface Pass {
  readonly bounds: IntakeBounds;
  /** The size of a body is known when it is there: a large one is let in and paid for afterwards. */
  charge(bytes: number): void;
  leave(): void;
}

export class RateLimits {
  readonly #limits: Pick<OwnLimits, 'ofProject' | 'ofKey'>;
  readonly #nowMs: () => number;
  readonly #countersMax: number;
  /** Insertion order is the order of eviction; who was used since gets a second round. */
  readonly #counters = new Map<string, Counter>();

  constructor(
    limits: Pick<OwnLimits, 'ofProject' | 'ofKey'>,
    nowMs: () => number = () => performance.now(),
    countersMax = rateCountersMax,
  ) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#countersMax = countersMax;
  }

  get counters(): number {
    return this.#counters.size;
  }

  enter({ projectId, keyId }: Principal): Outcome<Pass> {
    const nowMs = this.#nowMs();
    const bounds = this.#limits.ofProject(projectId);
    const project = this.#counter(projectId, bounds, undefined, nowMs);
    const own = keyId === undefined ? undefined : this.#limits.ofKey(keyId);
    const key = keyId === undefined || own === undefined ? undefined : this.#counter(keyId, bounds, own, nowMs);
    const fault = project.refusal('project') ?? key?.refusal('key');
    if (fault !== undefined) return { ok: false, fault };
    project.enter();
    key?.enter();
    return ok(new CountedPass(project, key));
  }

  #counter(id: string, bounds: IntakeBounds, own: SomeBounds | undefined, nowMs: number): Counter {
    let counter = this.#counters.get(id);
    if (counter === undefined) {
      if (this.#counters.size >= this.#countersMax) this.#evict();
      counter = new Counter(bounds, own, nowMs);
      this.#counters.set(id, counter);
    }
    counter.update(bounds, own, nowMs);
    return counter;
  }

  /** Forgets the first that was not used since it was last passed over, and has nothing in flight. */
  #evict(): void {
    for (const [id, counter] of this.#counters) {
      this.#counters.delete(id);
      if (!counter.isUsed && counter.inFlight === 0) return;
      counter.isUsed = false;
      this.#counters.set(id, counter);
    }
  }
}

class CountedPass implements Pass {
  readonly #project: Counter;
  readonly #key: Counter | undefined;

  constructor(project: Counter, key: Counter | undefined) {
    this.#project = project;
    this.#key = key;
  }

  get bounds(): IntakeBounds {
    return (this.#key ?? this.#project).bounds;
  }

  charge(bytes: number): void {
    this.#project.bytes -= bytes;
    if (this.#key !== undefined) this.#key.bytes -= bytes;
  }

  leave(): void {
    this.#project.inFlight -= 1;
    if (this.#key !== undefined) this.#key.inFlight -= 1;
  }
}

class Counter {
  bounds: IntakeBounds;
  isUsed = false;
  inFlight = 0;
  /** Requests that may come now. */
  requests: number;
  /** Bytes that may come now; below zero after a body that was larger than what was left. */
  bytes: number;
  #of: IntakeBounds;
  #own: SomeBounds | undefined;
  #atMs: number;

  constructor(of: IntakeBounds, own: SomeBounds | undefined, nowMs: number) {
    this.#of = of;
    this.#own = own;
    this.#atMs = nowMs;
    this.bounds = lower(of, own);
    this.requests = this.bounds.requestBurst;
    this.bytes = this.bounds.bytesPerSecond;
  }

  update(of: IntakeBounds, own: SomeBounds | undefined, nowMs: number): void {
    if (of !== this.#of || own !== this.#own) {
      this.#of = of;
      this.#own = own;
      this.bounds = lower(of, own);
    }
    const seconds = (nowMs - this.#atMs) / MS_PER_S;
    this.#atMs = nowMs;
    this.isUsed = true;
    const { requestsPerSecond, requestBurst, bytesPerSecond } = this.bounds;
    this.requests = Math.min(requestBurst, this.requests + seconds * requestsPerSecond);
    this.bytes = Math.min(bytesPerSecond, this.bytes + seconds * bytesPerSecond);
  }

  enter(): void {
    this.requests -= 1;
    this.inFlight += 1;
  }

  refusal(who: 'project' | 'key'): Fault | undefined {
    const { requestsPerSecond, bytesPerSecond, requestsInFlight } = this.bounds;
    if (this.inFlight >= requestsInFlight)
      return limited(`This ${who} may have at most ${requestsInFlight} requests in flight`, 1);
    if (this.requests < 1)
      return limited(
        `This ${who} may send at most ${requestsPerSecond} requests per second`,
        (1 - this.requests) / requestsPerSecond,
      );
    if (this.bytes <= 0)
      return limited(`This ${who} may send at most ${bytesPerSecond} bytes per second`, -this.bytes / bytesPerSecond);
    return undefined;
  }
}

function limited(message: string, waitS: number): Fault {
  return { code: 'rate-limited', message, retryAfterS: Math.min(RETRY_AFTER_S_MAX, Math.max(1, Math.ceil(waitS))) };
}
