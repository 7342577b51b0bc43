import { describe, expect, it, vi } from 'vitest';
import { readProjectId } from '../canonical/ids.ts';
import { readerOf } from '../store/testing.ts';
import { silentTelemetry } from '../telemetry/telemetry.ts';
import { type LiveBatch, messageOf, type Stretch } from './live-events.ts';
import { type LiveSource, LiveStream } from './live-stream.ts';
import { LiveStreams } from './live-streams.ts';

const TIMES = { heartbeatMs: 200, intervalMs: 1, stalledMs: 60 };
const decoder = new TextDecoder();

/** Events at every position below `stored`, two of them in a batch. */
class Source implements LiveSource {
  stored = 0;
  isKeyGood = true;
  hasEnded = false;
  readonly reads: Stretch[] = [];
  readonly errors: unknown[] = [];
  failure: Error | undefined;

  storedUntil = () => this.stored;
  hasNews = () => Promise.resolve(true);
  isAllowed = () => this.isKeyGood;
  onEnd = () => {
    this.hasEnded = true;
  };
  onError = (error: unknown) => this.errors.push(error);
  read = (stretch: Stretch): Promise<LiveBatch> => {
    this.reads.push(stretch);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const last = Math.min(stretch.after + 2, stretch.until - 1);
    const events = [];
    for (let position = stretch.after + 1; position <= last; position += 1) events.push({ position, text: '{}' });
    return Promise.resolve({ events, readTo: last });
  };
}

function opened(source: Source, times = TIMES, cut = () => undefined as unknown) {
  const stream = new LiveStream(source, -1, () => void cut(), times);
  const reader = stream.body().getReader();
  const next = async () => {
    const { done, value } = await reader.read();
    return done ? undefined : decoder.decode(value);
  };
  const positions = async () => [...((await next()) ?? '').matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  return { stream, reader, next, positions };
}

describe('a live stream', () => {
  it('says something at once, and now and then when there is nothing new', async () => {
    const { next, stream } = opened(new Source(), { ...TIMES, heartbeatMs: 5 });
    expect(await next()).toMatch(/^: open\n/);
    expect(await next()).toBe(': heartbeat\n\n');
    expect(await next()).toBe(': heartbeat\n\n');
    stream.end();
  });

  it('reads no further than its client has taken', async () => {
    const source = new Source();
    source.stored = 1000;
    const { next, positions, stream } = opened(source, { ...TIMES, stalledMs: 60_000 });
    await next();
    expect(await positions()).toEqual([0, 1]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(source.reads).toEqual([{ after: -1, until: 1000 }]);
    expect(await positions()).toEqual([2, 3]);
    expect(source.reads).toHaveLength(2);
    stream.end();
  });

  it('is woken by what is stored, and sends each event once', async () => {
    const source = new Source();
    const { next, positions, stream } = opened(source, { ...TIMES, heartbeatMs: 60_000 });
    await next();
    const coming = positions();
    source.stored = 1;
    stream.wake();
    expect(await coming).toEqual([0]);
    const more = positions();
    source.stored = 4;
    stream.wake();
    expect([...(await more), ...(await positions())]).toEqual([1, 2, 3]);
    stream.end();
  });

  it('ends when its key no longer holds, and when the store fails', async () => {
    const revoked = new Source();
    const one = opened(revoked, { ...TIMES, heartbeatMs: 5 });
    await one.next();
    await one.next();
    revoked.isKeyGood = false;
    expect(await one.next()).toBeUndefined();
    expect(revoked.hasEnded).toBe(true);

    const failing = new Source();
    failing.stored = 1;
    failing.failure = new Error('gone');
    const other = opened(failing);
    await other.next();
    expect(await other.next()).toBeUndefined();
    expect([failing.hasEnded, failing.errors]).toEqual([true, [failing.failure]]);
  });

  it('ends, and is cut off, when its client takes nothing any more; also before the first byte', async () => {
    const stall = async (taken: number) => {
      const source = new Source();
      source.stored = 10;
      let isCut = false;
      const { next } = opened(source, TIMES, () => {
        isCut = true;
      });
      for (let i = 0; i < taken; i += 1) await next();
      await vi.waitFor(() => expect([source.hasEnded, isCut]).toEqual([true, true]), { timeout: 5_000 });
      expect(source.reads).toEqual([]);
    };
    await Promise.all([stall(0), stall(1)]);
  });

  it('ends when its client goes away', async () => {
    const source = new Source();
    const { next, reader } = opened(source);
    await next();
    await reader.cancel();
    expect(source.hasEnded).toBe(true);
  });
});

it('JSON with line breaks is one message of several lines', () => {
  expect(messageOf({ position: 7, text: '{"a":\n1,\r\n"b":\r2}' })).toBe(
    'id: 7\nevent: event\ndata: {"a":\ndata: 1,\ndata: "b":\ndata: 2}\n\n',
  );
});

describe('live streams', () => {
  const project = (n: number) => {
    const id = readProjectId(`7b0e8f2a-0c3d-4c55-9d7e-00000000000${n}`);
    if (id === undefined) throw new Error('not an id');
    return id;
  };
  const streamsOf = (head: number, stored: number) =>
    new LiveStreams(
      {
        // Nothing is stored, so nothing is asked.
        store: readerOf(() => Promise.resolve([])),
        registry: { authenticate: () => undefined },
        log: { head: { position: head } },
        loader: { progress: { position: stored } },
        telemetry: silentTelemetry,
      },
      { perProject: 2, all: 3 },
    );
  const open = (streams: LiveStreams, n: number) =>
    streams.open({ projectId: project(n), key: 'k' }, {}, undefined, () => undefined);

  it('are bounded for a project and in all; one that ends makes room', () => {
    const streams = streamsOf(0, 0);
    const first = open(streams, 1);
    expect(first).toBeInstanceOf(LiveStream);
    expect(open(streams, 1)).toBeInstanceOf(LiveStream);
    expect(open(streams, 1)).toBe('project');
    expect(open(streams, 2)).toBeInstanceOf(LiveStream);
    expect(open(streams, 3)).toBe('all');
    if (first instanceof LiveStream) first.end();
    expect(streams.count).toBe(2);
    expect(open(streams, 3)).toBeInstanceOf(LiveStream);
    streams.stop();
    expect([streams.count, open(streams, 1)]).toEqual([0, 'stopping']);
  });
});
