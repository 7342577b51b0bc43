/**
 * Several processes that use one registry at the same time, as the server's threads do. Two connections of one thread
 * would wait for each other: SQLite's calls are synchronous.
 */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ProjectId } from '../../canonical/ids.ts';
import { SqliteRegistry } from './sqlite-registry.ts';

const MODULE = fileURLToPath(new URL('./sqlite-registry.ts', import.meta.url));
const PROCESSES = 3;
const ROUNDS = 15;

const WORK = `
  import { SqliteRegistry } from ${JSON.stringify(MODULE)};
  const [path, projectId, self] = process.argv.slice(1);
  const registry = await SqliteRegistry.open(path);
  const names = registry.directory(projectId, async () => undefined);
  const price = { projectId, provider: null, from: null, outputPerMillion: 0, cacheReadPerMillion: null, cacheWritePerMillion: null };
  await Promise.all(Array.from({ length: ${ROUNDS} }, async (_, i) => {
    await registry.prices.set({ ...price, model: 'shared ' + i, inputPerMillion: i });
    await names.ensureAgent('agent ' + i);
    await registry.ensureMentioned([{ projectId, agent: { name: 'agent ' + (${ROUNDS} - i), version: self } }]);
    await registry.sampling.setRate(projectId, 'sampled ' + i, 0.5);
    await registry.sampling.record([{ projectId, agentName: 'agent', traceId: 't', events: 1, position: i }]);
  }));
  await registry.close();
`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-concurrency-'));
});
afterAll(() => rm(directory, { recursive: true }));

it('loses no change and gives no number twice', async () => {
  const path = join(directory, 'registry.db');
  const registry = await SqliteRegistry.open(path);
  const project: ProjectId = (await registry.createProject('shared')).id;
  const run = promisify(execFile);
  const args = ['--import', 'tsx', '--input-type=module', '--eval', WORK, path, project];
  await Promise.all(Array.from({ length: PROCESSES }, (_, i) => run(process.execPath, [...args, `v${i}`])));
  expect(await registry.prices.revision()).toBe(PROCESSES * ROUNDS);
  expect(await registry.prices.list(project)).toHaveLength(ROUNDS);
  const names = registry.directory(project, async () => undefined);
  const agents = await names.listAgents();
  // `agent 0` to `agent 15`, and the sampled ones.
  expect(agents.map((agent) => agent.number)).toEqual(Array.from({ length: 2 * ROUNDS + 1 }, (_, i) => i + 1));
  expect((await names.samplingRates()).size).toBe(ROUNDS);
  expect((await names.listAgentVersions('agent 1')).map((version) => version.number)).toEqual([1, 2, 3]);
  expect(await registry.sampling.counts(project)).toMatchObject([{ droppedTraces: 1 }]);
  await registry.close();
});
