/**
 * Reads the segments in order, from the checkpoint on. Bytes that are no valid record never stop it: they are copied to
 * `quarantine/`, counted, and reading goes on at the next record. Behind a crash that is the torn tail, which nobody had
 * been told was accepted; anywhere else it is damage.
 *
 * What the disk does not give is treated like damage. A segment of which a part could be neither read nor put aside is
 * moved to `quarantine/` as a whole, where others are deleted.
 */

import { join } from 'node:path';
import type { LogHead, LogReader, LogRecord, ReaderCounters } from '../log.ts';
import { type LogFile, type LogFileSystem, nodeFiles, readFully, writeWhole } from './files.ts';
import { decodeFrame, frameBytesMax, nextMagic } from './frame.ts';
import {
  firstPositionOf,
  listSegments,
  markOf,
  prepareDirectory,
  previousOf,
  QUARANTINE,
  readCheckpoint,
  segmentWith,
  writeCheckpoint,
} from './segments.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** What a disk that cannot give a stretch is asked for piece by piece. */
const BLOCK_BYTES = 4096;
/** A segment that cannot be opened may be there a moment later: too many open files, a network disk. */
const OPEN_TRIES_MAX = 5;
const OPEN_RETRY_MS = 100;
/** The bytes are gone, whoever asks again. With any other error a new start may read them. */
const MEDIA_ERRORS: ReadonlySet<unknown> = new Set(['EIO', 'EBADMSG', 'EUCLEAN', 'ENODATA']);

/** What an operator should know about, at the moment it is found. */
export interface Damage {
  readonly kind: 'damaged_bytes' | 'missing_segment' | 'unreadable_segment';
  readonly segment: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface DiskLogReaderOptions {
  readonly files?: LogFileSystem;
  readonly onDamage?: (damage: Damage) => void;
  readonly openRetryMs?: number;
}

interface OpenSegment {
  readonly name: string;
  readonly file: LogFile;
}

export class DiskLogReader implements LogReader {
  readonly #directory: string;
  readonly #files: LogFileSystem;
  readonly #onDamage: (damage: Damage) => void;
  readonly #openRetryMs: number;
  /** Records before this are stored already. */
  #from: number;
  #open: OpenSegment | undefined;
  /** The segment that is or was read last. */
  #segment: string | undefined;
  #offset = 0;
  #counters: ReaderCounters = { consumedBytes: 0, quarantinedRegions: 0, quarantinedBytes: 0, missingSegments: 0 };
  /** Segments with bytes that exist nowhere else and could not be read or copied. */
  readonly #precious = new Set<string>();

  private constructor(directory: string, from: number, options: DiskLogReaderOptions) {
    this.#directory = directory;
    this.#from = from;
    this.#files = options.files ?? nodeFiles;
    this.#onDamage = options.onDamage ?? (() => undefined);
    this.#openRetryMs = options.openRetryMs ?? OPEN_RETRY_MS;
  }

  static async open(directory: string, options: DiskLogReaderOptions = {}): Promise<DiskLogReader> {
    const files = options.files ?? nodeFiles;
    await prepareDirectory(files, directory);
    return new DiskLogReader(directory, await readCheckpoint(files, directory), options);
  }

  get counters(): ReaderCounters {
    return this.#counters;
  }

  async read(head: LogHead, limits: { eventsMax: number; bytesMax: number }): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    let events = 0;
    let bytes = 0;
    while (events < limits.eventsMax && bytes < limits.bytesMax) {
      const chunk = await this.#nextChunk(head, Math.max(1, Math.min(CHUNK_BYTES, limits.bytesMax - bytes)));
      if (chunk === undefined) break;
      for (const record of chunk) {
        if (record.position + record.count <= this.#from) continue;
        records.push(record);
        events += record.count;
        bytes += record.body.length;
      }
    }
    return records;
  }

  /** `undefined` when nothing is left before `head`. */
  async #nextChunk(head: LogHead, bytesMax: number): Promise<readonly LogRecord[] | undefined> {
    for (;;) {
      const segment = await this.#openSegment(head);
      if (segment === undefined) return undefined;
      const chunk = await this.#readChunk(segment, head, bytesMax);
      if (chunk !== undefined) return chunk;
      if (!(await this.#finishSegment(segment, head))) return undefined;
    }
  }

  async release(position: number): Promise<void> {
    if (position <= this.#from) return;
    await writeCheckpoint(this.#files, this.#directory, position);
    this.#from = position;
    const segments = await listSegments(this.#files, this.#directory);
    // A segment ends where the next begins; the newest one may still be written to.
    for (const [i, segment] of segments.entries()) {
      const next = segments[i + 1];
      if (next === undefined || firstPositionOf(next) > position || segment === this.#segment) break;
      await this.#remove(segment);
    }
  }

  async #remove(segment: string): Promise<void> {
    const path = join(this.#directory, segment);
    if (this.#precious.has(segment)) await this.#files.rename(path, join(this.#directory, QUARANTINE, segment));
    else await this.#files.unlink(path);
    this.#precious.delete(segment);
  }

  async close(): Promise<void> {
    await this.#open?.file.close();
    this.#open = undefined;
  }

  /** The segment to read from; `undefined` when there is none before `head`. */
  async #openSegment(head: LogHead): Promise<OpenSegment | undefined> {
    while (this.#open === undefined) {
      const last = this.#segment;
      const segments = await listSegments(this.#files, this.#directory);
      const next = last === undefined ? segmentWith(segments, this.#from) : segments.find((name) => name > last);
      if (next === undefined || next > head.segment) return undefined;
      const file = await this.#tryToOpen(next, next === head.segment);
      if (file === 'gone') continue;
      this.#noticeMissing(next);
      this.#segment = next;
      this.#offset = 0;
      if (file !== 'unreadable') this.#open = { name: next, file };
    }
    return this.#open;
  }

  async #tryToOpen(segment: string, isGrowing: boolean): Promise<LogFile | 'gone' | 'unreadable'> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#files.open(join(this.#directory, segment), 'r');
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        // The log takes a segment away whose first write failed.
        if (code === 'ENOENT') return 'gone';
        if (tries >= OPEN_TRIES_MAX) {
          if (isGrowing || !MEDIA_ERRORS.has(code)) throw error;
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, this.#openRetryMs));
      }
    }
    this.#precious.add(segment);
    this.#counters = { ...this.#counters, quarantinedRegions: this.#counters.quarantinedRegions + 1 };
    this.#onDamage({ kind: 'unreadable_segment', segment, offset: 0, bytes: 0 });
    return 'unreadable';
  }

  /** A segment names the one before it. That one was read, or is stored, or is gone. */
  #noticeMissing(segment: string): void {
    const previous = previousOf(segment);
    if (previous === undefined) return;
    const isMissing =
      this.#segment === undefined ? firstPositionOf(segment) > this.#from : previous > firstPositionOf(this.#segment);
    if (!isMissing) return;
    this.#counters = { ...this.#counters, missingSegments: this.#counters.missingSegments + 1 };
    this.#onDamage({ kind: 'missing_segment', segment, offset: 0, bytes: 0 });
  }

  /** Whole records from the current offset; `undefined` at the end of what may be read of this segment. */
  async #readChunk(segment: OpenSegment, head: LogHead, bytesMax: number): Promise<LogRecord[] | undefined> {
    const end = segment.name === head.segment ? head.bytes : (await segment.file.stat()).size;
    if (this.#offset >= end) return undefined;
    const mark = markOf(segment.name);
    let buffer = await this.#bytesAt(segment, this.#offset, Math.min(bytesMax, end - this.#offset));
    const records: LogRecord[] = [];
    let at = 0;
    while (at < buffer.length) {
      const reading = decodeFrame(buffer, at, frameBytesMax, mark);
      if (reading.kind === 'frame') {
        records.push(reading.record);
        at += reading.bytes;
      } else if (reading.kind === 'short' && this.#offset + at + reading.bytes <= end) {
        if (records.length > 0) break;
        const wanted = Math.max(at + reading.bytes, CHUNK_BYTES, buffer.length * 2);
        buffer = await this.#bytesAt(segment, this.#offset, Math.min(wanted, end - this.#offset));
      } else {
        at += await this.#quarantine(segment, this.#offset + at, end);
        if (at > buffer.length) break;
      }
    }
    this.#offset += at;
    this.#counters = { ...this.#counters, consumedBytes: this.#counters.consumedBytes + at };
    return records;
  }

  /** Always as many as asked for: what the disk does not give is zeros, which are no record. */
  async #bytesAt({ name, file }: OpenSegment, offset: number, bytes: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(bytes);
    let isWhole = true;
    try {
      isWhole = await this.#fill(file, buffer, offset);
    } catch {
      for (let at = 0; at < bytes; at += BLOCK_BYTES) {
        const block = buffer.subarray(at, at + BLOCK_BYTES);
        isWhole = (await this.#fill(file, block, offset + at).catch(() => notRead(block))) && isWhole;
      }
    }
    if (!isWhole) this.#precious.add(name);
    return buffer;
  }

  async #fill(file: LogFile, buffer: Buffer, offset: number): Promise<boolean> {
    const bytesRead = await readFully(file, buffer, offset);
    buffer.fill(0, bytesRead);
    return bytesRead === buffer.length;
  }

  /** Puts the bytes from `offset` to the next whole record (or the end) aside and returns how many they are. */
  async #quarantine(segment: OpenSegment, offset: number, end: number): Promise<number> {
    const mark = markOf(segment.name);
    const rest = await this.#bytesAt(segment, offset, end - offset);
    let at = nextMagic(rest, 1, mark);
    while (at !== -1 && decodeFrame(rest, at, frameBytesMax, mark).kind !== 'frame') at = nextMagic(rest, at + 1, mark);
    const bad = at === -1 ? rest : rest.subarray(0, at);
    const path = join(this.#directory, QUARANTINE, `${segment.name}-${offset}.bad`);
    await writeWhole(this.#files, path, bad).catch(() => this.#precious.add(segment.name));
    this.#counters = {
      ...this.#counters,
      quarantinedRegions: this.#counters.quarantinedRegions + 1,
      quarantinedBytes: this.#counters.quarantinedBytes + bad.length,
    };
    this.#onDamage({ kind: 'damaged_bytes', segment: segment.name, offset, bytes: bad.length });
    return bad.length;
  }

  /** Moves on when the segment will not grow any more; false when it is the one being written. */
  async #finishSegment(segment: OpenSegment, head: LogHead): Promise<boolean> {
    if (segment.name === head.segment) return false;
    this.#open = undefined;
    await segment.file.close().catch(() => undefined);
    return true;
  }
}

function notRead(block: Buffer): false {
  block.fill(0);
  return false;
}
