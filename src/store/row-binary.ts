/**
 * Rows in ClickHouse's RowBinary: values one after the other, in the order of the columns, without separators. Half the
 * engine's work of parsing JSON, and a third of this process's work of writing it (docs/decisions/0014).
 */

const TWO_32 = 2 ** 32;
/** Up to this many characters a loop beats the call into the runtime. */
const SHORT_CHARS_MAX = 40;
/** UTF-8 needs at most three bytes for a UTF-16 unit. */
const BYTES_PER_UNIT_MAX = 3;
const VARINT_BYTES_MAX = 5;

/** A batch of rows for `StoreWriter.insert`. */
export class RowBinary {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get length(): number {
    return this.bytes.length;
  }
}

/** Writes one value after the other; whoever uses it keeps to the order and the types of the columns. */
export class RowBinaryWriter {
  #buffer: Buffer;
  #used = 0;

  /** `expectedBytes` saves copying; it may be wrong. */
  constructor(expectedBytes: number) {
    this.#buffer = Buffer.allocUnsafe(expectedBytes);
  }

  /** What was written so far. The writer must not be used after this. */
  finish(): RowBinary {
    return new RowBinary(this.#buffer.subarray(0, this.#used));
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#used + bytes));
    this.#buffer.copy(larger, 0, 0, this.#used);
    this.#buffer = larger;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#used] = value;
    this.#used += 1;
  }

  /** Int64 and UInt64, of which this program uses what a number holds exactly. */
  int64(value: number): void {
    this.#reserve(8);
    const high = Math.floor(value / TWO_32);
    putInt32(this.#buffer, this.#used, value - high * TWO_32);
    putInt32(this.#buffer, this.#used + 4, high);
    this.#used += 8;
  }

  /** Lengths of texts and arrays: seven bits a byte, the lowest first. */
  length(value: number): void {
    this.#reserve(VARINT_BYTES_MAX);
    this.#used += putVarint(this.#buffer, this.#used, value);
  }

  /** Half of a surrogate pair becomes U+FFFD, as everywhere in UTF-8. */
  text(value: string): void {
    const units = value.length;
    this.#reserve(units * BYTES_PER_UNIT_MAX + VARINT_BYTES_MAX);
    if (units <= SHORT_CHARS_MAX && this.#ascii(value)) return;
    const buffer = this.#buffer;
    const guessed = varintBytes(units);
    const start = this.#used + guessed;
    const written = buffer.write(value, start);
    const needed = varintBytes(written);
    if (needed !== guessed) buffer.copyWithin(this.#used + needed, start, start + written);
    putVarint(buffer, this.#used, written);
    this.#used += needed + written;
  }

  #ascii(value: string): boolean {
    const buffer = this.#buffer;
    const start = this.#used + 1;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      buffer[start + i] = code;
    }
    buffer[this.#used] = value.length;
    this.#used = start + value.length;
    return true;
  }

  /** `value` in its 8-4-4-4-12 form. Each half is a little-endian number. */
  uuid(value: string): void {
    const hex = value.replaceAll('-', '');
    this.#reserve(16);
    for (let half = 0; half < 2; half += 1)
      for (let i = 0; i < 8; i += 1) {
        const from = half * 16 + (7 - i) * 2;
        this.#buffer[this.#used + half * 8 + i] = Number.parseInt(hex.slice(from, from + 2), 16);
      }
    this.#used += 16;
  }

  /** Bytes that are in this format already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  nullableInt64(value: number | undefined): void {
    this.uint8(value === undefined ? 1 : 0);
    if (value !== undefined) this.int64(value);
  }

  int64s(values: readonly number[]): void {
    this.length(values.length);
    for (const value of values) this.int64(value);
  }
}

/** The lowest 32 bits. */
function putInt32(buffer: Buffer, offset: number, value: number): void {
  buffer[offset] = value;
  buffer[offset + 1] = value >>> 8;
  buffer[offset + 2] = value >>> 16;
  buffer[offset + 3] = value >>> 24;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

function putVarint(buffer: Buffer, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128), at += 1) buffer[at] = (rest & 0x7f) | 0x80;
  buffer[at] = rest;
  return at - offset + 1;
}
