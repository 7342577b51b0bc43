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
};

export function addProjectSettings(program: Command, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  program
    .command('settings')
    .description('show the settings of the project, or change one')
    .argument('[name]', 'the setting')
    .argument('[value]', 'true or false')
    .addOption(jsonOption('the settings as a JSON object'))
    .addHelpText('after', examples('settings', 'settings strictAgentVersions true'))
    .action(async (given: string | undefined, value: string | undefined, { json }: JsonFlag, command: Command) => {
      const client = clientOf(command, surroundings);
      const name = given === undefined ? undefined : nameOf(given);
      const { body, text } =
        name === undefined || value === undefined
          ? await client.get<SettingsBody>('/settings')
          : await client.patch<SettingsBody>('/settings', { [name]: flagOf(value) });
      if (json === true) return terminal.print(visibleJson(text));
      if (name !== undefined && value === undefined) return terminal.print(String(body[name]));
      new Table<Name>(terminal, [
        { title: 'setting', cell: (one) => one },
        { title: 'value', cell: (one) => String(body[one]) },
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

function flagOf(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new CliError(EXIT.usage, 'The value must be true or false.');
}
