/** What a backup consists of. Written last: a directory without it is no backup. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { version } from '../version.ts';
import { writeDurably } from './files.ts';

const FORMAT = 1;
const MANIFEST = 'manifest.json';
/** As `sha256sum --check` reads it. */
const CHECKSUM = 'manifest.sha256';

/** Below the directory of the backup, never out of it. */
const Path = z
  .string()
  .refine((path) => !path.includes('\0') && path.split('/').every((part) => !['', '.', '..'].includes(part)));

const Manifest = z.object({
  format: z.number(),
  version: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  /** Steps of the store's schema. */
  schema: z.number(),
  /** Stored events when it began; null: nobody asked the store, as no server ran. */
  events: z.number().nullable(),
  /** The log is read again from `checkpoint`, and holds everything accepted before `position`; null: all there was. */
  log: z.object({ checkpoint: z.number(), position: z.number().nullable() }),
  bytes: z.number(),
  files: z.array(z.object({ path: Path, bytes: z.number().int().min(0), sha256: z.string() })),
});
export type Manifest = z.infer<typeof Manifest>;
export type ManifestFile = Manifest['files'][number];

/** A sentence for whoever wants to use the backup. */
export class BackupError extends Error {}

export async function writeManifest(directory: string, content: Omit<Manifest, 'format' | 'version'>): Promise<void> {
  const text = `${JSON.stringify({ format: FORMAT, version, ...content }, null, 1)}\n`;
  await writeDurably(join(directory, CHECKSUM), `${sha256(text)}  ${MANIFEST}\n`);
  await writeDurably(join(directory, MANIFEST), text);
}

/** Rejects with `BackupError` unless the backup is finished, undamaged in its list of files, and not too new. */
export async function readManifest(directory: string, schemaMax: number): Promise<Manifest> {
  const [text, checksum] = await Promise.all([MANIFEST, CHECKSUM].map((name) => textOf(join(directory, name))));
  if (text === undefined || checksum === undefined)
    throw new BackupError(`${directory} is no finished backup: it has no ${MANIFEST} with its checksum.`);
  if (checksum.split(' ')[0] !== sha256(text)) throw new BackupError(damaged(MANIFEST));
  const parsed = Manifest.safeParse(JSON.parse(text));
  const format: unknown = JSON.parse(text).format;
  if (typeof format === 'number' && format > FORMAT) throw new BackupError(tooNew(`format ${format}`));
  if (!parsed.success) throw new BackupError(damaged(MANIFEST));
  const manifest = parsed.data;
  if (isNewer(manifest.version, version) || manifest.schema > schemaMax)
    throw new BackupError(tooNew(`Tributary ${manifest.version}`));
  return manifest;
}

export function damaged(path: string): string {
  return `The backup is damaged: ${path} is not what was written. Take another backup.`;
}

function tooNew(by: string): string {
  return `The backup was written by ${by}, which is newer than this Tributary ${version}: use that version or a later one.`;
}

export function isNewer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
  const difference = [0, 1, 2].map((i) => (left?.[i] ?? 0) - (right?.[i] ?? 0)).find((part) => part !== 0);
  return difference !== undefined && difference > 0;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
