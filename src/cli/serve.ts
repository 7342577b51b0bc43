/** `tributary serve`: the server, until SIGTERM or SIGINT. */

import { startServer } from '../compose.ts';
import { ConfigError, readConfig } from '../config.ts';
import { DataDirectoryInUse } from '../data-directory.ts';
import { welcome } from '../first-start.ts';
import { openTelemetry } from '../telemetry/telemetry.ts';
import { version } from '../version.ts';
import { EXIT } from './exit.ts';
import type { SettingFlags } from './settings.ts';

const STOP_MS_MAX = 30_000;

/** Resolves with the exit code when the server has stopped. */
export async function serve(flags: SettingFlags): Promise<number> {
  try {
    const config = readConfig(process.env, flags);
    const telemetry = openTelemetry(config.logLevel);
    return await new Promise((resolve, reject) => {
      startServer(config, telemetry, (error) => {
        telemetry.emit({ level: 'error', name: 'failed', detail: error.stack ?? error.message });
        process.exit(EXIT.serverFailed);
      }).then((server) => {
        process.stdout.write(`Tributary ${version} is ready on ${server.url}\n`);
        if (server.created !== undefined) process.stdout.write(`\n${welcome(server.url, server.created)}`);
        const stop = () => {
          setTimeout(() => {
            telemetry.emit({
              level: 'warn',
              name: 'stopped_early',
              detail: 'what is not stored yet is loaded at the next start',
            });
            process.exit(EXIT.ok);
          }, STOP_MS_MAX).unref();
          server.stop().then(() => resolve(EXIT.ok), reject);
        };
        process.once('SIGTERM', stop).once('SIGINT', stop);
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
