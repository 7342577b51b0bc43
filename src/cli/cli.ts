/** The program's command line. The server and its settings are loaded only by the commands that need them. */

import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { addAudit } from './audit.ts';
import { addBackup } from './backup.ts';
import type { Surroundings } from './command.ts';
import { addDeadLetters } from './dead-letters.ts';
import { addDeletions } from './deletions.ts';
import { addDemo } from './demo.ts';
import { addEvents } from './events.ts';
import { CliError, EXIT } from './exit.ts';
import { addKeys } from './keys.ts';
import { addLimits } from './limits.ts';
import { addPrices } from './prices.ts';
import { addProjectSettings } from './project-settings.ts';
import { addProjects } from './projects.ts';
import { addQuarantine } from './quarantine.ts';
import { addReceipt } from './receipt.ts';
import { addRedaction } from './redaction.ts';
import { addReprice } from './reprice.ts';
import { addRestore } from './restore.ts';
import { addRetention } from './retention.ts';
import { addSampling } from './sampling.ts';
import { addTail } from './tail.ts';
import { Terminal } from './terminal.ts';
import { visible } from './text.ts';
import { addTrace } from './trace.ts';
import { addTraces } from './traces.ts';

const HELP = `
Examples:
  $ tributary serve
  $ tributary projects create shop
  $ tributary traces --status error --from 24h
  $ tributary trace 8f14e45f
  $ tributary tail

Which server: --url, else TRIBUTARY_URL, else http://127.0.0.1:4320.
Which key: --key, else TRIBUTARY_KEY, else, for a server on this machine, the one that its first start left in
<data directory>/cli.json. The data directory is TRIBUTARY_DATA_DIR, else ./data.

Exit codes:
   0  done
   1  unexpected, please report it
  64  wrong arguments, also a name that is taken
  65  restore, backup verify: the backup is damaged, incomplete or too new, or the target is not empty
  66  there is no such trace, key, project, receipt, price or agent
  69  the server cannot be reached
  70  the server failed
  75  serve: the data directory or the address is in use; backup --offline: the data directory is
  77  the key is missing, unknown, or lacks a scope
  78  the configuration is not valid`;

export async function runCli(args: readonly string[]): Promise<number> {
  const { stdout, stderr, stdin: input, env } = process;
  const terminal = new Terminal(stdout, stderr, env);
  // `tributary traces | head` has read enough.
  stdout.on('error', (error: Error) =>
    process.exit('code' in error && error.code === 'EPIPE' ? EXIT.ok : EXIT.unexpected),
  );
  try {
    const program = await buildProgram(args, { terminal, env, input });
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return report(error, terminal);
  }
}

async function buildProgram(args: readonly string[], surroundings: Surroundings): Promise<Command> {
  const program = new Command('tributary')
    .description('Self-hosted intake and observability for LLM and agent events.')
    .version(version)
    .option('--url <url>', 'address of the server (env TRIBUTARY_URL)')
    .option('--key <key>', 'key of the project (env TRIBUTARY_KEY)')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ showGlobalOptions: true });
  program.addHelpCommand(
    program.createCommand('help').argument('[command]').description('show the help of a command').helpGroup('Run:'),
  );
  program.commandsGroup('Run:');
  await addServerCommands(program, args, surroundings);
  addDemo(program, surroundings);
  program.commandsGroup('Look:');
  addTraces(program, surroundings);
  addTrace(program, surroundings);
  addEvents(program, surroundings);
  addTail(program, surroundings);
  addReceipt(program, surroundings);
  program.commandsGroup('Administer:');
  addProjects(program, surroundings);
  addKeys(program, surroundings);
  addPrices(program, surroundings);
  addReprice(program, surroundings);
  addProjectSettings(program, surroundings);
  addSampling(program, surroundings);
  addRetention(program, surroundings);
  addDeletions(program, surroundings);
  addBackup(program, surroundings);
  addRestore(program, surroundings);
  addRedaction(program, surroundings);
  addDeadLetters(program, surroundings);
  addQuarantine(program, surroundings);
  addAudit(program, surroundings);
  addLimits(program, surroundings);
  return program;
}

/** The flags of these two are the settings of the server, whose schema takes a while to load. */
async function addServerCommands(
  program: Command,
  args: readonly string[],
  { terminal, env }: Surroundings,
): Promise<void> {
  const serve = program.command('serve').description('run the server').configureHelp({ showGlobalOptions: false });
  const config = program.command('config').description('the settings of the server').helpCommand(false);
  const print = config
    .command('print')
    .description('print the settings that serve would run with here, secrets masked')
    .configureHelp({ showGlobalOptions: false });
  if (!args.includes('serve') && !args.includes('config')) return;
  const { addSettings, settingFlags } = await import('./settings.ts');

  addSettings(serve).action(async (flags) => {
    refuseClientFlags(program);
    const { serve: run } = await import('./serve.ts');
    process.exit(await run(settingFlags(flags)));
  });
  addSettings(print)
    .option('--json', 'print the settings as a JSON object')
    .action(async (flags: { json?: true }) => {
      refuseClientFlags(program);
      const { printConfig } = await import('./print-config.ts');
      printConfig(terminal, env, settingFlags({ ...flags }), flags.json === true);
    });
}

function refuseClientFlags(program: Command): void {
  const [flag] = Object.keys(program.opts());
  if (flag !== undefined)
    throw new CliError(EXIT.usage, `--${flag} is for commands that ask a running server: leave it out.`);
}

function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CliError) {
    terminal.note(error.message);
    return error.exitCode;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // Help that was printed instead of an answer has said everything.
    if (error.code !== 'commander.help') terminal.note(usageSentence(error.message));
    return EXIT.usage;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.note(`This is a mistake in Tributary, please report it:\n${detail.split('\n').map(visible).join('\n')}`);
  return EXIT.unexpected;
}

/** `error: unknown option '--x'` and a suggestion in brackets, as one sentence. */
function usageSentence(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .split('\n')
    .map((part) => visible(part.trim()))
    .filter((part) => part !== '')
    .join(' ')
    .replace(/\.$/, '');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}: --help shows what there is.`;
}
