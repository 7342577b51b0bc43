/** What every scenario is built from. */

import type { Random } from './random.ts';
import type { DemoRequest, Step } from './request.ts';
import type { Timeline } from './timeline.ts';

export interface Scene {
  readonly random: Random;
  readonly timeline: Timeline;
  /** Share of the ordinary traffic, 0 to 1. What is featured is always whole. */
  readonly scale: number;
  /** Ids of what is featured: the same words for everybody, apart for each seed. */
  featureId(name: string): string;
}

/** `name` of the full size, at least one. */
export function scaled({ scale }: Scene, count: number): number {
  return Math.max(1, Math.round(count * scale));
}

/** One scenario, many times over: each with a stream of its own. */
export function repeated<T>(scene: Scene, name: string, count: number, make: (random: Random) => T): T[] {
  return Array.from({ length: scaled(scene, count) }, (_, index) => make(scene.random.fork(`${name}/${index}`)));
}

export function step(name: string, requests: readonly DemoRequest[]): Step {
  return { name, requests };
}
