/** Where a server's processor time goes: by thread, as Linux tells of them. */

import { readdirSync, readFileSync } from 'node:fs';

export const THREAD_GROUPS = ['answers', 'loader', 'enrich', 'merges', 'engine', 'others'] as const;
type ThreadGroup = (typeof THREAD_GROUPS)[number];

/** The priorities of the workers. */
const [LOADER, ENRICH] = [5, 10];

interface Thread {
  readonly name: string;
  readonly nice: number;
  readonly seconds: number;
}

export function threadsOf(pid: number): Map<string, Thread> {
  const threads = new Map<string, Thread>();
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8');
      const [open, close] = [stat.indexOf('('), stat.lastIndexOf(')')];
      const fields = stat
        .slice(close + 2)
        .split(' ')
        .map(Number);
      const [user = 0, system = 0, nice = 0] = [fields[11], fields[12], fields[16]];
      threads.set(id, { name: stat.slice(open + 1, close), nice, seconds: (user + system) / 100 });
    } catch {
      // It has ended meanwhile.
    }
  }
  return threads;
}

/** Once the workers have set their priorities, by which they are told apart. */
export async function workersOf(pid: number): Promise<void> {
  for (const nice of [LOADER, ENRICH])
    while (![...threadsOf(pid).values()].some((thread) => thread.nice === nice))
      await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Microseconds of each group for one of `events`, between two looks at the same process. */
export function microsPerEvent(
  pid: number,
  before: ReadonlyMap<string, Thread>,
  after: ReadonlyMap<string, Thread>,
  events: number,
): Record<ThreadGroup, number> {
  const micros: Record<ThreadGroup, number> = { answers: 0, loader: 0, enrich: 0, merges: 0, engine: 0, others: 0 };
  for (const [id, thread] of after) {
    const earlier = before.get(id);
    const seconds = thread.seconds - (earlier?.seconds ?? 0);
    micros[groupOf(Number(id) === pid, thread, earlier)] += (seconds * 1_000_000) / events;
  }
  return micros;
}

/** As the workers set their own priorities; a thread of libuv has another one only while it runs a statement. */
function groupOf(isMain: boolean, { name, nice }: Thread, earlier: Thread | undefined): ThreadGroup {
  if (isMain) return 'answers';
  if (name === 'MergeMutate') return 'merges';
  if (name !== 'node') return 'engine';
  if (earlier?.nice !== nice) return 'others';
  return nice === LOADER ? 'loader' : nice === ENRICH ? 'enrich' : 'others';
}
