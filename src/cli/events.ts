/** `tributary events`: accepted events, one per line; their payloads with `--json`. */

import { type Command, Option } from 'commander';
import type { z } from 'zod';
import type { EventBody } from '../query/list-events.ts';
import {
  clientOf,
  dialectOption,
  examples,
  jsonOption,
  type ListFlags,
  readCount,
  readMoment,
  type Surroundings,
} from './command.ts';
import { shortTime } from './format.ts';
import { printList } from './print-list.ts';
import type { Column } from './table.ts';

export type Event = z.infer<typeof EventBody>;

interface EventFlags extends ListFlags {
  readonly trace?: string;
  readonly span?: string;
  readonly dialect?: string;
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
  readonly asc?: true;
}

const COLUMNS: readonly Column<Event>[] = [
  { title: 'time', cell: (event) => shortTime(event.timestamp) },
  { title: 'dialect', cell: (event) => event.dialect, dropFirst: 3 },
  { title: 'type', cell: (event) => event.type, isFlexible: true },
  { title: 'event id', cell: (event) => event.eventId, dropFirst: 2 },
  { title: 'span id', cell: (event) => event.spanId, dropFirst: 1 },
  { title: 'trace id', cell: (event) => event.traceId },
];

export function addEvents(program: Command, surroundings: Surroundings): void {
  program
    .command('events')
    .description('list accepted events, newest first')
    .addOption(new Option('--limit <count>', 'how many').argParser(readCount).default(50))
    .option('--trace <id>', 'of this trace')
    .option('--span <id>', 'of this span')
    .addOption(dialectOption('of this vendor'))
    .option('--type <type>', 'of this type, as it was sent')
    .option('--from <time>', 'at or after: ISO-8601, or an age like 15m, 2h, 7d', readMoment)
    .option('--to <time>', 'before', readMoment)
    .option('--asc', 'oldest first')
    .addOption(jsonOption('the events as a JSON array, one per line, with their payloads as they were sent'))
    .addHelpText(
      'after',
      examples(
        'events --limit 10',
        'events --trace 8f14e45f --asc',
        "events --dialect lunary --type start --json | jq '.[].payload'",
      ),
    )
    .action(async (flags: EventFlags, command: Command) => {
      const query = {
        traceId: flags.trace,
        spanId: flags.span,
        dialect: flags.dialect,
        type: flags.type,
        from: flags.from,
        to: flags.to,
        order: flags.asc === true ? 'asc' : 'desc',
      };
      await printList(
        surroundings.terminal,
        clientOf(command, surroundings).pages<Event>('/events', query, flags.limit),
        {
          isJson: flags.json === true,
          empty: 'There are no such events.',
          columns: COLUMNS,
        },
      );
    });
}
