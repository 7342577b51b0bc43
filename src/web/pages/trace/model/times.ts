/** Times of spans as milliseconds with a fraction, and the stretch of time that a trace takes. */

import type { OutlineSpan } from './outline.ts';

/** Of the API's own form, `2026-01-31T09:30:00.000001Z`: `Date.parse` alone drops the microseconds. */
export function msOf(iso: string): number {
  const micros = Number(iso.slice(23, 26));
  return Date.parse(iso) + (Number.isFinite(micros) ? micros / 1000 : 0);
}

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Still going on, as far as anybody knows: there is no end to draw. */
export function isOpen(span: Pick<OutlineSpan, 'status' | 'endTime' | 'durationMs'>): boolean {
  return span.endTime === null && span.durationMs === null && (span.status === 'running' || span.status === 'paused');
}

/** Where a span's bar begins and ends. An open one lasts until now; one whose end was never told until its first token. */
export function stretchOf(span: OutlineSpan, nowMs: number): Stretch {
  const fromMs = msOf(span.startTime);
  if (span.endTime !== null) return { fromMs, toMs: Math.max(fromMs, msOf(span.endTime)) };
  if (span.durationMs !== null) return { fromMs, toMs: fromMs + Math.max(0, span.durationMs) };
  const firstMs = fromMs + Math.max(0, span.timeToFirstTokenMs ?? 0);
  return { fromMs, toMs: isOpen(span) ? Math.max(firstMs, nowMs) : firstMs };
}

/** Of all of them; never empty, so that a share of it can be computed. */
export function wholeStretch(spans: readonly OutlineSpan[], nowMs: number): Stretch {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    const stretch = stretchOf(span, nowMs);
    fromMs = Math.min(fromMs, stretch.fromMs);
    toMs = Math.max(toMs, stretch.toMs);
  }
  if (!Number.isFinite(fromMs)) return { fromMs: 0, toMs: 1 };
  // Vendors that tell no ends: the axis of a moment has marks that can be read.
  return { fromMs, toMs: toMs > fromMs ? toMs : fromMs + 1 };
}

/** Steps of 1, 2 or 5 times a power of ten, or of whole seconds, minutes and hours, that give at most `countMax` marks. */
export function axisMarks({ fromMs, toMs }: Stretch, originMs: number, countMax: number): readonly number[] {
  const lengthMs = toMs - fromMs;
  const step = stepOf(lengthMs / Math.max(1, countMax));
  const first = Math.ceil((fromMs - originMs) / step - 1e-9) * step;
  const marks: number[] = [];
  for (let index = 0; index <= countMax + 1; index += 1) {
    const mark = first + index * step;
    if (mark > toMs - originMs + step * 1e-9) break;
    marks.push(mark);
  }
  return marks;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONG_STEPS = [10, 15, 20, 30]
  .map((seconds) => seconds * SECOND)
  .concat([1, 2, 5, 10, 15, 20, 30].map((minutes) => minutes * MINUTE))
  .concat([1, 2, 3, 6, 12].map((hours) => hours * HOUR));

function stepOf(atLeastMs: number): number {
  if (atLeastMs > 5 * SECOND && atLeastMs <= 12 * HOUR)
    return LONG_STEPS.find((step) => step >= atLeastMs) ?? 12 * HOUR;
  const unit = atLeastMs > 12 * HOUR ? DAY : 1;
  // A microsecond is the shortest time that is stored, and shown.
  const parts = Math.max(atLeastMs / unit, 0.001);
  const power = 10 ** Math.floor(Math.log10(parts));
  const step = [1, 2, 5, 10].find((times) => times * power >= parts * (1 - 1e-9)) ?? 10;
  return step * power * unit;
}
