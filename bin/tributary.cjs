#!/usr/bin/env node
// CommonJS, because the size of libuv's thread pool is fixed by its first use, which loading an ES module already is:
// each session of the embedded engine, each sync of the log and each decompression takes one of these threads.
process.env.UV_THREADPOOL_SIZE ??= '10';

const { existsSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '..', 'dist', 'main.js');
if (!existsSync(main)) {
  console.error('Tributary is not built yet: run `npm run build` first.');
  process.exit(1);
}
void import(main);
