/** `tributary retention`: how long traces are kept, and what was deleted when. */

import type { Command } from 'commander';
import type { RetentionBody } from '../query/retention.ts';
import { clientOf, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { count, NOTHING, shortTime } from './format.ts';
import { type Column, Table } from './table.ts';
import { visibleJson } from './text.ts';

type Run = RetentionBody['runs'][number];

const COLUMNS: readonly Column<Run>[] = [
  { title: 'began', cell: ({ startedAt }) => shortTime(startedAt) },
  { title: 'ended', cell: ({ finishedAt }) => (finishedAt === null ? NOTHING : shortTime(finishedAt)) },
  { title: 'older than', cell: ({ cutoff }) => shortTime(cutoff) },
  { title: 'traces', cell: ({ traces }) => count(traces), align: 'right' },
  { title: 'spans', cell: ({ spans }) => count(spans), align: 'right' },
  { title: 'events', cell: ({ events }) => count(events), align: 'right' },
  { title: 'dead letters', cell: ({ deadLetters }) => count(deadLetters), align: 'right', dropFirst: 1 },
  { title: 'left', cell: ({ remaining }) => count(remaining), align: 'right' },
];

export function addRetention(program: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  program
    .command('retention')
    .description('show how long traces are kept, and what was deleted when')
    .addOption(jsonOption('it as JSON'))
    .addHelpText('after', examples('retention', 'settings retentionDays 30', 'settings retentionDays forever'))
    .action(async ({ json }: JsonFlag, command: Command) => {
      const { body, text } = await clientOf(command, surroundings).get<RetentionBody>('/retention');
      if (json === true) return terminal.print(visibleJson(text));
      const { retentionDays: days, setBy, nextAt, runs } = body;
      const kept =
        days === null ? 'Traces are kept for ever' : `Traces are deleted ${days} days after their last event`;
      terminal.print(`${kept} (set by the ${setBy}). Looked for again: ${shortTime(nextAt)}.`);
      if (runs.length > 0) terminal.print('');
      new Table(terminal, COLUMNS).print(runs);
    });
}
