/** The composition root: the only file that names concrete classes together. */

import type { Config } from './config.ts';
import { openDataDirectory } from './data-directory.ts';
import { dialects } from './dialects/all.ts';
import { type FirstProject, firstStart } from './first-start.ts';
import { buildApp } from './http/app.ts';
import { buildServer, closeServer, listen } from './http/server.ts';
import { Intake } from './intake/intake.ts';
import { readSessions } from './limits.ts';
import { LoaderThread } from './loader/loader-thread.ts';
import { DiskLog } from './log/disk/disk-log.ts';
import { SqliteRegistry } from './registry/sqlite/sqlite-registry.ts';
import { openChdbReader, openChdbWriter } from './store/chdb/chdb.ts';
import { migrate } from './store/schema/schema.ts';
import { buildMetrics } from './telemetry/metrics.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export interface RunningServer {
  readonly url: string;
  /** What the first start created; `undefined` on every later one. */
  readonly created: FirstProject | undefined;
  /** Takes no more requests, stores what was accepted, and lets go of the data directory. */
  stop(): Promise<void>;
}

/** `onFailure`: the server cannot go on, the process should end with an error. Nothing that was accepted is lost by that. */
export async function startServer(
  config: Config,
  telemetry: Telemetry,
  onFailure: (error: Error) => void,
): Promise<RunningServer> {
  const directory = openDataDirectory(config.dataDir);
  const registry = await SqliteRegistry.open(directory.registry);
  const store = await openChdbReader(directory.store, readSessions);
  const schema = await openChdbWriter(directory.store);
  await migrate(schema);
  await schema.close();
  const [row] = await store.select<{ next: number }>(
    'SELECT if(count() = 0, 0, max(position) + 1) AS next FROM tributary.events',
  );
  const log = await DiskLog.open(directory.log, { positionMin: row?.next ?? 0 });
  let isServing = true;
  const loader = new LoaderThread(
    {
      logDirectory: directory.log,
      storeDirectory: directory.store,
      registryPath: directory.registry,
      logLevel: config.logLevel,
      head: log.head,
    },
    (error) => {
      isServing = false;
      onFailure(error);
    },
  );
  log.onAdvance((head) => loader.advance(head));
  const intake = new Intake({ dialects, log, loader, registry, telemetry });
  const metrics = buildMetrics({ intake: intake.counters, loader, log });
  const app = buildApp({ store, registry, log, loader, telemetry, metrics, isServing: () => isServing });
  const server = buildServer(intake, app);
  const url = await listen(server, config.host, config.port);
  // After the address is ours: a start that fails before must not use up the one time that the key is shown.
  const created = await firstStart(config, registry, directory.cliCredentials);
  telemetry.emit({ level: 'info', name: 'serving', url, dataDir: directory.root });
  return {
    url,
    created,
    async stop() {
      isServing = false;
      await closeServer(server);
      await log.close();
      await loader.stop();
      await store.close();
      await registry.close();
      directory.release();
    },
  };
}
