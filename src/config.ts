/**
 * Configuration: one schema for environment (`TRIBUTARY_DATA_DIR`) and flags (`--data-dir`). Flags win. Unknown or
 * invalid settings stop the start with a sentence that names them.
 */

import { z } from 'zod';
import { looksLikeUuid } from './canonical/ids.ts';
import { retentionDaysMax } from './limits.ts';
import { LOG_LEVELS } from './telemetry/telemetry.ts';

const ENV_PREFIX = 'TRIBUTARY_';

/** The engine alone takes about half of that. */
export const memoryBytesMin = 2 ** 30;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** `2GiB`, `2G`, `2147483648`. */
function bytesOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?) ?(?:([kmg])(?:i?b)?)?$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  return count === undefined || factor === undefined ? undefined : Math.floor(Number(count) * factor);
}

const Switch = z
  .enum(['on', 'off', 'true', 'false', '1', '0'])
  .transform((word) => word === 'on' || word === 'true' || word === '1');

const SETTINGS = {
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  port: z.coerce.number().int().min(0).max(65_535).default(4320).describe('port to listen on; 0 takes a free one'),
  dataDir: z.string().min(1).default('./data').describe('where everything is kept'),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('what goes to standard error'),
  trustProjectHeaders: Switch.default(false).describe(
    'on: a header alone may name the project, without a key; only behind a proxy that sets or removes it',
  ),
  unknownAfterMinutes: z.coerce
    .number()
    .min(0.01)
    .max(525_600)
    .default(15)
    .describe('silence after which a running call of a client that cannot tell its end is shown as unknown'),
  memoryMax: z
    .string()
    .transform((text, context) => {
      const bytes = bytesOf(text);
      if (bytes !== undefined && bytes >= memoryBytesMin) return bytes;
      context.addIssue({ code: 'custom', message: 'must be a size of at least 1GiB, like 2GiB' });
      return z.NEVER;
    })
    .optional()
    .describe('memory of the whole process, like 2GiB; default: what the container or the machine has'),
  retentionDays: z.coerce
    .number()
    .int()
    .min(1)
    .max(retentionDaysMax)
    .optional()
    .describe('days after which traces are deleted, unless their project says otherwise; without it they are kept'),
  initProjectId: z
    .string()
    .refine(looksLikeUuid, 'must look like a UUID')
    .optional()
    .describe('id of the project that the first start creates'),
  initSecretKey: z.string().min(1).optional().describe('key of that project, instead of a printed one'),
} as const;

export const ConfigSchema = z.strictObject(SETTINGS);
export type Config = Readonly<z.infer<typeof ConfigSchema>>;
export type Setting = keyof typeof SETTINGS;

/** Variables of the CLI's client side, valid in the same environment. */
const CLIENT_VARIABLES = ['TRIBUTARY_URL', 'TRIBUTARY_KEY'];
const SECRETS: readonly Setting[] = ['initSecretKey'];

/** A sentence for the person who starts the server. */
export class ConfigError extends Error {}

export function settings(): { name: Setting; env: string; flag: string; description: string }[] {
  return Object.entries(SETTINGS).map(([name, schema]) => ({
    // Object.entries widens the keys of a constant object.
    name: name as Setting,
    env: envName(name),
    flag: flagName(name),
    description: schema.description ?? '',
  }));
}

function envName(setting: string): string {
  return ENV_PREFIX + setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function flagName(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string | undefined>>,
): Config {
  const known = new Map(settings().map(({ name, env: variable }) => [variable, name]));
  const given: Record<string, string> = {};
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(ENV_PREFIX) || CLIENT_VARIABLES.includes(variable) || value === undefined || value === '')
      continue;
    const name = known.get(variable);
    if (name === undefined)
      throw new ConfigError(`There is no setting ${variable}. Known: ${[...known.keys()].join(', ')}.`);
    given[name] = value;
  }
  for (const [name, value] of Object.entries(flags)) if (value !== undefined) given[name] = value;
  const parsed = ConfigSchema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '');
    return `${envName(name)} (${flagName(name)}): ${issue.message}`;
  });
  throw new ConfigError(`The configuration is not valid. ${problems.join('. ')}.`);
}

/** For printing: what is secret is masked. */
export function maskedConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    settings().map(({ name }) => [
      name,
      SECRETS.includes(name) && config[name] !== undefined ? '********' : (config[name] ?? null),
    ]),
  );
}
