/** The files of a log directory: `<first position, 16 digits>.log`, the checkpoint, the quarantine. */

import { mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const SEGMENT = /^(\d{16})\.log$/;
const CHECKPOINT = 'checkpoint.json';
export const QUARANTINE = 'quarantine';

export function segmentName(position: number): string {
  return `${String(position).padStart(16, '0')}.log`;
}

export function firstPositionOf(segment: string): number {
  return Number(SEGMENT.exec(segment)?.[1] ?? Number.NaN);
}

/** Segment names, oldest first. */
export async function listSegments(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names.filter((name) => SEGMENT.test(name)).sort();
}

/** Makes a new or renamed file's name itself durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Everything before this position is stored. 0 when nothing is. */
export async function readCheckpoint(directory: string): Promise<number> {
  try {
    const parsed: unknown = JSON.parse(await readFile(join(directory, CHECKPOINT), 'utf8'));
    const position =
      typeof parsed === 'object' && parsed !== null && 'position' in parsed ? parsed.position : undefined;
    return typeof position === 'number' && Number.isSafeInteger(position) && position >= 0 ? position : 0;
  } catch {
    // Absent on first start; unreadable only costs reading the kept segments again, which changes nothing in the store.
    return 0;
  }
}

export async function writeCheckpoint(directory: string, position: number): Promise<void> {
  const temporary = join(directory, `${CHECKPOINT}.tmp`);
  await writeFile(temporary, JSON.stringify({ position }), { flush: true });
  await rename(temporary, join(directory, CHECKPOINT));
  await syncDirectory(directory);
}

export async function prepareDirectory(directory: string): Promise<void> {
  await mkdir(join(directory, QUARANTINE), { recursive: true });
}
