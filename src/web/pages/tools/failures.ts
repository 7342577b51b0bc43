/** Which failed call of a tool can be looked at. */

import type { z } from 'zod';
import type { ErrorGroupBody } from '../../../query/list-errors.ts';

type ErrorGroup = z.output<typeof ErrorGroupBody>;

export interface Failure {
  readonly traceId: string;
  readonly spanId: string;
  readonly dialect: string;
  readonly message: string | null;
  readonly lastSeen: string;
}

/** By the tool's name, the newest one. A group of errors is named after its newest span. */
export function newestFailures(groups: readonly ErrorGroup[]): ReadonlyMap<string | null, Failure> {
  const newest = new Map<string | null, Failure>();
  for (const { kind, name, traceId, spanId, dialect, message, lastSeen } of groups) {
    const before = newest.get(name);
    if (kind !== 'tool' || (before !== undefined && before.lastSeen >= lastSeen)) continue;
    newest.set(name, { traceId, spanId, dialect, message, lastSeen });
  }
  return newest;
}
