/** Asking until there is an answer: a server that is restarted is back soon. */

import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, EXIT } from './exit.ts';
import type { Terminal } from './terminal.ts';

const RETRY_MS = 1000;

export async function patiently<T>(terminal: Terminal, ask: () => Promise<T>): Promise<T> {
  for (let isRetry = false; ; isRetry = true) {
    try {
      const answer = await ask();
      if (isRetry) terminal.note('It answers again.');
      return answer;
    } catch (error) {
      const isPassing =
        error instanceof CliError && (error.exitCode === EXIT.unreachable || error.exitCode === EXIT.serverFailed);
      if (!isPassing) throw error;
      if (!isRetry) terminal.note(`${error.message} Trying again until it answers.`);
      await sleep(RETRY_MS);
    }
  }
}
