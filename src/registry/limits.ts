/**
 * How much one project, and one key, may send. Three levels: the defaults, what the operator of the instance set for a
 * project (above or below them), and what the project set for itself and its keys (only below).
 */

import type { ProjectId } from '../canonical/ids.ts';
import {
  bodyBytesMax,
  bytesPerSecondDefault,
  eventsPerRequestMax,
  requestBurstDefault,
  requestsInFlightDefault,
  requestsPerSecondDefault,
} from '../limits.ts';

export interface IntakeBounds {
  readonly requestsPerSecond: number;
  /** Requests that may come at once after a silence; unless it is set, those of one second. */
  readonly requestBurst: number;
  /** Of bodies, after decompression. */
  readonly bytesPerSecond: number;
  readonly bodyBytes: number;
  readonly eventsPerRequest: number;
  readonly requestsInFlight: number;
}
export type BoundName = keyof IntakeBounds;
export type SomeBounds = Partial<IntakeBounds>;

export const DEFAULT_BOUNDS: IntakeBounds = {
  requestsPerSecond: requestsPerSecondDefault,
  requestBurst: requestBurstDefault,
  bytesPerSecond: bytesPerSecondDefault,
  bodyBytes: bodyBytesMax,
  eventsPerRequest: eventsPerRequestMax,
  requestsInFlight: requestsInFlightDefault,
};
// The keys of a constant object.
export const BOUND_NAMES = Object.keys(DEFAULT_BOUNDS) as BoundName[];

/** What the log and the loader are built for: nobody may raise these two. */
export const FIXED_BOUNDS: readonly BoundName[] = ['bodyBytes', 'eventsPerRequest'];

/** `instance`: set by the operator, and then the most that the project may set itself. */
export type BoundsLevel = 'instance' | 'project';

/** The reading half stands before every request: from memory, without waiting. */
export interface OwnLimits {
  /** What holds for a project; the same object until something changes. */
  ofProject(projectId: ProjectId): IntakeBounds;
  /** What a key has of its own, next to its project's. */
  ofKey(keyId: string): SomeBounds | undefined;
  set(projectId: ProjectId, level: BoundsLevel, bounds: SomeBounds): Promise<void>;
  setForKey(projectId: ProjectId, keyId: string, bounds: SomeBounds): Promise<void>;
  at(projectId: ProjectId, level: BoundsLevel): SomeBounds;
}

export function lower(bounds: IntakeBounds, own: SomeBounds | undefined): IntakeBounds {
  if (own === undefined) return bounds;
  const least = (name: BoundName) => Math.min(bounds[name], own[name] ?? bounds[name]);
  return {
    requestsPerSecond: least('requestsPerSecond'),
    // Who lowers the rate means it also for the first second.
    requestBurst: Math.min(bounds.requestBurst, own.requestBurst ?? own.requestsPerSecond ?? bounds.requestBurst),
    bytesPerSecond: least('bytesPerSecond'),
    bodyBytes: least('bodyBytes'),
    eventsPerRequest: least('eventsPerRequest'),
    requestsInFlight: least('requestsInFlight'),
  };
}

/** What the operator allows a project: its word, else the default. */
export function ceilingOf(instance: SomeBounds): IntakeBounds {
  const burst = instance.requestsPerSecond === undefined ? {} : { requestBurst: instance.requestsPerSecond };
  return { ...DEFAULT_BOUNDS, ...burst, ...instance };
}
