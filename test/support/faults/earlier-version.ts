/**
 * A data directory as version 0.1.0 left it when it was killed: a store with schema step 2, a registry with migration
 * 0002, and a log in the format of then, part of which is stored already. Nothing of today's writing code is used.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { Kysely, Migrator, type SqliteDatabase, SqliteDialect } from 'kysely';
import Database from 'libsql';
import { derivedUuid } from '../../../src/canonical/ids.ts';
import { hashSecret } from '../../../src/registry/sqlite/secrets.ts';
import { MIGRATIONS } from '../../../src/registry/sqlite/tables.ts';
import { openChdbWriter } from '../../../src/store/chdb/chdb.ts';
import { migrate, STEPS } from '../../../src/store/schema/schema.ts';

export const EARLIER = {
  projectId: '11111111-1111-4111-8111-111111111111',
  key: 'trib_a_key_of_an_earlier_version',
  /** Positions: stored and let go of, stored and still in the log, only in the log. */
  released: 20,
  stored: 30,
  accepted: 40,
  deadLetterAt: 5,
} as const;
const NOW = '2026-01-01T00:00:00.000Z';
const MICROS = 1_767_225_600_000_000;
const SCHEMA_STEP = 2;

export async function makeEarlierVersion(dataDir: string): Promise<void> {
  for (const part of ['log/quarantine', 'store']) await mkdir(join(dataDir, part), { recursive: true });
  await makeStore(join(dataDir, 'store'));
  await makeRegistry(join(dataDir, 'registry.db'));
  await makeLog(join(dataDir, 'log'));
}

/** One Weflayr call for each position: trace and span are `call-<position>`. */
const positionsTo = (end: number, from = 0) => Array.from({ length: end - from }, (_, i) => from + i);
const bodyAt = (position: number) =>
  JSON.stringify({ event_id: `call-${position}`, event_type: 'chat.after', model: 'm', output: `said ${position}` });

const eventIdAt = (position: number) => derivedUuid('weflayr', `call-${position}`, 'chat.after', bodyAt(position));

async function makeStore(directory: string): Promise<void> {
  const store = await openChdbWriter(directory);
  await migrate(store, STEPS.slice(0, SCHEMA_STEP));
  const insert = (table: string, columns: readonly string[], row: (position: number) => unknown[]) => {
    const lines = positionsTo(EARLIER.stored).map((position) => `${JSON.stringify(row(position))}\n`);
    return store.insert(table, columns, Buffer.from(lines.join('')));
  };
  const spanColumns = ['project_id', 'trace_id', 'dialect', 'span_id', 'start_time', 'name', 'model', 'output'];
  await insert('tributary.spans', [...spanColumns, 'tokens', 'status'], (position) => [
    ...[EARLIER.projectId, `call-${position}`, 'weflayr', `call-${position}`, MICROS + position, [1, 1, 'chat']],
    ...[
      [1, 1, 'm'],
      [1, 1, `"said ${position}"`],
      [1, 1, [10, 2, -1, -1, -1, -1, -1, -1, -1, 0]],
      [1, 1, 'ok'],
    ],
  ]);
  const eventColumns = ['project_id', 'dialect', 'event_id', 'type', 'trace_id', 'span_id', 'timestamp', 'received_at'];
  await insert('tributary.events', [...eventColumns, 'position', 'payload'], (position) => [
    ...[EARLIER.projectId, 'weflayr', eventIdAt(position), 'chat.after', `call-${position}`],
    ...[`call-${position}`, MICROS + position, MICROS + position, position, bodyAt(position)],
  ]);
  await store.close();
}

async function makeRegistry(path: string): Promise<void> {
  const database = new Database(path);
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: database as unknown as SqliteDatabase }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateTo('0002-semantics');
  if (error !== undefined) throw error;
  const insert = (table: string, ...values: unknown[]) =>
    database.prepare(`INSERT INTO ${table} VALUES (${values.map(() => '?').join(', ')})`).run(...values);
  const { projectId, key, deadLetterAt } = EARLIER;
  insert('projects', projectId, 'earlier', NOW);
  const scopes = '["ingest","read","admin","instance"]';
  insert('keys', 'key-id', projectId, 'first key', key.slice(0, 8), hashSecret(key), scopes, NOW, null);
  insert('settings', projectId, 'strictAgentVersions', 'true', NOW);
  const meta = JSON.stringify({ version: 1, project: projectId, route: 'weflayr.event', receivedAt: MICROS });
  insert('dead_letters', projectId, deadLetterAt, 'weflayr', 'weflayr.event', 'why', meta, Buffer.from('{}'), NOW);
  insert('marks', 'enrich', EARLIER.stored);
  await db.destroy();
}

async function makeLog(directory: string): Promise<void> {
  const { released, accepted } = EARLIER;
  const frames = positionsTo(accepted, released).map(frameAt);
  await writeFile(join(directory, `${String(released).padStart(16, '0')}.log`), Buffer.concat(frames));
  await writeFile(join(directory, 'checkpoint.json'), JSON.stringify({ position: released }));
}

/** magic u32 · crc32 u32 · metaBytes u32 · bodyBytes u32 · count u32 · position u64 · meta · body; the crc is of all behind it. */
function frameAt(position: number): Buffer {
  const meta = Buffer.from(
    JSON.stringify({
      ...{ version: 1, project: EARLIER.projectId, route: 'weflayr.event', receivedAt: MICROS + position },
      ...{ method: 'POST', params: { clientId: EARLIER.projectId }, query: '', headers: {}, userAgent: 'sdk/1' },
    }),
  );
  const body = Buffer.from(bodyAt(position));
  const frame = Buffer.alloc(28 + meta.length + body.length);
  frame.write('TRB1', 0, 'latin1');
  frame.writeUInt32LE(meta.length, 8);
  frame.writeUInt32LE(body.length, 12);
  frame.writeUInt32LE(1, 16);
  frame.writeBigUInt64LE(BigInt(position), 20);
  meta.copy(frame, 28);
  body.copy(frame, 28 + meta.length);
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
  return frame;
}
