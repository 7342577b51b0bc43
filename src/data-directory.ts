/**
 * The directory that holds everything: log/, store/, registry.db. One process at a time: the lock is one of SQLite's, so
 * the operating system lets go of it with the process, also after `kill -9`.
 */

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'libsql';

export interface DataDirectory {
  readonly root: string;
  readonly log: string;
  readonly store: string;
  readonly registry: string;
  /** Credentials for the CLI on this machine, see cli/credentials.ts. */
  readonly cliCredentials: string;
  release(): void;
}

export class DataDirectoryInUse extends Error {}

export function openDataDirectory(path: string): DataDirectory {
  const root = resolve(path);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  for (const part of ['log', 'store']) mkdirSync(join(root, part), { recursive: true });
  const lock = new Database(join(root, 'lock.db'));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY')) throw error;
    throw new DataDirectoryInUse(
      `Another Tributary is using ${root}. Stop it, or choose another directory with TRIBUTARY_DATA_DIR.`,
    );
  }
  return {
    root,
    log: join(root, 'log'),
    store: join(root, 'store'),
    registry: join(root, 'registry.db'),
    cliCredentials: join(root, 'cli.json'),
    release: () => lock.close(),
  };
}
