/**
 * `tributary demo`: loads the demo into a running server, through the vendors' own protocols. With `--serve` it starts a
 * server of its own for that, and goes on serving.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { microsFromIso } from '../canonical/time.ts';
import { DemoError, OtherBaseTime } from '../demo/demo-error.ts';
import type { LoadResult } from '../demo/load.ts';
import { Client } from './client.ts';
import { examples, type JsonFlag, jsonOption, readCount, readMoment, type Surroundings } from './command.ts';
import { findTarget, type Target, type TargetFlags } from './credentials.ts';
import { CliError, EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './text.ts';

interface DemoFlags extends JsonFlag, TargetFlags {
  readonly seed: number;
  readonly scale: number;
  readonly now?: string;
  readonly serve?: true;
  readonly dataDir: string;
}

/** A server of its own keeps the demo away from what else is in ./data. */
const DATA_DIR = './data/demo';

export function addDemo(program: Command, { terminal, env }: Surroundings): void {
  program
    .command('demo')
    .description('load about 2 000 example traces through the vendors’ protocols')
    .addOption(
      new Option('--seed <number>', 'another seed makes another demo beside it').argParser(readCount).default(1),
    )
    .addOption(new Option('--now <time>', 'the end of the seven days of traffic').argParser(readMoment))
    .addOption(new Option('--scale <share>', 'share of the ordinary traffic').argParser(readShare).default(1))
    .option('--serve', 'start a server with a data directory of its own, and serve until Ctrl-C')
    .option('--data-dir <directory>', 'that directory', DATA_DIR)
    .addOption(jsonOption('what was loaded, as JSON'))
    .addHelpText('after', examples('demo', 'demo --seed 2 --scale 0.1', 'demo --serve'))
    .action(async (_: DemoFlags, command: Command) => {
      const flags = command.optsWithGlobals<DemoFlags>();
      if (flags.serve === true) return serveDemo(terminal, env, flags);
      await load(terminal, findTarget(flags, env), flags);
    });
}

function readShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share > 0 && share <= 1) return share;
  throw new InvalidArgumentError('It must be a number above 0 and up to 1.');
}

async function load(terminal: Terminal, target: Target, flags: DemoFlags): Promise<void> {
  // Also the check that the server is there and takes the key, with the sentences of all commands.
  await new Client(target).get('/traces', { limit: 1 });
  const { seed, scale, now, json } = flags;
  const baseMicros = now === undefined ? undefined : microsFromIso(now);
  const baseMs = baseMicros === undefined ? undefined : Math.floor(baseMicros / 1000);
  const options = { seed, scale, baseMs, nowMs: Date.now() };
  // Only here: all other commands should start fast.
  const { loadDemo } = await import('../demo/load.ts');
  const result = await explained(target, () =>
    loadDemo({ url: target.url, key: target.key ?? '' }, options, (line) => terminal.note(line)),
  );
  if (json === true) terminal.print(JSON.stringify({ ...result, base: new Date(result.baseMs).toISOString() }));
  else await summarize(terminal, target, result, seed);
}

async function explained<T>(target: Target, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OtherBaseTime) throw new CliError(EXIT.usage, error.message);
    if (error instanceof DemoError) throw new CliError(EXIT.serverFailed, visible(error.message));
    if (error instanceof Error && 'code' in error)
      throw new CliError(
        EXIT.unreachable,
        `The server at ${target.url} went away (${visible(error.message)}): run the command again, it goes on.`,
      );
    throw error;
  }
}

interface Point {
  readonly group: string | null;
  readonly value: number | null;
}

/** Of the whole project: what else is in it is counted, too. */
async function summarize(terminal: Terminal, target: Target, result: LoadResult, seed: number): Promise<void> {
  const { baseMs, wasComplete, sentCount, refusedCount, tookMs } = result;
  const { FEATURES, featureId } = await import('../demo/features.ts');
  const client = new Client(target);
  const range = { from: new Date(baseMs - 9 * 86_400_000).toISOString(), to: new Date(baseMs + 60_000).toISOString() };
  const count = async (metric: string) => {
    const query = { metric, groupBy: 'dialect', interval: 'day', ...range };
    const { body } = await client.get<{ data: readonly Point[] }>('/metrics/series', query);
    const sums = new Map<string, number>();
    for (const { group, value } of body.data) sums.set(group ?? '', (sums.get(group ?? '') ?? 0) + (value ?? 0));
    return sums;
  };
  const [traces, spans] = await Promise.all([count('traces'), count('spans')]);
  const seconds = (tookMs / 1000).toFixed(1);
  terminal.print(
    wasComplete
      ? `The demo of seed ${seed} is here already, with ${new Date(baseMs).toISOString()} as its base time. Only the ${refusedCount} requests that are to be refused were sent again.`
      : `${sentCount} requests were accepted and stored, ${refusedCount} were refused as they should be, in ${seconds} s.`,
  );
  terminal.print('');
  for (const [dialect, value] of [...traces].sort())
    terminal.print(
      `  ${visible(dialect).padEnd(8)} ${String(value).padStart(6)} traces ${String(spans.get(dialect) ?? 0).padStart(7)} spans`,
    );
  terminal.print('\nWorth a look (tributary trace <id>):\n');
  for (const { name, about, isSession } of FEATURES)
    terminal.print(`  ${featureId(seed, name).padEnd(26)} ${isSession === true ? 'session: ' : ''}${about}`);
}

/** The server is a process of its own, so that making the demo does not slow down taking it. */
async function serveDemo(terminal: Terminal, env: Surroundings['env'], flags: DemoFlags): Promise<never> {
  if (flags.url !== undefined || flags.key !== undefined)
    throw new CliError(EXIT.usage, '--serve starts a server of its own: leave out --url and --key.');
  const program = process.argv[1];
  if (program === undefined) throw new Error('A script that runs has a name.');
  const dataDir = resolve(flags.dataDir);
  const server = spawn(process.execPath, [program, 'serve'], {
    env: { ...env, TRIBUTARY_DATA_DIR: dataDir, TRIBUTARY_LOG_LEVEL: env.TRIBUTARY_LOG_LEVEL || 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: Ctrl-C reaches it once, from here. Twice would mean "at once".
    detached: true,
  });
  const ended = once(server, 'exit');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => server.kill('SIGTERM'));
  const url = await readyUrl(server.stdout, ended);
  if (url === undefined) process.exit(server.exitCode ?? EXIT.serverFailed);
  try {
    // The key is of this server: what TRIBUTARY_KEY says is for another one.
    const target = findTarget({ url }, { TRIBUTARY_DATA_DIR: dataDir, TRIBUTARY_KEY: env.TRIBUTARY_INIT_SECRET_KEY });
    await load(terminal, target, flags);
    terminal.print(
      `\nThe demo is served on  ${target.url}\nKey to sign in with    ${target.key ?? '(none)'}\n\nCtrl-C ends it. The data stays in ${visible(dataDir)}.`,
    );
  } catch (error) {
    // A signal that came while it was loaded has ended the server already.
    server.kill('SIGTERM');
    await ended;
    if (server.exitCode === 0 && error instanceof CliError && error.exitCode === EXIT.unreachable)
      process.exit(EXIT.ok);
    throw error;
  }
  await ended;
  process.exit(server.exitCode ?? EXIT.serverFailed);
}

/** `undefined` when it has ended instead; it has said why. */
async function readyUrl(stdout: NodeJS.ReadableStream, ended: Promise<unknown>): Promise<string | undefined> {
  const lines = createInterface({ input: stdout });
  const ready = new Promise<string>((found) => {
    lines.on('line', (line) => {
      const url = /is ready on (\S+)/.exec(line)?.[1];
      // The address to listen on may be that of all networks; the demo is sent to this machine.
      if (url !== undefined) found(url.replace(/\/\/(0\.0\.0\.0|\[::\])/, '//127.0.0.1'));
    });
  });
  return Promise.race([ready, ended.then(() => undefined)]);
}
