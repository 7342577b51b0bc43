import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStore } from '../store.contract.ts';
import { openChdbReader, openChdbWriter } from './chdb.ts';

describeStore('chdb', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-store-'));
  const writer = await openChdbWriter(directory);
  const reader = await openChdbReader(directory, 2);
  return {
    writer,
    reader,
    close: async () => {
      await reader.close();
      await writer.close();
      await rm(directory, { recursive: true });
    },
  };
});
