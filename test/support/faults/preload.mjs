/**
 * Faults from outside the product: `node --import` loads this into every thread before the program, and it makes the
 * engine, the disk, the registry and the clock fail as the control file says at that moment. `control.ts` writes the file.
 *
 * Plain JavaScript, because the program runs without a loader for TypeScript.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { isMainThread, workerData } from 'node:worker_threads';

const CONTROL = process.env.FAULTS_CONTROL ?? '';
const require = createRequire(new URL('../../../package.json', import.meta.url));
const fs = require('node:fs');
const POLL_MS = 20;

/** What is asked for now; nothing when the file is absent. It is replaced as a whole, never half-written. */
function faults() {
  try {
    return JSON.parse(readFileSync(CONTROL, 'utf8'));
  } catch {
    return {};
  }
}

const { setTimeout: later } = globalThis;
const wait = (ms) => new Promise((resolve) => later(resolve, ms));

/** `loader`, `enrich`, or `main`. */
const THREAD = isMainThread ? 'main' : workerData?.logDirectory !== undefined ? 'loader' : 'enrich';

breakEngine();
breakDisk();
breakRegistry();
breakClock();
if (!isMainThread) watchForDeath();

/** `store: {kind: 'refuse', message} | {kind: 'slow', ms} | {kind: 'hang'}`; `match`, `only`: not every call. */
function breakEngine() {
  const { Session } = require('chdb');
  for (const name of ['insert', 'queryAsync']) {
    const original = Session.prototype[name];
    Session.prototype[name] = async function broken(...args) {
      await storeFault(name, args);
      return original.apply(this, args);
    };
  }
}

async function storeFault(name, [first]) {
  const { store } = faults();
  if (store === undefined || !isMeant(store, name, first)) return;
  if (store.kind === 'refuse') throw new Error(store.message);
  if (store.kind === 'slow') await wait(store.ms);
  // Not for ever: a call that hangs comes back when whatever held it lets go.
  while (store.kind === 'hang' && faults().store?.kind === 'hang') await wait(POLL_MS);
}

function isMeant({ match, only }, name, first) {
  const sql = name === 'insert' ? '' : String(first);
  const isInsert = name === 'insert' || /^\s*INSERT INTO/i.test(sql);
  if (only !== undefined && (only === 'insert') !== isInsert) return false;
  if (match === undefined) return true;
  // Rows come as bytes, or in a file that the statement names.
  const hex = / file\([^']*'([0-9a-f]+)'/.exec(sql)?.[1];
  const file = hex === undefined ? undefined : Buffer.from(hex, 'hex').toString();
  const rows = name === 'insert' ? Buffer.from(first.values) : file === undefined ? '' : readFileSync(file);
  return sql.includes(match) || rows.includes(match);
}

/** `disk: {code: 'ENOSPC', part: '/log/'}`: half of a write arrives, then it fails; files whose path contains `part`. */
function breakDisk() {
  const error = (code, call, path) =>
    Object.assign(new Error(`${code}: injected, ${call} '${path}'`), { code, errno: -28, syscall: call, path });
  const isBroken = (path) => {
    const { disk } = faults();
    return disk !== undefined && String(path).includes(disk.part) ? disk.code : undefined;
  };
  const { open, writeFile } = fs.promises;
  fs.promises.writeFile = async (path, ...rest) => {
    const code = isBroken(path);
    if (code !== undefined) throw error(code, 'write', path);
    return writeFile(path, ...rest);
  };
  fs.promises.open = async (path, flags = 'r', ...rest) => {
    const handle = await open(path, flags, ...rest);
    if (flags === 'r') return handle;
    const { writev, write } = handle;
    handle.write = async (...args) => {
      const code = isBroken(path);
      if (code !== undefined) throw error(code, 'write', path);
      return write.apply(handle, args);
    };
    handle.writev = async (parts, position) => {
      const code = isBroken(path);
      if (code === undefined) return writev.call(handle, parts, position);
      const all = Buffer.concat(parts);
      await write.call(handle, all, 0, all.length >> 1, position);
      throw error(code, 'write', path);
    };
    return handle;
  };
  syncBuiltinESMExports();
}

/** `registry: {code: 'SQLITE_FULL', thread?: 'loader'}`: everything that would write is refused. */
function breakRegistry() {
  const Database = require('libsql');
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function broken(sql) {
    const { registry } = faults();
    const isWrite = /^\s*(insert|update|delete|commit|create|alter)/i.test(sql);
    if (registry !== undefined && isWrite && (registry.thread ?? THREAD) === THREAD) {
      throw Object.assign(new Error('database or disk is full'), { code: registry.code });
    }
    return prepare.call(this, sql);
  };
}

/** `clock: {offsetMs}`: the wall clock; `performance.now()` and timers go on as they are. */
function breakClock() {
  const Original = globalThis.Date;
  const offset = () => faults().clock?.offsetMs ?? 0;
  const now = () => Original.now() + offset();
  globalThis.Date = new Proxy(Original, {
    construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}

/** `die: {thread: 'loader' | 'enrich', how: 'throw' | 'exit'}`. */
function watchForDeath() {
  setInterval(() => {
    const { die } = faults();
    if (die?.thread !== THREAD) return;
    writeFileSync(`${CONTROL}.died`, THREAD);
    if (die.how === 'exit') process.exit(0);
    throw new Error(`the ${THREAD} thread was made to die`);
  }, POLL_MS).unref();
}
