/** Where a bar stands in a stretch of time, in percent of its width. */

import type { Stretch } from '../model/times.ts';

export interface BarPlace {
  readonly left: number;
  readonly width: number;
  /** Out of sight on either side. */
  readonly isBefore: boolean;
  readonly isAfter: boolean;
}

/** Clipped a little outside of what is seen: browsers draw boxes of some million pixels badly. */
const CLIP_PERCENT = 1;

export function barIn(bar: Stretch, seen: Stretch): BarPlace {
  const length = seen.toMs - seen.fromMs;
  const at = (ms: number) => ((ms - seen.fromMs) / length) * 100;
  const left = Math.max(-CLIP_PERCENT, Math.min(100 + CLIP_PERCENT, at(bar.fromMs)));
  const right = Math.max(-CLIP_PERCENT, Math.min(100 + CLIP_PERCENT, at(bar.toMs)));
  return { left, width: right - left, isBefore: bar.toMs < seen.fromMs, isAfter: bar.fromMs > seen.toMs };
}
