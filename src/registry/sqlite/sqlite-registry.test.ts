import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeRegistry } from '../registry.contract.ts';
import { SqliteRegistry } from './sqlite-registry.ts';

describeRegistry('sqlite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-registry-'));
  return {
    open: () => SqliteRegistry.open(join(directory, 'registry.db')),
    dispose: () => rm(directory, { recursive: true }),
  };
});
