/** Files on their way into a backup and out of it: copied, hashed, and on disk when the promise resolves. */

import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { nodeFiles } from '../log/disk/files.ts';
import { syncDirectory } from '../log/disk/segments.ts';

/** A piece is hashed at once: at about 1 GB/s that holds the thread up for a millisecond. */
const PIECE_BYTES = 1024 * 1024;

export interface Copied {
  readonly bytes: number;
  readonly sha256: string;
}

/** Copies the first `bytesMax` bytes; what is there already is refused. */
export async function copyFile(from: string, to: string, bytesMax = Number.POSITIVE_INFINITY): Promise<Copied> {
  const source = await open(from, 'r');
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      const copied = await pump(source, bytesMax, (piece) => writeAll(target, piece));
      await target.sync();
      return copied;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

export async function hashFile(path: string): Promise<Copied> {
  const source = await open(path, 'r');
  try {
    return await pump(source, Number.POSITIVE_INFINITY, async () => undefined);
  } finally {
    await source.close();
  }
}

async function pump(source: FileHandle, bytesMax: number, take: (piece: Buffer) => Promise<void>): Promise<Copied> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  let bytes = 0;
  while (bytes < bytesMax) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(PIECE_BYTES, bytesMax - bytes), bytes);
    if (bytesRead === 0) break;
    const piece = buffer.subarray(0, bytesRead);
    hash.update(piece);
    await take(piece);
    bytes += bytesRead;
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function writeAll(target: FileHandle, piece: Buffer): Promise<void> {
  for (let written = 0; written < piece.length; )
    written += (await target.write(piece, written, piece.length - written)).bytesWritten;
}

export async function writeDurably(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx', mode: 0o600, flush: true });
  await syncDirectory(nodeFiles, dirname(path));
}

/** Plain files below, as paths relative to it, in order; links are left out. Empty when there is no such directory. */
export async function filesBelow(
  directory: string,
  mayEnter: (path: string) => boolean = () => true,
): Promise<string[]> {
  const found: string[] = [];
  const waiting = [''];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const entries = await readdir(join(directory, next), { withFileTypes: true }).catch(ifMissing([]));
    for (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory() && mayEnter(path)) waiting.push(path);
      else if (entry.isFile()) found.push(path);
    }
  }
  return found.sort();
}

export function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return value;
    throw error;
  };
}

/** Makes the directories that the files stand in, and their names durable when they are there. */
export async function makeDirectories(root: string, paths: readonly string[]): Promise<readonly string[]> {
  const directories = new Set<string>();
  for (const path of paths)
    for (let above = dirname(path); above !== '.'; above = dirname(above)) directories.add(above);
  const sorted = [...directories].sort();
  for (const directory of sorted) await mkdir(join(root, directory), { recursive: true, mode: 0o700 });
  return [...sorted.map((directory) => join(root, directory)), root];
}

export async function syncAll(directories: readonly string[]): Promise<void> {
  for (const directory of directories) await syncDirectory(nodeFiles, directory);
}

/** A sentence when `directory` cannot be made or filled here: it has to be new or empty, and apart from `others`. */
export async function refusalOfTarget(directory: string, others: readonly string[]): Promise<string | undefined> {
  const target = resolve(directory);
  const parent = await realpath(dirname(target)).catch(() => undefined);
  if (parent === undefined) return `${dirname(target)} does not exist: make it first.`;
  const real = join(parent, basename(target));
  for (const other of others) {
    const there = await realpath(other).catch(() => resolve(other));
    if (contains(there, real) || contains(real, there)) return `${target} and ${other} must not be inside one another.`;
  }
  try {
    const entries = await readdir(real);
    return entries.length === 0 ? undefined : `${target} is not empty.`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    return code === 'ENOTDIR' ? `${target} is not a directory.` : `${target} cannot be read.`;
  }
}

function contains(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`));
}
