/** Backups that were asked for, one at a time. They are remembered while the server runs; what counts is the manifest. */

import { randomUUID } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BackupBody, BackupTaker } from '../query/backups.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { refusalOfTarget } from './files.ts';
import { type BackupParts, clearStaging, takeBackup } from './take-backup.ts';

const REMEMBERED_MAX = 100;

export interface BackupJobsParts extends BackupParts {
  readonly telemetry: Telemetry;
  /** Runs while nothing is being deleted. */
  readonly exclusively: (work: () => Promise<void>) => Promise<void>;
}

export class BackupJobs implements BackupTaker {
  readonly #parts: BackupJobsParts;
  readonly #jobs = new Map<string, BackupBody>();
  #running: Promise<void> | undefined;

  constructor(parts: BackupJobsParts) {
    this.#parts = parts;
  }

  /** Once: clears what a process before this one has left. */
  begin(): Promise<void> {
    return clearStaging(this.#parts.directory);
  }

  async start(directory: string): ReturnType<BackupTaker['start']> {
    if (this.#running !== undefined) return { refusal: 'Another backup is being taken: wait for it', isBusy: true };
    const target = resolve(directory);
    let ready: () => void = () => undefined;
    // Taken before the first wait, so that of two at once only one goes on.
    this.#running = new Promise((done) => {
      ready = done;
    });
    const refusal = await this.#prepare(target);
    if (refusal !== undefined) {
      this.#running = undefined;
      ready();
      return { refusal };
    }
    const job: BackupBody = {
      ...{ backupId: randomUUID(), directory: target, state: 'running', step: 'waiting for deletions', files: 0 },
      ...{ bytes: 0, events: null, logPosition: null, reason: null, startedAt: new Date().toISOString() },
      finishedAt: null,
    };
    this.#remember(job);
    void this.#run(job).then(() => {
      this.#running = undefined;
      ready();
    });
    return job;
  }

  find(backupId: string): BackupBody | undefined {
    return this.#jobs.get(backupId);
  }

  /** Resolves when none is being taken. */
  async stop(): Promise<void> {
    await this.#running;
  }

  async #prepare(target: string): Promise<string | undefined> {
    const refusal = await refusalOfTarget(target, [this.#parts.directory.root]);
    if (refusal !== undefined) return refusal;
    try {
      await mkdir(target, { recursive: true, mode: 0o700 });
      await chmod(target, 0o700);
      return undefined;
    } catch (error) {
      return `${target} cannot be made: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async #run(job: BackupBody): Promise<void> {
    const { exclusively, telemetry } = this.#parts;
    let now = job;
    const save = (changes: Partial<BackupBody>) => {
      now = { ...now, ...changes };
      this.#remember(now);
    };
    try {
      await exclusively(() => takeBackup(this.#parts, job.directory, save));
      save({ state: 'done', step: 'done', finishedAt: new Date().toISOString() });
      telemetry.emit({ level: 'info', name: 'backup_taken', directory: job.directory, bytes: now.bytes });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      save({ state: 'failed', reason: reason.slice(0, 500), finishedAt: new Date().toISOString() });
      telemetry.emit({ level: 'error', name: 'backup_failed', directory: job.directory, detail: reason });
    }
  }

  #remember(job: BackupBody): void {
    this.#jobs.set(job.backupId, job);
    const [oldest] = this.#jobs.keys();
    if (this.#jobs.size > REMEMBERED_MAX && oldest !== undefined) this.#jobs.delete(oldest);
  }
}
