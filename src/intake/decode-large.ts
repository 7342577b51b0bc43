/**
 * Large bodies are decoded on a thread of their own: 5 MB keep a thread busy for tens of milliseconds, in which nobody
 * else is answered. Back come the faults and of each event what the answer needs (`outline`); the events
 * themselves are decoded by the loader again, as always. The body travels both ways without being copied.
 */

import { Worker } from 'node:worker_threads';
import type { Decoded, EventRoute, IntakeRequest } from '../dialects/dialect.ts';

export interface LargeBody {
  readonly id: number;
  readonly routeId: string;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly receivedAt: number;
  readonly body: Uint8Array;
}
export interface LargeDecoded {
  readonly id: number;
  readonly body: Uint8Array;
  readonly decoded: Decoded;
}

interface Waiting {
  readonly resolve: (answer: LargeDecoded) => void;
  readonly reject: (error: Error) => void;
}

/** Parsed, the largest body is some times as large. */
const OLD_GENERATION_MB = 1024;

export class LargeDecoder {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 0;

  /** `body` is gone for the caller: it goes on with the one that is given back. */
  async decode(
    route: EventRoute,
    { head, receivedAt }: IntakeRequest,
    body: Buffer,
  ): Promise<{ readonly body: Buffer; readonly decoded: Decoded }> {
    const { method, params, query, headers } = head;
    this.#nextId += 1;
    const id = this.#nextId;
    const own = transferable(body);
    const order: LargeBody = {
      ...{ id, routeId: route.id, method, params, query: query.toString(), headers: { ...headers }, receivedAt },
      body: own,
    };
    const answer = await new Promise<LargeDecoded>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#begin().postMessage(order, [own.buffer]);
    });
    return {
      body: Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.byteLength),
      decoded: answer.decoded,
    };
  }

  /** It holds nothing that could be lost: what waits is refused and sent again. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #begin(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    // The built file: a worker thread gets none of the loaders that could run TypeScript.
    const worker = new Worker(new URL('./decode-worker.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: OLD_GENERATION_MB },
    });
    worker.unref();
    worker.on('message', (answer: LargeDecoded) => {
      this.#waiting.get(answer.id)?.resolve(answer);
      this.#waiting.delete(answer.id);
    });
    worker.on('error', (error) => this.#failed(worker, error));
    worker.on('exit', () => this.#failed(worker, new Error('the thread that decodes large bodies has ended')));
    this.#worker = worker;
    return worker;
  }

  /** Who waits gets a 500; the next large body starts another thread. */
  #failed(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Memory that nothing else lives in: small buffers share theirs, and a chunk from the socket may be part of a larger one. */
function transferable(body: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer } = body;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === body.byteLength;
  return isWhole ? new Uint8Array(buffer) : Uint8Array.from(body);
}
