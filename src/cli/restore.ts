/** `tributary restore`: makes a data directory of a backup, after every checksum was compared. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { explained } from './backup.ts';
import { examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { EXIT } from './exit.ts';
import { visible } from './text.ts';

interface RestoreFlags extends JsonFlag {
  readonly dataDir: string;
}

export function addRestore(program: Command, { terminal }: Surroundings): void {
  program
    .command('restore')
    .description('make a new data directory of a backup')
    .argument('<backup>', 'the directory of the backup')
    .requiredOption('--data-dir <directory>', 'the new data directory: not there yet, or empty')
    .addOption(jsonOption('what was restored, as JSON'))
    .addHelpText('after', examples('restore /backups/monday --data-dir ./data', 'serve --data-dir ./data'))
    .action(async (backup: string, { dataDir, json }: RestoreFlags) => {
      const { restoreBackup } = await import('../backup/restore.ts');
      const { files, bytes, startedAt } = await explained(() => restoreBackup(backup, dataDir), EXIT.damaged);
      const directory = resolve(dataDir);
      if (json === true) return terminal.print(JSON.stringify({ directory, files: files.length, bytes, startedAt }));
      terminal.print(`${visible(directory)} is as the server was at ${visible(startedAt)}, or a moment later.`);
      terminal.print(`\n  tributary serve --data-dir ${visible(dataDir)}\n`);
    });
}
