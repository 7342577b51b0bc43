/** `GET /live` on the real server: each stored event once, in order, to whoever may see it, until one of the two ends. */

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestServer } from './support/server.ts';

interface Received {
  readonly id: number;
  readonly name: string;
  readonly text: string;
}

/** A client of server-sent events, as the standard says: lines, fields, and an empty line behind each message. */
class Client {
  readonly status: number;
  readonly type: string | null;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #abort: AbortController;
  readonly #decoder = new TextDecoder();
  #text = '';
  hasEnded = false;
  readonly received: Received[] = [];
  comments = 0;

  private constructor(response: Response, abort: AbortController) {
    if (response.body === null) throw new Error('there is no body');
    this.status = response.status;
    this.type = response.headers.get('content-type');
    this.#reader = response.body.getReader();
    this.#abort = abort;
  }

  static async open(
    server: TestServer,
    query = '',
    { key = server.key, lastEventId }: { key?: string; lastEventId?: number } = {},
  ): Promise<Client> {
    const abort = new AbortController();
    const headers = {
      authorization: `Bearer ${key}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    };
    const url = `${server.url}/api/tributary/v1/live${query}`;
    return new Client(await fetch(url, { headers, signal: abort.signal }), abort);
  }

  /** Takes what comes until `enough`, or the end. */
  async until(enough: (client: this) => boolean): Promise<void> {
    while (!this.hasEnded && !enough(this)) {
      const { done, value } = await this.#reader.read();
      if (done) this.hasEnded = true;
      else this.#take(this.#decoder.decode(value, { stream: true }));
    }
  }

  async events(count: number): Promise<readonly Received[]> {
    await this.until(({ received }) => received.length >= count);
    return this.received;
  }

  close(): void {
    this.#abort.abort();
  }

  #take(text: string): void {
    this.#text += text;
    for (let end = this.#text.indexOf('\n\n'); end !== -1; end = this.#text.indexOf('\n\n')) {
      const fields = new Map<string, string[]>();
      for (const line of this.#text.slice(0, end).split('\n')) {
        const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
        if (name === '') this.comments += 1;
        else fields.set(name, [...(fields.get(name) ?? []), value]);
      }
      this.#text = this.#text.slice(end + 2);
      const data = fields.get('data');
      if (data === undefined) continue;
      const [id = ''] = fields.get('id') ?? [];
      const [name = ''] = fields.get('event') ?? [];
      this.received.push({ id: Number(id), name, text: data.join('\n') });
    }
  }
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

async function send(body: string, project = server.projectId, key = server.key): Promise<void> {
  const response = await fetch(`${server.url}/weflayr/${project}/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  });
  expect(response.status).toBe(200);
}

const call = (id: string, type: string, more = '') => `{"event_id":"${id}","event_type":"${type}"${more}}`;
const idsIn = (received: readonly Received[]) =>
  received.map(({ text }) => (JSON.parse(text) as { payload: { event_id: string } }).payload.event_id);

describe('a live stream', () => {
  it('tells each event once, in order, in the words of GET /events, and goes on where it was', async () => {
    await send(call('before', 'chat.before'));
    await server.settle();
    const client = await Client.open(server);
    expect([client.status, client.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
    await client.until(({ comments }) => comments > 0);
    const sent = Array.from({ length: 60 }, (_, i) => `call-${i}`);
    for (let i = 0; i < sent.length; i += 6)
      await Promise.all(sent.slice(i, i + 6).map((id) => send(call(id, 'chat.before'))));
    const received = [...(await client.events(sent.length))];
    client.close();
    expect(idsIn(received).sort()).toEqual([...sent].sort());
    expect(received.map(({ id }) => id)).toEqual(received.map(({ id }) => id).sort((a, b) => a - b));
    expect(new Set(received.map(({ name }) => name))).toEqual(new Set(['event']));

    const middle = received[29]?.id ?? -1;
    const { data } = await server.get<{ data: unknown[] }>(`/events?after=${middle}&limit=1000`);
    expect(received.slice(30).map(({ text }) => JSON.parse(text))).toEqual(data);
    const again = await Client.open(server, '?after=0', { lastEventId: middle });
    expect((await again.events(30)).slice(0, 30)).toEqual(received.slice(30));
    again.close();
    const all = await Client.open(server, '?after=-1');
    expect(idsIn(await all.events(61))).toEqual(['before', ...idsIn(received)]);
    all.close();
  });

  it('tells more than it reads at once, and payloads byte for byte', async () => {
    const { id, key } = await server.createProject('large');
    const client = await Client.open(server, '', { key });
    const odd = `{\n "event_id": "odd", "event_type": "chat.before",\n "n": 1.50, "big": "${'x'.repeat(3_000_000)}"}`;
    await send(odd, id, key);
    await send(odd.replace('odd', 'odd2'), id, key);
    const events = Array.from({ length: 250 }, (_, i) => ({ type: 'chain', event: 'start', runId: `r${i}` }));
    const response = await fetch(`${server.url}/v1/runs/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    expect(response.status).toBe(200);
    const received = await client.events(252);
    client.close();
    const [first] = received;
    expect(first?.text.endsWith(`,"payload":${odd}}`)).toBe(true);
    expect(received.slice(2).map(({ text }) => (JSON.parse(text) as { spanId: string }).spanId)).toEqual(
      events.map(({ runId }) => runId),
    );
  });

  it('tells what its filters ask for, and nothing of another project', async () => {
    const one = await server.createProject('filters');
    const other = await server.createProject('neighbour');
    const queries = [
      '?type=chat.after',
      '?spanId=b',
      '?traceId=t',
      '?dialect=weflayr',
      '?dialect=lunary',
      '?environment=e',
    ];
    const clients = await Promise.all(queries.map((query) => Client.open(server, query, one)));
    await send(call('neighbour', 'chat.after', ',"trace_id":"t"'), other.id, other.key);
    for (const id of ['a', 'b', 'c'])
      for (const type of ['chat.before', 'chat.after'])
        await send(call(id, type, id === 'c' ? ',"trace_id":"t"' : ''), one.id, one.key);
    const counts = [3, 2, 2, 6];
    const received = await Promise.all(counts.map((count, i) => clients[i]?.events(count)));
    expect(received.map((events) => idsIn(events ?? []))).toEqual([
      ['a', 'b', 'c'],
      ['b', 'b'],
      ['c', 'c'],
      ['a', 'a', 'b', 'b', 'c', 'c'],
    ]);
    for (const client of clients) client.close();
    expect(clients.slice(4).map((client) => client.received)).toEqual([[], []]);
  });

  it('ends when its key is revoked', async () => {
    const { id, secret } = await server.post<{ id: string; secret: string }>('/keys', { name: 'r', scopes: ['read'] });
    const client = await Client.open(server, '', { key: secret });
    await client.until(({ comments }) => comments > 0);
    const gone = await fetch(`${server.url}/api/tributary/v1/keys/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${server.key}` },
    });
    expect(gone.status).toBe(200);
    await send(call('after-revoked', 'chat.before'));
    await client.until(() => false);
    expect([client.hasEnded, client.received]).toEqual([true, []]);
  });

  it('is refused with a sentence: a position that is none, and more streams than a project may have', async () => {
    for (const [query, header, path] of [
      ['?after=x', undefined, 'after'],
      ['?order=asc', undefined, 'order'],
      ['', 'x', 'last-event-id'],
    ] as const) {
      const response = await fetch(`${server.url}/api/tributary/v1/live${query}`, {
        headers: {
          authorization: `Bearer ${server.key}`,
          ...(header === undefined ? {} : { 'last-event-id': header }),
        },
      });
      expect([response.status, await response.json()]).toEqual([400, { error: expect.objectContaining({ path }) }]);
    }
    const { key } = await server.createProject('many');
    const clients = await Promise.all(Array.from({ length: 50 }, () => Client.open(server, '', { key })));
    const refused = await fetch(`${server.url}/api/tributary/v1/live`, { headers: { authorization: `Bearer ${key}` } });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.json()).toEqual({
      error: { code: 'rate-limited', message: expect.stringMatching(/streams/) },
    });
    for (const client of clients) client.close();
    // The server hears of that a moment later.
    await vi.waitFor(async () => {
      const again = await Client.open(server, '', { key });
      again.close();
      expect(again.status).toBe(200);
    });
    const other = await server.createProject('heads');
    const head = { method: 'HEAD', headers: { authorization: `Bearer ${other.key}` } };
    for (let i = 0; i < 60; i += 1) expect((await fetch(`${server.url}/api/tributary/v1/live`, head)).status).toBe(200);
  });
});

it('a server that is told to stop does not wait for streams; they go on after a restart, with what came in between', async () => {
  const first = await TestServer.start();
  let second: TestServer | undefined;
  const post = async (to: TestServer, id: string) => {
    const response = await fetch(`${to.url}/weflayr/${to.projectId}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${to.key}`, 'content-type': 'application/json' },
      body: call(id, 'chat.before'),
    });
    expect(response.status).toBe(200);
  };
  try {
    // The other one is not read from.
    const [client] = await Promise.all([Client.open(first), Client.open(first)]);
    await post(first, 'one');
    const [{ id } = { id: -1 }] = await client.events(1);
    await post(first, 'two');
    const started = performance.now();
    const code = first.terminate();
    await client.until(() => false);
    expect(await code).toBe(0);
    // Requests that hang are cut off after ten seconds: the streams were not what it waited for.
    expect(performance.now() - started).toBeLessThan(5_000);
    expect([client.hasEnded, first.stderr]).toEqual([true, []]);

    second = await TestServer.start({ dataDir: first.dataDir });
    const fresh = await Client.open(second);
    const again = await Client.open(second, '', { lastEventId: id });
    await post(second, 'three');
    expect(idsIn(await again.events(2))).toEqual(['two', 'three']);
    expect(idsIn(await fresh.events(1))).toEqual(['three']);
    for (const one of [fresh, again]) one.close();
  } finally {
    await second?.stop();
    await first.stop();
  }
});
