/**
 * Request bodies: bounded in bytes (before and after decompression), in time, and all together in memory. A body counts
 * as in memory from its first byte until its request is answered: what waits for the disk is memory, too.
 */

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { nestingDepth } from '../canonical/json-text.ts';
import { type Outcome, ok, refuse } from '../canonical/outcome.ts';
import { bodiesInFlightBytesMax, bodyBytesMax, bodyReadMsMax, decompressionsMax, nestingDepthMax } from '../limits.ts';
import { Turns } from './turns.ts';

const MIB = 1024 * 1024;
const TOO_LARGE = refuse('too-large', `The body may have at most ${bodyBytesMax / MIB} MiB, also after decompression`);
const TOO_MANY = refuse('overloaded', 'Too many bodies are being received, send it again later');

const DECOMPRESS: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  gzip: (bytes) => promisify(gunzip)(bytes, { maxOutputLength: bodyBytesMax }),
  deflate: (bytes) => promisify(inflate)(bytes, { maxOutputLength: bodyBytesMax }),
  br: (bytes) => promisify(brotliDecompress)(bytes, { maxOutputLength: bodyBytesMax }),
};

export interface BodyBounds {
  readonly readMsMax: number;
  readonly inFlightBytesMax: number;
}

export class BodyReader {
  readonly #bounds: BodyBounds;
  readonly #decompressions = new Turns(decompressionsMax);
  #inFlightBytes = 0;

  constructor(bounds: BodyBounds = { readMsMax: bodyReadMsMax, inFlightBytesMax: bodiesInFlightBytesMax }) {
    this.#bounds = bounds;
  }

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /**
   * Answers with what `use` makes of the body, as UTF-8 bytes. The stream is left flowing after a refusal, so that the
   * client gets to read the answer.
   */
  async read<T>(request: IncomingMessage, use: (body: Outcome<Buffer>) => Promise<T>): Promise<T> {
    const held = { bytes: 0 };
    try {
      return await use(await this.#body(request, held));
    } finally {
      this.#inFlightBytes -= held.bytes;
    }
  }

  async #body(request: IncomingMessage, held: { bytes: number }): Promise<Outcome<Buffer>> {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > bodyBytesMax) return TOO_LARGE;
    if (this.#inFlightBytes + announced > this.#bounds.inFlightBytesMax) return TOO_MANY;
    const raw = await this.#collect(request, held);
    if (!raw.ok) return raw;
    const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase().replace(/^x-/, '');
    if (encoding === 'identity' || encoding === '') return checked(raw.value);
    const body = await decompress(raw.value, encoding, this.#decompressions);
    if (!body.ok) return body;
    return this.#hold(held, body.value.length - raw.value.length) ? checked(body.value) : TOO_MANY;
  }

  /** False when all bodies together would be too large. */
  #hold(held: { bytes: number }, bytes: number): boolean {
    held.bytes += bytes;
    this.#inFlightBytes += bytes;
    return this.#inFlightBytes <= this.#bounds.inFlightBytesMax;
  }

  #collect(request: IncomingMessage, held: { bytes: number }): Promise<Outcome<Buffer>> {
    const { readMsMax } = this.#bounds;
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const finish = (outcome: Outcome<Buffer>) => {
        clearTimeout(timer);
        request.off('data', onData).off('end', onEnd).off('close', onClose);
        if (!outcome.ok) request.resume();
        resolve(outcome);
      };
      const onData = (chunk: Buffer) => {
        const isHeld = this.#hold(held, chunk.length);
        if (held.bytes > bodyBytesMax) finish(TOO_LARGE);
        else if (!isHeld) finish(TOO_MANY);
        else chunks.push(chunk);
      };
      const onEnd = () =>
        finish(ok(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
      const onClose = () => finish(refuse('malformed-json', 'The connection ended before the body did'));
      const timer = setTimeout(
        () => finish(refuse('body-timeout', `The body did not arrive within ${readMsMax / 1000} s`)),
        readMsMax,
      );
      request.on('data', onData).on('end', onEnd).on('close', onClose);
    });
  }
}

/** One after the other beyond a few: each may grow to the largest body, and all that are under way grow at once. */
async function decompress(bytes: Buffer, encoding: string, turns: Turns): Promise<Outcome<Buffer>> {
  const inflateBody = Object.hasOwn(DECOMPRESS, encoding) ? DECOMPRESS[encoding] : undefined;
  if (inflateBody === undefined)
    return refuse('unsupported-encoding', 'Content-Encoding may be gzip, deflate, br or identity');
  try {
    return ok(await turns.take(() => inflateBody(bytes)));
  } catch (error) {
    const tooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return tooLarge ? TOO_LARGE : refuse('bad-encoding', `The body is not valid ${encoding}`);
  }
}

function checked(body: Buffer): Outcome<Buffer> {
  if (!isUtf8(body)) return refuse('bad-encoding', 'The body is not valid UTF-8');
  if (nestingDepth(body, nestingDepthMax + 1) > nestingDepthMax)
    return refuse('too-deep', `The body may nest at most ${nestingDepthMax} levels`);
  return ok(body);
}
