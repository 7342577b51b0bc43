/** Entry point of the loader's thread: its own connection to the store and the registry, its own reader of the log. */

import { parentPort, workerData } from 'node:worker_threads';
import { dialects } from '../dialects/all.ts';
import { DiskLogReader } from '../log/disk/disk-log-reader.ts';
import { loadPriceBook } from '../pricing/price-book.ts';
import { SqliteRegistry } from '../registry/sqlite/sqlite-registry.ts';
import { openChdbReader, openChdbWriter } from '../store/chdb/chdb.ts';
import { openTelemetry } from '../telemetry/telemetry.ts';
import { routeTable } from './decode-record.ts';
import { Loader } from './loader.ts';
import type { FromLoader, LoaderOptions, ToLoader } from './loader-thread.ts';

const port = parentPort;
if (port === null) throw new Error('loader-worker runs as a worker thread');

// The only sender is LoaderThread, which has this type.
const options = workerData as LoaderOptions;
const reader = await DiskLogReader.open(options.logDirectory);
const store = await openChdbWriter(options.storeDirectory);
const lookup = await openChdbReader(options.storeDirectory, 1);
const registry = await SqliteRegistry.open(options.registryPath);
const telemetry = openTelemetry(options.logLevel);
const send = (message: FromLoader) => port.postMessage(message);

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
  else loader.stop();
});

await loader.run();
await reader.close();
await lookup.close();
await store.close();
await registry.close();
send({ type: 'stopped' });
