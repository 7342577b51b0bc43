/** `tributary config print`: the settings that `serve` would run with here. Never asks a server. */

import { type Config, ConfigError, maskedConfig, readConfig, settings } from '../config.ts';
import { CliError, EXIT } from './exit.ts';
import { NOTHING } from './format.ts';
import type { SettingFlags } from './settings.ts';
import { Table } from './table.ts';
import type { Environment, Terminal } from './terminal.ts';
import { visibleJson } from './text.ts';

export function printConfig(terminal: Terminal, env: Environment, flags: SettingFlags, isJson: boolean): void {
  const values = maskedConfig(effective(env, flags));
  if (isJson) {
    terminal.print(visibleJson(JSON.stringify(values)));
    return;
  }
  new Table<ReturnType<typeof settings>[number]>(terminal, [
    { title: 'setting', cell: ({ name }) => name },
    { title: 'value', cell: ({ name }) => String(values[name] ?? NOTHING), isFlexible: true },
    { title: 'environment', cell: ({ env: variable }) => variable, dropFirst: 2 },
    { title: 'flag', cell: ({ flag }) => flag, dropFirst: 1 },
  ]).print(settings());
}

/** Refuses what `serve` would refuse. */
function effective(env: Environment, flags: SettingFlags): Config {
  try {
    return readConfig(env, flags);
  } catch (error) {
    throw error instanceof ConfigError ? new CliError(EXIT.configuration, error.message) : error;
  }
}
