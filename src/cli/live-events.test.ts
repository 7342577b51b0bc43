import { describe, expect, test } from 'vitest';
import type { Page } from './client.ts';
import type { Event } from './events.ts';
import { LiveEvents } from './live-events.ts';

/** A server with events in memory, listed by position as the API does with `after`. */
class Server {
  readonly #events: Event[] = [];
  isDown = false;

  add(eventId: string): void {
    const time = '2026-01-31T09:30:00.000000Z';
    this.#events.push({
      eventId,
      dialect: 'lunary',
      type: 'start',
      traceId: 't',
      spanId: 's',
      timestamp: time,
      receivedAt: time,
      position: this.#events.length * 3,
      environment: null,
      userAgent: null,
      step: null,
      parentStep: null,
      payload: {},
    });
  }

  readonly page = async (limit: number, after: number | undefined): Promise<Page<Event>> => {
    if (this.isDown) throw new Error('down');
    const items = this.#events.filter((event) => event.position > (after ?? -1)).slice(0, limit);
    const position = this.#events.at(-1)?.position ?? -1;
    return { items, texts: items.map((item) => JSON.stringify(item)), nextCursor: null, position };
  };
}

const ids = (found: readonly { event: Event }[]) => found.map(({ event }) => event.eventId);

describe('live events', () => {
  test('are those stored since the start, once, in the order of acceptance', async () => {
    const server = new Server();
    server.add('before');
    const live = new LiveEvents(server.page);
    expect(await live.next()).toEqual([]);
    server.add('b');
    server.add('a');
    expect(ids(await live.next())).toEqual(['b', 'a']);
    expect(await live.next()).toEqual([]);
    server.add('c');
    expect(ids(await live.next())).toEqual(['c']);
  });

  test('of a burst are all found, also of one that takes several rounds', async () => {
    const server = new Server();
    const live = new LiveEvents(server.page);
    await live.next();
    for (let i = 0; i < 12_345; i += 1) server.add(`new ${i}`);
    const found = [...(await live.next()), ...(await live.next()), ...(await live.next())];
    expect(ids(found)).toEqual(Array.from({ length: 12_345 }, (_, i) => `new ${i}`));
  });

  test('are found again after a call that failed', async () => {
    const server = new Server();
    const live = new LiveEvents(server.page);
    await live.next();
    server.add('a');
    server.isDown = true;
    await expect(live.next()).rejects.toThrow('down');
    server.isDown = false;
    expect(ids(await live.next())).toEqual(['a']);
  });
});
