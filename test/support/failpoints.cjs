/**
 * Ends its own process with SIGKILL at the nth call of a point: `node --require failpoints.cjs`, inherited by worker
 * threads. The program knows nothing of it; the calls are those of Node, of the engine and of SQLite.
 *
 *   CRASH_POINT   one of the points below
 *   CRASH_WHEN    before (the call is not made) | during (it is under way) | after (it is done, nobody has heard of it)
 *   CRASH_NTH     counted per thread, from 1; for `start` the milliseconds since the start of the process
 *   CRASH_REPORT  a file that is written first, so that the parent knows that it was this
 *
 * CommonJS, because the size of libuv's thread pool is fixed by its first use, which loading an ES module already is.
 */

process.env.UV_THREADPOOL_SIZE ??= '10';

const fs = require('node:fs');
const { createRequire, syncBuiltinESMExports } = require('node:module');
const { isMainThread, threadId } = require('node:worker_threads');

const { CRASH_POINT: point = '', CRASH_WHEN: when = 'before', CRASH_NTH = '1', CRASH_REPORT: report } = process.env;
const nth = Number(CRASH_NTH);
let calls = 0;

function die() {
  if (report !== undefined) fs.writeFileSync(report, JSON.stringify({ point, when, nth, threadId }));
  process.kill(process.pid, 'SIGKILL');
  // The signal ends every thread, this one too, but maybe not before its next statement.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Calls `run`, dying around it when it is the one. */
async function around(run) {
  calls += 1;
  if (calls !== nth) return run();
  if (when === 'before') die();
  const running = run();
  if (when === 'during') setTimeout(die, Math.random() * 3);
  const result = await running;
  die();
  return result;
}

function aroundSync(run) {
  calls += 1;
  if (calls !== nth) return run();
  if (when === 'before') die();
  const result = run();
  die();
  return result;
}

const isSegment = (path) => /\d{16}[^/]*\.log$/.test(path);

/** Wraps what the log calls: names of files tell segments, checkpoint and directory apart. */
function watchLog() {
  const { open, rename, unlink } = fs.promises;
  const paths = new WeakMap();
  let patched = false;
  const patch = (prototype) => {
    patched = true;
    for (const [method, isPoint] of Object.entries({
      writev: () => point === 'log-write',
      datasync: () => point === 'log-sync',
      write: (path) =>
        (point === 'checkpoint-write' && path.endsWith('.tmp')) ||
        (point === 'store-handover' && path.includes('/handover/')),
      sync: (path) => point === 'directory-sync' && path.endsWith('/log'),
    })) {
      const original = prototype[method];
      prototype[method] = function watched(...args) {
        const run = () => original.apply(this, args);
        return isPoint(paths.get(this) ?? '') ? around(run) : run();
      };
    }
  };
  fs.promises.open = async (path, ...rest) => {
    const isNew = String(rest[0]).startsWith('w') && isSegment(String(path));
    const run = () => open(path, ...rest);
    const handle = await (point === 'segment-open' && isNew ? around(run) : run());
    if (!patched) patch(Object.getPrototypeOf(handle));
    paths.set(handle, String(path));
    return handle;
  };
  fs.promises.rename = (from, to) => {
    const run = () => rename(from, to);
    return point === 'checkpoint-rename' && String(to).endsWith('checkpoint.json') ? around(run) : run();
  };
  fs.promises.unlink = (path) => {
    const run = () => unlink(path);
    return point === 'segment-release' && isSegment(String(path)) ? around(run) : run();
  };
  syncBuiltinESMExports();
}

const load = createRequire(__filename);

function watchStore() {
  const { Session } = load('chdb');
  const { insert, queryAsync } = Session.prototype;
  const table = point.replace('insert-', 'tributary.');
  const isPoint = (sql) => sql.startsWith(point === 'store-delete' ? 'DELETE FROM ' : `INSERT INTO ${table} `);
  Session.prototype.insert = function watched(params) {
    const run = () => insert.call(this, params);
    return params.table === table ? around(run) : run();
  };
  Session.prototype.queryAsync = function watched(sql, ...rest) {
    const run = () => queryAsync.call(this, sql, ...rest);
    return isPoint(sql) ? around(run) : run();
  };
}

function watchRegistry() {
  const { prototype } = load('libsql');
  const { prepare } = prototype;
  prototype.prepare = function watched(sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest);
    if (!/^\s*(insert|update|delete|commit)/i.test(sql)) return statement;
    for (const method of ['run', 'all']) {
      const original = statement[method].bind(statement);
      statement[method] = (...args) => aroundSync(() => original(...args));
    }
    return statement;
  };
}

if (point === 'start') {
  if (isMainThread) setTimeout(die, nth).unref();
} else if (point === 'registry-write') watchRegistry();
else if (point.startsWith('insert-') || point === 'store-delete') watchStore();
else if (point !== '') watchLog();
