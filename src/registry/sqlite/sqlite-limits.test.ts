/** Bounds of projects and keys over a restart. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_BOUNDS } from '../limits.ts';
import { SqliteRegistry } from './sqlite-registry.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-limits-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('keeps what was set, at each level, and forgets what was taken back', async () => {
  const path = join(folder, 'registry.db');
  let registry = await SqliteRegistry.open(path);
  const a = (await registry.createProject('a')).id;
  const b = (await registry.createProject('b')).id;
  const { key } = await registry.createKey(a, 'key', ['ingest']);
  expect(registry.limits.ofProject(a)).toBe(DEFAULT_BOUNDS);

  await registry.limits.set(a, 'instance', { requestsPerSecond: 50_000, bytesPerSecond: 1000 });
  await registry.limits.set(a, 'project', { requestsPerSecond: 10, bytesPerSecond: 2000 });
  await registry.limits.setForKey(a, key.id, { bodyBytes: 5 });
  await registry.limits.set(b, 'project', { requestsInFlight: 1 });
  await registry.limits.set(b, 'project', {});
  const expected = { ...DEFAULT_BOUNDS, requestsPerSecond: 10, requestBurst: 10, bytesPerSecond: 1000 };
  const check = () => {
    expect(registry.limits.ofProject(a)).toEqual(expected);
    expect(registry.limits.ofProject(a)).toBe(registry.limits.ofProject(a));
    expect(registry.limits.at(a, 'instance')).toEqual({ requestsPerSecond: 50_000, bytesPerSecond: 1000 });
    expect(registry.limits.ofKey(key.id)).toEqual({ bodyBytes: 5 });
    expect(registry.limits.ofProject(b)).toEqual(DEFAULT_BOUNDS);
  };
  check();
  await registry.close();
  registry = await SqliteRegistry.open(path);
  check();

  await registry.limits.setForKey(a, key.id, {});
  await registry.limits.set(a, 'project', {});
  expect(registry.limits.ofProject(a)).toEqual({
    ...DEFAULT_BOUNDS,
    requestsPerSecond: 50_000,
    requestBurst: 50_000,
    bytesPerSecond: 1000,
  });
  expect(registry.limits.ofKey(key.id)).toBeUndefined();
  await registry.close();
});
