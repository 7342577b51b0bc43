/** What is in a log directory at start: which position comes next, and how many bytes wait to be read. */

import { join } from 'node:path';
import { groupCommitBytesMax, segmentBytesMax } from '../../limits.ts';
import { type LogFileSystem, readWhole } from './files.ts';
import { decodeFrame, frameBytesMax, nextMagic } from './frame.ts';
import { firstPositionOf, listSegments, markOf, segmentWith } from './segments.ts';

/** What no segment exceeds: one group and one frame more than the size at which it is closed. */
const SEGMENT_BYTES_CEILING = segmentBytesMax + groupCommitBytesMax + frameBytesMax;

export interface EndOfLog {
  /** Behind everything that is or may have been in it. */
  readonly next: number;
  /** First position of the newest segment that is not empty. */
  readonly previous: number | undefined;
  readonly totalBytes: number;
}

export async function endOfLog(files: LogFileSystem, directory: string, checkpoint: number): Promise<EndOfLog> {
  const segments = await listSegments(files, directory);
  const newest = segments.at(-1);
  // Above the newest name, also when it is empty (its writes failed): names have to grow with what is in them.
  const floor = newest === undefined ? 0 : firstPositionOf(newest) + 1;
  const totalBytes = await unreadBytes(files, directory, segments, checkpoint);
  for (const segment of segments.reverse()) {
    const next = await endOfSegment(files, directory, segment);
    if (next !== undefined) return { next: Math.max(next, floor), previous: firstPositionOf(segment), totalBytes };
  }
  return { next: floor, previous: undefined, totalBytes };
}

/**
 * The position behind the last whole record; `undefined` when the segment is empty. Bytes behind that record may be
 * damaged ones that were accepted. An event has at least one byte, so leaving out as many positions uses none twice.
 */
async function endOfSegment(files: LogFileSystem, directory: string, segment: string): Promise<number | undefined> {
  const first = firstPositionOf(segment);
  let buffer: Buffer;
  try {
    buffer = await readWhole(files, join(directory, segment));
  } catch {
    // It cannot be read now. The reader says so; here it only matters that none of its positions is used again.
    return first + SEGMENT_BYTES_CEILING;
  }
  if (buffer.length === 0) return undefined;
  const mark = markOf(segment);
  let end = first;
  let wholeUntil = 0;
  let offset = 0;
  while (offset !== -1 && offset < buffer.length) {
    const reading = decodeFrame(buffer, offset, frameBytesMax, mark);
    if (reading.kind === 'frame') {
      offset += reading.bytes;
      wholeUntil = offset;
      end = reading.record.position + reading.record.count;
    } else offset = nextMagic(buffer, offset + 1, mark);
  }
  return end + buffer.length - wholeUntil;
}

/** Of the segments that the reader will go through: one that is stored already may not be deleted yet. */
async function unreadBytes(
  files: LogFileSystem,
  directory: string,
  segments: readonly string[],
  checkpoint: number,
): Promise<number> {
  const from = segmentWith(segments, checkpoint) ?? '';
  let bytes = 0;
  for (const segment of segments.filter((name) => name >= from)) bytes += await sizeOf(files, join(directory, segment));
  return bytes;
}

async function sizeOf(files: LogFileSystem, path: string): Promise<number> {
  try {
    const file = await files.open(path, 'r');
    try {
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  } catch {
    return 0;
  }
}
