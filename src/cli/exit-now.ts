/** Ends the process while its threads work. */

import { spawn } from 'node:child_process';

/** A thread ends after the statement that it is in, and a disk may pause for some seconds (2.8 s, measured). */
const EXIT_MS_MAX = 5_000;

/**
 * `process.exit` waits for the threads. One that the engine calls back while it is being ended aborts inside the engine's
 * own signal handler and never ends (seen with chdb 3.4), so a helper makes sure of it. It kills only its parent.
 */
export function exitNow(code: number): never {
  const script = `setTimeout(() => process.ppid === ${process.pid} && process.kill(${process.pid}, 'SIGKILL'), ${EXIT_MS_MAX})`;
  spawn(process.execPath, ['-e', script], { detached: true, stdio: 'ignore', env: {} }).unref();
  process.exit(code);
}
