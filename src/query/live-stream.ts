/**
 * One client that follows what is stored. It is read from the store only when the client has taken what came before, so
 * a slow one costs no memory: what it has missed is still there, by position.
 */

import { liveHeartbeatMs, liveIntervalMs, liveStalledMsMax } from '../limits.ts';
import { type LiveBatch, messageOf, type Stretch } from './live-events.ts';

export interface LiveSource {
  /** Everything before this position is stored, and nothing is added there any more. */
  storedUntil(): number;
  /** Whether the project has events in that stretch, asked once for all its streams. */
  hasNews(stretch: Stretch): Promise<boolean>;
  read(stretch: Stretch): Promise<LiveBatch>;
  /** The key that opened the stream still holds. */
  isAllowed(): boolean;
  /** It is over, for whatever reason. */
  onEnd(): void;
  onError(error: unknown): void;
}

export interface LiveTimes {
  readonly heartbeatMs: number;
  readonly intervalMs: number;
  readonly stalledMs: number;
}

const TIMES: LiveTimes = { heartbeatMs: liveHeartbeatMs, intervalMs: liveIntervalMs, stalledMs: liveStalledMsMax };
/** After the end, a client that does not take the rest is cut off. */
const FAREWELL_MS_MAX = 500;
/** Says at once that the stream is open, and how long to wait before opening it again. */
const HELLO = ': open\nretry: 2000\n\n';
const HEARTBEAT = ': heartbeat\n\n';

export class LiveStream {
  readonly #source: LiveSource;
  readonly #times: LiveTimes;
  /** Ends the connection, whatever the client still has to take. */
  readonly #cut: () => void;
  readonly #encoder = new TextEncoder();
  /** Everything up to here was sent, or is not asked for. */
  #sentTo: number;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #hasBegun = false;
  #hasEnded = false;
  #readAt = Number.NEGATIVE_INFINITY;
  #wake: () => void = () => undefined;
  #stalled: NodeJS.Timeout;

  constructor(source: LiveSource, after: number, cut: () => void, times = TIMES) {
    this.#source = source;
    this.#sentTo = after;
    this.#cut = cut;
    this.#times = times;
    this.#stalled = this.#watchClient();
  }

  /** To be read by the client's connection, piece by piece as it takes them. */
  body(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: async () => {
          clearTimeout(this.#stalled);
          const text = await this.#next();
          if (this.#hasEnded) return;
          if (text !== undefined) this.#controller?.enqueue(this.#encoder.encode(text));
          this.#stalled = this.#watchClient();
        },
        cancel: () => {
          this.#controller = undefined;
          this.end();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** More is stored. */
  wake(): void {
    this.#wake();
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#stalled);
    // At once, also while something is being read: that may take longer than the client is waited for.
    this.#controller?.close();
    this.#wake();
    this.#source.onEnd();
    setTimeout(this.#cut, FAREWELL_MS_MAX).unref();
  }

  #watchClient(): NodeJS.Timeout {
    return setTimeout(() => this.end(), this.#times.stalledMs).unref();
  }

  /** `undefined` when it is over. */
  async #next(): Promise<string | undefined> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      return HELLO;
    }
    try {
      const heartbeatAt = performance.now() + this.#times.heartbeatMs;
      while (!this.#hasEnded) {
        if (!this.#source.isAllowed()) this.end();
        const text = await this.#news();
        if (text !== undefined) return text;
        const rest = heartbeatAt - performance.now();
        if (rest <= 0) return HEARTBEAT;
        if (this.#sentTo + 1 >= this.#source.storedUntil()) await this.#sleep(rest);
      }
    } catch (error) {
      this.#source.onError(error);
      this.end();
    }
    return undefined;
  }

  async #news(): Promise<string | undefined> {
    await this.#pause();
    const stretch = { after: this.#sentTo, until: this.#source.storedUntil() };
    if (this.#hasEnded || stretch.after + 1 >= stretch.until) return undefined;
    this.#readAt = performance.now();
    if (!(await this.#source.hasNews(stretch))) {
      this.#sentTo = stretch.until - 1;
      return undefined;
    }
    const { events, readTo } = await this.#source.read(stretch);
    this.#sentTo = readTo;
    // There is more: no reason to wait.
    if (readTo < stretch.until - 1) this.#readAt = Number.NEGATIVE_INFINITY;
    return events.length === 0 || this.#hasEnded ? undefined : events.map(messageOf).join('');
  }

  async #pause(): Promise<void> {
    for (;;) {
      const rest = this.#readAt + this.#times.intervalMs - performance.now();
      if (rest <= 0 || this.#hasEnded) return;
      await this.#sleep(rest);
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }
}
