/**
 * Reads the segments in order, from the checkpoint on. Bytes that are no valid record never stop it: they are copied to
 * `quarantine/`, counted, and reading goes on at the next record. Behind a crash that is the torn tail, which nobody had
 * been told was accepted; anywhere else it is damage.
 */

import { type FileHandle, open, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogHead, LogReader, LogRecord, ReaderCounters } from '../log.ts';
import { frameBytesMax } from './disk-log.ts';
import { decodeFrame, nextMagic } from './frame.ts';
import {
  firstPositionOf,
  listSegments,
  prepareDirectory,
  QUARANTINE,
  readCheckpoint,
  writeCheckpoint,
} from './segments.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

export class DiskLogReader implements LogReader {
  readonly #directory: string;
  /** Records before this are stored already. */
  #from: number;
  #segment: string | undefined;
  #file: FileHandle | undefined;
  #offset = 0;
  #consumed = 0;
  #regions = 0;
  #bytes = 0;

  private constructor(directory: string, from: number) {
    this.#directory = directory;
    this.#from = from;
  }

  static async open(directory: string): Promise<DiskLogReader> {
    await prepareDirectory(directory);
    return new DiskLogReader(directory, await readCheckpoint(directory));
  }

  get counters(): ReaderCounters {
    return { consumedBytes: this.#consumed, quarantinedRegions: this.#regions, quarantinedBytes: this.#bytes };
  }

  async read(head: LogHead, limits: { eventsMax: number; bytesMax: number }): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    let events = 0;
    let bytes = 0;
    while (events < limits.eventsMax && bytes < limits.bytesMax) {
      if (!(await this.#openSegment(head))) break;
      const budget = Math.min(CHUNK_BYTES, limits.bytesMax - bytes);
      const chunk = await this.#readChunk(head, Math.max(budget, 1));
      if (chunk === undefined) {
        if (!(await this.#finishSegment(head))) break;
        continue;
      }
      for (const record of chunk) {
        if (record.position + record.count <= this.#from) continue;
        records.push(record);
        events += record.count;
        bytes += record.body.length;
      }
    }
    return records;
  }

  async release(position: number): Promise<void> {
    if (position <= this.#from) return;
    this.#from = position;
    await writeCheckpoint(this.#directory, position);
    const segments = await listSegments(this.#directory);
    // A segment ends where the next begins; the newest one may still be written to.
    for (const [i, segment] of segments.entries()) {
      const next = segments[i + 1];
      if (next === undefined || firstPositionOf(next) > position || segment === this.#segment) break;
      await unlink(join(this.#directory, segment));
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Opens the segment to read from; false when there is none before `head`. */
  async #openSegment(head: LogHead): Promise<boolean> {
    if (this.#file !== undefined) return true;
    const segments = await listSegments(this.#directory);
    const next =
      this.#segment === undefined ? this.#firstToRead(segments) : segments.find((name) => name > (this.#segment ?? ''));
    if (next === undefined || next > head.segment) return false;
    this.#file = await open(join(this.#directory, next), 'r');
    this.#segment = next;
    this.#offset = 0;
    return true;
  }

  #firstToRead(segments: readonly string[]): string | undefined {
    return segments.findLast((name) => firstPositionOf(name) <= this.#from) ?? segments[0];
  }

  async #end(head: LogHead): Promise<number> {
    if (this.#segment === head.segment) return head.bytes;
    return (await this.#file?.stat())?.size ?? 0;
  }

  /** Whole records from the current offset; `undefined` at the end of what may be read of this segment. */
  async #readChunk(head: LogHead, bytesMax: number): Promise<LogRecord[] | undefined> {
    const end = await this.#end(head);
    if (this.#offset >= end) return undefined;
    let buffer = await this.#bytesAt(this.#offset, Math.min(bytesMax, end - this.#offset));
    const records: LogRecord[] = [];
    let at = 0;
    while (at < buffer.length) {
      const reading = decodeFrame(buffer, at, frameBytesMax);
      if (reading.kind === 'frame') {
        records.push(reading.record);
        at += reading.bytes;
      } else if (reading.kind === 'short' && this.#offset + at + reading.bytes <= end) {
        if (records.length > 0) break;
        buffer = await this.#bytesAt(this.#offset, Math.max(reading.bytes, CHUNK_BYTES, buffer.length * 2), end);
      } else {
        at += await this.#quarantine(this.#offset + at, end);
        if (at > buffer.length) break;
      }
    }
    this.#offset += at;
    this.#consumed += at;
    return records;
  }

  async #bytesAt(offset: number, bytes: number, end = Number.POSITIVE_INFINITY): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.min(bytes, end - offset));
    const { bytesRead } = (await this.#file?.read(buffer, 0, buffer.length, offset)) ?? { bytesRead: 0 };
    return buffer.subarray(0, bytesRead);
  }

  /** Puts the bytes from `offset` to the next whole record (or the end) aside and returns how many they are. */
  async #quarantine(offset: number, end: number): Promise<number> {
    const rest = await this.#bytesAt(offset, end - offset);
    let at = nextMagic(rest, 1);
    while (at !== -1 && decodeFrame(rest, at, frameBytesMax).kind !== 'frame') at = nextMagic(rest, at + 1);
    const bad = at === -1 ? rest : rest.subarray(0, at);
    await writeFile(join(this.#directory, QUARANTINE, `${this.#segment ?? ''}-${offset}.bad`), bad);
    this.#regions += 1;
    this.#bytes += bad.length;
    return bad.length;
  }

  /** Moves on when the segment will not grow any more; false when it is the one being written. */
  async #finishSegment(head: LogHead): Promise<boolean> {
    if (this.#segment === head.segment) return false;
    await this.#file?.close();
    this.#file = undefined;
    return true;
  }
}
