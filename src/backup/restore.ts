/** A backup looked at, and made a data directory again. */

import { chmod, lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { STEPS } from '../store/schema/schema.ts';
import { type Copied, copyFile, hashFile, ifMissing, makeDirectories, refusalOfTarget, syncAll } from './files.ts';
import { BackupError, damaged, type Manifest, type ManifestFile, readManifest } from './manifest.ts';

/** Reads every byte. Rejects with `BackupError`, a sentence that names the first file that is not as it was written. */
export async function verifyBackup(directory: string, onFile?: (bytes: number) => void): Promise<Manifest> {
  const manifest = await readManifest(directory, STEPS.length);
  for (const file of manifest.files) {
    const path = join(directory, file.path);
    const isPlain = (await lstat(path).catch(ifMissing(undefined)))?.isFile();
    if (isPlain !== true) throw new BackupError(`The backup is incomplete: ${file.path} is missing.`);
    expectSame(file, await hashFile(path));
    onFile?.(file.bytes);
  }
  return manifest;
}

/** The directory is there when it resolves, or not at all: it is filled under another name. */
export async function restoreBackup(
  backup: string,
  dataDir: string,
  onFile?: (bytes: number) => void,
): Promise<Manifest> {
  const target = resolve(dataDir);
  const refusal = await refusalOfTarget(target, [resolve(backup)]);
  if (refusal !== undefined) throw new BackupError(refusal);
  const manifest = await verifyBackup(backup, onFile);
  const unfinished = `${target}.restoring-${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  try {
    await mkdir(unfinished, { mode: 0o700 });
    const directories = await makeDirectories(unfinished, [
      'log/x',
      'store/x',
      ...manifest.files.map(({ path }) => path),
    ]);
    for (const file of manifest.files)
      expectSame(file, await copyFile(join(backup, file.path), join(unfinished, file.path)));
    await syncAll(directories);
    await rmdir(target).catch(ifMissing(undefined));
    await rename(unfinished, target);
    await chmod(target, 0o700);
    await syncAll([dirname(target)]);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  return manifest;
}

function expectSame(file: ManifestFile, found: Copied): void {
  if (file.bytes !== found.bytes || file.sha256 !== found.sha256) throw new BackupError(damaged(file.path));
}
