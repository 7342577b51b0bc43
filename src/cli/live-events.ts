/** New events, by asking again and again for what was accepted after the last one seen. */

import type { Page } from './client.ts';
import type { Event } from './events.ts';

export interface LiveEvent {
  readonly event: Event;
  /** As the API sent it. */
  readonly text: string;
}

export type ReadPage = (limit: number, after: number | undefined) => Promise<Page<Event>>;

const PAGE_ROWS = 500;
/** Read in one round; a larger burst goes on in the next. */
const PAGES_MAX = 20;

export class LiveEvents {
  readonly #read: ReadPage;
  #after: number | undefined;

  constructor(read: ReadPage) {
    this.#read = read;
  }

  /**
   * What was stored since the last call, in the order of acceptance. The first call gives nothing, it only looks where
   * the end is. When it rejects, nothing counts as seen, and the next call finds it again.
   */
  async next(): Promise<LiveEvent[]> {
    if (this.#after === undefined) {
      const { position } = await this.#read(1, undefined);
      this.#after = position ?? -1;
      return [];
    }
    const found: LiveEvent[] = [];
    let after = this.#after;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const page = await this.#read(PAGE_ROWS, after);
      found.push(...page.items.map((event, i) => ({ event, text: page.texts[i] ?? '' })));
      after = page.items.at(-1)?.position ?? after;
      if (page.items.length < PAGE_ROWS) break;
    }
    this.#after = after;
    return found;
  }
}
