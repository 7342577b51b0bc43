/**
 * The files of a log directory: segments, the checkpoint, the quarantine.
 *
 * A segment is called `<first>-<previous>-<mark>.log`: its first position; that of the segment before it (its own when
 * there is none), so that a file which was lost is noticed; and the mark of its frames (frame.ts). Versions before had
 * `<first>.log`.
 */

import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type LogFileSystem, readWhole, writeWhole } from './files.ts';
import { type FrameMark, plainMark, readMark, writeMark } from './frame.ts';

const SEGMENT = /^(\d{16})(?:-(\d{16})-([0-9a-f]{16}))?\.log$/;
const CHECKPOINT = 'checkpoint.json';
/** What versions before wrote; exactly so, for a damaged new one must not be taken for it. */
const CHECKPOINT_WITHOUT_SUM = /^\{"position":(\d{1,16})\}$/;
export const QUARANTINE = 'quarantine';

export function segmentName(first: number, previous: number, mark: FrameMark): string {
  return `${sixteenDigits(first)}-${sixteenDigits(previous)}-${writeMark(mark)}.log`;
}

function sixteenDigits(position: number): string {
  return String(position).padStart(16, '0');
}

export function firstPositionOf(segment: string): number {
  return Number(SEGMENT.exec(segment)?.[1] ?? Number.NaN);
}

/** First position of the segment before; `undefined` when there was none, or nobody knows. */
export function previousOf(segment: string): number | undefined {
  const [, first, previous] = SEGMENT.exec(segment) ?? [];
  return previous === undefined || previous === first ? undefined : Number(previous);
}

export function markOf(segment: string): FrameMark {
  const mark = SEGMENT.exec(segment)?.[3];
  return mark === undefined ? plainMark : readMark(mark);
}

/** Segment names, oldest first. */
export async function listSegments(files: LogFileSystem, directory: string): Promise<string[]> {
  const names = await files.readdir(directory);
  return names.filter((name) => SEGMENT.test(name)).sort();
}

/** Of the segments, oldest first, the one that holds `from`, or the oldest. */
export function segmentWith(segments: readonly string[], from: number): string | undefined {
  return segments.findLast((name) => firstPositionOf(name) <= from) ?? segments[0];
}

/** Makes new, renamed and removed names in it durable. */
export async function syncDirectory(files: LogFileSystem, directory: string): Promise<void> {
  const handle = await files.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Everything before this position is stored. 0 when nothing is. */
export async function readCheckpoint(files: LogFileSystem, directory: string): Promise<number> {
  try {
    const text = (await readWhole(files, join(directory, CHECKPOINT))).toString('latin1');
    const unsummed = CHECKPOINT_WITHOUT_SUM.exec(text)?.[1];
    const position = Number(unsummed ?? /^\{"position":(\d{1,16}),/.exec(text)?.[1]);
    const isGenuine = unsummed !== undefined || text === checkpointText(position);
    return isGenuine && Number.isSafeInteger(position) ? position : 0;
  } catch {
    // Absent on first start; unreadable only costs reading the kept segments again, which changes nothing in the store.
    return 0;
  }
}

/** With a sum: one flipped bit in the number, and records that nobody has stored would be taken for stored. */
function checkpointText(position: number): string {
  return JSON.stringify({ position, crc32: crc32(`checkpoint ${position}`) });
}

export async function writeCheckpoint(files: LogFileSystem, directory: string, position: number): Promise<void> {
  const temporary = join(directory, `${CHECKPOINT}.tmp`);
  await writeWhole(files, temporary, Buffer.from(checkpointText(position)));
  await files.rename(temporary, join(directory, CHECKPOINT));
  await syncDirectory(files, directory);
}

/** The directories, with their own names durable: a synced file in a directory that is lost is lost, too. */
export async function prepareDirectory(files: LogFileSystem, directory: string): Promise<void> {
  await files.mkdir(join(directory, QUARANTINE));
  for (const path of [directory, dirname(directory), dirname(dirname(directory))]) {
    // Best effort above the log: a parent may belong to somebody else.
    await syncDirectory(files, path).catch(() => undefined);
  }
}
