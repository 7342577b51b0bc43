/**
 * What was said in one conversation so far, to tell new messages from those that are sent again. A message is the same if
 * it says the same (messages/message-key.ts) and comes in the same order: a second "yes" is another message.
 */

import type { Message } from '../../../messages/message.ts';

export class Chain {
  readonly #places = new Map<string, number[]>();
  #length = 0;
  #last: string | undefined;
  /** Where the present trace begins. */
  #traceFrom = 0;
  /** Something that belongs here is not loaded yet. */
  hasGap = false;

  beginTrace(): void {
    this.#traceFrom = this.#length;
  }

  /** What was said last. */
  get last(): string | undefined {
    return this.#last;
  }

  add(key: string): void {
    this.#last = key;
    const places = this.#places.get(key);
    if (places === undefined) this.#places.set(key, [this.#length]);
    else places.push(this.#length);
    this.#length += 1;
  }

  /** In the present trace. */
  has(key: string): boolean {
    return (this.#places.get(key)?.at(-1) ?? -1) >= this.#traceFrom;
  }

  /**
   * The messages of a call that were not said before; they are said now. The last one is what the call is about: it is
   * taken for one of an earlier trace only with something after it.
   */
  newOf(messages: readonly Message[], keys: readonly string[]): ReadonlySet<Message> {
    const isNew = new Set<Message>();
    const guessed = this.hasGap ? messages.findLastIndex(({ role }) => role === 'assistant') : -1;
    let from = 0;
    const added: string[] = [];
    messages.forEach((message, index) => {
      const key = keys[index] ?? '';
      const isLast = index === messages.length - 1;
      // Instructions come first in each call, and may have come after the question that an agent was given.
      const isSystem = message.role === 'system';
      const least = isSystem ? 0 : isLast ? Math.max(from, this.#traceFrom) : from;
      const place = firstFrom(this.#places.get(key) ?? [], least);
      if (place !== undefined) from = isSystem ? from : place + 1;
      else {
        if (index > guessed) isNew.add(message);
        added.push(key);
      }
    });
    for (const key of added) this.add(key);
    return isNew;
  }
}

/** The first that is not below `from`; they are in order. */
function firstFrom(places: readonly number[], from: number): number | undefined {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return places[low];
}
