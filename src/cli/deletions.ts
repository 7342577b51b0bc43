/** `tributary deletions`: deletes everything of a user, a session or a trace, and shows how far that is. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import type { DeletionBody } from '../query/deletions.ts';
import {
  clientOf,
  examples,
  type JsonFlag,
  jsonOption,
  type ListFlags,
  readCount,
  type Surroundings,
} from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { count, NOTHING, shortTime } from './format.ts';
import { patiently } from './patience.ts';
import { printList } from './print-list.ts';
import { type Column, Table } from './table.ts';
import { visibleJson } from './text.ts';

interface CreateFlags extends JsonFlag {
  readonly user?: string;
  readonly session?: string;
  readonly trace?: string;
  readonly wait?: true;
}

const LIMIT_DEFAULT = 50;
const INTERVAL_MS = 500;

const COLUMNS: readonly Column<DeletionBody>[] = [
  { title: 'deletion', cell: ({ deletionId }) => deletionId },
  { title: 'of', cell: ({ kind }) => kind },
  { title: 'id', cell: ({ id }) => id, isFlexible: true },
  { title: 'state', cell: ({ state }) => state },
  { title: 'traces', cell: ({ removed }) => count(removed.traces), align: 'right' },
  { title: 'spans', cell: ({ removed }) => count(removed.spans), align: 'right', dropFirst: 2 },
  { title: 'events', cell: ({ removed }) => count(removed.events), align: 'right', dropFirst: 3 },
  { title: 'left', cell: ({ remaining }) => count(remaining), align: 'right' },
  { title: 'asked', cell: ({ createdAt }) => shortTime(createdAt), dropFirst: 4 },
  { title: 'done', cell: ({ finishedAt }) => (finishedAt === null ? NOTHING : shortTime(finishedAt)), dropFirst: 5 },
];

export function addDeletions(program: Command, surroundings: Surroundings): void {
  const deletions = program
    .command('deletions')
    .description('delete everything of a user, a session or a trace')
    .helpCommand(false);
  addCreate(deletions, surroundings);
  addList(deletions, surroundings);
  addShow(deletions, surroundings);
}

function addCreate(deletions: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  deletions
    .command('create')
    .description('delete; it will be done once this has answered, also after a crash')
    .addOption(new Option('--user <id>', 'everything of this user').conflicts(['session', 'trace']))
    .addOption(new Option('--session <id>', 'everything of this session').conflicts(['user', 'trace']))
    .addOption(new Option('--trace <id>', 'this trace').conflicts(['user', 'session']))
    .option('--wait', 'until it is done; Ctrl-C ends the waiting, not the work')
    .addOption(jsonOption('the deletion as JSON'))
    .addHelpText('after', examples('deletions create --user u1 --wait', 'deletions create --trace 8f14e45f'))
    .action(async ({ user, session, trace, wait, json }: CreateFlags, command: Command) => {
      if ([user, session, trace].every((id) => id === undefined))
        throw new CliError(EXIT.usage, 'Say what to delete: --user, --session or --trace.');
      const client = clientOf(command, surroundings);
      const asked = { userId: user, sessionId: session, traceId: trace };
      let { body, text } = await client.post<DeletionBody>('/deletions', asked);
      while (wait === true && body.state !== 'done') {
        await sleep(INTERVAL_MS);
        const path = `/deletions/${encodeURIComponent(body.deletionId)}`;
        ({ body, text } = await patiently(terminal, () => client.get<DeletionBody>(path)));
      }
      if (json === true) return terminal.print(visibleJson(text));
      new Table(terminal, COLUMNS).print([body]);
    });
}

function addList(deletions: Command, surroundings: Surroundings): void {
  deletions
    .command('list')
    .description('list deletions, the newest first')
    .option('--limit <count>', 'how many', readCount, LIMIT_DEFAULT)
    .addOption(jsonOption('the deletions as a JSON array'))
    .action(async ({ limit, json }: ListFlags, command: Command) => {
      const pages = clientOf(command, surroundings).pages<DeletionBody>('/deletions', {}, limit);
      const view = { isJson: json === true, empty: 'Nothing was asked to be deleted.', columns: COLUMNS };
      await printList(surroundings.terminal, pages, view);
    });
}

function addShow(deletions: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  deletions
    .command('show')
    .description('show how far a deletion is')
    .argument('<deletion>', 'its id')
    .addOption(jsonOption('the deletion as JSON'))
    .action(async (id: string, { json }: JsonFlag, command: Command) => {
      const path = `/deletions/${encodeURIComponent(id)}`;
      const { body, text } = await clientOf(command, surroundings).get<DeletionBody>(path);
      if (json === true) return terminal.print(visibleJson(text));
      new Table(terminal, COLUMNS).print([body]);
      if (body.reason !== null) terminal.note(`It went wrong and is tried again: ${body.reason}`);
    });
}
