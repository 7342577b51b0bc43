/** What is in the files of a data directory while the server works on them. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TRIES_MAX = 100;

/**
 * The files below a directory that hold a text. The store renames and merges its parts meanwhile: what was gone before it
 * could be read may stand in a file that was not there yet, so everything is read again.
 */
export function filesHolding(directory: string, text: string): string[] {
  for (let left = TRIES_MAX; ; left -= 1) {
    try {
      return filesBelow(directory).filter((path) => readFileSync(path).includes(text));
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isGone || left === 0) throw error;
    }
  }
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}
