/** Exit codes, those of sysexits.h: `--help` and docs/guide/cli.md list them. */

export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 64,
  damaged: 65,
  notFound: 66,
  unreachable: 69,
  serverFailed: 70,
  temporary: 75,
  notPermitted: 77,
  configuration: 78,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command: the message is one sentence for the person at the terminal and says what to do. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
