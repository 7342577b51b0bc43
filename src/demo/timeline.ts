/**
 * When things happen: seven days before the base time, two fifths of it in the last one, more by day than by night. Draws take
 * the same number of random numbers whatever the base time is, so ids depend on the seed alone.
 */

import type { Random } from './random.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const DAYS = 7;
const HOURS = DAYS * 24;
/** The last hours are where people look first. */
const RECENT_FACTOR = 5;
/** The shop's hours in UTC, 0 to 23: quiet at night, a peak at noon and one in the evening. */
const RHYTHM = [3, 2, 2, 2, 3, 4, 7, 11, 16, 20, 22, 24, 23, 20, 18, 18, 19, 21, 24, 25, 20, 14, 9, 5];
/** What is finished must have had time to finish. */
const AGE_MS_MIN = 4 * MINUTE_MS;

export class Timeline {
  readonly baseMs: number;
  /** Sums of the weights of the hours, from the oldest. */
  readonly #sums: readonly number[];

  constructor(baseMs: number) {
    this.baseMs = baseMs;
    let sum = 0;
    this.#sums = Array.from({ length: HOURS }, (_, index) => {
      const hour = new Date(this.#hourStart(index)).getUTCHours();
      sum += (RHYTHM[hour] ?? 0) * (index >= HOURS - 24 ? RECENT_FACTOR : 1);
      return sum;
    });
  }

  /** A moment of the traffic, in epoch milliseconds. */
  moment(random: Random): number {
    const at = random.unit() * (this.#sums.at(-1) ?? 0);
    const index = this.#sums.findIndex((sum) => sum > at);
    return Math.min(this.#hourStart(index) + Math.floor(random.unit() * HOUR_MS), this.baseMs - AGE_MS_MIN);
  }

  ago(ms: number): number {
    return this.baseMs - ms;
  }

  #hourStart(index: number): number {
    return this.baseMs - (HOURS - index) * HOUR_MS;
  }
}

export function iso(ms: number): string {
  return new Date(Math.round(ms)).toISOString();
}
