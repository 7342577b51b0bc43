/** `tributary sampling`: which share of an agent's traces is kept, and how much was left out. */

import type { Command } from 'commander';
import type { SamplingBody } from '../query/sampling.ts';
import { clientOf, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { count } from './format.ts';
import { printList, single } from './print-list.ts';
import { type Column, Table } from './table.ts';
import { visibleJson } from './text.ts';

const COLUMNS: readonly Column<SamplingBody>[] = [
  { title: 'agent', cell: ({ agentName }) => agentName, isFlexible: true },
  { title: 'kept', cell: ({ rate }) => `${Number((rate * 100).toFixed(4))} %`, align: 'right' },
  { title: 'traces left out', cell: ({ droppedTraces }) => count(droppedTraces), align: 'right' },
  { title: 'events left out', cell: ({ droppedEvents }) => count(droppedEvents), align: 'right', dropFirst: 1 },
];

export function addSampling(program: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  program
    .command('sampling')
    .description('show which share of the traces of agents is kept, or set it for one')
    .argument('[agent]', 'name of the agent; without it all that are sampled are listed')
    .argument('[rate]', 'share that is kept, 0 to 1')
    .addOption(jsonOption('the sampling as JSON; without an agent an array'))
    .addHelpText('after', examples('sampling', 'sampling "support bot"', 'sampling "support bot" 0.25'))
    .action(async (agent: string | undefined, rate: string | undefined, { json }: JsonFlag, command: Command) => {
      const client = clientOf(command, surroundings);
      if (agent === undefined) {
        const view = { isJson: json === true, empty: 'No agent is sampled: everything is kept.', columns: COLUMNS };
        return printList(terminal, single(client.page<SamplingBody>('/sampling', {})), view);
      }
      const path = `/agents/${encodeURIComponent(agent)}/sampling`;
      const { body, text } =
        rate === undefined
          ? await client.get<SamplingBody>(path)
          : await client.put<SamplingBody>(path, { rate: rateOf(rate) });
      if (json === true) return terminal.print(visibleJson(text));
      new Table(terminal, COLUMNS).print([body]);
    });
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (/^\d*\.?\d+$/.test(text) && rate <= 1) return rate;
  throw new CliError(EXIT.usage, 'The rate must be a share from 0 to 1, like 0.25.');
}
