/** Entry point of the stage's thread: its own connections to the store, its own to the registry. */

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { retriedForever } from '../loader/retried.ts';
import { loadPriceBook } from '../pricing/price-book.ts';
import { SqliteRegistry } from '../registry/sqlite/sqlite-registry.ts';
import { openChdbLookup, openChdbWriter } from '../store/chdb/chdb.ts';
import { openTelemetry } from '../telemetry/telemetry.ts';
import { Backlog } from './backlog.ts';
import { Enrich } from './enrich.ts';
import type { EnrichStart, FromEnrich, ToEnrich } from './enrich-thread.ts';

const port = parentPort;
if (port === null) throw new Error('enrich-worker runs as a worker thread');

/** Answers come first: on Linux, each thread has a priority of its own. */
if (process.platform === 'linux') setPriority(10);

// The only sender is EnrichThread, which has this type.
const start = workerData as EnrichStart;
const send = (message: FromEnrich) => port.postMessage(message);
const telemetry = openTelemetry(start.logLevel);
const opened = <T>(open: () => Promise<T>) => retriedForever(open, telemetry);
const store = await opened(() => openChdbWriter(start.storeDirectory));
const lookup = await opened(() => openChdbLookup(start.storeDirectory));
const registry = await opened(() => SqliteRegistry.open(start.registryPath));

const enrich = new Enrich(
  {
    store,
    lookup,
    repricings: registry.repricings,
    prices: await loadPriceBook(registry),
    telemetry,
    onProgress: (progress) => send({ type: 'progress', progress }),
  },
  new Backlog(start.doneUntil, start.storedUntil),
);

port.on('message', async (message: ToEnrich) => {
  if (message.type === 'touched') enrich.touched(message.spans, message.position);
  else if (message.type === 'prices') enrich.pricesChanged();
  else if (message.type === 'repricing') enrich.repricingRequested();
  else if (message.type === 'stop') enrich.stop();
  else {
    await enrich.settled();
    send({ type: 'settled', id: message.id });
  }
});

await enrich.run();
await lookup.close();
await store.close();
await registry.close();
send({ type: 'stopped' });
