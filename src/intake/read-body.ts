/** Request bodies: bounded in bytes (before and after decompression) and in time. */

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { nestingDepth } from '../canonical/json-text.ts';
import { type Outcome, ok, refuse } from '../canonical/outcome.ts';
import { bodiesInFlightBytesMax, bodyBytesMax, bodyReadMsMax, nestingDepthMax } from '../limits.ts';

const MIB = 1024 * 1024;
const TOO_LARGE = refuse('too-large', `The body may have at most ${bodyBytesMax / MIB} MiB, also after decompression`);

const DECOMPRESS: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  gzip: (bytes) => promisify(gunzip)(bytes, { maxOutputLength: bodyBytesMax }),
  deflate: (bytes) => promisify(inflate)(bytes, { maxOutputLength: bodyBytesMax }),
  br: (bytes) => promisify(brotliDecompress)(bytes, { maxOutputLength: bodyBytesMax }),
};

export class BodyReader {
  #inFlightBytes = 0;

  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** The body as UTF-8 bytes. The stream is left flowing after a refusal, so that the client gets to read the answer. */
  async read(request: IncomingMessage): Promise<Outcome<Buffer>> {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > bodyBytesMax) return TOO_LARGE;
    if (this.#inFlightBytes + announced > bodiesInFlightBytesMax)
      return refuse('overloaded', 'Too many bodies are being received, send it again later');
    const raw = await this.#collect(request);
    if (!raw.ok) return raw;
    const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase().replace(/^x-/, '');
    const body = encoding === 'identity' || encoding === '' ? raw : await decompress(raw.value, encoding);
    return body.ok ? checked(body.value) : body;
  }

  #collect(request: IncomingMessage): Promise<Outcome<Buffer>> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const finish = (outcome: Outcome<Buffer>) => {
        clearTimeout(timer);
        request.off('data', onData).off('end', onEnd).off('close', onClose);
        this.#inFlightBytes -= bytes;
        if (!outcome.ok) request.resume();
        resolve(outcome);
      };
      const onData = (chunk: Buffer) => {
        bytes += chunk.length;
        this.#inFlightBytes += chunk.length;
        if (bytes > bodyBytesMax) finish(TOO_LARGE);
        else if (this.#inFlightBytes > bodiesInFlightBytesMax)
          finish(refuse('overloaded', 'Too many bodies are being received, send it again later'));
        else chunks.push(chunk);
      };
      const onEnd = () =>
        finish(ok(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
      const onClose = () => finish(refuse('malformed-json', 'The connection ended before the body did'));
      const timer = setTimeout(
        () => finish(refuse('body-timeout', `The body did not arrive within ${bodyReadMsMax / 1000} s`)),
        bodyReadMsMax,
      );
      request.on('data', onData).on('end', onEnd).on('close', onClose);
    });
  }
}

async function decompress(bytes: Buffer, encoding: string): Promise<Outcome<Buffer>> {
  const inflateBody = Object.hasOwn(DECOMPRESS, encoding) ? DECOMPRESS[encoding] : undefined;
  if (inflateBody === undefined)
    return refuse('unsupported-encoding', 'Content-Encoding may be gzip, deflate, br or identity');
  try {
    return ok(await inflateBody(bytes));
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
