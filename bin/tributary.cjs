#!/usr/bin/env node
// CommonJS, because the size of libuv's thread pool is fixed by its first use, which loading an ES module already is:
// each session of the embedded engine, each sync of the log and each decompression takes one of these threads.
process.env.UV_THREADPOOL_SIZE ??= '10';

// Before the first thread: with two cores, four helpers of each collection only stand in the way of those that answer
// (a tenth more events with batches, docs/decisions/0014).
const { availableParallelism } = require('node:os');
if (availableParallelism() <= 2) require('node:v8').setFlagsFromString('--no-parallel-scavenge');

const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '..', 'dist', 'main.js');
if (!existsSync(main)) {
  console.error('Tributary is not built yet: run `npm run build` first.');
  process.exit(1);
}
void import(main);
