/** `tributary settings`: shows the settings of a project, and changes one. Those of the server are `config print`. */

import type { Command } from 'commander';
import type { SettingsBody } from '../query/settings.ts';
import { clientOf, examples, type JsonFlag, jsonOption, type Surroundings } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { Table } from './table.ts';
import { visibleJson } from './text.ts';

type Name = keyof SettingsBody;

/** What a setting does, in a few words. */
const MEANINGS: Readonly<Record<Name, string>> = {
  strictAgentVersions: 'refuse events of another agent version in a trace',
  retentionDays: 'delete traces after so many days; forever keeps them, default does as the server is set',
};

export function addProjectSettings(program: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  program
    .command('settings')
    .description('show the settings of the project, or change one')
    .argument('[name]', 'the setting')
    .argument('[value]', 'true or false; a number of days, forever or default')
    .addOption(jsonOption('the settings as a JSON object'))
    .addHelpText('after', examples('settings', 'settings strictAgentVersions true', 'settings retentionDays 30'))
    .action(async (given: string | undefined, value: string | undefined, { json }: JsonFlag, command: Command) => {
      const client = clientOf(command, surroundings);
      const name = given === undefined ? undefined : nameOf(given);
      const { body, text } =
        name === undefined || value === undefined
          ? await client.get<SettingsBody>('/settings')
          : await client.patch<SettingsBody>('/settings', { [name]: parsed(name, value) });
      if (json === true) return terminal.print(visibleJson(text));
      if (name !== undefined && value === undefined) return terminal.print(textOf(name, body));
      new Table<Name>(terminal, [
        { title: 'setting', cell: (one) => one },
        { title: 'value', cell: (one) => textOf(one, body) },
        { title: 'meaning', cell: (one) => MEANINGS[one], isFlexible: true, dropFirst: 1 },
      ]).print(NAMES);
    });
}

// The keys of a constant object.
const NAMES = Object.keys(MEANINGS) as Name[];

function nameOf(given: string): Name {
  const name = NAMES.find((known) => known.toLowerCase() === given.toLowerCase());
  if (name !== undefined) return name;
  throw new CliError(EXIT.usage, `There is no such setting: the settings are ${NAMES.join(', ')}.`);
}

/** As it is given on the command line. */
function textOf(name: Name, body: SettingsBody): string {
  return body[name] === null ? 'forever' : String(body[name]);
}

function parsed(name: Name, value: string): SettingsBody[Name] {
  return name === 'retentionDays' ? daysOf(value) : flagOf(value);
}

function daysOf(value: string): SettingsBody['retentionDays'] {
  if (value === 'forever') return null;
  if (value === 'default') return value;
  if (/^[1-9]\d{0,4}$/.test(value)) return Number(value);
  throw new CliError(EXIT.usage, 'The value must be a number of days, forever or default.');
}

function flagOf(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new CliError(EXIT.usage, 'The value must be true or false.');
}
