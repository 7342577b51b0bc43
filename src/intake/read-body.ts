/**
 * Request bodies: bounded in bytes (before and after decompression), in time, and all together in memory. A body counts
 * as in memory with the length that it announces, else from its first byte, until its request is answered: what waits for
 * the disk is memory, too.
 */

import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { type Outcome, ok, refuse } from '../canonical/outcome.ts';
import {
  bodiesInFlightBytesMax,
  bodyBytesMax,
  bodyReadMsMax,
  bodyRoomMsMax,
  decompressionsMax,
  largeBodyBytesMin,
  projectBodiesBytesMax,
} from '../limits.ts';
import { type Obstacle, Room } from './room.ts';
import { Turns } from './turns.ts';

const MIB = 1024 * 1024;
const TOO_MANY = refuse('overloaded', 'Too many bodies are being received, send it again later');
const TOO_MANY_OF_ONE = refuse('overloaded', 'Too many bodies of this project are being received, send it again later');

const OBSTACLES: Readonly<Record<Obstacle, ReturnType<typeof refuse>>> = { all: TOO_MANY, own: TOO_MANY_OF_ONE };

const DECOMPRESS: Readonly<Record<string, (bytes: Buffer, bytesMax: number) => Promise<Buffer>>> = {
  gzip: (bytes, maxOutputLength) => promisify(gunzip)(bytes, { maxOutputLength }),
  deflate: (bytes, maxOutputLength) => promisify(inflate)(bytes, { maxOutputLength }),
  br: (bytes, maxOutputLength) => promisify(brotliDecompress)(bytes, { maxOutputLength }),
};

export interface BodyBounds {
  readonly readMsMax: number;
  readonly inFlightBytesMax: number;
  readonly ownerBytesMax: number;
  readonly roomMsMax: number;
}

const BOUNDS: BodyBounds = {
  readMsMax: bodyReadMsMax,
  inFlightBytesMax: bodiesInFlightBytesMax,
  ownerBytesMax: projectBodiesBytesMax,
  roomMsMax: bodyRoomMsMax,
};

/** Whose body it is, and how large it may be. */
export interface Allowance {
  /** A project; the empty word for all that name theirs only in the body. */
  readonly owner: string;
  readonly bytesMax: number;
}
const ANYBODY: Allowance = { owner: '', bytesMax: bodyBytesMax };

interface Held extends Allowance {
  bytes: number;
}

export class BodyReader {
  readonly #bounds: BodyBounds;
  readonly #decompressions = new Turns(decompressionsMax);
  readonly #room: Room;

  constructor(bounds: Partial<BodyBounds> = {}) {
    this.#bounds = { ...BOUNDS, ...bounds };
    this.#room = new Room(this.#bounds.inFlightBytesMax, this.#bounds.ownerBytesMax);
  }

  get inFlightBytes(): number {
    return this.#room.bytes;
  }

  /**
   * Answers with what `use` makes of the body, unpacked. The stream is left flowing after a refusal, so that the
   * client gets to read the answer.
   */
  async read<T>(
    request: IncomingMessage,
    use: (body: Outcome<Buffer>) => Promise<T>,
    { owner, bytesMax }: Allowance = ANYBODY,
  ): Promise<T> {
    const held: Held = { owner, bytesMax, bytes: 0 };
    try {
      return await use(await this.#body(request, held));
    } finally {
      if (held.bytes > 0) this.#room.hold(owner, -held.bytes);
    }
  }

  async #body(request: IncomingMessage, held: Held): Promise<Outcome<Buffer>> {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > held.bytesMax) return tooLarge(held.bytesMax);
    if (this.#room.obstacle(held.owner, announced) === undefined) this.#room.hold(held.owner, announced);
    else {
      const obstacle = await this.#wait(request, held.owner, announced);
      if (obstacle !== undefined) return OBSTACLES[obstacle];
    }
    held.bytes = announced;
    const raw = await this.#collect(request, held);
    if (!raw.ok) return raw;
    const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase().replace(/^x-/, '');
    if (encoding === 'identity' || encoding === '') return raw;
    const body = await decompress(raw.value, encoding, held.bytesMax, this.#decompressions);
    if (!body.ok) return body;
    return this.#hold(held, body.value.length - raw.value.length) ?? body;
  }

  /** Unread, so that the sender is slowed. */
  async #wait(request: IncomingMessage, owner: string, bytes: number): Promise<Obstacle | undefined> {
    const gone = new AbortController();
    const onClose = () => gone.abort();
    request.once('close', onClose);
    try {
      return await this.#room.enter(owner, bytes, this.#bounds.roomMsMax, gone.signal);
    } finally {
      request.off('close', onClose);
    }
  }

  /** Why there is no room for more, if there is none. What came is counted in any case: it is in memory. */
  #hold(held: Held, bytes: number): ReturnType<typeof refuse> | undefined {
    held.bytes += bytes;
    this.#room.hold(held.owner, bytes);
    const obstacle = this.#room.obstacle(held.owner);
    return obstacle === undefined ? undefined : OBSTACLES[obstacle];
  }

  #collect(request: IncomingMessage, held: Held): Promise<Outcome<Buffer>> {
    const { readMsMax } = this.#bounds;
    return new Promise((resolve) => {
      const chunks = new Chunks(held.bytes);
      let received = 0;
      const finish = (outcome: Outcome<Buffer>) => {
        clearTimeout(timer);
        request.off('data', onData).off('end', onEnd).off('close', onClose);
        if (!outcome.ok) request.resume();
        resolve(outcome);
      };
      const onData = (chunk: Buffer) => {
        received += chunk.length;
        const noRoom = received > held.bytes ? this.#hold(held, received - held.bytes) : undefined;
        if (received > held.bytesMax) finish(tooLarge(held.bytesMax));
        else if (noRoom !== undefined) finish(noRoom);
        else chunks.add(chunk);
      };
      const onEnd = () => finish(ok(chunks.whole()));
      const onClose = () => finish(refuse('malformed-json', 'The connection ended before the body did'));
      const timer = setTimeout(
        () => finish(refuse('body-timeout', `The body did not arrive within ${readMsMax / 1000} s`)),
        readMsMax,
      );
      request.on('data', onData).on('end', onEnd).on('close', onClose);
    });
  }
}

/**
 * A body as it comes. A large one of a known length is put in its place piece by piece: to do that with 5 MB at the end
 * takes milliseconds in which nobody is answered.
 */
class Chunks {
  readonly #place: Buffer | undefined;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  /** `announcedBytes`: no more will come; 0 is "nobody knows". */
  constructor(announcedBytes: number) {
    // Memory of its own, so that it can go to another thread. What is not written to yet takes none.
    if (announcedBytes >= largeBodyBytesMin) this.#place = Buffer.allocUnsafeSlow(announcedBytes);
  }

  add(chunk: Buffer): void {
    if (this.#place === undefined) this.#chunks.push(chunk);
    else chunk.copy(this.#place, this.#bytes);
    this.#bytes += chunk.length;
  }

  whole(): Buffer {
    if (this.#place !== undefined) return this.#place.subarray(0, this.#bytes);
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
  }
}

export function tooLarge(bytesMax: number): ReturnType<typeof refuse> {
  const most = bytesMax % MIB === 0 ? `${bytesMax / MIB} MiB` : `${bytesMax} bytes`;
  return refuse('too-large', `The body may have at most ${most}, also after decompression`);
}

/** One after the other beyond a few: each may grow to the largest body, and all that are under way grow at once. */
async function decompress(bytes: Buffer, encoding: string, bytesMax: number, turns: Turns): Promise<Outcome<Buffer>> {
  const inflateBody = Object.hasOwn(DECOMPRESS, encoding) ? DECOMPRESS[encoding] : undefined;
  if (inflateBody === undefined)
    return refuse('unsupported-encoding', 'Content-Encoding may be gzip, deflate, br or identity');
  try {
    return ok(await turns.take(() => inflateBody(bytes, bytesMax)));
  } catch (error) {
    const isTooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLarge ? tooLarge(bytesMax) : refuse('bad-encoding', `The body is not valid ${encoding}`);
  }
}
