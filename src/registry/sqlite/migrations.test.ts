/** A registry of an earlier version is opened with everything in it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, Migrator, type SqliteDatabase, SqliteDialect } from 'kysely';
import Database from 'libsql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ProjectId } from '../../canonical/ids.ts';
import { hashSecret } from './secrets.ts';
import { SqliteRegistry } from './sqlite-registry.ts';
import { MIGRATIONS } from './tables.ts';

const PROJECT = '11111111-1111-4111-8111-111111111111' as ProjectId;
const NOW = '2026-01-01T00:00:00.000Z';

let directory: string;
const path = () => join(directory, 'registry.db');
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-migrations-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** The file as version 0001 left it, written without today's code. */
async function makeFirstVersion(): Promise<void> {
  const database = new Database(path());
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: database as unknown as SqliteDatabase }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateTo('0001-initial');
  expect(error).toBeUndefined();
  const insert = (sql: string, ...values: unknown[]) => database.prepare(sql).run(...values);
  insert('INSERT INTO projects VALUES (?, ?, ?)', PROJECT, 'shop', NOW);
  insert(
    'INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    'k',
    PROJECT,
    'key',
    'se',
    hashSecret('secret'),
    '["read"]',
    NOW,
    null,
  );
  insert('INSERT INTO people VALUES (?, ?, ?, ?, ?)', PROJECT, 'ann', '{"plan":"pro"}', NOW, NOW);
  insert('INSERT INTO agents VALUES (?, ?, ?, ?, ?, ?, ?)', 'agent-id', PROJECT, 'agent', 'does', 1, NOW, null);
  insert('INSERT INTO agent_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)', 'v', 'agent-id', 'v1', null, '{}', 1, NOW, null);
  insert('INSERT INTO fingerprints VALUES (?, ?, ?, ?, ?)', 'f', PROJECT, 'hash', '{}', NOW);
  insert(
    'INSERT INTO dead_letters VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    PROJECT,
    7,
    'lunary',
    'lunary.ingest',
    'why',
    '{}',
    Buffer.from('x'),
    NOW,
  );
  await db.destroy();
}

it('0001 → 0002 keeps what there is, and what is new works', async () => {
  await makeFirstVersion();
  // Twice: the second start finds nothing to do.
  for (const version of ['v2', 'v3']) {
    const registry = await SqliteRegistry.open(path());
    const names = registry.directory(PROJECT, async () => undefined);
    expect(registry.authenticate('secret')).toMatchObject({ projectId: PROJECT, scopes: ['read'] });
    expect(await names.getPerson('ann')).toMatchObject({ properties: { plan: 'pro' } });
    expect(await names.getAgent('agent')).toMatchObject({ id: 'agent-id', description: 'does', number: 1 });
    expect(await names.getAgentVersion('agent', 'v1')).toMatchObject({ number: 1, content: '{}' });
    expect(await names.hasFingerprint('f')).toBe(true);
    expect(await registry.deadLetters.find({ projectId: PROJECT, seesNobodys: false }, 7)).toMatchObject({
      ...{ reason: 'why', events: 0, bodyBytes: 1, failedRetries: 0, discarded: null },
    });
    expect(names.currentAgentVersion('agent')).toBe(version === 'v2' ? undefined : 'v2');
    await names.ensureAgentVersion('agent', { name: version, content: version });
    expect(names.currentAgentVersion('agent')).toBe(version);
    expect(await names.samplingRates()).toEqual(new Map());
    expect(await names.settings()).toEqual({ strictAgentVersions: false, retentionDays: 'default' });
    expect(await registry.prices.revision()).toBe(0);
    expect(await registry.mark('enrich')).toBe(0);
    await registry.close();
  }
});
