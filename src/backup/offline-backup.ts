/** A backup of a data directory that no server is using: its files as they are. */

import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import Database from 'libsql';
import { openDataDirectory } from '../data-directory.ts';
import { nodeFiles } from '../log/disk/files.ts';
import { readCheckpoint } from '../log/disk/segments.ts';
import { STEPS } from '../store/schema/schema.ts';
import { copyFile, filesBelow, hashFile, makeDirectories, refusalOfTarget, syncAll } from './files.ts';
import { BackupError, type Manifest, type ManifestFile, readManifest, writeManifest } from './manifest.ts';
import { clearStaging } from './take-backup.ts';

/** What the engine leaves behind. */
const NOT_COPIED = ['shadow', 'tmp', 'handover'];

/** Rejects with `DataDirectoryInUse` when a server is using it. */
export async function takeOfflineBackup(dataDir: string, directory: string): Promise<Manifest> {
  const root = resolve(dataDir);
  const target = resolve(directory);
  const refusal = await refusalOfTarget(target, [root]);
  if (refusal !== undefined) throw new BackupError(refusal);
  if ((await filesBelow(root, () => false)).includes('registry.db') === false)
    throw new BackupError(`${root} is no data directory of Tributary.`);
  const data = openDataDirectory(root);
  try {
    await clearStaging(data);
    await mkdir(target, { recursive: true, mode: 0o700 });
    const startedAt = new Date().toISOString();
    copyRegistryNow(data.registry, join(target, 'registry.db'));
    const paths = [
      ...(await filesBelow(data.log)).map((path) => join('log', path)),
      ...(await filesBelow(data.store, (path) => !NOT_COPIED.includes(path))).map((path) => join('store', path)),
    ];
    const directories = await makeDirectories(target, ['log/x', 'store/x', ...paths]);
    const files: ManifestFile[] = [{ path: 'registry.db', ...(await hashFile(join(target, 'registry.db'))) }];
    for (const path of paths) files.push({ path, ...(await copyFile(join(root, path), join(target, path))) });
    await syncAll(directories);
    await writeManifest(target, {
      startedAt,
      finishedAt: new Date().toISOString(),
      schema: STEPS.length,
      events: null,
      log: { checkpoint: await readCheckpoint(nodeFiles, data.log), position: null },
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      files,
    });
    return await readManifest(target, STEPS.length);
  } finally {
    data.release();
  }
}

function copyRegistryNow(from: string, to: string): void {
  const registry = new Database(from);
  try {
    registry.prepare('VACUUM INTO ?').run(to);
  } finally {
    registry.close();
  }
}
