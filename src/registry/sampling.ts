/** Which traces the sampling of agents has left out. Rates are set per agent; a decision is kept for its whole trace. */

import type { ProjectId } from '../canonical/ids.ts';

export interface Drop {
  readonly projectId: ProjectId;
  readonly agentName: string;
  readonly traceId: string;
  /** Events of the trace that were dropped now, and the log position of the last: a record read again counts once. */
  readonly events: number;
  readonly position: number;
}

export interface Sampling {
  /** Share of traces that are kept, for agents of the project that have one below 1. */
  rates(projectId: ProjectId): Promise<ReadonlyMap<string, number>>;
  setRate(projectId: ProjectId, agentName: string, rate: number): Promise<void>;
  /** Those of the traces that were left out before. */
  dropped(projectId: ProjectId, traceIds: readonly string[]): Promise<ReadonlySet<string>>;
  record(drops: readonly Drop[]): Promise<void>;
  counts(projectId: ProjectId): Promise<readonly { agentName: string; droppedTraces: number; droppedEvents: number }[]>;
}
