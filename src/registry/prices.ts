/** Prices that a project has set itself. They go before the shipped table. */

import type { ProjectId } from '../canonical/ids.ts';

/** Dollars per million tokens; an absent part costs what the nearest part costs (cached input as input). */
export interface OwnPrice {
  readonly id: string;
  readonly projectId: ProjectId;
  /** The model's name, or a beginning of it followed by `*`. Compared without regard to case. */
  readonly model: string;
  /** Only calls that name this provider; null is any. */
  readonly provider: string | null;
  /** ISO-8601: calls from this time on; the latest that has begun counts. Null: always. */
  readonly from: string | null;
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  readonly cacheReadPerMillion: number | null;
  readonly cacheWritePerMillion: number | null;
  readonly createdAt: string;
}

export interface OwnPrices {
  /** Counts every change of any project's prices; 0 before the first. */
  revision(): Promise<number>;
  list(projectId?: ProjectId): Promise<OwnPrice[]>;
  /** Replaces the price for the same model, provider and time. */
  set(price: Omit<OwnPrice, 'id' | 'createdAt'>): Promise<OwnPrice>;
  /** False when the project has no such price. */
  remove(projectId: ProjectId, id: string): Promise<boolean>;
}

/** Past spans get the prices of today's tables. Survives restarts: an unfinished one goes on. */
export interface Repricing {
  readonly id: string;
  readonly projectId: ProjectId;
  /** ISO-8601, by start of the span; null is open. */
  readonly from: string | null;
  readonly to: string | null;
  readonly state: 'running' | 'done' | 'failed';
  readonly spansTotal: number;
  readonly spansSeen: number;
  readonly spansChanged: number;
  readonly reason: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

export interface Repricings {
  start(projectId: ProjectId, from: string | null, to: string | null): Promise<Repricing>;
  find(projectId: ProjectId, id: string): Promise<Repricing | undefined>;
  unfinished(): Promise<Repricing[]>;
  update(id: string, progress: Partial<Omit<Repricing, 'id' | 'projectId' | 'createdAt'>>): Promise<void>;
}
