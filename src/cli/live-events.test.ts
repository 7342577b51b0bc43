import { describe, expect, test } from 'vitest';
import type { Page } from './client.ts';
import type { Event } from './events.ts';
import { LiveEvents } from './live-events.ts';

const START = Date.parse('2026-01-31T09:30:00Z');

/** A server with events in memory: newest first by the senders' time, as the API lists them. */
class Server {
  readonly #events: Event[] = [];
  now = START;

  add(eventId: string, agoMs = 0): void {
    this.#events.push({
      eventId,
      dialect: 'lunary',
      type: 'start',
      traceId: 't',
      spanId: 's',
      timestamp: new Date(this.now - agoMs).toISOString(),
      receivedAt: new Date(this.now).toISOString(),
      position: this.#events.length,
      environment: null,
      userAgent: null,
      step: null,
      parentStep: null,
      payload: {},
    });
  }

  readonly page = async (limit: number, cursor: string | undefined): Promise<Page<Event>> => {
    const from = Number(cursor ?? 0);
    const sorted = this.#events.toSorted((a, b) => b.timestamp.localeCompare(a.timestamp) || b.position - a.position);
    const items = sorted.slice(from, from + limit);
    return {
      items,
      texts: items.map((item) => JSON.stringify(item)),
      nextCursor: from + limit < sorted.length ? String(from + limit) : null,
      date: new Date(this.now),
    };
  };
}

const ids = (found: readonly { event: Event }[]) => found.map(({ event }) => event.eventId);

describe('live events', () => {
  test('are those stored since the start, once, in the order of acceptance', async () => {
    const server = new Server();
    server.add('before');
    server.now += 5000;
    const live = new LiveEvents(server.page);
    expect(await live.next()).toEqual([]);
    server.now += 1000;
    server.add('b');
    server.add('a', 60_000);
    expect(ids(await live.next())).toEqual(['b', 'a']);
    expect(await live.next()).toEqual([]);
    server.add('c');
    expect(ids(await live.next())).toEqual(['c']);
  });

  test('include those whose own time is long ago', async () => {
    const server = new Server();
    for (let i = 0; i < 150; i += 1) server.add(`old ${i}`);
    server.now += 5000;
    const live = new LiveEvents(server.page);
    await live.next();
    server.add('replayed', 86_400_000);
    const found: string[] = [];
    for (let i = 0; i < 10; i += 1) found.push(...ids(await live.next()));
    expect(found).toEqual(['replayed']);
  });

  test('of a burst are all found', async () => {
    const server = new Server();
    for (let i = 0; i < 2000; i += 1) server.add(`old ${i}`);
    server.now += 5000;
    const live = new LiveEvents(server.page);
    await live.next();
    for (let i = 0; i < 5000; i += 1) server.add(`new ${i}`);
    expect(await live.next()).toHaveLength(5000);
    expect(await live.next()).toHaveLength(0);
  });

  test('are not lost when an answer fails half-way', async () => {
    const server = new Server();
    let reads = 0;
    const live = new LiveEvents((limit, cursor) => {
      reads += 1;
      return reads === 3 ? Promise.reject(new Error('restarting')) : server.page(limit, cursor);
    });
    await live.next();
    for (let i = 0; i < 150; i += 1) server.add(`new ${i}`);
    await expect(live.next()).rejects.toThrow('restarting');
    expect(await live.next()).toHaveLength(150);
  });
});
