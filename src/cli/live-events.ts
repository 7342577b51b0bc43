/**
 * New events, by asking again and again. The list is ordered by the senders' clocks, which may be late, early or wrong,
 * so the newest rows are read anew each time, and what is new among them is told by the time of arrival and by what was
 * seen before. Every few rounds more rows are read, to find events whose own time is older.
 */

import type { Page } from './client.ts';
import type { Event } from './events.ts';

export interface LiveEvent {
  readonly event: Event;
  /** As the API sent it. */
  readonly text: string;
}

export type ReadPage = (limit: number, cursor: string | undefined) => Promise<Page<Event>>;

const GLANCE_ROWS = 100;
const SWEEP_ROWS = 500;
const SWEEP_EVERY_ROUNDS = 10;
/** New pages read in one round; the rest of a burst is found in the next sweeps as far as they reach. */
const PAGES_MAX = 100;
const SEEN_MAX = 200_000;

export class LiveEvents {
  readonly #read: ReadPage;
  readonly #seen = new Set<string>();
  #round = 0;
  /** By the clock of the server, to the second. */
  #since: number | undefined;

  constructor(read: ReadPage) {
    this.#read = read;
  }

  /**
   * What was stored since the last call, in the order of acceptance. The first call gives nothing, it only looks. When
   * it rejects, nothing counts as seen, and the next call finds it again.
   */
  async next(): Promise<LiveEvent[]> {
    const isFirst = this.#since === undefined;
    const isSweep = isFirst || this.#round % SWEEP_EVERY_ROUNDS === 0;
    const found = new Map<string, LiveEvent>();
    const visited: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const page = await this.#read(isSweep || pages > 0 ? SWEEP_ROWS : GLANCE_ROWS, cursor);
      this.#since ??= Math.floor(page.date.getTime() / 1000) * 1000;
      const before = found.size;
      for (const [i, event] of page.items.entries()) {
        const key = `${event.dialect}|${event.eventId}`;
        visited.push(key);
        if (this.#seen.has(key) || Date.parse(event.receivedAt) < this.#since) continue;
        found.set(key, { event, text: page.texts[i] ?? '' });
      }
      cursor = page.nextCursor ?? undefined;
      if (isFirst || found.size === before || cursor === undefined) break;
    }
    this.#round += 1;
    this.#remember(visited);
    return isFirst ? [] : [...found.values()].sort((a, b) => order(a.event, b.event));
  }

  /** What was visited last is forgotten last: it is still in reach. */
  #remember(keys: readonly string[]): void {
    for (const key of keys) {
      this.#seen.delete(key);
      this.#seen.add(key);
    }
    for (const key of this.#seen) {
      if (this.#seen.size <= SEEN_MAX) return;
      this.#seen.delete(key);
    }
  }
}

function order(a: Event, b: Event): number {
  return a.position - b.position || (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0);
}
