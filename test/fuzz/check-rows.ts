/** The rows that events become, read again value by value, as the store will read them. */

import { isUtf8 } from 'node:buffer';
import { TEXT_REGISTERS } from '../../src/canonical/span.ts';
import type { LoadedEvent } from '../../src/loader/batch.ts';
import { toRows } from '../../src/loader/rows.ts';
import { must } from './finding.ts';
import { PRICES, PROJECT } from './stand-ins.ts';

/** The store's DateTime64(6). */
const MICROS_MIN = BigInt(Date.UTC(1900, 0, 1)) * 1000n;
const MICROS_MAX = BigInt(Date.UTC(2261, 11, 31)) * 1000n;
/** No event asks for more; the steps of spans are UInt64. */
const STEP_MAX = BigInt(Number.MAX_SAFE_INTEGER);

export function checkRows(events: readonly LoadedEvent[]): void {
  const rows = toRows(events, [], PRICES);
  const eventRows = new RowReader(rows.events.bytes);
  for (const event of events) checkEventRow(eventRows, event);
  must(eventRows.isAtEnd, 'rows: bytes behind the last event');
  const spans = new Set<string>();
  for (const { traceId, fragments } of events)
    for (const { spanId } of fragments) spans.add(JSON.stringify([traceId, spanId]));
  const spanRows = new RowReader(rows.spans.bytes);
  for (let left = spans.size; left > 0; left -= 1) checkSpanRow(spanRows);
  must(spanRows.isAtEnd, 'rows: bytes behind the last span');
}

function checkEventRow(
  row: RowReader,
  { draft, dialect, traceId, position, receivedAt, userAgent }: LoadedEvent,
): void {
  row.project();
  const texts = [row.text(), row.text(), row.text(), row.text(), row.text()];
  const expected = [dialect, draft.eventId, draft.type, traceId, draft.spanId];
  must(
    texts.every((text, i) => text === expected[i]?.toWellFormed()),
    'rows: an event with other ids',
    () => [texts, expected],
  );
  row.micros();
  must(row.int64() === BigInt(receivedAt) && row.int64() === BigInt(position), 'rows: an event of another place');
  must(row.text() === (draft.environment ?? '').toWellFormed(), 'rows: another environment');
  must(row.text() === userAgent.toWellFormed(), 'rows: another user agent');
  row.step();
  row.step();
  must(row.text() === draft.payload, 'rows: another payload', () => draft.payload);
  row.step();
}

function checkSpanRow(row: RowReader): void {
  row.project();
  for (const name of ['trace', 'dialect', 'span']) must(row.text() !== '', `rows: a span without ${name}`);
  row.micros();
  row.nullableMicros();
  for (const _ of TEXT_REGISTERS) row.register();
  row.rank();
  row.each(() => row.int64());
  row.rank();
  row.int64();
  row.text();
  row.each(() => must(row.int64() >= 0n, 'rows: a price below zero'));
  row.rank();
  row.int64();
  row.each(() => row.text());
  row.each(() => row.register());
  row.each(() => row.register());
  row.each(() => row.step());
  row.rank();
  row.step();
  must(row.uint8() <= 1, 'rows: hidden is no flag');
  row.nullableMicros();
  must(row.uint8() <= 1, 'rows: timed by arrival is no flag');
}

/** ClickHouse's RowBinary, as its documentation has it. */
class RowReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  #take(length: number): Buffer {
    must(this.#at + length <= this.#bytes.length, 'rows: a value is cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Two little-endian halves. */
  project(): void {
    const bytes = this.#take(16);
    const hex = [bytes.subarray(0, 8), bytes.subarray(8)]
      .map((half) => Buffer.from(half).reverse().toString('hex'))
      .join('');
    must(hex === PROJECT.replaceAll('-', ''), 'rows: another project');
  }

  uint8(): number {
    return this.#take(1).readUInt8();
  }

  int64(): bigint {
    return this.#take(8).readBigInt64LE();
  }

  #length(): number {
    let length = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.uint8();
      length += (byte & 0x7f) * factor;
      if (byte < 0x80) return length;
    }
  }

  text(): string {
    const bytes = this.#take(this.#length());
    must(isUtf8(bytes), 'rows: a text is no UTF-8');
    return bytes.toString();
  }

  each(read: () => unknown): void {
    for (let left = this.#length(); left > 0; left -= 1) read();
  }

  micros(): void {
    const micros = this.int64();
    must(micros >= MICROS_MIN && micros <= MICROS_MAX, 'rows: a time that the store does not have', () =>
      String(micros),
    );
  }

  nullableMicros(): void {
    const isNull = this.uint8();
    must(isNull <= 1, 'rows: null is no flag');
    if (isNull === 0) this.micros();
  }

  step(): void {
    const step = this.int64();
    must(step >= 0n && step <= STEP_MAX, 'rows: a step that the store does not have', () => String(step));
  }

  rank(): void {
    this.uint8();
    this.int64();
  }

  register(): void {
    this.rank();
    this.text();
  }
}
