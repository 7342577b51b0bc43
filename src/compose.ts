/** The composition root: the only file that names concrete classes together. */

import type { Config } from './config.ts';
import { type DataDirectory, openDataDirectory } from './data-directory.ts';
import { dialects } from './dialects/all.ts';
import { EnrichThread } from './enrich/enrich-thread.ts';
import { type FirstProject, firstStart } from './first-start.ts';
import { buildApp } from './http/app.ts';
import { buildServer, closeServer, listen } from './http/server.ts';
import { Intake } from './intake/intake.ts';
import { readSessions } from './limits.ts';
import { LoaderThread } from './loader/loader-thread.ts';
import { DiskLog } from './log/disk/disk-log.ts';
import { readerFor } from './query/reader.ts';
import type { Vanishing } from './query/status-sql.ts';
import { SqliteRegistry } from './registry/sqlite/sqlite-registry.ts';
import { openChdbReader, openChdbWriter } from './store/chdb/chdb.ts';
import { migrate } from './store/schema/schema.ts';
import { buildMetrics } from './telemetry/metrics.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

const MICROS_PER_MINUTE = 60_000_000;

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
  const storedUntil = row?.next ?? 0;
  const log = await DiskLog.open(directory.log, { positionMin: storedUntil });
  let isServing = true;
  const { loader, enrich } = await startThreads(config, directory, { registry, log, storedUntil }, (error) => {
    isServing = false;
    onFailure(error);
  });
  const vanishing: Vanishing = {
    dialects: dialects.filter(({ callsMayVanish }) => callsMayVanish).map(({ name }) => name),
    afterMicros: config.unknownAfterMinutes * MICROS_PER_MINUTE,
  };
  const intake = new Intake({
    dialects,
    log,
    loader,
    registry,
    telemetry,
    readerFor: (projectId, dialect) => readerFor({ store, vanishing }, projectId, dialect),
    trustsProjectHeaders: config.trustProjectHeaders,
  });
  const app = buildApp({
    ...{ store, registry, log, loader, telemetry, vanishing },
    metrics: buildMetrics({ intake: intake.counters, loader, enrich, log }),
    isServing: () => isServing,
    onPricesChanged: () => {
      loader.pricesChanged();
      enrich.pricesChanged();
    },
    onRepricing: () => enrich.repricingRequested(),
  });
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
      await intake.drained();
      await log.close();
      await loader.stop();
      await enrich.stop();
      await store.close();
      await registry.close();
      directory.release();
    },
  };
}

/** What works behind the answers. Everything from `storedUntil` on is new to the enrich stage, and the loader tells it. */
async function startThreads(
  { logLevel }: Config,
  directory: DataDirectory,
  { registry, log, storedUntil }: { registry: SqliteRegistry; log: DiskLog; storedUntil: number },
  fail: (error: Error) => void,
): Promise<{ loader: LoaderThread; enrich: EnrichThread }> {
  const places = { storeDirectory: directory.store, registryPath: directory.registry, logLevel };
  const enrich = new EnrichThread({ ...places, storedUntil }, registry, fail);
  await enrich.begin();
  const loader = new LoaderThread({ ...places, logDirectory: directory.log, head: log.head }, fail);
  loader.onTouched((spans, position) => enrich.touched(spans, position));
  log.onAdvance((head) => loader.advance(head));
  return { loader, enrich };
}
