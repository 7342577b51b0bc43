/** `tributary limits`: how much the project, or one of its keys, may send. */

import type { Command } from 'commander';
import type { LimitsBody } from '../query/limits.ts';
import { clientOf, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { count, NOTHING } from './format.ts';
import { Table } from './table.ts';
import { visibleJson } from './text.ts';

type Name = keyof LimitsBody['effective'];

interface LimitFlags extends JsonFlag {
  readonly ofKey?: string;
  readonly project?: string;
}

/** What a bound counts, in a few words. */
const MEANINGS: Readonly<Record<Name, string>> = {
  requestsPerSecond: 'requests per second',
  requestBurst: 'requests at once after a silence',
  bytesPerSecond: 'bytes of bodies per second',
  bodyBytes: 'bytes of one body',
  eventsPerRequest: 'events of one request',
  requestsInFlight: 'requests that wait for their answer',
};
// The keys of a constant object.
const NAMES = Object.keys(MEANINGS) as Name[];
const RESET = 'default';

export function addLimits(program: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  program
    .command('limits')
    .description('show how much the project or a key may send, or set a bound')
    .argument('[name]', 'the bound')
    .argument('[value]', `a whole number, or "${RESET}" to take it back`)
    .option('--of-key <key-id>', 'the bounds of one key, as in keys list')
    .option('--project <project>', 'the project, by id or name; another than the own one needs the instance scope')
    .addOption(jsonOption('the bounds as a JSON object'))
    .addHelpText(
      'after',
      examples(
        'limits',
        'limits requestsPerSecond 200',
        'limits bodyBytes default',
        'limits requestsPerSecond 20 --of-key 3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      ),
    )
    .action(async (given: string | undefined, value: string | undefined, flags: LimitFlags, command: Command) => {
      const client = clientOf(command, surroundings);
      const { ofKey, project, json } = flags;
      const path = ofKey === undefined ? '/limits' : `/keys/${encodeURIComponent(ofKey)}/limits`;
      const query = { project };
      const name = given === undefined ? undefined : nameOf(given);
      const before = await client.get<LimitsBody>(path, query);
      const { body, text } =
        name === undefined || value === undefined
          ? before
          : await client.put<LimitsBody>(path, changed(before.body.own, name, value), query);
      if (json === true) return terminal.print(visibleJson(text));
      if (name !== undefined && value === undefined) return terminal.print(String(body.effective[name]));
      new Table<Name>(terminal, [
        { title: 'bound', cell: (one) => one },
        { title: 'value', cell: (one) => count(body.effective[one]), align: 'right' },
        { title: 'set', cell: (one) => (body.own[one] === undefined ? NOTHING : count(body.own[one])), align: 'right' },
        { title: 'at most', cell: (one) => count(body.ceiling[one]), align: 'right', dropFirst: 2 },
        { title: 'meaning', cell: (one) => MEANINGS[one], isFlexible: true, dropFirst: 1 },
      ]).print(NAMES);
    });
}

/** The server replaces all bounds of a level: the others go along. */
function changed(own: LimitsBody['own'], name: Name, value: string): LimitsBody['own'] {
  const { [name]: _, ...others } = own;
  return value === RESET ? others : { ...others, [name]: boundOf(value) };
}

function nameOf(given: string): Name {
  const name = NAMES.find((known) => known.toLowerCase() === given.toLowerCase());
  if (name !== undefined) return name;
  throw new CliError(EXIT.usage, `There is no such bound: the bounds are ${NAMES.join(', ')}.`);
}

function boundOf(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new CliError(EXIT.usage, `The value must be a whole number above 0, or "${RESET}".`);
}
