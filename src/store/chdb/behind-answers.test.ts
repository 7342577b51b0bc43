import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { migrate } from '../schema/schema.ts';
import { openChdbWriter } from './chdb.ts';

/** Of the threads that merge: the 17th field behind the name is the priority. */
async function prioritiesOfMerges(): Promise<string[]> {
  const ids = await readdir('/proc/self/task');
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/self/task/${id}/stat`, 'utf8').catch(() => '')));
  return stats
    .filter((stat) => stat.includes('(MergeMutate)'))
    .map((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16] ?? '');
}

it.runIf(process.platform === 'linux')(
  'merges stand behind answers once there is a writer for the tables',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tributary-priorities-'));
    const schema = await openChdbWriter(directory);
    // The engine makes its threads with its first tables; the loader opens its writer after them.
    await migrate(schema);
    const writer = await openChdbWriter(directory);
    try {
      const priorities = await prioritiesOfMerges();
      expect(priorities).not.toEqual([]);
      expect(new Set(priorities)).toEqual(new Set(['10']));
    } finally {
      await writer.close();
      await schema.close();
      await rm(directory, { recursive: true });
    }
  },
);
