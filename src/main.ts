/** The program: everything is a command of the CLI, `serve` included. */

import { runCli } from './cli/cli.ts';

process.exitCode = await runCli(process.argv.slice(2));
