/** The settings of questions keep what large projects need: conditions that are asked before the reading, and the indexes. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newProjectId } from '../../canonical/ids.ts';
import { migrate, wordsOf } from '../schema/schema.ts';
import type { StoreReader, StoreWriter } from '../store.ts';
import { openChdbReader, openChdbWriter } from './chdb.ts';

const project = newProjectId();
let directory: string;
let writer: StoreWriter;
let reader: StoreReader;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-plan-'));
  writer = await openChdbWriter(directory);
  await migrate(writer);
  const rows = Array.from({ length: 5_000 }, (_, i) =>
    JSON.stringify([project, `t${i}`, 'lunary', 's', 1_790_000_000 + i, [1, 0, `"word ${i}"`], [1, 0, `user ${i}`]]),
  );
  const columns = ['project_id', 'trace_id', 'dialect', 'span_id', 'start_time', 'input', 'user_id'];
  await writer.insert('tributary.spans', columns, Buffer.from(`${rows.join('\n')}\n`));
  // Which builds the indexes that inserts leave out.
  await writer.command('OPTIMIZE TABLE tributary.spans FINAL');
  reader = await openChdbReader(directory, 1);
});
afterAll(async () => {
  await reader.close();
  await writer.close();
  await rm(directory, { recursive: true });
});

async function planOf(condition: string): Promise<string> {
  const rows = await reader.select<{ explain: string }>(
    `EXPLAIN actions = 1, indexes = 1
     SELECT DISTINCT trace_id FROM tributary.spans WHERE project_id = {project:UUID} AND ${condition}`,
    { project },
  );
  return rows.map(({ explain }) => explain).join('\n');
}

it('words are looked for in their index, before anything is read', async () => {
  const plan = await planOf(`hasAllTokens(${wordsOf('input')}, ['word', '7'])`);
  expect(plan).toMatch(/Prewhere filter column: .*__text_index_input_words/);
});

it('users and sessions are looked for in their indexes', async () => {
  for (const register of ['user_id', 'session_id']) {
    const plan = await planOf(`tupleElement(${register}, 3) = 'user 7'`);
    expect(plan).toContain(`Name: ${register}_bloom`);
    expect(plan).toContain('Prewhere filter column');
  }
});
