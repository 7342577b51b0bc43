/** Entry point of the loader's thread: its own connection to the store and the registry, its own reader of the log. */

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { dialects } from '../dialects/all.ts';
import { DiskLogReader } from '../log/disk/disk-log-reader.ts';
import { loadPriceBook } from '../pricing/price-book.ts';
import { SqliteRegistry } from '../registry/sqlite/sqlite-registry.ts';
import { openChdbLookup, openChdbWriter } from '../store/chdb/chdb.ts';
import { openTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { routeTable } from './decode-record.ts';
import { Loader } from './loader.ts';
import type { FromLoader, LoaderOptions, ToLoader } from './loader-thread.ts';
import { retriedForever, STORE_RETRY } from './retried.ts';

const port = parentPort;
if (port === null) throw new Error('loader-worker runs as a worker thread');

/** Answers come first: on Linux, each thread has a priority of its own. */
if (process.platform === 'linux') setPriority(5);

// The only sender is LoaderThread, which has this type.
const options = workerData as LoaderOptions;
// Before the log is opened: opening it may find damage to tell of.
const signals = openTelemetry(options.logLevel);
const reader = await DiskLogReader.open(options.logDirectory, {
  onDamage: (damage) => signals.emit({ level: 'error', name: 'log_damaged', ...damage }),
});
const send = (message: FromLoader) => port.postMessage(message);
const telemetry: Telemetry = {
  emit(signal) {
    signals.emit(signal);
    if (signal.name === STORE_RETRY) send({ type: 'waiting' });
  },
};
// The server takes requests already: a store that refuses now is waited for like at any other time.
const opened = <T>(open: () => Promise<T>) => retriedForever(open, telemetry);
const store = await opened(() => openChdbWriter(options.storeDirectory));
const lookup = await opened(() => openChdbLookup(options.storeDirectory));
const registry = await opened(() => SqliteRegistry.open(options.registryPath));

const loader = new Loader(
  {
    reader,
    store,
    lookup,
    registry,
    prices: await loadPriceBook(registry),
    routes: routeTable(dialects),
    telemetry,
    onProgress: (progress) => send({ type: 'progress', progress }),
  },
  options.head,
);

port.on('message', (message: ToLoader) => {
  if (message.type === 'advance') loader.advance(message.head, message.urgent);
  else if (message.type === 'prices') loader.pricesChanged();
  else if (message.type === 'forget-people') loader.forgetPeople();
  else loader.stop();
});

await loader.run();
await reader.close();
await lookup.close();
await store.close();
await registry.close();
send({ type: 'stopped' });
