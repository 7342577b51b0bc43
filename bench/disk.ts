/**
 * What the disk alone takes to append 4 KB and sync them, 20 times a second, while something else is measured: no answer
 * that waits for a sync can be faster, and disks of virtual machines pause at times.
 */

import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INTERVAL_MS = 50;
const BLOCK = Buffer.alloc(4096, 'x');

/** The result of `work`, and how long each sync took meanwhile, in milliseconds. */
export async function besideDisk<Result>(work: () => Promise<Result>): Promise<{ result: Result; syncMs: number[] }> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-disk-'));
  const file = await open(join(directory, 'appended'), 'wx');
  const ended = new AbortController();
  const syncing = syncs(file, ended.signal);
  try {
    const result = await work();
    ended.abort();
    return { result, syncMs: await syncing };
  } finally {
    ended.abort();
    await syncing;
    await file.close();
    await rm(directory, { recursive: true });
  }
}

async function syncs(file: FileHandle, ended: AbortSignal): Promise<number[]> {
  const syncMs: number[] = [];
  for (let at = 0; !ended.aborted; at += BLOCK.length) {
    const startedAt = performance.now();
    await file.write(BLOCK, 0, BLOCK.length, at);
    await file.datasync();
    const ms = performance.now() - startedAt;
    syncMs.push(ms);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, INTERVAL_MS - ms)));
  }
  return syncMs;
}
