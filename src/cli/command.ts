/** What the commands have in common: how they are declared, and how they get at the server. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { DIALECTS } from '../canonical/event.ts';
import { microsFromIso } from '../canonical/time.ts';
import { Client } from './client.ts';
import { findTarget, type TargetFlags } from './credentials.ts';
import type { Environment, Terminal } from './terminal.ts';

/** The surroundings of a command, given by the process. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly env: Environment;
  readonly input: NodeJS.ReadStream;
}

export interface JsonFlag {
  readonly json?: true;
}

export interface ListFlags extends JsonFlag {
  readonly limit: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

export function clientOf(command: Command, { env }: Surroundings): Client {
  return new Client(findTarget(command.optsWithGlobals<TargetFlags>(), env));
}

export function jsonOption(what: string): Option {
  return new Option('--json', `print ${what}`);
}

export function dialectOption(description: string): Option {
  return new Option('--dialect <name>', description).choices(DIALECTS);
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ tributary ${line}`).join('\n')}`;
}

export function readCount(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

/** A time as the API wants it, from ISO-8601 or from an age like `15m`. */
export function readMoment(text: string): string {
  const age = /^(\d{1,6})([smhdw])$/.exec(text);
  const unitMs = UNIT_MS[age?.[2] ?? ''];
  if (age !== null && unitMs !== undefined) return new Date(Date.now() - Number(age[1]) * unitMs).toISOString();
  if (microsFromIso(text) !== undefined) return text;
  throw new InvalidArgumentError('It must be a time like 2026-01-31T09:30:00Z, or an age like 15m, 2h or 7d.');
}
