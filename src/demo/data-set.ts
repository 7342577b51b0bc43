/**
 * The whole demo as steps of requests. The same seed, base time and scale give the same bytes, which is why sending them
 * again changes nothing: every request names its events itself, and the server keeps each event once.
 */

import { createHash } from 'node:crypto';
import type { Scene } from './context.ts';
import { researchCrew } from './crew.ts';
import { featureId } from './features.ts';
import { lunaryTraffic } from './lunary.ts';
import { lunaryFeatures } from './lunary-features.ts';
import { lunaryMessages } from './lunary-messages.ts';
import { ragTraffic } from './lunary-rag.ts';
import { Random } from './random.ts';
import { refusedRequests } from './refused.ts';
import type { Step } from './request.ts';
import { Timeline } from './timeline.ts';
import { vellumTraffic } from './vellum.ts';
import { vellumFeatures } from './vellum-features.ts';
import { fingerprint, vokerSteps } from './voker.ts';
import { weflayrTraffic } from './weflayr.ts';
import { weflayrFeatures } from './weflayr-features.ts';
import { whyopsSteps } from './whyops.ts';

export interface DemoOptions {
  readonly seed: number;
  readonly baseMs: number;
  /** Share of the ordinary traffic, 0 to 1. */
  readonly scale: number;
}

export function buildSteps({ seed, baseMs, scale }: DemoOptions): Step[] {
  const scene: Scene = {
    random: new Random(`tributary demo ${seed}`),
    timeline: new Timeline(baseMs),
    scale,
    featureId: (name) => featureId(seed, name),
  };
  return [
    {
      name: 'Lunary, Vellum, Weflayr',
      requests: [
        ...researchCrew(scene),
        ...lunaryFeatures(scene),
        ...lunaryMessages(scene),
        ...lunaryTraffic(scene),
        ...ragTraffic(scene),
        ...vellumFeatures(scene),
        ...vellumTraffic(scene),
        ...weflayrFeatures(scene),
        ...weflayrTraffic(scene),
      ],
    },
    ...whyopsSteps(scene),
    ...vokerSteps(scene),
    { name: 'refused requests', requests: refusedRequests() },
  ];
}

/** Of everything that is sent, in its order. */
export function hashOf(steps: readonly Step[]): string {
  const hash = createHash('sha256');
  for (const { dialect, method, path, body } of [fingerprint(), ...steps.flatMap(({ requests }) => requests)])
    hash.update(`${dialect} ${method} ${path}\n${body}\n`);
  return hash.digest('hex');
}
