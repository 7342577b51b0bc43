/**
 * The engine's own threads stand behind those that answer. On Linux each thread has a priority of its own, and the engine
 * sets that of its threads itself, so the priority of the thread that asks counts for nothing: without this, inserts and
 * merges share the cores with the thread that answers as equals.
 */

import { readdir, readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

/** 0 is the threads that answer. What was accepted becomes visible by the loader (5) and its statements, so merges come last. */
const STATEMENTS = 5;
const MERGES = 10;

/** Settings of a statement that nobody waits for. Without the right to take it back, the engine leaves it out. */
export const BEHIND_ANSWERS = { os_threads_nice_value_query: STATEMENTS } as const;

const THREADS = '/proc/self/task';
/** As the engine names those that merge parts. It makes them with its first tables, and keeps them. */
const MERGING = 'MergeMutate';

/** No setting reaches the embedded engine's merges. Where this is not possible they stay equals. */
export async function putMergesBehindAnswers(): Promise<void> {
  if (process.platform !== 'linux') return;
  for (const thread of await readdir(THREADS).catch(() => [])) {
    const name = await readFile(`${THREADS}/${thread}/comm`, 'utf8').catch(() => '');
    if (name.trim() !== MERGING) continue;
    try {
      setPriority(Number(thread), MERGES);
    } catch {
      // It has ended, or is not ours to change.
    }
  }
}
