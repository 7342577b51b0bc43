/**
 * The log's files, kept while a backup is taken: the loader deletes them as soon as their events are stored, and then they
 * would be neither in the part of the store that is copied already nor in the log. A second name for a file (a hard link)
 * costs nothing, and outlives the first.
 *
 * Files go oldest first. So as long as the newest file of the last look is still there, everything after it is, too; when
 * it has gone, files may have come and gone unseen, and the backup has to begin again.
 */

import { link, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFiles } from '../log/disk/files.ts';
import { listSegments, readCheckpoint } from '../log/disk/segments.ts';
import { ifMissing } from './files.ts';

export class LogWentOn extends Error {}

export class HeldLog {
  readonly directory: string;
  /** Everything before it was stored when this began. */
  readonly checkpoint: number;
  readonly #log: string;
  readonly #held = new Set<string>();
  #newest: string | undefined;

  private constructor(log: string, directory: string, checkpoint: number) {
    this.#log = log;
    this.directory = directory;
    this.checkpoint = checkpoint;
  }

  static async begin(log: string, directory: string): Promise<HeldLog> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const held = new HeldLog(log, directory, await readCheckpoint(nodeFiles, log));
    await held.hold();
    // What was released in between is stored from there on; the older checkpoint would want files that have gone.
    if ((await readCheckpoint(nodeFiles, log)) !== held.checkpoint) throw new LogWentOn();
    return held;
  }

  /** Names of the files that are held. */
  get segments(): readonly string[] {
    return [...this.#held].sort();
  }

  /** Again and again, so that no file comes and goes in between. */
  async hold(): Promise<void> {
    const names = await listSegments(nodeFiles, this.#log);
    if (this.#newest !== undefined && !names.includes(this.#newest)) throw new LogWentOn();
    for (const name of names) {
      if (this.#held.has(name)) continue;
      const isThere = await link(join(this.#log, name), join(this.directory, name)).then(() => true, ifMissing(false));
      if (!isThere) throw new LogWentOn();
      this.#held.add(name);
    }
    this.#newest = names.at(-1) ?? this.#newest;
  }
}
