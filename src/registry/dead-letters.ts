/**
 * Accepted records that could not be stored, with the bytes to try again. A letter is known by the position at which its
 * record was accepted, however often it is retried; a retry that fails again is the same letter with its new reason.
 */

import type { Viewer } from './viewer.ts';

/** `retrying`: in the log again, the loader has not come to it yet. */
export const DEAD_LETTER_STATES = ['dead', 'retrying', 'discarded'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

export interface DeadLetter {
  /** Empty when the record does not say whose it is. */
  readonly projectId: string;
  readonly position: number;
  readonly dialect: string;
  readonly route: string;
  /** Why it could not be stored, the last time that it was tried. */
  readonly reason: string;
  /** Events that were accepted from it; 0 when an earlier version kept it, which did not write that down. */
  readonly events: number;
  /** 0 once it is discarded. */
  readonly bodyBytes: number;
  readonly createdAt: string;
  /** Retries that failed. */
  readonly failedRetries: number;
  readonly retriedAt: string | null;
  /** Where the last retry stands in the log. */
  readonly retryPosition: number | null;
  readonly discarded: Discarded | null;
}

/** What is left of a discarded letter. */
export interface Discarded {
  readonly at: string;
  /** Id and name of the key. */
  readonly keyId: string;
  readonly keyName: string;
  readonly note: string;
}

export interface NewDeadLetter extends Pick<DeadLetter, 'projectId' | 'position' | 'dialect' | 'route' | 'reason'> {
  readonly meta: string;
  readonly body: Uint8Array;
  readonly events: number;
  /** Where the record stands in the log that failed now: `position`, or that of the retry. */
  readonly failedAt: number;
}

export interface DeadLetterRecord {
  readonly meta: string;
  readonly body: Uint8Array;
}

export interface DeadLetterFilter {
  readonly dialect?: string;
  /** Part of the reason. */
  readonly reason?: string;
  readonly state?: DeadLetterState;
}

export interface DeadLetterPage {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  /** Position of the last letter of the page before. */
  readonly after?: number;
  /** Everything before this position of the log is stored or a dead letter: tells `retrying` from `dead`. */
  readonly loadedUntil: number;
}

export interface DeadLetters {
  /** A record failed, maybe not for the first time. Doing it again changes nothing; what is discarded stays so. */
  add(letter: NewDeadLetter): Promise<void>;
  /** The letters accepted at these positions are stored now. */
  settle(positions: readonly number[]): Promise<void>;

  find(viewer: Viewer, position: number): Promise<DeadLetter | undefined>;
  /** `undefined` also when it is discarded. */
  record(viewer: Viewer, position: number): Promise<DeadLetterRecord | undefined>;
  list(viewer: Viewer, filter: DeadLetterFilter, page: DeadLetterPage): Promise<readonly DeadLetter[]>;
  /** The record of the letter is durable in the log again, at `retryPosition`. Changes nothing when it is settled already. */
  retried(position: number, retryPosition: number): Promise<void>;
  /** Forgets the record and keeps who did so and why. False when there is no such letter, or not any more. */
  discard(viewer: Viewer, position: number, discarded: Omit<Discarded, 'at'>): Promise<boolean>;
  /** Letters that are not discarded; without a viewer those of everybody. */
  count(viewer?: Viewer): Promise<number>;
}

export function stateOf(
  { discarded, retryPosition }: Pick<DeadLetter, 'discarded' | 'retryPosition'>,
  loadedUntil: number,
): DeadLetterState {
  if (discarded !== null) return 'discarded';
  return retryPosition !== null && retryPosition >= loadedUntil ? 'retrying' : 'dead';
}
