/** What the registry holds about users and traces, taken away for good. Each returns how many rows went. */

import type { ProjectId } from '../canonical/ids.ts';

export interface KeptRecord {
  readonly meta: string;
  readonly body: Uint8Array;
}

export interface Removals {
  person(projectId: ProjectId, id: string): Promise<number>;
  /** Dead letters whose record says so. */
  deadLetters(projectId: ProjectId, isMeant: (record: KeptRecord) => boolean): Promise<number>;
  /** Dead letters from before this time, ISO-8601. */
  oldDeadLetters(projectId: ProjectId, before: string): Promise<number>;
  /** What sampling remembers of these traces. */
  droppedTraces(projectId: ProjectId, traceIds: readonly string[]): Promise<number>;
  /** What sampling remembers of traces whose last event stood before this log position. */
  oldDroppedTraces(projectId: ProjectId, before: number): Promise<number>;
}
