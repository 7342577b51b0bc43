/** `tributary serve`: the server, until SIGTERM or SIGINT. */

import { startServer } from '../compose.ts';
import { ConfigError, readConfig } from '../config.ts';
import { DataDirectoryInUse } from '../data-directory.ts';
import { welcome } from '../first-start.ts';
import { openTelemetry } from '../telemetry/telemetry.ts';
import { version } from '../version.ts';
import { EXIT } from './exit.ts';
import { exitNow } from './exit-now.ts';
import type { SettingFlags } from './settings.ts';

/** Container engines kill after 10 s. What is not stored by then is in the log. */
const STOP_MS_MAX = 9_000;

/** Resolves with the exit code when the server has stopped. */
export async function serve(flags: SettingFlags): Promise<number> {
  try {
    const config = readConfig(process.env, flags);
    const telemetry = openTelemetry(config.logLevel);
    let stop = (): void => {
      // Still starting: nothing was accepted by this process, and what an earlier one has left is in the log.
      process.exit(EXIT.ok);
    };
    process.on('SIGTERM', () => stop()).on('SIGINT', () => stop());
    return await new Promise((resolve, reject) => {
      startServer(config, telemetry, (error) => {
        telemetry.emit({ level: 'error', name: 'failed', detail: error.stack ?? error.message });
        exitNow(EXIT.serverFailed);
      }).then((server) => {
        process.stdout.write(`Tributary ${version} is ready on ${server.url}\n`);
        if (server.created !== undefined) process.stdout.write(`\n${welcome(server.url, server.created)}`);
        const stopNow = (): void => {
          const detail = 'what is not stored yet is loaded at the next start';
          telemetry.emit({ level: 'warn', name: 'stopped_early', detail });
          exitNow(EXIT.ok);
        };
        stop = () => {
          // Asked a second time, somebody is in a hurry.
          stop = stopNow;
          setTimeout(stopNow, STOP_MS_MAX).unref();
          server.stop().then((isDone) => (isDone ? resolve(EXIT.ok) : stopNow()), reject);
        };
      }, reject);
    });
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DataDirectoryInUse) {
      process.stderr.write(`${error.message}\n`);
      return error instanceof ConfigError ? EXIT.configuration : EXIT.temporary;
    }
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      process.stderr.write(`The address is taken: ${error.message}. Choose another one with TRIBUTARY_PORT.\n`);
      return EXIT.temporary;
    }
    process.stderr.write(
      `Tributary could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return EXIT.serverFailed;
  }
}
