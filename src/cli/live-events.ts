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
const SWEEP_ROWS = 1000;
const SWEEP_EVERY_ROUNDS = 10;
/** New pages read in one round; the rest of a burst is found in the next sweeps as far as they reach. */
const PAGES_MAX = 100;
const SEEN_MAX = 200_000;

export class LiveEvents {
  readonly #read: ReadPage;
  readonly #seen = new Map<string, true>();
  #round = 0;
  /** By the clock of the server, to the second. */
  #since: number | undefined;

  constructor(read: ReadPage) {
    this.#read = read;
  }

  /** What was stored since the last call, in the order of acceptance. The first call gives nothing, it only looks. */
  async next(): Promise<LiveEvent[]> {
    const isFirst = this.#since === undefined;
    const isSweep = isFirst || this.#round % SWEEP_EVERY_ROUNDS === 0;
    const found: LiveEvent[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const page = await this.#read(isSweep || pages > 0 ? SWEEP_ROWS : GLANCE_ROWS, cursor);
      this.#since ??= Math.floor(page.date.getTime() / 1000) * 1000;
      const fresh = this.#fresh(page, this.#since);
      found.push(...fresh);
      cursor = page.nextCursor ?? undefined;
      if (isFirst || fresh.length === 0 || cursor === undefined) break;
    }
    this.#round += 1;
    this.#forget();
    return isFirst ? [] : found.sort((a, b) => order(a.event, b.event));
  }

  #fresh({ items, texts }: Page<Event>, since: number): LiveEvent[] {
    const fresh: LiveEvent[] = [];
    for (const [i, event] of items.entries()) {
      const key = `${event.dialect}|${event.eventId}`;
      const isKnown = this.#seen.delete(key);
      this.#seen.set(key, true); // moved to the end: what is still in reach is not forgotten
      if (!isKnown && Date.parse(event.receivedAt) >= since) fresh.push({ event, text: texts[i] ?? '' });
    }
    return fresh;
  }

  #forget(): void {
    for (const key of this.#seen.keys()) {
      if (this.#seen.size <= SEEN_MAX) return;
      this.#seen.delete(key);
    }
  }
}

function order(a: Event, b: Event): number {
  return a.position - b.position || (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0);
}
