/**
 * A backup while the server goes on. Nothing is stopped: the parts are taken in an order that makes reading the log again
 * repair whatever came in between (docs/guide/backup.md).
 *
 * 1. The log's files are held, from the checkpoint on.
 * 2. The table of events is frozen: the engine's parts never change, so a second name for their files is a copy of a moment.
 * 3. Then the other tables. An event is written after its spans, so every event that is frozen has all that belongs to it.
 * 4. Then the registry, and the log up to what is durable now. What was stored after step 2 is in it, and is loaded again;
 *    loading twice is loading once.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDirectory } from '../data-directory.ts';
import { nodeFiles } from '../log/disk/files.ts';
import { writeCheckpoint } from '../log/disk/segments.ts';
import type { EventLog } from '../log/log.ts';
import { STEPS } from '../store/schema/schema.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { copyRegistry } from './copy-registry.ts';
import { copyFile, filesBelow, hashFile, makeDirectories, syncAll } from './files.ts';
import { HeldLog, LogWentOn } from './held-log.ts';
import { type ManifestFile, writeManifest } from './manifest.ts';

export interface BackupParts {
  readonly directory: DataDirectory;
  readonly store: StoreReader;
  readonly openWriter: () => Promise<StoreWriter>;
  readonly log: Pick<EventLog, 'head'>;
  readonly enrichedUntil: () => number;
}

export interface BackupProgress {
  readonly step: string;
  readonly files: number;
  readonly bytes: number;
  readonly events: number | null;
  readonly logPosition: number | null;
}

/** Names of what a backup puts into the data directory while it is taken. */
export const STAGING = 'backup-staging';
const FREEZE = 'tributary_backup';
const SHADOW = join('shadow', FREEZE);
/** The log went on too fast to be held: again, from the beginning. */
const TRIES_MAX = 5;

/** A file that is to be copied: where it is, its place in the backup, and how much of it. */
interface Source {
  readonly from: string;
  readonly path: string;
  readonly bytesMax?: number;
}

interface Moment {
  readonly checkpoint: number;
  readonly position: number;
  readonly events: number;
  readonly sources: readonly Source[];
}

/** Into `target`, which is there and empty. Rejects without a manifest: what is there then is no backup. */
export async function takeBackup(
  parts: BackupParts,
  target: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<void> {
  const startedAt = new Date().toISOString();
  const enrichedUntil = parts.enrichedUntil();
  try {
    const moment = await frozen(parts, async () => {
      onProgress({ step: 'the registry', files: 0, bytes: 0, events: null, logPosition: null });
      await rm(join(target, 'registry.db'), { force: true });
      await copyRegistry({
        from: parts.directory.registry,
        to: join(target, 'registry.db'),
        enrichedUntil,
        startedAt,
      });
    });
    const files = await copyAll(moment, target, onProgress);
    await writeManifest(target, {
      startedAt,
      finishedAt: new Date().toISOString(),
      schema: STEPS.length,
      events: moment.events,
      log: { checkpoint: moment.checkpoint, position: moment.position },
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      files,
    });
  } finally {
    await clearStaging(parts.directory);
  }
}

/** What a backup that was cut short has left. */
export async function clearStaging({ root, store }: Pick<DataDirectory, 'root' | 'store'>): Promise<void> {
  await rm(join(root, STAGING), { recursive: true, force: true });
  await rm(join(store, SHADOW), { recursive: true, force: true });
}

async function frozen(parts: BackupParts, copyOfRegistry: () => Promise<void>): Promise<Moment> {
  for (let tries = 1; ; tries += 1) {
    await clearStaging(parts.directory);
    try {
      return await freeze(parts, copyOfRegistry);
    } catch (error) {
      if (!(error instanceof LogWentOn)) throw error;
      if (tries === TRIES_MAX)
        throw new Error('the log goes on faster than it can be held: try again in a quieter moment');
    }
  }
}

async function freeze(
  { directory, store, openWriter, log }: BackupParts,
  copyOfRegistry: () => Promise<void>,
): Promise<Moment> {
  const staging = join(directory.root, STAGING);
  const held = await HeldLog.begin(directory.log, join(staging, 'log'));
  const [row] = await store.select<{ events: number }>('SELECT count() AS events FROM tributary.events');
  const writer = await openWriter();
  try {
    const tables = await writer.select<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = 'tributary' AND engine LIKE '%MergeTree'
       ORDER BY name != 'events', name`,
    );
    for (const { name } of tables) {
      await writer.command(`ALTER TABLE tributary.${name} FREEZE WITH NAME '${FREEZE}'`);
      await held.hold();
    }
  } finally {
    await writer.close();
  }
  await copyOfRegistry();
  const { head } = log;
  await held.hold();
  const segments = held.segments
    .filter((name) => name <= head.segment)
    .map((name): Source => {
      const source = { from: join(held.directory, name), path: `log/${name}` };
      // Behind `head` may be bytes of which nobody knows yet whether they are kept.
      return name === head.segment ? { ...source, bytesMax: head.bytes } : source;
    });
  return {
    checkpoint: held.checkpoint,
    position: head.position,
    events: row?.events ?? 0,
    sources: [...segments, ...(await storeSources(directory.store))],
  };
}

/** The frozen parts in their places, and what tells the engine which tables there are. */
async function storeSources(store: string): Promise<readonly Source[]> {
  const shadow = join(store, SHADOW);
  const parts = (await filesBelow(shadow)).map((path) => ({ from: join(shadow, path), path: `store/${path}` }));
  const isPart = /^store\/[^/]+\/[^/]+\/[^/]+$/;
  const described = (
    await filesBelow(store, (path) => path !== 'shadow' && path !== 'tmp' && path !== 'handover' && !isPart.test(path))
  ).filter((path) => path.startsWith('metadata/') || path.endsWith('.sql') || path.endsWith('/format_version.txt'));
  return [...parts, ...described.map((path) => ({ from: join(store, path), path: `store/${path}` }))];
}

async function copyAll(
  { sources, checkpoint, position, events }: Moment,
  target: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<ManifestFile[]> {
  const directories = await makeDirectories(target, ['log/x', 'store/x', ...sources.map(({ path }) => path)]);
  const files: ManifestFile[] = [{ path: 'registry.db', ...(await hashFile(join(target, 'registry.db'))) }];
  let bytes = files[0]?.bytes ?? 0;
  const add = (file: ManifestFile) => {
    files.push(file);
    bytes += file.bytes;
    onProgress({ step: 'copying', files: files.length, bytes, events, logPosition: position });
  };
  for (const { from, path, bytesMax } of sources) {
    const copied = await copyFile(from, join(target, path), bytesMax);
    if (bytesMax !== undefined && copied.bytes < bytesMax) throw new Error(`${path} is shorter than it was`);
    add({ path, ...copied });
  }
  add(await writeCheckpointFile(target, checkpoint));
  await syncAll(directories);
  return files;
}

async function writeCheckpointFile(target: string, checkpoint: number): Promise<ManifestFile> {
  await writeCheckpoint(nodeFiles, join(target, 'log'), checkpoint);
  const path = 'log/checkpoint.json';
  return { path, ...(await hashFile(join(target, path))) };
}
