/** What the reader put aside: damaged stretches (`<segment>-<offset>.bad`), and whole segments that could not be read. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { QUARANTINE } from './segments.ts';

export interface QuarantinedRegion {
  readonly file: string;
  /** The file of the log, named after its first position. */
  readonly segment: string;
  /** Where in the segment it began. */
  readonly offset: number;
  readonly bytes: number;
  readonly at: string;
}

const REGION = /^(.+\.log)(?:-(\d+)\.bad)?$/;

/** The latest first, at most `limit`. */
export async function listQuarantine(
  logDirectory: string,
  limit: number,
): Promise<{ readonly regions: readonly QuarantinedRegion[]; readonly count: number; readonly bytes: number }> {
  const directory = join(logDirectory, QUARANTINE);
  const found: QuarantinedRegion[] = [];
  for (const file of await readdir(directory)) {
    const match = REGION.exec(file);
    if (match === null) continue;
    const { size, mtime } = await stat(join(directory, file));
    const [, segment = '', offset = '0'] = match;
    found.push({ file, segment, offset: Number(offset), bytes: size, at: mtime.toISOString() });
  }
  found.sort((a, b) => (a.at === b.at ? b.file.localeCompare(a.file) : b.at.localeCompare(a.at)));
  const bytes = found.reduce((sum, region) => sum + region.bytes, 0);
  return { regions: found.slice(0, limit), count: found.length, bytes };
}
