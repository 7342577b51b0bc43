/** The settings of the server as flags. Apart from the rest, because the schema takes a while to load. */

import type { Command } from 'commander';
import { settings } from '../config.ts';

export type SettingFlags = Readonly<Record<string, string | undefined>>;

export function addSettings(command: Command): Command {
  for (const { flag, env, description } of settings()) command.option(`${flag} <value>`, `${description} (env ${env})`);
  return command;
}

/** Of the flags of a command, those that are settings. */
export function settingFlags(flags: Readonly<Record<string, unknown>>): SettingFlags {
  return Object.fromEntries(
    settings().flatMap(({ name }) => {
      const value = flags[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}
