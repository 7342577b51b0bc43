/**
 * A record on disk: a fixed header, the meta text, the body. The checksum covers all but itself, so a frame is either
 * whole or recognisably not; the magic lets a reader find the next frame behind damage.
 *
 *   0 magic u32 · 4 crc32 u32 · 8 metaBytes u32 · 12 bodyBytes u32 · 16 count u32 · 20 position u64 · 28 meta · body
 */

import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import type { LogRecord, NewRecord } from '../log.ts';

const MAGIC = 0x31425254; // "TRB1" in little-endian
export const frameHeaderBytes = 28;
const CRC_FROM = 8;

/** Header and meta in one buffer, the body untouched: both go to `writev`. */
export function encodeFrame(record: NewRecord, position: number): [Buffer, Uint8Array] {
  assert(record.count >= 1, 'a record holds at least one event');
  const metaBytes = Buffer.byteLength(record.meta);
  const head = Buffer.allocUnsafe(frameHeaderBytes + metaBytes);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(metaBytes, 8);
  head.writeUInt32LE(record.body.length, 12);
  head.writeUInt32LE(record.count, 16);
  head.writeBigUInt64LE(BigInt(position), 20);
  head.write(record.meta, frameHeaderBytes);
  const crc = crc32(head.subarray(CRC_FROM));
  // `crc32` forgets what it was given before when the empty array behind it has no memory of its own (Node 20.20).
  head.writeUInt32LE(record.body.length === 0 ? crc : crc32(record.body, crc), 4);
  return [head, record.body];
}

export type FrameReading =
  | { readonly kind: 'frame'; readonly record: LogRecord; readonly bytes: number }
  /** The buffer ends before the frame does; `bytes` would be needed. */
  | { readonly kind: 'short'; readonly bytes: number }
  | { readonly kind: 'damaged' };

/** Reads the frame at `offset`. `bytesMax` bounds what a damaged header may ask for. */
export function decodeFrame(buffer: Buffer, offset: number, bytesMax: number): FrameReading {
  if (buffer.length - offset < frameHeaderBytes) return { kind: 'short', bytes: frameHeaderBytes };
  if (buffer.readUInt32LE(offset) !== MAGIC) return { kind: 'damaged' };
  const metaBytes = buffer.readUInt32LE(offset + 8);
  const bodyBytes = buffer.readUInt32LE(offset + 12);
  const bytes = frameHeaderBytes + metaBytes + bodyBytes;
  if (bytes > bytesMax) return { kind: 'damaged' };
  if (buffer.length - offset < bytes) return { kind: 'short', bytes };
  const crc = crc32(buffer.subarray(offset + CRC_FROM, offset + bytes));
  if (crc !== buffer.readUInt32LE(offset + 4)) return { kind: 'damaged' };
  const metaEnd = offset + frameHeaderBytes + metaBytes;
  const record: LogRecord = {
    position: Number(buffer.readBigUInt64LE(offset + 20)),
    count: buffer.readUInt32LE(offset + 16),
    meta: buffer.toString('utf8', offset + frameHeaderBytes, metaEnd),
    body: buffer.subarray(metaEnd, offset + bytes),
  };
  return { kind: 'frame', record, bytes };
}

/** Offset of the next possible frame start after `from`, or -1. */
export function nextMagic(buffer: Buffer, from: number): number {
  const magic = Buffer.allocUnsafe(4);
  magic.writeUInt32LE(MAGIC, 0);
  return buffer.indexOf(magic, from);
}
