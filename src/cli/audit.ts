/** `tributary audit`: who changed what. */

import { type Command, Option } from 'commander';
import type { AuditEntryBody } from '../query/audit.ts';
import { clientOf, examples, jsonOption, type ListFlags, readCount, readMoment, type Surroundings } from './command.ts';
import { NOTHING, shortTime } from './format.ts';
import { printList } from './print-list.ts';
import type { Column } from './table.ts';

interface AuditFlags extends ListFlags {
  readonly action?: string;
  readonly from?: string;
  readonly to?: string;
}

const COLUMNS: readonly Column<AuditEntryBody>[] = [
  { title: 'time', cell: ({ at }) => shortTime(at) },
  { title: 'who', cell: ({ actor }) => (actor === null ? 'the server' : `${actor.keyName} (${actor.keyPrefix}…)`) },
  { title: 'from', cell: ({ address }) => address ?? NOTHING, dropFirst: 1 },
  { title: 'what', cell: ({ action }) => action },
  {
    title: 'status',
    cell: ({ status }) => (status === null ? NOTHING : String(status)),
    style: ({ status }) => (status !== null && status < 400 ? undefined : 'red'),
    align: 'right',
  },
  { title: 'on', cell: ({ subject }) => textOf(subject), isFlexible: true },
];

export function addAudit(program: Command, surroundings: Surroundings): void {
  program
    .command('audit')
    .description('list administrative actions, the latest first')
    .option('--action <text>', 'with this text in the action: keys, DELETE, "POST /backups"')
    .option('--from <time>', 'at or after: ISO-8601, or an age like 15m, 2h, 7d', readMoment)
    .option('--to <time>', 'before', readMoment)
    .addOption(new Option('--limit <count>', 'how many').argParser(readCount).default(50))
    .addOption(jsonOption('the entries as a JSON array, one per line'))
    .addHelpText('after', examples('audit --from 7d', 'audit --action keys --json'))
    .action(async ({ limit, json, action, from, to }: AuditFlags, command: Command) => {
      const pages = clientOf(command, surroundings).pages<AuditEntryBody>('/audit', { action, from, to }, limit);
      const view = { isJson: json === true, empty: 'There are no entries.', columns: COLUMNS };
      await printList(surroundings.terminal, pages, view);
    });
}

function textOf(subject: AuditEntryBody['subject']): string {
  const parts = Object.entries(subject).map(([name, value]) => `${name} ${String(value)}`);
  return parts.length === 0 ? NOTHING : parts.join(', ');
}
