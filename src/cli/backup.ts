/** `tributary backup`: of a running server, or of a data directory that none is using; `backup verify` reads one again. */

import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { BackupBody } from '../query/backups.ts';
import { clientOf, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { patiently } from './patience.ts';
import { visible, visibleJson } from './text.ts';

interface BackupFlags extends JsonFlag {
  readonly offline?: true;
  readonly dataDir?: string;
}

const INTERVAL_MS = 200;
const DATA_DIR_DEFAULT = './data';

export function addBackup(program: Command, surroundings: Surroundings): void {
  const { terminal, env } = surroundings;
  const backup = program
    .command('backup')
    .description('back up everything into a new directory on the machine of the server, while it serves')
    .argument('<directory>', 'new or empty')
    .option('--offline', 'no server runs: read the data directory itself')
    .option('--data-dir <directory>', 'the data directory, with --offline (env TRIBUTARY_DATA_DIR)')
    .addOption(jsonOption('how it ended, as JSON'))
    .helpCommand(false)
    .addHelpText('after', examples('backup /backups/monday', 'backup verify /backups/monday'))
    .action(async (directory: string, { offline, dataDir, json }: BackupFlags, command: Command) => {
      if (offline !== true) return backUpServer(directory, json === true, command, surroundings);
      const { takeOfflineBackup } = await import('../backup/offline-backup.ts');
      const from = dataDir ?? (env.TRIBUTARY_DATA_DIR || DATA_DIR_DEFAULT);
      const { files, bytes } = await explained(() => takeOfflineBackup(from, directory), EXIT.usage);
      terminal.print(
        json === true
          ? JSON.stringify({ directory: resolve(directory), files: files.length, bytes })
          : done(directory, files.length, bytes),
      );
    });
  backup
    .command('verify')
    .description('read a backup and compare every byte with its checksums')
    .argument('<directory>', 'the backup')
    .addOption(jsonOption('what it holds, as JSON'))
    .action(async (directory: string, _flags: JsonFlag, command: Command) => {
      // The command above has the flag too, and takes it wherever it stands.
      const { json } = command.optsWithGlobals<JsonFlag>();
      const { verifyBackup } = await import('../backup/restore.ts');
      const manifest = await explained(() => verifyBackup(directory), EXIT.damaged);
      const { files, bytes, startedAt, version, events, log } = manifest;
      if (json === true)
        return terminal.print(JSON.stringify({ version, startedAt, events, log, files: files.length, bytes }));
      terminal.print(
        `The backup is whole: ${files.length} files, ${bytes} bytes, begun at ${visible(startedAt)} by Tributary ${visible(version)}.`,
      );
    });
}

async function backUpServer(
  directory: string,
  isJson: boolean,
  command: Command,
  surroundings: Surroundings,
): Promise<void> {
  const { terminal } = surroundings;
  const client = clientOf(command, surroundings);
  let { body: job, text } = await client.post<BackupBody>('/backups', { directory: resolve(directory) });
  for (let said = ''; job.state === 'running'; ) {
    if (job.step !== said) terminal.note(`${visible(job.step)} …`);
    said = job.step;
    await sleep(INTERVAL_MS);
    const path = `/backups/${encodeURIComponent(job.backupId)}`;
    ({ body: job, text } = await patiently(terminal, () => client.get<BackupBody>(path)));
  }
  if (isJson) terminal.print(visibleJson(text));
  if (job.state === 'failed')
    throw new CliError(
      EXIT.serverFailed,
      `The backup failed (${visible(job.reason ?? 'no reason given')}): ${visible(job.directory)} is no backup.`,
    );
  if (!isJson) terminal.print(done(job.directory, job.files, job.bytes));
}

function done(directory: string, files: number, bytes: number): string {
  return `${visible(resolve(directory))} is a backup of ${files} files, ${bytes} bytes.`;
}

/** What somebody can do something about, as a sentence with its exit code. */
export async function explained<T>(
  work: () => Promise<T>,
  exitCode: typeof EXIT.usage | typeof EXIT.damaged,
): Promise<T> {
  const [{ BackupError }, { DataDirectoryInUse }] = await Promise.all([
    import('../backup/manifest.ts'),
    import('../data-directory.ts'),
  ]);
  try {
    return await work();
  } catch (error) {
    if (error instanceof BackupError) throw new CliError(exitCode, visible(error.message));
    if (error instanceof DataDirectoryInUse) throw new CliError(EXIT.temporary, visible(error.message));
    if (error instanceof Error && 'code' in error)
      throw new CliError(EXIT.usage, `It did not work (${visible(error.message)}).`);
    throw error;
  }
}
