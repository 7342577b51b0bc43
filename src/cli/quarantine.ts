/** `tributary quarantine`: damaged stretches of the log that were put aside. */

import type { Command } from 'commander';
import type { z } from 'zod';
import type { QuarantineBody } from '../query/intake-health.ts';
import { clientOf, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { shortTime } from './format.ts';
import { printList, single } from './print-list.ts';
import type { Column } from './table.ts';

type Region = z.infer<typeof QuarantineBody>;

const COLUMNS: readonly Column<Region>[] = [
  { title: 'found', cell: ({ at }) => shortTime(at) },
  { title: 'segment', cell: ({ segment }) => segment, dropFirst: 1 },
  { title: 'offset', cell: ({ offset }) => String(offset), align: 'right' },
  { title: 'bytes', cell: ({ bytes }) => String(bytes), align: 'right' },
  { title: 'file in log/quarantine', cell: ({ file }) => file, isFlexible: true },
];

export function addQuarantine(program: Command, surroundings: Surroundings): void {
  program
    .command('quarantine')
    .description('list damaged stretches of the log that were put aside')
    .addOption(jsonOption('the stretches as a JSON array'))
    .addHelpText('after', examples('quarantine', 'quarantine --json'))
    .action(async ({ json }: JsonFlag, command: Command) => {
      const page = clientOf(command, surroundings).page<Region>('/quarantine', {});
      const view = { isJson: json === true, empty: 'Nothing of the log was ever damaged.', columns: COLUMNS };
      await printList(surroundings.terminal, single(page), view);
    });
}
