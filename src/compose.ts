/** The composition root: the only file that names concrete classes together. */

import { BackupJobs } from './backup/backup-jobs.ts';
import { type Config, memoryBytesMin } from './config.ts';
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
import { nodeFiles } from './log/disk/files.ts';
import { readCheckpoint } from './log/disk/segments.ts';
import { detectMemoryMax } from './memory-max.ts';
import { LiveStreams } from './query/live-streams.ts';
import { QueueAge } from './query/queue-age.ts';
import { readerFor } from './query/reader.ts';
import type { Vanishing } from './query/status-sql.ts';
import { SqliteRegistry } from './registry/sqlite/sqlite-registry.ts';
import { Housekeeping } from './retention/housekeeping.ts';
import { openChdbReader, openChdbWriter } from './store/chdb/chdb.ts';
import { RememberingReader } from './store/remembering-reader.ts';
import { migrate } from './store/schema/schema.ts';
import type { StoreReader } from './store/store.ts';
import { buildMetrics } from './telemetry/metrics.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

const MICROS_PER_MINUTE = 60_000_000;

export interface RunningServer {
  readonly url: string;
  /** What the first start created; `undefined` on every later one. */
  readonly created: FirstProject | undefined;
  /**
   * Takes no more requests, stores what was accepted, and lets go of the data directory. False when the store does not
   * take it at the moment: it stays in the log for the next start, and the process should end as it is.
   */
  stop(): Promise<boolean>;
}

/** `onFailure`: the server cannot go on, the process should end with an error. Nothing that was accepted is lost by that. */
export async function startServer(
  config: Config,
  telemetry: Telemetry,
  onFailure: (error: Error) => void,
): Promise<RunningServer> {
  const directory = openDataDirectory(config.dataDir);
  const registry = await SqliteRegistry.open(directory.registry);
  const engine = await openChdbReader(directory.store, readSessions);
  const store = new RememberingReader(engine);
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
    memoryBytesMax: memoryMaxOf(config, telemetry),
  });
  const queueAge = new QueueAge(() => loader.progress.position);
  log.onAdvance(({ position }) => queueAge.advanced(position));
  const live = new LiveStreams({ store, registry, log, loader, telemetry });
  loader.onProgress(() => {
    store.changed();
    live.advanced();
  });
  const deadLetterCounters = { retried: 0, discarded: 0 };
  const { housekeeping, backups } = startHousekeeping(config, directory, {
    // What is deleted is looked up as it is now.
    ...{ store: engine, registry, log, loader, enrich, telemetry },
  });
  const app = buildApp({
    ...{ store, registry, log, loader, telemetry, vanishing, deadLetterCounters, live },
    metrics: buildMetrics({
      ...{ intake: intake.counters, loader, enrich, log },
      deadLetters: { count: () => registry.deadLetters.count(), counters: deadLetterCounters },
    }),
    intakeHealth: { refused: intake.refusedRequests, counters: intake.counters, queueAge, directory },
    isServing: () => isServing,
    onPricesChanged: () => {
      loader.pricesChanged();
      enrich.pricesChanged();
    },
    onRepricing: () => enrich.repricingRequested(),
    onDeletion: () => housekeeping.deletionRequested(),
    retention: housekeeping,
    backups,
  });
  const server = buildServer(intake, app);
  const url = await listen(server, config.host, config.port);
  // After the address is ours: a start that fails before must not use up the one time that the key is shown.
  const created = await firstStart(config, registry, directory.cliCredentials);
  await backups.begin();
  await housekeeping.begin();
  telemetry.emit({ level: 'info', name: 'serving', url, dataDir: directory.root });
  return {
    url,
    created,
    async stop() {
      isServing = false;
      // Requests that wait for the store are answered as accepted; they are in the log.
      if (loader.waitingSeconds > 0) loader.dismissWaiting();
      // They would go on for ever.
      live.stop();
      await closeServer(server);
      await intake.drained();
      await backups.stop();
      await housekeeping.stop();
      await log.close();
      if (!(await loader.stop())) return false;
      await enrich.stop();
      await store.close();
      await registry.close();
      directory.release();
      return true;
    },
  };
}

/** What deletes, and what must not run while something is deleted. */
function startHousekeeping(
  { retentionDays }: Config,
  directory: DataDirectory,
  parts: {
    readonly store: StoreReader;
    readonly registry: SqliteRegistry;
    readonly log: DiskLog;
    readonly loader: LoaderThread;
    readonly enrich: EnrichThread;
    readonly telemetry: Telemetry;
  },
): { housekeeping: Housekeeping; backups: BackupJobs } {
  const { log, loader, enrich } = parts;
  const shared = {
    ...parts,
    openWriter: () => openChdbWriter(directory.store),
    enrichedUntil: () => enrich.progress.doneUntil,
  };
  const housekeeping = new Housekeeping(
    {
      ...shared,
      checkpoint: () => readCheckpoint(nodeFiles, directory.log),
      nudgeLoader: () => loader.advance(log.head),
      forgetPeople: () => loader.forgetPeople(),
      now: Date.now,
    },
    retentionDays ?? null,
  );
  const exclusively = (work: () => Promise<void>) => housekeeping.exclusively(work);
  return { housekeeping, backups: new BackupJobs({ ...shared, directory, exclusively }) };
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

/** In a container that is too small the server runs as long as it can, and says why it refuses. */
function memoryMaxOf({ memoryMax }: Config, telemetry: Telemetry): number {
  const bytesMax = memoryMax ?? detectMemoryMax();
  if (bytesMax < memoryBytesMin)
    telemetry.emit({ level: 'warn', name: 'little_memory', bytesMax, bytesMin: memoryBytesMin });
  return bytesMax;
}
