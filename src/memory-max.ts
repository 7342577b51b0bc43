/** How much memory this process may have: what its container allows (cgroup v2), else what the machine has. */

import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';

const CGROUPS = '/sys/fs/cgroup';

/** `read` gives the text of a file, or `undefined`. Any group up to the root may have the smallest bound. */
export function detectMemoryMax(
  read: (path: string) => string | undefined = readText,
  machineBytes: number = totalmem(),
): number {
  const group = /^0::(\/.*)$/m.exec(read('/proc/self/cgroup') ?? '')?.[1];
  let bytesMax = machineBytes;
  for (let path = group; path !== undefined; path = path === '/' ? undefined : dirname(path)) {
    const bytes = Number(read(join(CGROUPS, path, 'memory.max')) ?? Number.NaN);
    // "max" and an absent file are no number.
    if (bytes > 0) bytesMax = Math.min(bytesMax, bytes);
  }
  return bytesMax;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
