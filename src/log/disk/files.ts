/**
 * The calls of a file system that the log is made of. Node's own is the default; `simulated-disk.ts` is one that loses,
 * tears and refuses, for the tests. The shapes are Node's, so that the real one costs nothing on top.
 */

import { mkdir, open, readdir, rename, unlink } from 'node:fs/promises';

export interface LogFile {
  writev(parts: readonly Uint8Array[], position: number): Promise<{ bytesWritten: number }>;
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  read(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  stat(): Promise<{ size: number }>;
  truncate(bytes: number): Promise<void>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface LogFileSystem {
  /** `wx` makes a new file and refuses an existing one; `w` empties it. */
  open(path: string, flags: 'r' | 'w' | 'wx'): Promise<LogFile>;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string): Promise<unknown>;
}

export const nodeFiles: LogFileSystem = {
  open: (path, flags) => open(path, flags),
  readdir: (path) => readdir(path),
  rename,
  unlink,
  mkdir: (path) => mkdir(path, { recursive: true }),
};

/** The whole file, also when the disk gives it in pieces. */
export async function readWhole(files: LogFileSystem, path: string): Promise<Buffer> {
  const file = await files.open(path, 'r');
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(size);
    return buffer.subarray(0, await readFully(file, buffer, 0));
  } finally {
    await file.close();
  }
}

/** Fills the buffer from `position` on; returns how much there was. */
export async function readFully(file: LogFile, buffer: Buffer, position: number): Promise<number> {
  let at = 0;
  while (at < buffer.length) {
    const { bytesRead } = await file.read(buffer, at, buffer.length - at, position + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

/** Writes a new or emptied file and syncs it. Its name is durable after `syncDirectory` only. */
export async function writeWhole(files: LogFileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const file = await files.open(path, 'w');
  try {
    await writeRest(file, bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function writeFully(
  file: LogFile,
  parts: readonly Uint8Array[],
  total: number,
  position: number,
): Promise<void> {
  const { bytesWritten } = await file.writev(parts, position);
  if (bytesWritten < total) await writeRest(file, Buffer.concat(parts).subarray(bytesWritten), position + bytesWritten);
}

async function writeRest(file: LogFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    if (bytesWritten === 0) throw new Error('the disk takes no more bytes and does not say why');
    at += bytesWritten;
  }
}
