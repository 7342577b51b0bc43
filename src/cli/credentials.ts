/**
 * Which server, and with which key: flags, then environment, then what the first start of a server on this machine left
 * in its data directory. That file is read for loopback addresses only: its key must not go to another machine.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, EXIT } from './exit.ts';
import type { Environment } from './terminal.ts';

const DEFAULT_URL = 'http://127.0.0.1:4320';
/** The default of the setting `dataDir` in config.ts, which is not loaded here: a client should start fast. */
const DEFAULT_DATA_DIR = './data';

export interface Target {
  /** Without a slash at the end. */
  readonly url: string;
  readonly key: string | undefined;
}

export interface TargetFlags {
  readonly url?: string;
  readonly key?: string;
}

export function findTarget(flags: TargetFlags, env: Environment): Target {
  const url = readUrl(flags, env);
  const key = flags.key ?? filled(env.TRIBUTARY_KEY) ?? (isLoopback(url) ? storedKey(env) : undefined);
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new CliError(
      flags.key === undefined ? EXIT.configuration : EXIT.usage,
      'The key has spaces or characters outside of ASCII: give the key as it was printed.',
    );
  }
  return { url: url.href.replace(/\/+$/, ''), key };
}

function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function readUrl(flags: TargetFlags, env: Environment): URL {
  const text = flags.url ?? filled(env.TRIBUTARY_URL) ?? DEFAULT_URL;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.search === '' &&
    url.hash === ''
  )
    return url;
  const [name, code] = flags.url === undefined ? ['TRIBUTARY_URL', EXIT.configuration] : ['--url', EXIT.usage];
  throw new CliError(code, `${name} is not the address of a server: write it like ${DEFAULT_URL}.`);
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function storedKey(env: Environment): string | undefined {
  const path = join(filled(env.TRIBUTARY_DATA_DIR) ?? DEFAULT_DATA_DIR, 'cli.json');
  let stored: unknown;
  try {
    stored = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw unreadable(path);
  }
  if (typeof stored === 'object' && stored !== null && 'key' in stored && typeof stored.key === 'string')
    return stored.key;
  throw unreadable(path);
}

function unreadable(path: string): CliError {
  return new CliError(EXIT.configuration, `${path} cannot be read: give a key with --key or TRIBUTARY_KEY instead.`);
}
