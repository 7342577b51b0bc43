/** What retention has deleted. A run that a stopped process has left is taken up by the next one. */

import type { ProjectId } from '../canonical/ids.ts';

export interface RetentionRun {
  readonly id: string;
  readonly projectId: ProjectId;
  readonly retentionDays: number;
  /** Traces without a sign of life since then were deleted; ISO-8601. */
  readonly cutoff: string;
  readonly state: 'running' | 'done';
  readonly traces: number;
  readonly spans: number;
  readonly events: number;
  readonly aliases: number;
  readonly deadLetters: number;
  readonly droppedTraces: number;
  /** Expired rows that were found when looking again. */
  readonly remaining: number | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

export interface RetentionRuns {
  /** The unfinished run of the project, else a new one. */
  begin(projectId: ProjectId, retentionDays: number, cutoff: string, now: string): Promise<RetentionRun>;
  save(run: RetentionRun): Promise<void>;
  /** Newest first. */
  list(projectId: ProjectId, limit: number): Promise<RetentionRun[]>;
  /** Forgets all but the newest of the project. */
  trim(projectId: ProjectId, kept: number): Promise<void>;
}
