/**
 * A record on disk: a fixed header, the meta text, the body. The checksum covers all but itself, so a frame is either
 * whole or recognisably not; the magic lets a reader find the next frame behind damage.
 *
 * Magic and start of the checksum are the log's mark, drawn at every start and kept in the names of the segments. A body
 * comes from anybody: with constants it could hold a frame of its own, which would be read as a request of somebody else
 * when the frame around it is torn.
 *
 *   0 magic u32 · 4 crc32 u32 · 8 metaBytes u32 · 12 bodyBytes u32 · 16 count u32 · 20 position u64 · 28 meta · body
 */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { bodyBytesMax } from '../../limits.ts';
import type { LogRecord, NewRecord } from '../log.ts';

export interface FrameMark {
  readonly magic: number;
  readonly seed: number;
}

/** Of segments without a mark in their names: "TRB1" in little-endian, and no seed. */
export const plainMark: FrameMark = { magic: 0x31425254, seed: 0 };

export function newMark(): FrameMark {
  const bytes = randomBytes(8);
  // No zero and no letter in it: stretches of either are what damage and bodies are full of.
  return { magic: (bytes.readUInt32LE(0) | 0x80808080) >>> 0, seed: bytes.readUInt32LE(4) };
}

/** 16 hexadecimal digits. */
export function writeMark({ magic, seed }: FrameMark): string {
  return [magic, seed].map((part) => part.toString(16).padStart(8, '0')).join('');
}

export function readMark(digits: string): FrameMark {
  return { magic: Number.parseInt(digits.slice(0, 8), 16), seed: Number.parseInt(digits.slice(8), 16) };
}

export const frameHeaderBytes = 28;
/** A frame is at most a body, its meta and a header; meta is bounded by Node's 16 KiB of headers. */
export const frameBytesMax = bodyBytesMax + 1024 * 1024;
const CRC_FROM = 8;

/** Header and meta in one buffer, the body untouched: both go to `writev`. */
export function encodeFrame(record: NewRecord, position: number, mark: FrameMark): [Buffer, Uint8Array] {
  assert(record.count >= 1, 'a record holds at least one event');
  const metaBytes = Buffer.byteLength(record.meta);
  // So the bytes of damaged frames bound how many positions were in them, and none is given twice (disk-log.ts).
  assert(record.count <= frameHeaderBytes + metaBytes + record.body.length, 'an event has at least one byte');
  const head = Buffer.allocUnsafe(frameHeaderBytes + metaBytes);
  head.writeUInt32LE(mark.magic, 0);
  head.writeUInt32LE(metaBytes, 8);
  head.writeUInt32LE(record.body.length, 12);
  head.writeUInt32LE(record.count, 16);
  head.writeBigUInt64LE(BigInt(position), 20);
  head.write(record.meta, frameHeaderBytes);
  const crc = crc32(head.subarray(CRC_FROM), mark.seed);
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
export function decodeFrame(buffer: Buffer, offset: number, bytesMax: number, mark: FrameMark): FrameReading {
  if (buffer.length - offset < frameHeaderBytes) return { kind: 'short', bytes: frameHeaderBytes };
  if (buffer.readUInt32LE(offset) !== mark.magic) return { kind: 'damaged' };
  const metaBytes = buffer.readUInt32LE(offset + 8);
  const bodyBytes = buffer.readUInt32LE(offset + 12);
  const bytes = frameHeaderBytes + metaBytes + bodyBytes;
  if (bytes > bytesMax) return { kind: 'damaged' };
  if (buffer.length - offset < bytes) return { kind: 'short', bytes };
  const crc = crc32(buffer.subarray(offset + CRC_FROM, offset + bytes), mark.seed);
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
export function nextMagic(buffer: Buffer, from: number, mark: FrameMark): number {
  const magic = Buffer.allocUnsafe(4);
  magic.writeUInt32LE(mark.magic, 0);
  return buffer.indexOf(magic, from);
}
